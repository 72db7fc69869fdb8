"""What the simulated providers, the control API and the phone page share while the sandbox runs."""

from __future__ import annotations

import msgspec
from aiohttp import web

from sandbox.courier import Courier
from sandbox.customers import Customer, Roster
from sandbox.feed import Feed
from sandbox.handset import Handsets
from sandbox.media import MediaShelf
from sandbox.pace import Pace
from sandbox.scenario import Scenario
from sandbox.settings import SandboxSettings, SimulatedBusiness
from sandbox.templates import TemplateShelf


class World(msgspec.Struct, frozen=True, kw_only=True):
    """One running sandbox."""

    settings: SandboxSettings
    pace: Pace
    roster: Roster
    scenario: Scenario
    feed: Feed
    courier: Courier
    handsets: Handsets
    media: MediaShelf
    templates: TemplateShelf

    @classmethod
    def of(cls, settings: SandboxSettings) -> World:
        pace = Pace(settings.speed)
        return cls(
            settings=settings,
            pace=pace,
            roster=Roster(settings.customers),
            scenario=Scenario(),
            feed=Feed(),
            courier=Courier(pace, settings.now, settings.longest_retry),
            handsets=Handsets(settings.zone),
            media=MediaShelf(settings.now),
            templates=TemplateShelf(settings.templates, [one.waba_id for one in settings.businesses]),
        )

    def business(self, phone_number_id: str) -> SimulatedBusiness | None:
        return next((one for one in self.settings.businesses if one.phone_number_id == phone_number_id), None)

    def owner(self, msisdn: str) -> Customer | None:
        """Whose phone a number is; None for a number that nobody in the sandbox has."""
        return self.roster.by_msisdn(msisdn)

    async def close(self) -> None:
        self.feed.close()
        await self.pace.close()
        await self.courier.close()


WORLD = web.AppKey("world", World)
