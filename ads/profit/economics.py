"""From an offer to the figures that every ad decision rests on: margin, Max CPA, break-even ROAS.

A conversion is an order that was paid for (or booked, where nothing is paid ahead). Per conversion:

    revenue = shows × (1 − refunds) × price + no-shows × deposit kept
    margin  = revenue − shows × cost − fees of all payments
    max CPA = margin × safety          an order that costs more in ads than its margin loses money
    break-even ROAS = revenue / margin a campaign below it loses money
    target ROAS     = revenue / max CPA

Computed exactly (fractions), rounded once at the end: margin and Max CPA downwards, ROAS upwards, so that rounding
never makes an order look better than it is.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import msgspec

from ads.profit.figure import Figure, percent, shown
from ads.profit.offer import Costs, checked
from engine.values import Money


class Economics(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one offer. ROAS is None where no ad can pay."""

    revenue: Figure
    margin: Figure
    max_cpa: Figure
    break_even_roas: Figure
    target_roas: Figure

    @property
    def pays(self) -> bool:
        """Whether any ad for it can earn money."""
        return isinstance(self.max_cpa.value, Money) and self.max_cpa.value.amount > 0

    @property
    def figures(self) -> tuple[Figure, ...]:
        return self.revenue, self.margin, self.max_cpa, self.break_even_roas, self.target_roas


def economics(costs: Costs) -> Economics:
    """Raises BadOffer."""
    checked(costs)
    revenue, served, fees = _expected(costs)
    margin = revenue - served - fees
    cpa = max(Fraction(0), margin * _exact(costs.safety))
    return Economics(
        revenue=_revenue(costs, revenue),
        margin=_margin(costs, revenue, served, fees, margin),
        max_cpa=_max_cpa(costs, margin, cpa),
        break_even_roas=_roas("break_even_roas", costs, revenue, margin, "the margin is spent on ads"),
        target_roas=_roas("target_roas", costs, revenue, cpa, "the safety margin is kept"),
    )


def _exact(number: float) -> Fraction:
    """0.03 is meant as 3/100, not as the float nearest to it."""
    return Fraction(str(number))


def _expected(costs: Costs) -> tuple[Fraction, Fraction, Fraction]:
    """Revenue, cost of serving and payment fees of one conversion, on average, in minor units."""
    price = costs.price.amount
    deposit = costs.deposit.amount if costs.deposit else 0
    gone = _exact(costs.no_show_rate)
    comes = 1 - gone
    kept = deposit if costs.keeps_deposit else 0
    revenue = comes * (1 - _exact(costs.refund_rate)) * price + gone * kept
    fixed = costs.fee_fixed.amount if costs.fee_fixed else 0
    share = _exact(costs.fee_share)
    rest = price - deposit
    payments_of_one_who_comes = (1 if deposit else 0) + (1 if rest else 0)
    fees = comes * (share * price + fixed * payments_of_one_who_comes)
    fees += gone * (share * deposit + (fixed if deposit else 0))
    return revenue, comes * costs.cost.amount, fees


def _money(amount: Fraction, currency: str) -> Money:
    return Money(amount.numerator // amount.denominator, currency)


def _inputs(costs: Costs) -> dict[str, Any]:
    return msgspec.structs.asdict(costs)


def _revenue(costs: Costs, revenue: Fraction) -> Figure:
    value = _money(revenue, costs.price.currency)
    lost = []
    if costs.no_show_rate:
        lost.append(f"{percent(costs.no_show_rate)} do not come")
    if costs.refund_rate:
        lost.append(f"{percent(costs.refund_rate)} get their money back")
    why = f", since {' and '.join(lost)}" if lost else ""
    sentence = f"An order at {shown(costs.price)} brings in {shown(value)} on average{why}."
    return Figure(name="revenue", value=value, sentence=sentence, inputs=_inputs(costs))


def _margin(costs: Costs, revenue: Fraction, served: Fraction, fees: Fraction, margin: Fraction) -> Figure:
    currency = costs.price.currency
    value = _money(margin, currency)
    sentence = (
        f"Of {shown(_money(revenue, currency))}, serving the customer takes {shown(_money(served, currency))} and "
        f"payment fees {shown(_money(fees, currency))}; {shown(value)} is left to pay for ads and to earn."
    )
    if margin <= 0:
        sentence += " Nothing is left, so every order loses money before any ad is paid."
    return Figure(name="margin", value=value, sentence=sentence, inputs=_inputs(costs))


def _max_cpa(costs: Costs, margin: Fraction, cpa: Fraction) -> Figure:
    currency = costs.price.currency
    value = _money(cpa, currency)
    if not value.amount:
        sentence = "No ad can pay for this offer: raise its price or lower its costs first."
    else:
        sentence = (
            f"An order may cost at most {shown(value)} in ads: {percent(costs.safety)} of the margin of "
            f"{shown(_money(margin, currency))}. The rest is your safety."
        )
    return Figure(
        name="max_cpa", value=value, sentence=sentence, inputs={**_inputs(costs), "margin": margin_of(margin)}
    )


def margin_of(margin: Fraction) -> int:
    """In minor units, rounded downwards as everywhere here."""
    return margin.numerator // margin.denominator


def _roas(name: str, costs: Costs, revenue: Fraction, spendable: Fraction, when: str) -> Figure:
    inputs = {**_inputs(costs), "revenue": margin_of(revenue), "spendable": margin_of(spendable)}
    if spendable <= 0:
        sentence = "There is no such ROAS: no revenue pays for ads where no margin is left."
        return Figure(name=name, value=None, sentence=sentence, inputs=inputs)
    ratio = revenue / spendable
    value = float(Fraction(-((-ratio * 10_000) // 1), 10_000))  # four decimals, upwards
    unit = costs.price.currency
    sentence = f"{unit} 1 of ads must bring in {unit} {value:.4g} or more; then {when} and nothing is lost."
    return Figure(name=name, value=value, sentence=sentence, inputs=inputs)
