"""What the platforms report, hour by hour: kept as it was told, and what it was before when the telling changes.

An hour's numbers come in for days: they grow while they are young, which is no news. A number that shrinks, or an hour
that changes after `SETTLED`, is a correction: the hour keeps the version before it, and the variation's machine hears
`ads.hour_corrected`, so that the journal says what was believed when. Rows in another currency than the variation's
earlier ones are not mixed in: they are refused, by name, and `reporting` then says that the data will not do.

Hours are UTC and on the full hour; a row of another zone is moved there, one without a zone is refused. A row that
does not come leaves what is known as it is: a missing hour is not an hour of nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from ads.platform import Hour
from engine.model import Event
from runtime.verbs import Post
from storage.store import Document, Metric, Op, OrgStore, Update, Upsert

COLLECTION = "ad_hours"
SETTLED = timedelta(hours=72)  # for so long an hour's numbers may grow
AHEAD = timedelta(hours=1)  # a platform's clock may be fast
VERSIONS = 50  # that an hour keeps, the latest
CORRECTED = "ads.hour_corrected"
_NUMBERS = ("spend", "impressions", "clicks", "conversions", "value")


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Whose hours a platform's ad set has; `machine` hears of corrections, if there is one."""

    variation: str
    campaign: str
    currency: str
    machine: str = ""


class Reported(msgspec.Struct, frozen=True, kw_only=True):
    """One hour of a variation, or a sum of hours, as the platform has it. Amounts in minor units of `currency`."""

    variation: str
    campaign: str = ""
    currency: str = ""
    hour: datetime | None = None
    spend: int = 0
    impressions: int = 0
    clicks: int = 0
    conversions: float = 0.0
    value: int = 0
    hours: int = 1


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """An hour that is told otherwise than before: by field, what it was and what it is."""

    variation: str
    hour: datetime
    changes: dict[str, tuple[float, float]]
    why: str  # shrunk, settled
    machine: str = ""

    def post(self) -> Post:
        """For the variation's journal. The id names what is told, so that the same correction is heard once."""
        told = {name: {"was": was, "is": now} for name, (was, now) in sorted(self.changes.items())}
        parts = ";".join(f"{name}={now:g}" for name, (_, now) in sorted(self.changes.items()))
        id = f"{CORRECTED}:{self.variation}:{self.hour:%Y%m%dT%H}:{parts}"
        data = {"variation": self.variation, "hour": self.hour, "why": self.why, "changes": told}
        return Post(machine=self.machine, event=Event(name=CORRECTED, id=id, data=data))


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """A row that was not taken: unknown, currency, time, future, amount."""

    external: str
    hour: datetime
    why: str


class Absorbed(msgspec.Struct, frozen=True, kw_only=True):
    """What a reading came to; `ops` and `posts` belong into one commit."""

    ops: tuple[Op, ...] = ()
    fresh: int = 0
    grown: int = 0
    same: int = 0
    corrections: tuple[Correction, ...] = ()
    refused: tuple[Refused, ...] = ()

    @property
    def posts(self) -> tuple[Post, ...]:
        return tuple(correction.post() for correction in self.corrections if correction.machine)


async def absorb(
    store: OrgStore, platform: str, rows: Iterable[Hour], named: Mapping[str, Named], now: datetime
) -> Absorbed:
    """Take in what a platform reports. `named` says whose each `external` is. Writes nothing itself.

    The ops expect the hours as they were read: a `Conflict` asks for another look.
    """
    refused: list[Refused] = []
    good: dict[str, tuple[Hour, Named]] = {}
    for row in rows:
        whose = named.get(row.external)
        why = _wrong(row, whose, now)
        if why or whose is None:
            refused.append(Refused(external=row.external, hour=row.hour, why=why))
            continue
        good[_id(store.id, platform, row)] = (row, whose)  # of one row twice, the later one
    known = await _known(store, list(good))
    ops: list[Op] = []
    corrections: list[Correction] = []
    counts = {"fresh": 0, "grown": 0, "same": 0}
    for id, (row, whose) in good.items():
        before = known.get(id)
        if before is not None and before["currency"] != row.spend.currency:
            refused.append(Refused(external=row.external, hour=row.hour, why="currency"))
            continue
        op, correction, what = _taken(id, platform, row, whose, before, now)
        ops += op
        corrections += correction
        counts[what] = counts.get(what, 0) + 1
    return Absorbed(
        ops=tuple(ops), corrections=tuple(corrections), refused=tuple(refused),
        fresh=counts["fresh"], grown=counts["grown"], same=counts["same"],
    )  # fmt: skip


def _taken(
    id: str, platform: str, row: Hour, whose: Named, before: Document | None, now: datetime
) -> tuple[list[Op], list[Correction], str]:
    hour, numbers = row.hour.astimezone(UTC), _numbers(row)
    if before is None:
        fresh = {
            "platform": platform, "external": row.external, "variation": whose.variation, "campaign": whose.campaign,
            "hour": hour, "currency": row.spend.currency, **numbers, "read_at": now, "first_at": now, "versions": [],
        }  # fmt: skip
        return [Upsert(COLLECTION, id, {"set_on_insert": fresh})], [], "fresh"
    changes = {name: (before[name], numbers[name]) for name in _NUMBERS if before[name] != numbers[name]}
    if not changes:
        return [Update(COLLECTION, id, {"set": {"read_at": now}}, expect=before["version"])], [], "same"
    shrunk = any(after < was for was, after in changes.values())
    settled = before["read_at"] >= hour + SETTLED
    sets: dict[str, Any] = {**numbers, "read_at": now}
    if not shrunk and not settled:
        return [Update(COLLECTION, id, {"set": sets}, expect=before["version"])], [], "grown"
    sets["versions"] = [*before.get("versions", []), _version(before)][-VERSIONS:]
    correction = Correction(
        variation=whose.variation, hour=hour, changes=changes, why="shrunk" if shrunk else "settled",
        machine=whose.machine,
    )  # fmt: skip
    return [Update(COLLECTION, id, {"set": sets}, expect=before["version"])], [correction], "corrected"


