"""Starting and stopping a campaign as a whole: what must be true before a launch, and a change for each variation."""

from __future__ import annotations

from typing import Any

from ads import campaigns
from ads.accounts import account_id
from ads.campaigns import DRAFT, GONE, PAUSED
from ads.changes import called_off, wish_for
from ads.intents import AUTOPILOT, GUARD, Wanted, Wish
from engine.model import Event
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Document, Op, Update


class Starting:
    """The verbs that are about a campaign as a whole."""

    async def check_launch(self, ctx: Context, args: dict[str, Any]) -> Changed:
        campaign = await campaigns.one(ctx.store, str(args["campaign"]))
        wrong = await self._not_launchable(ctx, campaign)
        return _not_launchable(wrong) if wrong else Changed(event=Event(name="ads.launchable"))

    async def _not_launchable(reason: str) -> Changed:
    return Changed(event=Event(name="ads.not_launchable", data={"reason": reason}))
