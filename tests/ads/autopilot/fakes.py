"""An ad platform in memory that fails on command: busy, silent, late, half, edited by hand, in another currency."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from ads.failures import ChangedByHand, CurrencyChanged, Gone, OutcomeUnknown, PlatformError, Refused, RetryLater
from ads.platform import (
    Account,
    Asset,
    CampaignPlan,
    Change,
    Hour,
    Hours,
    Kind,
    Reach,
    Receipt,
    Ref,
    Request,
    State,
    VariationPlan,
)
from engine.values import Money

FAULTS = ("busy", "lost", "applied", "refused", "late")


class Set(msgspec.Struct, kw_only=True):
    """An ad set as the platform has it."""

    ref: Ref
    name: str
    status: str
    budget: Money
    fingerprint: str = "as made"
    bid: Money | None = None
    most_today: int = 0
    day: str = ""
    history: list[tuple[datetime, str, int]] = []


class FakePlatform:
    """The protocol `ads.platform.Platform`. Spends each day the most budget that was in force on that day."""

    name: Any = "meta"

    def __init__(self, now: Callable[[], datetime], currency: str = "KES") -> None:
        self.now = now
        self.currency = currency
        self.sets: dict[str, Set] = {}
        self.campaigns: dict[str, Ref] = {}
        self.writes: list[tuple[datetime, str, Change]] = []
        self.faults: list[str] = []
        self.luck: Callable[[], str] | None = None
        self.later: list[tuple[datetime, str, Change]] = []  # what it was told, and does when it likes
        self.hour_rows: list[Hour] = []
        self.reached: dict[str, Reach] | PlatformError = {}
        self.asked_reach: list[tuple[date, date]] = []

    def _fault(self, writes: bool) -> str:
        fault = self.faults.pop(0) if self.faults else self.luck() if self.luck else ""
        if fault == "busy":
            raise RetryLater("ads.fake.busy", "Too many requests", after=timedelta(minutes=1))
        if fault == "lost" or (fault in ("applied", "late") and not writes):
            raise OutcomeUnknown("ads.fake.lost", "No answer", after=timedelta(minutes=1))
        if fault == "refused" and writes:
            raise Refused("ads.fake.refused", "Not like that")
        return fault if writes else ""

    async def account(self) -> Account:
        self._fault(False)
        return Account(platform="meta", id="1", name="Fake", currency=self.currency, zone="Africa/Nairobi")

    async def upload(self, asset: Asset) -> str:
        return asset.checksum

    async def create_campaign(self, plan: CampaignPlan, *, dry_run: bool = False) -> Receipt:
        self._fault(not dry_run)
        ref = Ref(kind="campaign", id=plan.id, external={} if dry_run else {"campaign": f"x{plan.id}"})
        if not dry_run:
            self.campaigns[plan.id] = ref
        return Receipt(ref=ref, dry_run=dry_run, requests=(Request(method="POST", path="campaigns"),))

    async def create_variation(self, campaign: Ref, plan: VariationPlan, *, dry_run: bool = False) -> Receipt:
        fault = self._fault(not dry_run)
        external = {"campaign": f"x{campaign.id}", "adset": f"s{plan.id}", "creative": "k", "ad": f"a{plan.id}"}
        ref = Ref(kind="variation", id=plan.id, external={} if dry_run else external)
        if not dry_run and plan.id not in self.sets:
            bid = plan.bid or Money(0, plan.budget.currency)
            self.sets[plan.id] = Set(ref=ref, name=plan.name, status="paused", budget=plan.budget, bid=bid)
        if fault:
            raise OutcomeUnknown("ads.fake.lost", "No answer", after=timedelta(minutes=1))
        return Receipt(ref=ref, dry_run=dry_run, requests=(Request(method="POST", path="adsets"),))

    async def find(self, kind: Kind, id: str) -> Ref | None:
        self._fault(False)
        known = self.sets.get(id)
        return None if known is None or known.status == "deleted" else known.ref

    async def read(self, ref: Ref) -> State:
        self._fault(False)
        return self._state(ref)

    def _state(self, ref: Ref) -> State:
        known = self.sets.get(ref.id)
        if known is None or known.status == "deleted":
            raise Gone("ads.fake.gone", "It is not there")
        status: Any = known.status
        return State(
            ref=known.ref, name=known.name, status=status, delivery="running" if status == "active" else "paused",
            budget=known.budget, fingerprint=known.fingerprint, bid=known.bid,
        )  # fmt: skip

    async def change(self, ref: Ref, change: Change, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
        if ref.kind == "campaign":  # which is switched on before anything in it is
            if self._fault(not dry_run):
                raise OutcomeUnknown("ads.fake.lost", "No answer", after=timedelta(minutes=1))
            return Receipt(ref=ref, dry_run=dry_run, requests=(Request(method="POST", path=ref.id),))
        state = self._state(ref)
        if expect is not None and expect.differences(state):
            raise ChangedByHand("fake", expect.differences(state), state)
        fault = self._fault(not dry_run)
        if not dry_run:
            self.writes.append((self.now(), ref.id, change))
            if fault == "late":
                self.later.append((self.now(), ref.id, change))
            else:
                self.apply(ref.id, change)
        if fault:
            raise OutcomeUnknown("ads.fake.lost", "No answer", after=timedelta(minutes=1))
        return Receipt(ref=ref, dry_run=dry_run, requests=(Request(method="POST", path=ref.id),))

    def apply(self, id: str, change: Change) -> None:
        known = self.sets[id]
        known.status = change.status or known.status
        known.budget = change.budget or known.budget
        known.name = change.name or known.name
        known.bid = known.bid if change.bid is None else change.bid
        known.history.append((self.now(), known.status, known.budget.amount))

    def catch_up(self, older: timedelta = timedelta()) -> None:
        """Does what it was told that long ago."""
        while self.later and self.later[0][0] <= self.now() - older:
            _, id, change = self.later.pop(0)
            self.apply(id, change)

    async def hours(self, since: datetime, until: datetime, currency: str, after: str = "") -> Hours:
        self._fault(False)
        if currency != self.currency:
            raise CurrencyChanged("fake", currency, self.currency)
        rows = [row for row in self.hour_rows if since <= row.hour < until]
        return Hours(rows=tuple(rows))

    async def reach(self, first: date, last: date) -> dict[str, Reach]:
        self.asked_reach.append((first, last))
        if isinstance(self.reached, PlatformError):
            raise self.reached
        return self.reached

    @property
    def live(self) -> int:
        return sum(each.budget.amount for each in self.sets.values() if each.status == "active")


def unlucky(random_: random.Random, share: float) -> Callable[[], str]:
    return lambda: random_.choice(FAULTS) if random_.random() < share else ""


def hour(id: str, at: datetime, spend: int, clicks: int = 10, impressions: int = 1000) -> Hour:
    begin = at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return Hour(
        external=f"s{id}", hour=begin, spend=Money(spend, "KES"), impressions=impressions, clicks=clicks,
        conversions=0.0,
    )  # fmt: skip
