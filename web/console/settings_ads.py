"""The settings' page of ads: accounts that ads run in, platforms that are told, and the business's own measured pages.

Keys are tried at the platform, sealed, and never shown again. Where a platform is, is not asked: the server knows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Any, Literal, TypeVar

import msgspec
from aiohttp import web

from ads.accounts import PLATFORMS
from ads.connecting import FIELDS, Connected, Connecting, Failed
from ads.conversions.connecting import FIELDS as TOLD
from ads.conversions.connecting import Destinations
from ads.truth.settling import BadMeasuring, Measuring, change
from insights.ad_accounts import AdAccounts, measured_at
from storage.store import Store
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console import frame
from web.console.caller import Caller, Way
from web.console.settings_page import API, CHANGE, PAGE, READ, noted
from web.console.wrong import failed

_PLACE, _HERE = f"{PAGE}/ads", f"{API}/ads"
T = TypeVar("T")
Platform = Literal["meta", "google", "tiktok"]


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """What an account or a place is known by, as its form asks for it: see `fields` of the answer to GET."""

    platform: Platform
    fields: dict[str, str]


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """A platform; `test_code` from its page of test events, where one is asked for."""

    platform: Platform
    test_code: str = ""


class Tried(msgspec.Struct, frozen=True, kw_only=True):
    """How it does: "works", or why not, with the platform's own words; and the account as it is now."""

    status: str
    said: str = ""
    field: str = ""
    account: Connected | None = None


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What is connected, and the fields that each platform's forms have. No secrets."""

    connected: AdAccounts
    fields: dict[str, tuple[str, ...]]
    places: dict[str, tuple[str, ...]]


