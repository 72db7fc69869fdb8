"""What somebody at the terminal wants of the ad accounts; carried out by the server that runs, or without one."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from ads.connecting import TITLES, Connected, Connecting, Failed
from ads.conversions.connecting import Destinations
from ads.desk import Refused
from ads.truth import terms
from ads.truth.settling import BadMeasuring, Measuring, change
from composition.advertising import Done
from people import audit
from storage.base import BaseStore
from storage.store import Op
from web.console.frame import Words
from web.console.wrong import failed


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """`do` is connect, test, disconnect or measuring; with `conversions` it is about the place that is told.

    `given` are the form's fields; the keys among them travel to the server on this machine and nowhere else.
    """

    org: str
    do: str
    platform: str = ""
    conversions: bool = False
    given: dict[str, str] = {}
    sites: tuple[str, ...] | None = None  # None: as they are
    window_days: int | None = None


async def run(store: BaseStore, accounts: Connecting, told: Destinations, errand: Errand) -> Done:
    """Raises `ads.desk.Refused`, with the reason in words."""
    try:
        if errand.do == "measuring":
            return await _measuring(store, errand)
        return await (_place(told, errand) if errand.conversions else _account(accounts, errand))
    except Failed as error:
        raise Refused(f"ads.account.{error.code}", failed(error, errand.platform, "en")) from error
    except BadMeasuring as error:
        words = Words("en")(f"adset.wrong.{error.code}", value=error.value)
        raise Refused(f"ads.measuring.{error.code}", words) from error


async def _account(accounts: Connecting, errand: Errand) -> Done:
    org, platform = errand.org, errand.platform
    if errand.do == "connect":
        found = await accounts.connect(org, platform, errand.given, _note("settings.ads-account", platform))
        return Done(text=f"Connected: {_words(found)}. The keys are sealed.")
    if errand.do == "test":
        return Done(text=f"It works: {_words(await accounts.check(org, platform))}.")
    await accounts.remove(org, platform, _note("settings.ads-account-removed", platform))
    return Done(text="The keys are forgotten.")


async def _place(told: Destinations, errand: Errand) -> Done:
    org, platform = errand.org, errand.platform
    if errand.do == "connect":
        await told.begin(org, platform, errand.given, _note("settings.ads-told", platform))
        return Done(text=f"The test event arrived. {TITLES[platform]} is told from now on what its ads bring.")
    if errand.do == "test":
        await told.test(org, platform, errand.given.get("test_code", ""))
        return Done(text=f"{TITLES[platform]} took the test event.")
    await told.end(org, platform, _note("settings.ads-untold", platform))
    return Done(text=f"{TITLES[platform]} is told nothing any more.")


async def _measuring(store: BaseStore, errand: Errand) -> Done:
    own = terms.read(await store.get("orgs", errand.org) or {})
    wanted = Measuring(
        sites=own.sites if errand.sites is None else errand.sites,
        window_days=own.window.days if errand.window_days is None else errand.window_days,
    )
    await change(store, errand.org, wanted, _note("settings.ads-measuring", errand.org))
    return Done(text="Saved.")


def _words(found: Connected) -> str:
    return f"{found.name} ({found.account}), {found.currency}, {found.zone}"


def _note(what: str, on: str) -> list[Op]:
    return [audit.entry("terminal", what, datetime.now(UTC), on=on, by="terminal")]
