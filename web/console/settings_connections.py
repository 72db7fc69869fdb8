"""The settings' pages of a business's connections: its WhatsApp numbers, their token, its M-Pesa keys.

Keys are sealed as they come in and never shown again; a number or a set of keys is kept only once its provider has
said that it works. What is taken away says first what stops.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import msgspec
from aiohttp import web

from bookings.errors import BadSetting
from crm import orgs
from crm.orgs import BadOrg
from payments.mpesa.account import Account, BadAccount, sealed_account
from storage.store import Update
from web.api.endpoint import Asked, Endpoint, Nothing, Refusal
from web.console import frame
from web.console.caller import Caller, Way
from web.console.probe import Failed
from web.console.settings_page import API, BAD, CHANGE, MONEY, PAGE, SettingsPage, noted, saving
from web.console.settings_shapes import GivenKeys, GivenNumber, NamedNumber, Saved, Told
from web.console.wrong import why

_TOKEN = "whatsapp_token"  # noqa: S105 - the name of a secret
_GONE = ((404, "not-found"),)


class Connections(SettingsPage):
    """The views."""

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="POST", path=f"{PAGE}/number", permission=CHANGE, view=self.save_number),
            Way(method="POST", path=f"{PAGE}/number/test", permission=CHANGE, view=self.test_number),
            Way(method="POST", path=f"{PAGE}/number/remove", permission=CHANGE, view=self.remove_number),
            Way(method="POST", path=f"{PAGE}/token/remove", permission=CHANGE, view=self.remove_token),
            Way(method="GET", path=f"{PAGE}/mpesa", permission=MONEY, view=self.mpesa),
            Way(method="POST", path=f"{PAGE}/mpesa", permission=MONEY, view=self.save_mpesa),
            Way(method="POST", path=f"{PAGE}/mpesa/remove", permission=MONEY, view=self.remove_mpesa),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(method="POST", path=f"{API}/numbers", permission=CHANGE, body=GivenNumber, answer=Told,
                     view=self.api_number, doc="Let a WhatsApp number belong to the business, once it is seen to work.",
                     refusals=BAD),
            Endpoint(method="POST", path=f"{API}/numbers/test", permission=CHANGE, body=GivenNumber, answer=Told,
                     view=self.api_test, doc="Ask Meta whether a number and its token work. Changes nothing."),
            Endpoint(method="POST", path=f"{API}/numbers/remove", permission=CHANGE, body=NamedNumber, answer=Saved,
                     view=self.api_remove_number, refusals=BAD,
                     doc="Let a number belong to the business no longer: who writes to it gets no answer."),
            Endpoint(method="POST", path=f"{API}/token/remove", permission=CHANGE, answer=Nothing,
                     view=self.api_remove_token, refusals=_GONE,
                     doc="Forget the WhatsApp access token: nothing can be sent until there is another."),
            Endpoint(method="POST", path=f"{API}/mpesa", permission=MONEY, body=GivenKeys, answer=Told,
                     view=self.api_mpesa, doc="Give M-Pesa keys, kept once Daraja has taken them.", refusals=BAD),
            Endpoint(method="POST", path=f"{API}/mpesa/remove", permission=MONEY, answer=Nothing,
                     view=self.api_remove_mpesa, refusals=_GONE,
                     doc="Forget the M-Pesa keys: no deposit can be asked for with them any more."),
        )  # fmt: skip

    async def save_number(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._tried(request, caller, self._number, "number-saved")

    async def test_number(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._tried(request, caller, self._tested, "number-works")

    async def _tried(
        self, request: web.Request, caller: Caller, ask: Callable[[GivenNumber, Caller], Awaitable[str]], done: str
    ) -> web.Response:
        form = await request.post()
        given = GivenNumber(number=str(form.get("number", "")).strip(), token=str(form.get("token", "")).strip())
        try:
            await ask(given, caller)
        except Failed as error:
            return await self.shown(caller, wrong=frame.Words(caller.language)(f"probe.{error.code}"))
        except BadOrg as error:
            return await self.shown(caller, wrong=why(error, caller.language))
        return frame.see_other(f"/o/{caller.org}/settings", done=done)

    async def remove_number(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            await self._without_number(frame.named(await request.post(), "number"), caller)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        org = await self._store.get("orgs", caller.org) or {}
        linked = not org.get("channels") or org["settings"].get("whatsapp_number")
        done = "number-removed" if linked else "number-unlinked"
        return frame.see_other(f"/o/{caller.org}/settings", done=done)

    async def remove_token(self, _request: web.Request, caller: Caller) -> web.Response:
        try:
            await self._without_token(caller)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/settings", done="token-removed")

    async def remove_mpesa(self, _request: web.Request, caller: Caller) -> web.Response:
        try:
            await self._without_keys(caller)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        return frame.see_other(f"/o/{caller.org}/settings", done="keys-removed")

    async def mpesa(self, _request: web.Request, caller: Caller) -> web.Response:
        return await self._mpesa_page(caller)

    async def _mpesa_page(self, caller: Caller, *, wrong: str = "") -> web.Response:
        known = await self.setup_of(caller)
        return frame.page(
            "settings_mpesa.html", caller, status=422 if wrong else 200, business=known.business.name, wrong=wrong,
            paid=known.paid, shared=self._probe is not None and self._probe.shared_account,
            waiting=await self._store.org(caller.org).count("payments", {"state": "open"}),
        )  # fmt: skip

    async def save_mpesa(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        fields = {name: str(form.get(name, "")).strip() for name in GivenKeys.__struct_fields__}
        try:
            await self._keys(msgspec.convert(fields, GivenKeys), caller)
        except Failed as error:
            return await self._mpesa_page(caller, wrong=frame.Words(caller.language)(f"probe.{error.code}"))
        except BadSetting as error:
            return await self._mpesa_page(caller, wrong=why(error, caller.language))
        except msgspec.ValidationError:  # a choice that the form does not offer
            return await self._mpesa_page(caller, wrong=frame.Words(caller.language)("wrong.form"))
        return frame.see_other(f"/o/{caller.org}/settings", done="keys-saved")

    async def api_number(self, asked: Asked, caller: Caller) -> Told:
        return await _telling(self._number(asked.body, caller))

    async def api_test(self, asked: Asked, caller: Caller) -> Told:
        return await _telling(self._tested(asked.body, caller))

    async def api_mpesa(self, asked: Asked, caller: Caller) -> Told:
        return await _telling(self._keys(asked.body, caller))

    async def api_remove_number(self, asked: Asked, caller: Caller) -> Saved:
        return await saving(self._without_number(asked.body.number, caller))

    async def api_remove_token(self, _asked: Asked, caller: Caller) -> Nothing:
        return await _forgetting(self._without_token(caller))

    async def api_remove_mpesa(self, _asked: Asked, caller: Caller) -> Nothing:
        return await _forgetting(self._without_keys(caller))

    # what both do

    async def _tested(self, given: GivenNumber, caller: Caller) -> str:
        if self._probe is None:
            raise Failed("unreachable")
        found = await self._probe.number(caller.org, given.number, given.token)
        return f"{found.name} {found.display}".strip()

    async def _number(self, given: GivenNumber, caller: Caller) -> str:
        """Whoever adds a number shows by its token that it is theirs."""
        if self._probe is None:
            raise Failed("unreachable")
        found = await self._probe.number(caller.org, given.number, given.token)
        note = [noted(caller, "settings.number", given.number)]
        await orgs.add_number(self._store, caller.org, given.number, found.display, note=note)
        if given.token:
            secret = {"whatsapp_token": given.token}
            await orgs.set_secrets(self._store, self._vault, caller.org, secret)
        return f"{found.name} {found.display}".strip()

    async def _keys(self, given: GivenKeys, caller: Caller) -> str:
        if self._probe is None:
            raise Failed("unreachable")
        if not (given.consumer_key and given.consumer_secret and given.passkey):
            raise BadSetting(
                "M-Pesa", "all keys are needed; they are not shown again, so write each anew", "keys-missing"
            )
        fields = msgspec.structs.asdict(given)
        try:
            account = Account(base_url=self._probe.hosts[fields.pop("environment")], **fields)
        except BadAccount as error:
            raise BadSetting("M-Pesa", str(error), error.code) from error
        except ValueError as error:  # a host that is none of Daraja's
            raise BadSetting("M-Pesa", str(error)) from error
        await self._probe.money(account)
        sealed = sealed_account(account, await self._vault.org(caller.org))
        await self._store.org(caller.org).commit(
            [Update("orgs", caller.org, sealed), noted(caller, "settings.mpesa", given.shortcode)]
        )
        return given.shortcode

    async def _without_number(self, number: str, caller: Caller) -> str:
        """Links lead to the number that was connected last: when that goes, to the one before it, if it answers."""
        org = await self._store.get("orgs", caller.org) or {}
        left = [each["address"] for each in org.get("channels") or () if each["address"] != number]
        note = [noted(caller, "settings.number_removed", number)]
        display = await self._display(caller, left[-1]) if left else ""
        await orgs.remove_number(self._store, caller.org, number, display=display, note=note)
        return number

    async def _display(self, caller: Caller, number: str) -> str:
        if self._probe is None:
            return ""
        try:
            return (await self._probe.number(caller.org, number, "")).display
        except Failed:  # it is removed all the same; the page says that links lead nowhere
            return ""

    async def _without_token(self, caller: Caller) -> None:
        note = [noted(caller, "settings.token_removed")]
        await orgs.drop_secret(self._store, self._vault, caller.org, _TOKEN, note=note)

    async def _without_keys(self, caller: Caller) -> None:
        if not (await self._store.get("orgs", caller.org) or {}).get("mpesa"):
            raise KeyError("mpesa")
        await self._store.org(caller.org).commit(
            [Update("orgs", caller.org, {"unset": ["mpesa"]}), noted(caller, "settings.mpesa_removed")]
        )


async def _forgetting(doing: Awaitable[None]) -> Nothing:
    try:
        await doing
    except KeyError as error:
        raise Refusal(404, "not-found", "There is none.", "See the settings.") from error
    return Nothing()


async def _telling(doing: Awaitable[str]) -> Told:
    """That it does not work is an answer."""
    try:
        return Told(status="works", name=await doing)
    except Failed as error:
        return Told(status=error.code)
    except (BadOrg, BadSetting) as error:
        raise Refusal(422, "bad-setting", str(error), "Mend it and send it again.") from error
