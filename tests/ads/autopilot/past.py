"""A past for a variation: hours that the platform reported and orders that the server measured, in the store."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ads import hours
from ads.platform import Hour
from ads.truth.events import Credit, Happened, kept
from engine.model import Decision
from engine.values import Money
from runtime.journal import open_entry
from storage.store import Update
from tests.ads.autopilot.pilot import ORG, Pilot

HOUR = timedelta(hours=1)


class At(msgspec.Struct, frozen=True, kw_only=True):
    """An hour as it was. Money in whole shillings."""

    spend: float = 40.0
    impressions: int = 1000
    clicks: int = 20
    orders: int = 1


def begun(pilot: Pilot) -> datetime:
    """The hour that runs now."""
    return pilot.clock.now().replace(minute=0, second=0, microsecond=0)


async def lived(pilot: Pilot, angle: str, back: int, of: Callable[[int], At]) -> None:
    """`back` hours up to now; `of` says how the hour was that lies so many hours back (1 is the last whole one)."""
    org, now = pilot.store.org(ORG), begun(pilot)
    variation, campaign = await pilot.variation(angle), await pilot.campaign()
    launched = now - back * HOUR
    changes: dict[str, Any] = {"launched_at": launched, "changed_at": launched}
    await org.commit([Update("variations", variation["_id"], {"set": changes})])
    named = {
        variation["external"]["adset"]: hours.Named(
            variation=variation["_id"], campaign=campaign["_id"], currency="KES"
        )
    }  # fmt: skip
    rows, events = [], []
    for ago in range(back, 0, -1):
        at, was = now - ago * HOUR, of(ago)
        if was.impressions:
            rows.append(reported(variation["external"]["adset"], at, was))
        events += [_order(campaign["_id"], variation["_id"], at, number) for number in range(was.orders)]
    absorbed = await hours.absorb(org, "meta", rows, named, now)
    await org.commit([*absorbed.ops, *events])


def reported(adset: str, at: datetime, was: At) -> Hour:
    return Hour(
        external=adset, hour=at, spend=Money(round(was.spend * 100), "KES"), impressions=was.impressions,
        clicks=was.clicks, conversions=float(was.orders),
    )  # fmt: skip


def _order(campaign: str, variation: str, at: datetime, number: int) -> Any:
    credit = Credit(platform="meta", campaign=campaign, variation=variation, click=f"{at}{number}", clicked_at=at,
                    by="tag")  # fmt: skip
    return kept(
        ORG,
        Happened(
            kind="payment", key=f"{variation}/{at.isoformat()}/{number}", at=at + timedelta(minutes=20),
            credit=credit, offer="braids", value=300_000, currency="KES",
        ),
    )  # fmt: skip


async def decided(pilot: Pilot, machine: str, table: str) -> list[Decision]:
    """What a table answered, as the journal of a machine has it, the oldest first."""
    vault = await pilot.vault.org(ORG)
    rows = await pilot.store.org(ORG).find("journal", {"machine": machine}, sort=[("seq", 1)], limit=10_000)
    steps = [open_entry(row, vault).step for row in rows]
    return [each for step in steps if step is not None for each in step.decisions if each.table == table]
