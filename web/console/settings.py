"""The settings' page: the business and its terms, what it chooses for its messages; and the same for programs.

A form and a program's request become the same value, so that both are checked alike.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from aiohttp import web

from bookings import policy as policies
from bookings.errors import BadSetting
from channels.choices import BadChoice, Choices, checked
from crm import orgs
from crm.orgs import BadOrg
from insights.settings import Setup
from web.api.endpoint import Asked, Endpoint
from web.console import frame, settings_shapes
from web.console.caller import Caller, Way
from web.console.settings_page import API, BAD, CHANGE, PAGE, READ, SettingsPage, noted, saving
from web.console.settings_shapes import DescribedBusiness, Saved
from web.console.wrong import why


class Settings(SettingsPage):
    """The views."""

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=PAGE, permission=READ, view=self.page),
            Way(method="GET", path=f"{PAGE}/poster", permission=READ, view=self.poster),
            Way(method="POST", path=f"{PAGE}/business", permission=CHANGE, view=self.save_business),
            Way(method="POST", path=f"{PAGE}/messaging", permission=CHANGE, view=self.save_messaging),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(method="GET", path=API, permission=READ, answer=Setup, view=self.api_setup,
                     doc="How the business is set up. No secrets."),
            Endpoint(method="POST", path=f"{API}/business", permission=CHANGE, body=DescribedBusiness, answer=Saved,
                     view=self.api_business, doc="Describe the business and its terms.", refusals=BAD),
            Endpoint(method="POST", path=f"{API}/messaging", permission=CHANGE, body=Choices, answer=Saved,
                     view=self.api_messaging, refusals=BAD,
                     doc="Be stricter than the guardrails: quiet hours, and how often the business begins."),
        )  # fmt: skip

    async def page(self, request: web.Request, caller: Caller) -> web.Response:
        return await self.shown(caller, done=request.query.get("done", ""))

    async def poster(self, _request: web.Request, caller: Caller) -> web.Response:
        """What customers find the business by, ready to print and to copy."""
        known = await self.setup_of(caller)
        org = await self._store.get("orgs", caller.org) or {}
        number = str((org.get("settings") or {}).get("whatsapp_number") or "")
        return frame.page("poster.html", caller, business=known.business.name, known=known, number=number)

    async def save_business(self, request: web.Request, caller: Caller) -> web.Response:
        form, given = await request.post(), None
        try:
            given = settings_shapes.business(form)
            await self._business(given, caller)
        except (BadOrg, BadSetting) as error:
            return await self.shown(caller, wrong=why(error, caller.language), given=given)
        return frame.see_other(f"/o/{caller.org}/settings", done="settings-saved")

    async def save_messaging(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            await self._messaging(settings_shapes.messaging(await request.post()), caller)
        except BadSetting as error:
            return await self.shown(caller, wrong=why(error, caller.language))
        return frame.see_other(f"/o/{caller.org}/settings", done="messaging-saved")

    async def api_setup(self, _asked: Asked, caller: Caller) -> Setup:
        return await self.setup_of(caller)

    async def api_business(self, asked: Asked, caller: Caller) -> Saved:
        return await saving(self._business(asked.body, caller))

    async def api_messaging(self, asked: Asked, caller: Caller) -> Saved:
        return await saving(self._messaging(asked.body, caller))

    # what both do

    async def _business(self, given: DescribedBusiness, caller: Caller) -> str:
        fields = orgs.described(msgspec.structs.asdict(given))
        policy = msgspec.to_builtins(given.policy)
        policies.read(policy)
        if not 1 <= given.hold_minutes <= 24 * 60:
            raise BadSetting("hold", "a hold lasts between a minute and a day", "hold")
        greeting = {language: text[:300] for language, text in given.greeting.items() if language in orgs.SPOKEN}
        own = {"greeting": greeting, "hold_minutes": given.hold_minutes, "deposit_policy": policy}
        await orgs.change(
            self._store, caller.org, note=[noted(caller, "settings.business")], settings=own, **fields
        )  # fmt: skip
        return caller.org

    async def _messaging(self, given: Choices, caller: Caller) -> str:
        try:
            kept = msgspec.to_builtins(checked(given))
        except BadChoice as error:
            raise BadSetting("messaging", str(error), "messaging") from error
        note = [noted(caller, "settings.messaging")]
        await orgs.change(self._store, caller.org, note=note, settings={"messaging": kept})
        return caller.org
