"""What a variation remembers of an amount that changes now and then: its budget, its bid; each by itself.

Steps of one day count as one, and a platform is told only so often in an hour.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_STEPS_KEPT = timedelta(days=90)  # what ran at which budget is asked by the statistics
_SENT_KEPT = timedelta(hours=2)


class Amount(msgspec.Struct, frozen=True, kw_only=True):
    """The variation's fields: the amount itself, its steps, when it was sent to the platform, when it changed last."""

    now: str
    steps: str
    sent: str
    changed_at: str


BUDGET = Amount(now="budget", steps="steps", sent="sent", changed_at="changed_at")
BID = Amount(now="bid", steps="bid_steps", sent="bid_sent", changed_at="bid_changed_at")


def day_ago(amount: Amount, variation: Mapping[str, Any], now: datetime) -> int | None:
    """What it was a day ago, if it was changed since."""
    steps = [step for step in variation.get(amount.steps) or [] if step["at"] > now - _DAY]
    return steps[0]["before"] if steps else None


def highest(before: int, ago: int | None, pct: float) -> int:
    """What a step of so many per cent leads to at most, counted as the guardrail counts: steps of one day are one."""
    return more(before if ago is None else min(before, ago), pct)


def changes_last_hour(amount: Amount, variation: Mapping[str, Any], now: datetime) -> int:
    """How often it was sent to the platform in the last hour, made or not."""
    return sum(1 for at in variation.get(amount.sent) or [] if at > now - _HOUR)


def sent(amount: Amount, variation: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """What is remembered when it is sent to the platform."""
    return {amount.sent: [*(at for at in variation.get(amount.sent) or [] if at > now - _SENT_KEPT), now]}


def changed(amount: Amount, variation: Mapping[str, Any], after: int | None, now: datetime) -> dict[str, Any]:
    """What is remembered of a change that was just made; nothing if there was none."""
    before = variation.get(amount.now, 0)
    if before == after:
        return {}
    kept = [step for step in variation.get(amount.steps) or [] if step["at"] > now - _STEPS_KEPT]
    return {amount.steps: [*kept, {"at": now, "before": before, "after": after}], amount.changed_at: now}


def more(amount: int, pct: float) -> int:
    """So many per cent more of it, rounded down."""
    return int(Decimal(amount) * (1 + Decimal(str(pct)) / 100))
