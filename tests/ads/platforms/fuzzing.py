"""Random changes under random faults of a simulated provider, and what must hold of the connectors after each.

The truth is the simulator's own: what stands there is compared with what the connector said had happened. A definite
error may have changed nothing; an open outcome is either done or not done, wholly.
"""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import msgspec

from ads.failures import ChangedByHand, Gone, OutcomeUnknown, PlatformError, RetryLater
from ads.platform import Change, Platform, Ref, State, every_hour
from engine.values import Money
from sandbox.ads_faults import AdBehaviour
from tests.ads.platforms.acts import restore
from tests.ads.platforms.conftest import BEGIN, KES, Ads, campaign, variation

FAULTS: tuple[dict[str, Any], ...] = (
    {"lost_request": True}, {"lost_answer": True}, {"half_answer": True}, {"outage": 503}, {"outage": 200},
    {"twice": True}, {"usage": 90}, {"usage": 100}, {"token_expired": True}, {"late_creation": 90.0},
)  # fmt: skip
CODES = {
    "meta": ("17/2446079", "613/1487742", "80004", "1", "2", "368", "100"),
    "google": ("RESOURCE_EXHAUSTED", "TRANSIENT_ERROR", "INTERNAL_ERROR", "CONCURRENT_MODIFICATION", "POLICY_FINDING"),
    "tiktok": ("40100", "50000", "40001", "40002"),
}
SEVERAL = 3


class Fuzz:
    """One account at one platform, from creation to the last change."""

    def __init__(self, ads: Ads, name: str, seed: int) -> None:
        self.ads = ads
        self.name = name
        self.random = random.Random(f"{name}{seed}")
        self.platform: Platform = ads.platform(name)
        self.refs: dict[str, Ref] = {}
        self.open: dict[str, State] = {}  # states of which it is open whether they came about
        self.errors: dict[str, int] = {}

    async def run(self, steps: int) -> None:
        for n in range(steps):
            await self._step(n)
            self.ads.clock.move(timedelta(minutes=self.random.choice((1, 7, 20, 61))))
            if n % 50 == 49:
                await self._quiet()
        await self._quiet()

    async def _step(self, n: int) -> None:
        self._fault()
        if self.random.random() < 0.05:  # a new process: it has forgotten tokens and pace
            self.platform = self.ads.platform(self.name)
        id = f"v{self.random.randrange(SEVERAL)}"
        try:
            if id not in self.refs or self.random.random() < 0.1:
                await self._create(id)
            elif self.random.random() < 0.15:
                await self.platform.hours(BEGIN, self.ads.clock.now(), KES)
                await self._reach()
            else:
                await self._change(self.refs[id])
        except PlatformError as error:
            self.errors[type(error).__name__] = self.errors.get(type(error).__name__, 0) + 1
            assert self.ads.account(self.name).token not in str(error)
            if isinstance(error, RetryLater):
                self.ads.clock.move(min(error.after, timedelta(minutes=90)))

    async def _reach(self) -> None:
        """What is told is of ad sets that are there, and nobody saw more than was shown."""
        today = self.ads.clock.now().date()
        for id, reach in (await self.platform.reach(today - timedelta(days=7), today)).items():
            shown = sum(row.impressions for row in self.ads.world.hours[self.name, id].values())
            assert 0 < reach.people <= reach.impressions <= shown

    def _fault(self) -> None:
        faults = self.ads.world.faults
        faults.clear(self.name)
        roll = self.random.random()
        if roll < 0.3:
            fault = self.random.choice(FAULTS)
        elif roll < 0.4:
            fault = {"error": self.random.choice(CODES[self.name])}
        else:
            return
        writes = {"writes_only": True} if self.random.random() < 0.7 else {}
        faults.choose(self.name, AdBehaviour(**fault, **writes), times=self.random.randint(1, 4))

    async def _create(self, id: str) -> None:
        above = (await self.platform.create_campaign(campaign())).ref
        ref = (await self.platform.create_variation(above, variation(id))).ref
        known = self.refs.setdefault(id, ref)
        assert known.external == ref.external

    async def _change(self, ref: Ref) -> None:
        before = await self.platform.read(ref)
        wanted = self._wanted()
        try:
            if self.random.random() < 0.2:
                await self.platform.change(ref, wanted, dry_run=True)
                expected = [before]
            elif self.random.random() < 0.2:
                await restore(self.platform, before)
                expected = [before]
            else:
                await self.platform.change(ref, wanted, expect=before)
                expected = [_after(before, wanted)]
        except OutcomeUnknown as error:
            expected = [before, _after(before, wanted)]
            if error.code.endswith((".unanswered", ".half", ".trouble")) and self.name == "tiktok":
                expected += _halves(before, wanted)  # two requests there: the first of them may be all that came
            self.errors["OutcomeUnknown"] = self.errors.get("OutcomeUnknown", 0) + 1
        except ChangedByHand as error:
            raise AssertionError("nobody edited anything") from error
        except PlatformError as error:
            assert error.changed_nothing
            expected = [before]
            self.errors[type(error).__name__] = self.errors.get(type(error).__name__, 0) + 1
        await self._is(ref, expected)

    def _wanted(self) -> Change:
        status = self.random.choice((None, None, "active", "paused"))
        budget = self.random.choice((None, Money(self.random.randrange(20_000, 200_000), KES)))
        name = self.random.choice((None, None, f"Name {self.random.randrange(100)}"))
        bid = self.random.choice((None, None, Money(0, KES), Money(self.random.randrange(1_000, 15_000), KES)))
        return Change(status=status, budget=budget, name=name, bid=bid)  # type: ignore[arg-type]

    async def _is(self, ref: Ref, expected: list[State]) -> None:
        """By a new connector, without any fault."""
        self.ads.world.faults.clear(self.name)
        found = await self.ads.platform(self.name).read(ref)
        assert any(not one.differences(found) for one in expected), (found, expected)

    async def _quiet(self) -> None:
        """Faults over: one of each, and every shilling that was spent is reported."""
        self.ads.world.faults.clear(self.name)
        self.ads.clock.move(timedelta(hours=1))
        platform = self.ads.platform(self.name)
        above = (await platform.create_campaign(campaign())).ref
        for id in [*self.refs, "v0"]:
            ref = (await platform.create_variation(above, variation(id))).ref
            assert self.refs.setdefault(id, ref).external == ref.external
        assert len(self.ads.things(self.name, "adset")) == len(self.ads.things(self.name, "ad")) == len(self.refs)
        rows = await every_hour(platform, self.ads.clock.now() - timedelta(days=3), self.ads.clock.now(), KES)
        since = self.ads.clock.now() - timedelta(days=3)
        truth = sum(
            round(result.spend * 100)
            for (name, _), hours in self.ads.world.hours.items() if name == self.name
            for hour, result in hours.items() if since <= hour < self.ads.clock.now()
        )  # fmt: skip
        assert sum(row.spend.amount for row in rows) == truth
        try:
            assert await platform.find("variation", "nobody") is None
        except Gone as error:
            raise AssertionError from error


def _after(before: State, change: Change) -> State:
    return msgspec.structs.replace(
        before,
        status=change.status or before.status,
        budget=change.budget or before.budget,
        name=change.name or before.name,
        bid=before.bid if change.bid is None else change.bid,
    )


def _halves(before: State, change: Change) -> list[State]:
    settings = Change(budget=change.budget, name=change.name, bid=change.bid)
    return [_after(before, settings), _after(before, Change(status=change.status))]
