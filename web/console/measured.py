"""What the server itself measured of ads, for programs: telling it an event, and reading what came of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from ads.truth import collecting, money, terms
from ads.truth.attribution import Adverts
from ads.truth.collecting import MOST, Told, Unfit
from ads.truth.way import Step, way
from crm import identity
from storage.store import Op, OrgStore, Store
from storage.vault import OrgVault, Vault
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console.caller import Caller

_AT = "/orgs/{org}/ads"
_LONGEST = timedelta(days=400)


class Events(msgspec.Struct, frozen=True, kw_only=True):
    """Up to 500 at once; each is taken or refused for itself."""

    events: tuple[Told, ...]


class Unfitting(msgspec.Struct, frozen=True, kw_only=True):
    """An event that was not taken, by its id: id, url, future, old, zone, amount or contact."""

    id: str
    why: str


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """How many were new, how many had been told before, and which were refused."""

    stored: int
    known: int
    refused: tuple[Unfitting, ...]


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """From `since` up to and without `until`, by the hour money came or by the hour of the click that brought it."""

    since: datetime
    until: datetime
    by: Literal["arrival", "cohort"] = "cohort"
    campaign: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A variation ("" for what no ad brought); amounts in minor units of `currency`."""

    variation: str
    campaign: str
    currency: str
    events: dict[str, int]
    revenue: int
    refunds: int
    margin: int
    spend: int
    profit: int


class Rows(msgspec.Struct, frozen=True, kw_only=True):
    """Each variation with something to tell."""

    rows: tuple[Row, ...]


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What a person did, in order."""

    steps: tuple[Step, ...]


class Measured:
    """The endpoints."""

    def __init__(self, store: Store, vault: Vault, adverts: Adverts, clock: Callable[[], datetime]) -> None:
        self._store = store
        self._vault = vault
        self._adverts = adverts
        self._clock = clock

    def endpoints(self) -> Sequence[Endpoint]:
        return (
            Endpoint(
                method="POST", path=f"{_AT}/events", permission="ads.change", body=Events, answer=Taken,
                view=self.take, refusals=((413, "too-many"),),
                doc="Tell pages, leads and bookings that happened elsewhere, each once. Money is not taken.",
            ),
            Endpoint(
                method="GET", path=f"{_AT}/measured", permission="ads.read", query=Period, answer=Rows,
                view=self.read, refusals=((422, "bad-period"),),
                doc="What each variation brought by the server's own measure, and what it cost.",
            ),
            Endpoint(
                method="GET", path=f"{_AT}/ways/{{id}}", permission="ads.read", answer=Way, view=self.way,
                refusals=((404, "nobody"),),
                doc="The way of a contact (its id) from the ad to the deposit. Names nobody.",
            ),
        )  # fmt: skip

    async def take(self, asked: Asked, caller: Caller) -> Taken:
        events: tuple[Told, ...] = asked.body.events
        if len(events) > MOST:
            raise Refusal(413, "too-many", f"At most {MOST} events at once.", "Send them in several requests.")
        store, vault = self._store.org(caller.org), await self._vault.org(caller.org)
        window, now = (await terms.of(store)).window, self._clock()
        ops: list[Op] = []
        refused: list[Unfitting] = []
        for event in events:
            try:
                contact, who = await _person(store, vault, event)
                ops += await collecting.told(
                    store, vault, self._adverts, event, now, window, contact=contact, who=who
                )  # fmt: skip
            except Unfit as unfit:
                refused.append(Unfitting(id=event.id[:200], why=unfit.code))
        written = await store.commit(ops)
        events_of = [row for op, row in zip(ops, written, strict=True) if op.collection == "ad_events" and row]
        distinct = {row["_id"]: row for row in reversed(events_of)}
        stored = sum(1 for row in distinct.values() if row["version"] == 1)
        return Taken(stored=stored, known=len(events_of) - stored, refused=tuple(refused))

    async def read(self, asked: Asked, caller: Caller) -> Rows:
        period: Period = asked.query
        if period.since.tzinfo is None or period.until.tzinfo is None:
            raise Refusal(422, "bad-period", "Both times need a zone.", "Write them as 2026-11-23T00:00:00Z.")
        if not timedelta() < period.until - period.since <= _LONGEST:
            raise Refusal(422, "bad-period", "The period ends before it begins, or is longer than 400 days.", "")
        store = self._store.org(caller.org)
        own = await terms.of(store)
        found = await money.measured(
            store, period.since, period.until, own.currency, by=period.by, campaign=period.campaign
        )
        return Rows(rows=tuple(_row(each) for _, each in sorted(found.items())))

    async def way(self, asked: Asked, caller: Caller) -> Way:
        steps = await way(self._store.org(caller.org), asked.names["id"])
        if not steps:
            raise Refusal(404, "nobody", "Nothing is known of that contact.", "Take the contact's id.")
        return Way(steps=steps)


async def _person(store: OrgStore, vault: OrgVault, event: Told) -> tuple[str, str]:
    """Whom the server knows by what was told; else the keyed hash by which they will be known."""
    if event.contact:
        known = await store.get("contacts", event.contact) if "\0" not in event.contact else None
        if known is None:
            raise Unfit("contact")
        return str(known.get("merged_into") or known["_id"]), ""
    who = identity.Identity(phone=identity.phone(event.phone), email=identity.email(event.email))
    keys = identity.keys(vault, who)
    for field, value in keys.items():
        found = await store.find("contacts", {field: value}, limit=1)
        if found:
            return str(found[0]["_id"]), ""
    return "", keys.get("phone_key") or keys.get("email_key") or ""


def _row(found: money.Measured) -> Row:
    return Row(
        variation=found.variation, campaign=found.campaign, currency=found.currency, events=dict(found.counts),
        revenue=found.revenue, refunds=found.refunds, margin=found.margin, spend=found.spend, profit=found.profit,
    )  # fmt: skip
