"""Random people, random faults, random crashes; after each step what must always hold is looked at on the platform."""

from __future__ import annotations

import random
from datetime import timedelta

from ads.desk import Refused
from ads.ledger import day_of
from engine.values import Money
from tests.ads.autopilot.fakes import unlucky
from tests.ads.autopilot.pilot import ORG, Pilot, kes

DAILY, MONTHLY = kes(3000).amount, kes(40_000).amount


class Fuzz:
    """`spent` follows the platform by itself: of each ad set and day, the most budget that was in force."""

    def __init__(self, pilot: Pilot, seed: int) -> None:
        self.pilot = pilot
        self.random = random.Random(seed)
        self.spent: dict[str, dict[str, int]] = {}
        self.seen: dict[str, int] = {}
        self.steps = 0

    async def begin(self) -> None:
        await self.pilot.launched(600, 500, 400, daily=3000, monthly=40_000)
        self._account()

    async def run(self, steps: int) -> None:
        self.pilot.platform.luck = unlucky(self.random, 0.15)
        for _ in range(steps):
            await self._step()
            self.steps += 1
            self._account()
            await self._holds()
        self.pilot.platform.luck = None
        self.pilot.platform.catch_up()
        await self.pilot.pass_(hours=26)  # what was not answered is counted for a day
        self._account()
        await self._holds()
        await self._settled()

    async def _step(self) -> None:
        pilot, roll = self.pilot, self.random.random()
        angle = self.random.choice("ABC")
        try:
            if roll < 0.15:
                bid = Money(self.random.choice([0, 0, self.random.randrange(1_000, 50_000)]), "KES")
                await pilot.desk.propose(ORG, pilot.id_of(angle), self.random.choice(["juma", "amina"]), bid=bid)
            elif roll < 0.45:
                budget = Money(self.random.randrange(10_000, 250_000), "KES")
                await pilot.desk.propose(ORG, pilot.id_of(angle), self.random.choice(["juma", "amina"]), budget=budget)
            elif roll < 0.55:
                status = self.random.choice(["paused", "active"])
                await pilot.desk.propose(ORG, pilot.id_of(angle), "juma", status=status)
            elif roll < 0.7:
                for intent in await pilot.intents(state="asking"):
                    act = pilot.desk.approve if self.random.random() < 0.7 else pilot.desk.decline
                    await act(ORG, intent["_id"], "amina")
            elif roll < 0.8:
                done = await pilot.intents(state="done", kind=self.random.choice(["budget", "bid"]))
                if done:
                    await pilot.desk.rollback(ORG, self.random.choice(done)["_id"], "juma")
            elif roll < 0.82:
                await pilot.crash()
            elif roll < 0.84 and pilot.platform.later:
                pilot.platform.catch_up()
        except Refused:
            pass
        await pilot.runtime.skip(timedelta(seconds=self.random.choice([1, 30, 600, 3600])))
        pilot.platform.catch_up(timedelta(hours=12))  # within half a day it has done what it was told, or never does

    def _account(self) -> None:
        platform, today = self.pilot.platform, str(day_of(self.pilot.clock.now(), "Africa/Nairobi"))
        for id, ours in platform.sets.items():
            for at, status, budget in [*ours.history, (self.pilot.clock.now(), ours.status, ours.budget.amount)]:
                day = self.spent.setdefault(str(day_of(at, "Africa/Nairobi")), {})
                day[id] = max(day.get(id, 0), budget if status == "active" else 0)
            ours.history.clear()
        live = self.spent.setdefault(today, {})
        for id, ours in platform.sets.items():
            live[id] = max(live.get(id, 0), ours.budget.amount if ours.status == "active" else 0)

    async def _holds(self) -> None:
        for day, amounts in self.spent.items():
            assert sum(amounts.values()) <= DAILY, (day, amounts)
        months: dict[str, int] = {}
        for day, amounts in self.spent.items():
            months[day[:7]] = months.get(day[:7], 0) + sum(amounts.values())
        assert all(amount <= MONTHLY for amount in months.values()), months
        if not await self._accounted():  # a change of long ago that the platform makes now: the next look finds it
            luck, self.pilot.platform.luck = self.pilot.platform.luck, None
            await self.pilot.pass_(minutes=95)
            self._account()
            assert await self._accounted()
            self.pilot.platform.luck = luck
        for amount in ("budget", "bid"):
            writes = self.pilot.platform.writes
            told = [(at, id) for at, id, change in writes if getattr(change, amount) is not None]
            for at, id in told[-20:]:
                assert sum(1 for when, which in told if which == id and at <= when < at + timedelta(hours=1)) <= 4

    async def _accounted(self) -> bool:
        """No spend unaccounted: the ledger never counts less than is in force."""
        live = (await self.pilot.campaign())["ledger"]["live"]
        running = {id: ours.budget.amount for id, ours in self.pilot.platform.sets.items() if ours.status == "active"}
        return all(live.get(id, 0) >= amount for id, amount in running.items())

    async def _settled(self) -> None:
        """Nothing hangs, every change that rose above the percentage has its approval, every rollback is exact."""
        for intent in await self.pilot.intents():
            if intent["state"] != "done":
                continue
            step = intent.get("step") or {}
            assert not (step.get("raises") and step["change_pct"] > 20) or intent["approved_by"], intent
            if intent["kind"] == "rollback":
                target = await self.pilot.intent(intent["undoes"])
                exact = ("status", "budget", "name", "bid")
                assert {key: intent["after"][key] for key in exact} == {key: target["before"][key] for key in exact}
        campaign = await self.pilot.campaign()
        for id, ours in self.pilot.platform.sets.items():
            assert ours.bid is not None
            assert (await self.pilot.variation_by(id) or {}).get("bid") == ours.bid.amount
            counted, runs = campaign["ledger"]["live"].get(id, 0), ours.budget.amount if ours.status == "active" else 0
            assert counted == runs, (campaign["state"], await self.pilot.variation_by(id))
