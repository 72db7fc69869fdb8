"""What a campaign may be spending: the arithmetic that the caps rest on. Pure; amounts are minor units of one currency.

A platform was told a daily budget, and from that moment on it may spend it; a budget that was lowered at noon may have
been spent by then. So what a variation may have spent today is the highest budget that was in force today, or what the
platform reports if that is more, and never less: money that was let go for today is not let go a second time. Past
days count with what was reported once the reports have settled, and until then with the larger of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

SETTLES = timedelta(days=3)  # platforms go on correcting a day's cost for about this long
KEPT = timedelta(days=45)

Amounts = dict[str, int]  # variation -> minor units


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """`live`: the daily budgets that may be in force now. `days`: by day, the highest budget that was in force, per
    variation. `through`: the day up to which `days` is written. `reported`: by day, what the platform said was spent.
    """

    live: Amounts = {}
    days: dict[str, Amounts] = {}
    reported: dict[str, Amounts] = {}
    through: str = ""

    def at(self, today: date) -> Ledger:
        """Brought forward: what is in force is let go anew each day, also on days when nobody looked."""
        days = {day: dict(amounts) for day, amounts in self.days.items()}
        first = date.fromisoformat(self.through) if self.through else today
        day = max(first, today - KEPT)
        while day <= today:
            there = days.setdefault(day.isoformat(), {})
            for variation, amount in self.live.items():
                there[variation] = max(there.get(variation, 0), amount)
            day += timedelta(days=1)
        oldest = (today - KEPT).isoformat()
        return Ledger(
            live=dict(self.live),
            days={key: amounts for key, amounts in days.items() if key >= oldest and (amounts or key == str(today))},
            reported={key: amounts for key, amounts in self.reported.items() if key >= oldest},
            through=max(today.isoformat(), self.through),
        )

    def with_budget(self, variation: str, amount: int, today: date) -> Ledger:
        """From now on this budget may be in force; 0 when it is paused for certain."""
        now = self.at(today)
        live = {**now.live, variation: amount}
        if not amount:
            live.pop(variation)
        there = dict(now.days.get(today.isoformat(), {}))
        there[variation] = max(there.get(variation, 0), amount)
        return msgspec.structs.replace(now, live=live, days={**now.days, today.isoformat(): there})

    def with_report(self, reported: Mapping[str, Amounts]) -> Ledger:
        """Spend as the platform tells it now, by day; days that are not named stay as they are."""
        return msgspec.structs.replace(self, reported={**self.reported, **{k: dict(v) for k, v in reported.items()}})

    @property
    def live_total(self) -> int:
        return sum(self.live.values())

    def exposure(self, today: date) -> int:
        """The most that may have been spent by the end of today, as things stand."""
        return _most(self.at(today).days.get(today.isoformat(), {}), self.reported.get(today.isoformat(), {}))

    def month(self, today: date) -> int:
        """The most that may have been spent this month by the end of today."""
        now, total = self.at(today), 0
        day = today.replace(day=1)
        while day <= today:
            released, said = now.days.get(day.isoformat(), {}), now.reported.get(day.isoformat(), {})
            settled = bool(said) and today - day > SETTLES
            total += sum(said.values()) if settled else _most(released, said)
            day += timedelta(days=1)
        return total

    def tomorrow(self, today: date) -> int:
        """What this month may come to by the end of tomorrow if nothing is done; a new month begins with nothing."""
        after = today + timedelta(days=1)
        return self.month(after) if after.month == today.month else self.exposure(after)


def _most(released: Mapping[str, int], said: Mapping[str, int]) -> int:
    return sum(max(released.get(each, 0), said.get(each, 0)) for each in {*released, *said})


def day_of(moment: datetime, zone: str) -> date:
    """The day by the ad account's clock, which is the one that a daily budget goes by."""
    return moment.astimezone(ZoneInfo(zone)).date()


def read(document: Mapping[str, Any]) -> Ledger:
    kept = document.get("ledger")
    return msgspec.convert(kept, Ledger) if kept else Ledger()


def written(ledger: Ledger) -> dict[str, Any]:
    built: dict[str, Any] = msgspec.to_builtins(ledger)
    return built
