"""What an offer brings in and costs, as the owner states it; refused where it cannot be."""

from __future__ import annotations

import math

import msgspec

from engine.values import Money


class BadOffer(ValueError):
    """A statement about an offer that cannot be true. `code` is stable; `field` is what to correct."""

    def __init__(self, code: str, field: str, reason: str, remedy: str, **blanks: object) -> None:
        super().__init__(f"{field}: {reason} {remedy}")
        self.code, self.field, self.reason, self.remedy = code, field, reason, remedy
        self.blanks = {name: str(value) for name, value in blanks.items()}  # for the sentence in another language


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """One sale of an offer. Amounts are in minor units of one currency, shares lie between 0 and 1.

    `cost` is what serving one customer costs (goods, wages, transport) and is spent only on who comes. Payment fees
    are a share of every payment plus a fixed amount, and are not given back with a refund.
    """

    price: Money
    cost: Money
    fee_share: float = 0.0
    fee_fixed: Money | None = None  # per payment
    refund_rate: float = 0.0  # of those who were served, how many get the price back
    deposit: Money | None = None  # paid on booking, counted in the price
    no_show_rate: float = 0.0  # of those who paid the deposit (or booked), how many never come
    keeps_deposit: bool = True  # of who does not come
    safety: float = 0.8  # which share of the margin may be spent on winning the order


def checked(costs: Costs) -> Costs:
    """The same costs, or BadOffer with what cannot be."""
    for field in ("price", "cost", "fee_fixed", "deposit"):
        amount: Money | None = getattr(costs, field)
        if amount is None:
            continue
        if amount.amount < 0:
            raise BadOffer("negative-amount", field, "An amount cannot be negative.", "Give it without its sign.")
        if amount.currency != costs.price.currency:
            said = f"It is in {amount.currency}, the price in {costs.price.currency}."
            raise BadOffer(
                "mixed-currencies",
                field,
                said,
                "Give all amounts of an offer in one currency.",
                given=amount.currency,
                own=costs.price.currency,
            )
    for field in ("fee_share", "refund_rate", "no_show_rate"):
        share: float = getattr(costs, field)
        if not (math.isfinite(share) and 0 <= share <= 1):
            raise BadOffer("not-a-share", field, f"{share} is not a share.", "Give 0.03 for 3 %.", given=share)
    if not (math.isfinite(costs.safety) and 0 < costs.safety <= 1):
        raise BadOffer(
            "not-a-safety",
            "safety",
            f"{costs.safety} is none.",
            "0.8 spends at most 80 % of the margin.",
            given=costs.safety,
        )
    if costs.price.amount == 0:
        raise BadOffer("no-price", "price", "What is given away earns nothing to advertise with.", "Give its price.")
    if costs.deposit is not None and costs.deposit.amount > costs.price.amount:
        raise BadOffer("deposit-above-price", "deposit", "It is more than the price.", "Lower it, or raise the price.")
    return costs
