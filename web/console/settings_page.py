"""The page of all settings, which the others come back to with what went wrong; and what they have in common."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from aiohttp import web

from bookings.errors import BadSetting
from crm.orgs import BadOrg
from engine.currency import major
from engine.values import Money
from insights.settings import Setup, setup
from people import audit
from storage.store import Insert, Store
from storage.vault import Vault
from web.api.endpoint import Refusal
from web.console import frame
from web.console.caller import Caller
from web.console.probe import Probe
from web.console.settings_shapes import ROWS, DescribedBusiness, Saved

READ, CHANGE, MONEY = "settings.read", "settings.change", "money.change"
PAGE, API = "/o/{org}/settings", "/orgs/{org}/settings"
BAD = ((422, "bad-setting"), (404, "not-found"))


class SettingsPage:
    """`probe` asks the providers; without one nothing that needs it can be changed.

    `spare` is a number of the simulated WhatsApp that waits for a business, in the demo.
    """

    def __init__(self, store: Store, vault: Vault, app_url: str, probe: Probe | None, spare: str = "") -> None:
        self._store = store
        self._vault = vault
        self._app_url = app_url
        self._probe = probe
        self._spare = spare

    async def shown(
        self, caller: Caller, *, done: str = "", wrong: str = "", given: DescribedBusiness | None = None
    ) -> web.Response:
        known = await self.setup_of(caller)
        shown: Any = given or known.business
        refund = [*shown.policy.refund, *[None] * ROWS][: max(ROWS, len(shown.policy.refund))]
        free = self._spare and await self._store.get("addresses", f"whatsapp:{self._spare}") is None
        return frame.page(
            "settings.html", caller, status=422 if wrong else 200, business=known.business.name, done=done,
            wrong=wrong, known=known, shown=shown, refund=refund, money=_shillings,
            testable=self._probe is not None, spare=self._spare if free else "",
            shared=self._probe is not None and self._probe.shared_account,
        )  # fmt: skip

    async def setup_of(self, caller: Caller) -> Setup:
        return await setup(
            self._store, self._vault, caller.org, self._app_url, money=caller.may("money.read"),
            change=caller.may(CHANGE),
        )  # fmt: skip


def noted(caller: Caller, what: str, on: str = "") -> Insert:
    return audit.entry(caller.actor, what, caller.now, on=on)


async def saving(doing: Awaitable[str]) -> Saved:
    """For programs: what was saved, or why not."""
    try:
        return Saved(await doing)
    except (BadOrg, BadSetting) as error:
        raise Refusal(422, "bad-setting", str(error), "Mend it and send it again.") from error
    except KeyError as error:
        raise Refusal(404, "not-found", "There is nothing with this id.", "See the settings.") from error


def text_of(value: Any, language: str) -> str:
    """The text of one language, for its field; a text without a language stands in the first."""
    if isinstance(value, dict):
        return str(value.get(language) or "")
    return str(value or "") if language == "en" else ""


def typed(amount: int, currency: str) -> str:
    """As a form's field shows it: in shillings, with decimals where there are some."""
    return f"{major(amount, currency).normalize():f}"


def spans(week: dict[str, list[list[str]]], day: str) -> str:
    return ", ".join("-".join(span) for span in week.get(day, ()))


def _shillings(amount: int, currency: str) -> str:
    return frame.money(Money(amount, currency))
