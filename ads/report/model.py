"""A day of ads as a value: everything that the page, the PDF and the WhatsApp message say. Amounts are `Money`."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from engine.values import Money

Verdict = Literal["worked", "did_not", "too_early", "unknown"]


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What a stretch of time came to. `bookings` and `revenue` are what the server measured, the rest is reported.
    Where nothing is booked, the payments stand for bookings.

    `revenue` is verified money less refunds; `earned` what of it stays after the offer's costs and after the ads, or,
    where costs are not known, after the ads alone.
    """

    spend: Money
    revenue: Money
    earned: Money
    impressions: int = 0
    clicks: int = 0
    conversations: int = 0
    bookings: int = 0
    claimed: float = 0.0  # conversions that the platform says it brought

    @property
    def cost(self) -> Money | None:
        """Of a booking; None while there is none."""
        return Money(round(self.spend.amount / self.bookings), self.spend.currency) if self.bookings else None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One variation: the day, and the week up to it, by which it is judged.

    `low` and `high` bound the bookings that such a week would bring nine times in ten, were it repeated. `gap` is a
    code of what is wrong with its data: late, hours, currency, none; "" where nothing is.
    """

    campaign: str
    campaign_name: str
    variation: str
    angle: str
    platform: str
    state: str
    day: Figures
    week: Figures
    low: float
    high: float
    verdict: Verdict
    gap: str = ""
    hours_missing: int = 0


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """A change that was made, held back or is wanted. `state` is the intent's; the reason is the table's own."""

    id: str
    campaign_name: str
    angle: str
    kind: str
    state: str
    by_person: bool
    at: datetime
    reason: str
    before: Money | None = None
    after: Money | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One business, one day of its clock. `made` is when it was read: later money and later reports are not in it."""

    org: str
    business: str
    day: date
    zone: str
    made: datetime
    total: Figures
    lines: tuple[Line, ...]
    done: tuple[Deed, ...]
    proposed: tuple[Deed, ...]
    costs_known: bool
    unattributed: Money  # verified money of the day that no ad of ours is known to have brought
    others: tuple[Money, ...] = ()  # verified money in other currencies, which no sum mixes in
    complete: bool = True  # False: the day was not over when it was read

    def of(self, verdict: Verdict) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.verdict == verdict)

    @property
    def gaps(self) -> tuple[Line, ...]:
        return tuple(line for line in self.lines if line.gap)
