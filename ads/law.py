"""What no YAML can lift, in one pure function: asked by the dispatcher at the moment of each change, after the tables.

A change that lets nobody spend more always passes. Any other needs both caps, a budget in the campaign's currency, and
an approval if its step is larger than the campaign allows; and neither the sum of the live budgets nor what may be
spent today may exceed the daily cap, nor this month's spend with it the monthly cap.
"""

from __future__ import annotations

from datetime import date

import msgspec

from ads.ledger import Ledger


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Minor units a day and a month; 0 is none."""

    currency: str
    daily: int
    monthly: int
    approval_pct: float


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What a variation may spend a day now and then, minor units; 0 is paused or not there.

    `pct` is how much more its budget becomes, whether it runs or not (see `change_pct`). `possible` is the most that
    it may have then, if the platform still does what it was told earlier and did not answer.
    """

    variation: str
    before: int
    after: int
    pct: float
    currency: str
    approved: bool
    possible: int = 0

    @property
    def raises(self) -> bool:
        return self.after > self.before or self.pct > 0


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is stable; `reason` is for people."""

    code: str
    reason: str


def too_large(caps: Caps, pct: float) -> Breach | None:
    """A step that is not made without an approval."""
    if pct <= caps.approval_pct:
        return None
    return Breach(code="ads.law.approval", reason=f"{pct:g} % more needs an approval; {caps.approval_pct:g} % does not")


def change_pct(before: int, after: int, day_ago: int | None = None) -> float:
    """How much more, in per cent: of the budget before, or of the one of a day ago if that makes it more.

    So many small steps are one large one. Nothing for less; a hundred from nothing.
    """
    bases = [before] if day_ago is None else [before, day_ago]
    return max(_pct(base, after) for base in bases) if after > before else 0.0


def _pct(before: int, after: int) -> float:
    if after <= before:
        return 0.0
    return round((after - before) * 100 / before, 4) if before else 100.0


def breach(caps: Caps, ledger: Ledger, step: Step, today: date) -> Breach | None:
    """What forbids the step, if anything does."""
    if not step.raises:
        return None
    if step.currency != caps.currency:
        return Breach(code="ads.law.currency", reason=f"the budget is in {step.currency}, the caps in {caps.currency}")
    if caps.daily <= 0 or caps.monthly <= 0:
        return Breach(code="ads.law.no_cap", reason="no cap, no launch: set a daily and a monthly cap first")
    if not step.approved and (breach := too_large(caps, step.pct)) is not None:
        return breach
    after = ledger.with_budget(step.variation, max(step.after, step.possible), today)
    if max(after.live_total, after.exposure(today)) > caps.daily:
        return Breach(code="ads.law.daily_cap", reason="it would go over the daily cap")
    if after.month(today) > caps.monthly:
        return Breach(code="ads.law.monthly_cap", reason="it would go over the monthly cap")
    return None


def room(caps: Caps, ledger: Ledger, variation: str, today: date) -> int:
    """The largest budget that the law lets this variation have today; never less than it has."""
    now = ledger.at(today)
    mine = now.live.get(variation, 0)
    standing = now.days.get(today.isoformat(), {}).get(variation, 0)
    said = now.reported.get(today.isoformat(), {}).get(variation, 0)
    counted = max(standing, said)
    exposure, month = now.exposure(today), now.month(today)
    by_live = caps.daily - (now.live_total - mine)
    by_day = caps.daily - (exposure - counted)
    by_month = caps.monthly - (month - counted)
    return max(mine, min(by_live, by_day, by_month))
