"""Fortnights of the demo, one at a time, whoever asks for one: the console's button and `aais ads demo` alike."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import structlog

from ads.desk import Refused
from composition import commentary, fortnight
from composition.fortnight import Fortnight, Lived, Told
from composition.house import House
from crm.seed import CLINIC
from sandbox.market.single import LiveMarket
from web.console.ads_fortnight import Happening, Passing

log = structlog.get_logger("fortnight")
_SHOWN = 200


class Fortnights:
    """Implements `web.console.ads_fortnight.Passes`. `hours` is how long a fortnight of the button is."""

    org = CLINIC

    def __init__(self, house: House, market: LiveMarket, hours: int = 14 * 24) -> None:
        self._house = house
        self._market = market
        self._asked = Fortnight(hours=hours)
        self._passing = Passing()
        self._told: list[Happening] = []
        self._task: asyncio.Task[Any] | None = None

    def stands(self) -> Passing:
        return self._passing

    def begin(self) -> bool:
        if self._passing.state == "running":
            return False
        self._starts(self._asked)
        self._task = asyncio.create_task(self._alone())
        return True

    async def live(self, asked: Fortnight, tell: Callable[[Told], None]) -> Lived:
        """Raises Refused while another passes, and for what keeps the campaign from running."""
        if self._passing.state == "running":
            raise Refused("ads.demo", "A fortnight is passing already: see Campaigns in the console.")
        self._starts(asked)
        return await self._lived(asked, tell)

    async def close(self) -> None:
        """The server ends: the days passed so far stay as they are."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _alone(self) -> None:
        try:
            await self._lived(self._asked, lambda _told: None)
        except Refused as refused:
            log.warning("the fortnight ended early", reason=str(refused))

    async def _lived(self, asked: Fortnight, tell: Callable[[Told], None]) -> Lived:
        def told(each: Told) -> None:
            self._told.append(Happening(at=each.at, said=each.said))
            self._stands("running", self._passing.hour, self._passing.campaign)
            tell(each)

        def passed(campaign: str, hours: int) -> None:
            self._stands("running", hours, campaign)

        state = "failed"
        try:
            lived = await fortnight.live(self._house, self._market.due, asked, told, passed)
            state = "done"
            return lived
        except Refused as refused:
            self._told.append(Happening(at=self._house.clock.now(), said=commentary.refused(str(refused))))
            raise
        finally:
            self._stands(state, self._passing.hour, self._passing.campaign)

    def _starts(self, asked: Fortnight) -> None:
        self._told = []
        self._passing = Passing(state="running", hours=asked.length)

    def _stands(self, state: Any, hour: int, campaign: str) -> None:
        latest = tuple(reversed(self._told[-_SHOWN:]))
        self._passing = Passing(state=state, hour=hour, hours=self._passing.hours, campaign=campaign, told=latest)