class AdSettings:
    """The views. Without `accounts` and `places` nothing can be tried, and so nothing be connected."""

    def __init__(
        self, store: Store, app_url: str, accounts: Connecting | None, places: Destinations | None
    ) -> None:  # fmt: skip
        self._store = store
        self._app_url = app_url
        self._accounts = accounts
        self._places = places

    def ways(self) -> Sequence[Way]:
        posts = {
            "account": self.save_account, "account/test": self.test_account, "account/remove": self.remove_account,
            "place": self.save_place, "place/test": self.test_place, "place/remove": self.remove_place,
            "measuring": self.save_measuring,
        }  # fmt: skip
        return (
            Way(method="GET", path=_PLACE, permission=READ, view=self.page),
            *(Way(method="POST", path=f"{_PLACE}/{at}", permission=CHANGE, view=view) for at, view in posts.items()),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(method="GET", path=_HERE, permission=READ, answer=Shown, view=self.api_shown,
                     doc="The ad accounts, the platforms that are told, the measured sites. No secrets."),
            Endpoint(method="POST", path=f"{_HERE}/account", permission=CHANGE, body=Keys, answer=Tried,
                     view=self.api_account, doc="Connect an ad account, kept once its platform has taken the keys."),
            Endpoint(method="POST", path=f"{_HERE}/account/test", permission=CHANGE, body=Named, answer=Tried,
                     view=self.api_test, doc="Try the keys that are kept; note the account's currency and time zone."),
            Endpoint(method="POST", path=f"{_HERE}/account/remove", permission=CHANGE, body=Named, answer=Tried,
                     view=self.api_remove, doc="Forget an ad account's keys, unless campaigns run there."),
            Endpoint(method="POST", path=f"{_HERE}/place", permission=CHANGE, body=Keys, answer=Tried,
                     view=self.api_place, doc="Have a platform told what its ads bring, once it took a test event."),
            Endpoint(method="POST", path=f"{_HERE}/place/test", permission=CHANGE, body=Named, answer=Tried,
                     view=self.api_test_place, doc="Send a test event, which counts for nothing."),
            Endpoint(method="POST", path=f"{_HERE}/place/remove", permission=CHANGE, body=Named, answer=Tried,
                     view=self.api_remove_place, doc="Have a platform told no longer."),
            Endpoint(method="POST", path=f"{_HERE}/measuring", permission=CHANGE, body=Measuring, answer=Measuring,
                     view=self.api_measuring, refusals=((422, "bad-setting"),),
                     doc="The business's own sites, and for how many days an ad has the credit."),
        )  # fmt: skip

    # pages

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._page(caller, done=request.query.get("done", ""))

    async def _page(self, caller: Caller, *, wrong: str = "", done: str = "") -> web.Response:
        known = await measured_at(self._store, caller.org, self._app_url)
        org = await self._store.get("orgs", caller.org) or {}
        return frame.page(
            "settings_ads.html", caller, status=422 if wrong else 200, business=str(org.get("name") or ""),
            wrong=wrong, done=done, known=known, platforms=PLATFORMS, forms=FIELDS, places=TOLD,
            testable=self._accounts is not None, accounts={each.platform: each for each in known.accounts},
            told={each.platform: each for each in known.told},
        )  # fmt: skip

    async def _posted(self, caller: Caller, platform: str, doing: Awaitable[Any], done: str) -> web.Response:
        try:
            await doing
        except Failed as error:
            return await self._page(caller, wrong=failed(error, platform, caller.language))
        except BadMeasuring as error:
            words = frame.Words(caller.language)
            return await self._page(caller, wrong=words(f"adset.wrong.{error.code}", value=error.value))
        return frame.see_other(f"/o/{caller.org}/settings/ads", done=done)

    async def save_account(self, request: web.Request, caller: Caller) -> web.Response:
        platform, given = _filled(await request.post())
        return await self._posted(caller, platform, self._connect(platform, given, caller), "ads-connected")

    async def test_account(self, request: web.Request, caller: Caller) -> web.Response:
        platform, _ = _filled(await request.post())
        return await self._posted(caller, platform, self._check(platform, caller), "ads-works")

    async def remove_account(self, request: web.Request, caller: Caller) -> web.Response:
        platform, _ = _filled(await request.post())
        return await self._posted(caller, platform, self._remove(platform, caller), "ads-removed")

    async def save_place(self, request: web.Request, caller: Caller) -> web.Response:
        platform, given = _filled(await request.post())
        return await self._posted(caller, platform, self._tell(platform, given, caller), "ads-told")

    async def test_place(self, request: web.Request, caller: Caller) -> web.Response:
        platform, given = _filled(await request.post())
        doing = self._test(platform, given.get("test_code", ""), caller)
        return await self._posted(caller, platform, doing, "ads-tested")

    async def remove_place(self, request: web.Request, caller: Caller) -> web.Response:
        platform, _ = _filled(await request.post())
        return await self._posted(caller, platform, self._untell(platform, caller), "ads-untold")

    async def save_measuring(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        days = str(form.get("window_days", "")).strip()
        wanted = Measuring(
            sites=tuple(str(form.get("sites", ""))[:5000].split()),
            window_days=int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else 0,
        )
        return await self._posted(caller, "", self._measure(wanted, caller), "ads-measuring")

    # for programs

    async def api_shown(self, _asked: Asked, caller: Caller) -> Shown:
        return Shown(
            connected=await measured_at(self._store, caller.org, self._app_url),
            fields={platform: tuple(each.name for each in fields) for platform, fields in FIELDS.items()},
            places={platform: tuple(each.name for each in fields) for platform, fields in TOLD.items()},
        )

    async def api_account(self, asked: Asked, caller: Caller) -> Tried:
        return await _trying(self._connect(asked.body.platform, asked.body.fields, caller))

    async def api_test(self, asked: Asked, caller: Caller) -> Tried:
        return await _trying(self._check(asked.body.platform, caller))

    async def api_remove(self, asked: Asked, caller: Caller) -> Tried:
        return await _trying(self._remove(asked.body.platform, caller))

    async def api_place(self, asked: Asked, caller: Caller) -> Tried:
        return await _trying(self._tell(asked.body.platform, asked.body.fields, caller))

    async def api_test_place(self, asked: Asked, caller: Caller) -> Tried:
        return await _trying(self._test(asked.body.platform, asked.body.test_code, caller))

    async def api_remove_place(self, asked: Asked, caller: Caller) -> Tried:
        return await _trying(self._untell(asked.body.platform, caller))

    async def api_measuring(self, asked: Asked, caller: Caller) -> Measuring:
        try:
            return await self._measure(asked.body, caller)
        except BadMeasuring as error:
            sentence = frame.Words("en")(f"adset.wrong.{error.code}", value=error.value)
            raise Refusal(422, "bad-setting", sentence, "Mend it and send it again.") from error

    # what both do

    async def _connect(self, platform: str, given: dict[str, str], caller: Caller) -> Connected:
        note = [noted(caller, "settings.ads-account", platform)]
        return await _there(self._accounts).connect(caller.org, platform, given, note)

    async def _check(self, platform: str, caller: Caller) -> Connected:
        return await _there(self._accounts).check(caller.org, platform)

    async def _remove(self, platform: str, caller: Caller) -> None:
        note = [noted(caller, "settings.ads-account-removed", platform)]
        await _there(self._accounts).remove(caller.org, platform, note)

    async def _tell(self, platform: str, given: dict[str, str], caller: Caller) -> None:
        await _there(self._places).begin(caller.org, platform, given, [noted(caller, "settings.ads-told", platform)])

    async def _test(self, platform: str, code: str, caller: Caller) -> None:
        await _there(self._places).test(caller.org, platform, code.strip())

    async def _untell(self, platform: str, caller: Caller) -> None:
        await _there(self._places).end(caller.org, platform, [noted(caller, "settings.ads-untold", platform)])

    async def _measure(self, wanted: Measuring, caller: Caller) -> Measuring:
        return await change(self._store, caller.org, wanted, [noted(caller, "settings.ads-measuring")])


def _there(one: T | None) -> T:
    """Raises Failed where nothing can be reached from here."""
    if one is None:
        raise Failed("unreachable")
    return one


def _filled(form: Any) -> tuple[str, dict[str, str]]:
    """The platform, and what stands in the fields."""
    given = {name: str(value)[:2000] for name, value in form.items() if isinstance(value, str)}
    return given.pop("platform", ""), given


async def _trying(doing: Awaitable[Connected | None]) -> Tried:
    """That it does not work is an answer."""
    try:
        return Tried(status="works", account=await doing)
    except Failed as error:
        return Tried(status=error.code, said=error.said, field=error.value)
