"""The demo's fortnight on the page of campaigns: a button, how far it is, and what happened so far.

Only where a demo runs, and only for the business that it lets live; the server gives what lets the days pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Protocol

import msgspec
from aiohttp import web

from ads.wording import Said
from web.console import frame
from web.console.caller import Caller, Way

PATH = "/o/{org}/ads/campaigns/fortnight"


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """What happened, in the words of both languages."""

    at: datetime
    said: Said


class Passing(msgspec.Struct, frozen=True, kw_only=True):
    """How far a fortnight is. `told` has the latest first."""

    state: Literal["none", "running", "done", "failed"] = "none"
    hour: int = 0
    hours: int = 0
    campaign: str = ""
    told: tuple[Happening, ...] = ()


class Passes(Protocol):
    """Lets a fortnight pass for one business, one at a time."""

    @property
    def org(self) -> str: ...

    def stands(self) -> Passing: ...

    def begin(self) -> bool:
        """False while one passes already."""
        ...


class AdsFortnight:
    """The one view; the page itself is `web.console.ads`."""

    def __init__(self, passes: Passes) -> None:
        self._passes = passes

    def ways(self) -> Sequence[Way]:
        return (Way(method="POST", path=PATH, permission="ads.change", view=self.begin),)

    async def begin(self, _request: web.Request, caller: Caller) -> web.Response:
        if caller.org != self._passes.org:
            return frame.refused(caller, 404, "not-found")
        self._passes.begin()
        return frame.see_other(f"/o/{caller.org}/ads/campaigns")