def _version(before: Document) -> Document:
    return {name: before[name] for name in _NUMBERS} | {"read_at": before["read_at"]}


def _wrong(row: Hour, whose: Named | None, now: datetime) -> str:
    if whose is None:
        return "unknown"
    if row.hour.tzinfo is None or (row.hour.minute, row.hour.second, row.hour.microsecond) != (0, 0, 0):
        return "time"
    if row.hour.astimezone(UTC).minute:  # the hours of a zone that is half an hour off
        return "time"
    if row.hour > now + AHEAD:
        return "future"
    money = [row.spend, *([row.value] if row.value is not None else [])]
    if any(each.currency != whose.currency for each in money):
        return "currency"
    numbers = (row.spend.amount, row.impressions, row.clicks, row.conversions, row.value.amount if row.value else 0)
    if any(not math.isfinite(number) or number < 0 for number in numbers):
        return "amount"
    return ""


def _numbers(row: Hour) -> dict[str, Any]:
    return {
        "spend": row.spend.amount,
        "impressions": row.impressions,
        "clicks": row.clicks,
        "conversions": float(row.conversions),
        "value": row.value.amount if row.value is not None else 0,
    }


def _id(org: str, platform: str, row: Hour) -> str:
    return f"{org}/{platform}/{row.external}/{row.hour.astimezone(UTC):%Y%m%dT%H}"


async def _known(store: OrgStore, ids: Sequence[str]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for place in range(0, len(ids), 500):
        some = ids[place : place + 500]
        found |= {row["_id"]: row for row in await store.find(COLLECTION, {"_id": {"in": some}}, limit=len(some))}
    return found


async def of_variation(
    store: OrgStore, variation: str, since: datetime, until: datetime, *, limit: int = 10_000
) -> list[Reported]:
    """The hours of a variation from `since` up to and without `until`, in order."""
    wanted = {"variation": variation, "hour": {"gte": since, "lt": until}}
    return [_read(row) for row in await store.find(COLLECTION, wanted, sort=[("hour", 1)], limit=limit)]


async def sums(
    store: OrgStore, since: datetime, until: datetime, *, campaign: str = ""
) -> dict[str, Reported]:  # fmt: skip
    """What each variation comes to in a period. One that changed its currency has the latest one's sum only."""
    wanted: dict[str, Any] = {"hour": {"gte": since, "lt": until}}
    if campaign:
        wanted["campaign"] = campaign
    rows = await store.aggregate(
        COLLECTION, wanted, group=["variation", "campaign", "currency"],
        metrics={
            **{name: Metric(kind="sum", field=name) for name in _NUMBERS},
            "hours": Metric(kind="count"),
        },
    )  # fmt: skip
    found: dict[str, Reported] = {}
    for row in rows:
        id = row["variation"]
        if id not in found or row["currency"] == await _currency(store, {**wanted, "variation": id}):
            found[id] = _read(row)
    return found


async def _currency(store: OrgStore, wanted: Mapping[str, Any]) -> str:
    """The one that was told last."""
    rows = await store.find(COLLECTION, wanted, sort=[("hour", -1)], limit=1)
    return str(rows[0]["currency"]) if rows else ""


async def taken_back(store: OrgStore, variation: str, since: datetime, corrected_since: datetime) -> float:
    """Of what was reported of the hours from `since` on, the share that the platform took back after
    `corrected_since` and has not given again: of the spend or of the clicks, whichever is more.
    """
    rows = await store.find(COLLECTION, {"variation": variation, "hour": {"gte": since}}, limit=1000)
    shares = []
    for name in ("spend", "clicks"):
        most, lost = 0.0, 0.0
        for row in rows:
            versions = row.get("versions") or []
            highest = max([row[name], *(each[name] for each in versions)])
            most += highest
            lost += highest - row[name] if versions and versions[-1]["read_at"] >= corrected_since else 0.0
        shares.append(lost / most if most else 0.0)
    return round(max(shares), 4)


async def latest(store: OrgStore, variation: str) -> datetime | None:
    """When the platform last told something of this variation: when it was read, not the hour that it is about."""
    rows = await store.find(COLLECTION, {"variation": variation}, sort=[("hour", -1)], limit=1)
    return rows[0]["read_at"] if rows else None


def _read(row: Document) -> Reported:
    return Reported(
        variation=row["variation"], campaign=row.get("campaign") or "", currency=row["currency"],
        hour=row.get("hour"), spend=int(row["spend"]), impressions=int(row["impressions"]), clicks=int(row["clicks"]),
        conversions=float(row["conversions"]), value=int(row["value"]), hours=int(row.get("hours") or 1),
    )  # fmt: skip
