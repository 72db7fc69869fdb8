"""What happens to a deposit when a customer cancels or moves: data on the offer, else on the business. Pure.

    {"refund": [{"notice_hours": 24, "percent": 100}, {"notice_hours": 4, "percent": 50}],
     "move": {"notice_hours": 12, "times": 2}}

Less notice than every row asks for: nothing is refunded. When the business itself cancels, all is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from bookings.errors import BadSetting
from engine.currency import unit


class Refund(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    notice_hours: float
    percent: int


class Move(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    notice_hours: float = 12
    times: int = 2


class Policy(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    refund: tuple[Refund, ...] = (Refund(24, 100),)
    move: Move = Move()


By = Literal["customer", "business"]


class Split(msgspec.Struct, frozen=True):
    """What goes back and what stays, in minor units; together they are what was paid."""

    refund: int
    kept: int


def read(stored: dict[str, Any] | None, where: str = "policy") -> Policy:
    """The policy of its stored form; the default one when there is none."""
    if stored is None:
        return Policy()
    try:
        policy = msgspec.convert(stored, Policy)
    except msgspec.ValidationError as error:
        raise BadSetting(where, str(error)) from error
    for row in policy.refund:
        if not 0 <= row.percent <= 100 or row.notice_hours < 0:
            raise BadSetting(where, "a refund is 0 to 100 percent for a notice of 0 hours or more", "refund")
    if policy.move.notice_hours < 0 or policy.move.times < 0:
        raise BadSetting(where, "moving needs a notice and a number of times of 0 or more", "move")
    return policy


def on_cancel(
    policy: Policy, paid: int, *, start: datetime, now: datetime, by: By, currency: str = "KES"
) -> Split:  # fmt: skip
    """How a paid deposit is split. Parts of a whole shilling are rounded up for the customer.

    Amounts are in minor units; M-Pesa moves whole shillings only, hence the rounding to whole units.
    """
    percent = 100 if by == "business" else _percent(policy, start - now)
    whole = unit(currency)
    refund = -(-paid * percent // 100)
    refund = min(paid, -(-refund // whole) * whole)
    return Split(refund, paid - refund)


def on_move(policy: Policy, moved: int, *, start: datetime, now: datetime) -> Literal["", "too_late", "too_often"]:
    """Why a booking cannot be moved by the customer; empty when it can."""
    if start - now < timedelta(hours=policy.move.notice_hours):
        return "too_late"
    return "too_often" if moved >= policy.move.times else ""


def _percent(policy: Policy, notice: timedelta) -> int:
    met = [row for row in policy.refund if notice >= timedelta(hours=row.notice_hours)]
    return max(met, key=lambda row: row.notice_hours).percent if met else 0
