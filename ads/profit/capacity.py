"""How many orders can still be served, and so how many leads and how much advertising may be bought at most.

A lead that cannot be served is worse than none: it was paid for, and a customer was disappointed. So the limits are
rounded downwards, and what is unknown counts against buying.
"""

from __future__ import annotations

import math

import msgspec

from ads.profit.figure import Figure, percent, shown
from ads.profit.offer import BadOffer
from engine.values import Money


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """What may still be bought. `spend` is for the whole period that the places are of."""

    orders: Figure
    leads: Figure
    spend: Figure

    @property
    def full(self) -> bool:
        return not self.orders.value


def capacity(
    *, places: int, taken: int, under_way: int, lead_books: float, cpa: Money, no_show_rate: float = 0.0
) -> Capacity:
    """`places` in the period, `taken` by bookings, `under_way`: leads that have not decided yet.

    `lead_books` is the share of leads that end in an order, `cpa` what an order costs in ads (Max CPA while it is not
    known). No-shows do not free a place that could be sold again, so they are named but not sold.
    Raises BadOffer.
    """
    _checked(places, taken, under_way, lead_books, no_show_rate, cpa)
    expected = math.ceil(under_way * lead_books)
    left = max(0, places - taken - expected)
    most = math.floor(left / lead_books + 1e-9) if lead_books else 0
    spend = Money(left * cpa.amount, cpa.currency)
    inputs = {"places": places, "taken": taken, "under_way": under_way, "lead_books": lead_books, "cpa": cpa}
    full = "Nothing more may be bought until there is room." if not left else ""
    orders = (
        f"Of {places} places {taken} are taken, and {expected} will likely go to the {under_way} leads that are being "
        f"talked with; {left} can still be sold. {full}"
    ).strip()
    leads = (
        f"{percent(lead_books)} of leads end in an order, so at most {most} more leads can be served."
        if lead_books
        else "No lead has ended in an order yet, so it cannot be said how many could be served; none is bought blindly."
    )
    spent = f"{left} orders at {shown(cpa)} each: at most {shown(spend)} of ads until the places are gone."
    return Capacity(
        orders=Figure(name="capacity_left", value=left, sentence=orders, inputs=inputs),
        leads=Figure(name="leads_left", value=most, sentence=leads, inputs=inputs),
        spend=Figure(name="spend_left", value=spend, sentence=spent, inputs=inputs),
    )


def _checked(places: int, taken: int, under_way: int, lead_books: float, no_show_rate: float, cpa: Money) -> None:
    for field, count in (("places", places), ("taken", taken), ("under_way", under_way)):
        if count < 0:
            raise BadOffer("negative-count", field, f"{count} is no number of them.", "Count from 0.", given=count)
    for field, share in (("lead_books", lead_books), ("no_show_rate", no_show_rate)):
        if not (math.isfinite(share) and 0 <= share <= 1):
            raise BadOffer("not-a-share", field, f"{share} is not a share.", "Give 0.25 for one in four.", given=share)
    if cpa.amount < 0:
        raise BadOffer("negative-amount", "cpa", "An amount cannot be negative.", "Give it without its sign.")
