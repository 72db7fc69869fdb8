"""One thing that happened on the way from an ad to money: what an event is, and how each is kept once.

page          somebody opened a page of the business (its own script said so)
conversation  somebody wrote, brought by a click or after a day of silence
lead          they showed that they want something, once for each click that brought them
booking       confirmed, once each
payment       verified money, with its receipt; nothing that was only claimed
refund        money that has to go back: revenue from which it is taken

An event's `_id` is made of what it is about, so that the same thing told twice, late or by two ways is one document.
`net` is the signed amount in minor units (a refund is negative), so that a sum is what came in. Events hold no
personal data: the person is their contact's id, click ids stand in `clicks`, and what a page's visitor agreed to have
kept is sealed.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Literal, get_args

import msgspec

from storage.store import Document, Op, Upsert

Kind = Literal["page", "conversation", "lead", "booking", "payment", "refund"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MONEY: tuple[Kind, ...] = ("payment", "refund")
COLLECTION = "ad_events"


class Credit(msgspec.Struct, frozen=True, kw_only=True):
    """Which ad brought it. Empty texts where none did, or none of ours; `by` is tag, ad or click."""

    platform: str = ""
    campaign: str = ""
    variation: str = ""
    click: str = ""  # of the collection `clicks`
    clicked_at: datetime | None = None
    by: str = ""


NOBODY = Credit()


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """An event before it is kept. `key` says which one of its kind in this business it is."""

    kind: Kind
    key: str
    at: datetime
    credit: Credit = NOBODY
    contact: str = ""
    booking: str = ""
    payment: str = ""
    offer: str = ""
    value: int = 0  # what it is worth in minor units: a booking's price, a payment's amount
    currency: str = ""
    source: str = "server"  # server, script, api


def event_id(org: str, kind: Kind, key: str) -> str:
    """A key may come from outside, and be anything."""
    return f"{org}/{kind}:{hashlib.sha256(key.encode('utf-8', 'replace')).hexdigest()[:32]}"


def kept(org: str, event: Happened, **more: object) -> Op:
    """The write that keeps it: the first of several counts, whatever the others say."""
    return Upsert(COLLECTION, event_id(org, event.kind, event.key), {"set_on_insert": document(event) | more})


def document(event: Happened) -> Document:
    credit = event.credit
    sign = {"payment": 1, "refund": -1}.get(event.kind, 0)
    return {
        "kind": event.kind,
        "at": event.at,
        "contact": event.contact,
        "booking": event.booking,
        "payment": event.payment,
        "offer": event.offer,
        "value": event.value,
        "net": sign * event.value,
        "currency": event.currency,
        "source": event.source,
        **credit_fields(credit, event.at),
        "tally": tally(event.kind, credit.variation, credit.campaign, event.offer, event.currency),
    }


def tally(kind: str, variation: str, campaign: str, offer: str, currency: str) -> str:
    """By what reports sum up, in one field: grouping a million documents by five of them takes four times as long."""
    return "\x1f".join((kind, variation, campaign, offer, currency))


def tallied(text: str) -> dict[str, str]:
    """What `tally` put together."""
    return dict(zip(("kind", "variation", "campaign", "offer", "currency"), text.split("\x1f"), strict=True))


def credit_fields(credit: Credit, at: datetime) -> Document:
    """`cohort` is when the click was, or the event itself where no click is known: late money counts there too."""
    return {
        "platform": credit.platform,
        "campaign": credit.campaign,
        "variation": credit.variation,
        "click": credit.click,
        "by": credit.by,
        "cohort": credit.clicked_at or at,
    }


def credit_of(event: Document) -> Credit:
    """The credit that a kept event has."""
    return Credit(
        platform=event.get("platform", ""),
        campaign=event.get("campaign", ""),
        variation=event.get("variation", ""),
        click=event.get("click", ""),
        clicked_at=event["cohort"] if event.get("by") else None,
        by=event.get("by", ""),
    )
