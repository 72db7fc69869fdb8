"""A lead's way from the ad to the deposit, in order: one query over the events of a person."""

from __future__ import annotations

from datetime import datetime

import msgspec

from ads.truth.events import COLLECTION, Kind
from storage.store import OrgStore

MOST = 500


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One event on the way; `net` is signed, in minor units."""

    kind: Kind
    at: datetime
    platform: str
    campaign: str
    variation: str
    net: int
    currency: str
    page: str = ""


async def way(store: OrgStore, contact: str) -> tuple[Step, ...]:
    """Everything that this person did, the first thing first; empty for somebody who did nothing."""
    rows = await store.find(COLLECTION, {"contact": contact}, sort=[("at", 1)], limit=MOST)
    return tuple(
        Step(
            kind=row["kind"], at=row["at"], platform=row["platform"], campaign=row["campaign"],
            variation=row["variation"], net=row["net"], currency=row["currency"], page=str(row.get("page") or ""),
        )
        for row in rows
    )  # fmt: skip
