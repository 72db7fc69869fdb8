"""Which ad brought a person: their last ad click within the window.

A click is an ad's if it carries a platform's click id, the platform's id of an ad, or a tag that names a variation of
ours. Which variation it was is asked of `Adverts`. Money follows what it pays for: a payment has the credit of its
booking, and a refund that of what it gives back, so that a deposit paid on the eighth day is not lost to its ad.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

import msgspec

from ads.truth.events import COLLECTION, NOBODY, Credit, Kind, credit_of, event_id
from storage.store import Document, OrgStore

CLICKS = 50  # of one person, the latest: nobody clicks more in a window


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """Where an ad click belongs. A campaign may be known where the variation is not."""

    campaign: str = ""
    variation: str = ""
    by: str = "click"  # tag, ad, click


class Adverts(Protocol):
    """Knows the business's ads. None for a click that no ad brought."""

    async def placed(self, store: OrgStore, click: Document) -> Placed | None: ...


class Tagged:
    """By the tags alone: for businesses whose ads were made elsewhere."""

    async def placed(self, store: OrgStore, click: Document) -> Placed | None:
        tags = click.get("tags") or {}
        if not (click.get("platform") or click.get("ad") or click.get("ids")):
            return None
        return Placed(campaign=str(tags.get("utm_campaign") or ""))


async def of_contact(
    store: OrgStore, adverts: Adverts, contact: str, at: datetime, window: timedelta, *,
    also: Sequence[Document] = (),
) -> Credit:  # fmt: skip
    """The credit of something that this person did at `at`. `also` are clicks that are only now being committed."""
    if not contact:
        return NOBODY
    known = await store.find("clicks", {"contact": contact}, sort=[("at", -1)], limit=CLICKS)
    fresh = {click["_id"] for click in also}
    clicks = [*also, *(click for click in known if click["_id"] not in fresh)]
    for click in sorted(clicks, key=lambda each: (each["at"], each["_id"]), reverse=True):
        if not at - window <= click["at"] <= at:
            continue
        credit = await of_click(store, adverts, click)
        if credit is not NOBODY:
            return credit
    return NOBODY


async def of_click(store: OrgStore, adverts: Adverts, click: Document) -> Credit:
    placed = await adverts.placed(store, click)
    if placed is None:
        return NOBODY
    return Credit(
        platform=str(click.get("platform") or ""),
        campaign=placed.campaign,
        variation=placed.variation,
        click=str(click["_id"]),
        clicked_at=click["at"],
        by=placed.by,
    )


async def of_earlier(store: OrgStore, kind: Kind, key: str) -> Credit | None:
    """The credit of an event that this one follows from; None where there is none, or where nobody had it."""
    earlier = await store.get(COLLECTION, event_id(store.id, kind, key)) if key else None
    if earlier is None or not earlier.get("by"):
        return None
    return credit_of(earlier)
