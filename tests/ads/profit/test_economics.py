"""What an order leaves, what it may cost in ads, and how many can be served."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ads.profit import BadOffer, Costs, capacity, economics
from engine.values import Money


def kes(amount: float) -> Money:
    return Money(round(amount * 100), "KES")


BRAIDS = Costs(
    price=kes(3000), cost=kes(1200), fee_share=0.015, fee_fixed=kes(10), refund_rate=0.02,
    deposit=kes(500), no_show_rate=0.1, safety=0.8,
)  # fmt: skip


def test_an_offer_by_hand():
    # comes (90 %): 98 % of 3000, less 1200, less 1.5 % of 3000 and two payments of 10; does not (10 %): 500 less 17.50
    found = economics(BRAIDS)
    assert found.revenue.value == kes(0.9 * 0.98 * 3000 + 0.1 * 500)
    assert found.margin.value == kes(0.9 * (0.98 * 3000 - 1200 - 45 - 20) + 0.1 * (500 - 17.5))
    assert found.max_cpa.value == Money(int(found.margin.value.amount * 0.8), "KES")
    assert found.break_even_roas.value == pytest.approx(2696 / 1555.75, abs=1e-4)
    assert found.target_roas.value == pytest.approx(2696 / (1555.75 * 0.8), abs=1e-4)
    assert found.pays


def test_each_figure_says_what_it_is_and_of_what():
    for figure in economics(BRAIDS).figures:
        assert figure.sentence.endswith(".")
        assert figure.inputs["price"] == kes(3000)
    said = economics(BRAIDS)
    assert "KES 1,244.60" in said.max_cpa.sentence
    assert "80 %" in said.max_cpa.sentence
    assert "10 % do not come and 2 % get their money back" in said.revenue.sentence


def test_a_deposit_that_is_given_back_earns_nothing_and_still_costs_its_fee():
    kept, given = economics(BRAIDS), economics(msgspec.structs.replace(BRAIDS, keeps_deposit=False))
    assert kept.margin.value - given.margin.value == kes(50)


def test_an_offer_that_loses_money_may_cost_nothing_and_has_no_roas():
    found = economics(msgspec.structs.replace(BRAIDS, cost=kes(3200)))
    assert found.max_cpa.value == kes(0)
    assert found.break_even_roas.value is None
    assert not found.pays
    assert "loses money" in found.margin.sentence


def test_currencies_without_cents_are_whole():
    found = economics(Costs(price=Money(50_000, "UGX"), cost=Money(20_001, "UGX"), fee_share=0.03))
    assert found.margin.value == Money(28_499, "UGX")
    assert "UGX 28,499" in found.margin.sentence


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"price": kes(0)}, "no-price"),
        ({"cost": kes(-1)}, "negative-amount"),
        ({"cost": Money(100, "USD")}, "mixed-currencies"),
        ({"deposit": kes(3001)}, "deposit-above-price"),
        ({"refund_rate": 1.01}, "not-a-share"),
        ({"no_show_rate": float("nan")}, "not-a-share"),
        ({"fee_share": -0.1}, "not-a-share"),
        ({"safety": 0}, "not-a-safety"),
    ],
)
def test_what_cannot_be_is_refused_with_a_code_and_a_remedy(change, code):
    with pytest.raises(BadOffer) as refused:
        economics(msgspec.structs.replace(BRAIDS, **change))
    assert refused.value.code == code
    assert refused.value.remedy


shares = st.floats(0, 1).map(lambda share: round(share, 3))
offers = st.builds(
    lambda price, cost, fee, fixed, refund, part, gone, keeps, safety: Costs(
        price=Money(price, "KES"), cost=Money(cost, "KES"), fee_share=fee, fee_fixed=Money(fixed, "KES"),
        refund_rate=refund, deposit=Money(int(price * part), "KES"), no_show_rate=gone, keeps_deposit=keeps,
        safety=safety,
    ),
    st.integers(1, 10**9), st.integers(0, 10**9), shares, st.integers(0, 10**4), shares, shares, shares, st.booleans(),
    st.floats(0.01, 1).map(lambda share: round(share, 3)),
)  # fmt: skip


@given(offers)
def test_the_figures_agree_with_each_other_and_rounding_never_flatters(costs):
    found = economics(costs)
    revenue, margin, cpa = (figure.value.amount for figure in (found.revenue, found.margin, found.max_cpa))
    assert margin <= revenue <= costs.price.amount
    assert 0 <= cpa <= max(margin, 0)
    roas = found.break_even_roas.value
    if roas is not None and margin > 1000:
        assert roas * (margin + 1) >= revenue
        assert found.target_roas.value >= roas


@given(offers)
def test_costing_more_never_earns_more(costs):
    dearer = msgspec.structs.replace(costs, cost=costs.cost + Money(100, "KES"))
    assert economics(dearer).margin.value <= economics(costs).margin.value


def test_no_leads_are_bought_that_cannot_be_served():
    left = capacity(places=40, taken=25, under_way=12, lead_books=0.25, cpa=kes(600))
    assert left.orders.value == 40 - 25 - 3
    assert left.leads.value == 48
    assert left.spend.value == kes(7200)
    assert not left.full


def test_full_is_full_and_said_so():
    left = capacity(places=10, taken=9, under_way=4, lead_books=0.25, cpa=kes(600))
    assert (left.orders.value, left.leads.value, left.spend.value) == (0, 0, kes(0))
    assert left.full
    assert "until there is room" in left.orders.sentence


def test_who_has_sold_nothing_yet_does_not_know_what_could_be_served():
    left = capacity(places=10, taken=0, under_way=50, lead_books=0, cpa=kes(600))
    assert left.leads.value == 0
    assert "none is bought blindly" in left.leads.sentence


@given(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500), st.floats(0.001, 1))
def test_what_is_bought_is_served_on_average(places, taken, under_way, books):
    left = capacity(places=places, taken=taken, under_way=under_way, lead_books=books, cpa=kes(1))
    assert left.orders.value >= 0
    if left.leads.value:
        assert left.leads.value * books + under_way * books + taken <= places + 1e-6


def test_a_capacity_that_cannot_be_is_refused():
    with pytest.raises(BadOffer):
        capacity(places=-1, taken=0, under_way=0, lead_books=0.1, cpa=kes(1))
    with pytest.raises(BadOffer):
        capacity(places=1, taken=0, under_way=0, lead_books=1.1, cpa=kes(1))
