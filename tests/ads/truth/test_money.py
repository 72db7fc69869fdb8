"""Revenue, margin and profit of a variation by the hour it came and by the hour of its click."""

from __future__ import annotations

from datetime import datetime, timedelta

from ads import hours
from ads.hours import Named
from ads.platform import Hour
from ads.truth import money
from ads.truth.events import Credit, Happened, kept
from ads.truth.way import way
from tests.ads.truth.conftest import NOW, Clinic, kes, referral

DAY = timedelta(days=1)


async def spent(clinic: Clinic, hour: datetime, amount: int) -> None:
    named = {"s1": Named(variation="vA", campaign="c1", currency="KES")}
    rows = [Hour(external="s1", hour=hour, spend=kes(amount), impressions=10, clicks=1)]
    await clinic.store.commit(list((await hours.absorb(clinic.store, "meta", rows, named, hour)).ops))


async def test_late_money_counts_in_the_hour_it_came_and_in_the_hour_of_its_click(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await spent(clinic, NOW, 20_000)
    clinic.wait(days=5, hours=3)
    await clinic.books(contact)
    await clinic.pays(contact)
    since, until = NOW - DAY, NOW + 10 * DAY
    cohort = [each for each in await money.hourly(clinic.store, "vA", since, until, "KES") if each.revenue]
    came = await money.hourly(clinic.store, "vA", since, until, "KES", by="arrival")
    assert [(each.hour, each.revenue, each.profit) for each in cohort] == [(NOW, 50_000, 30_000)]
    assert [(each.hour, each.revenue) for each in came if each.revenue] == [
        (NOW + 5 * DAY + timedelta(hours=3), 50_000)
    ]


async def test_profit_is_the_margin_of_verified_money_less_what_the_platform_took(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await spent(clinic, NOW, 20_000)
    await clinic.books(contact)
    await clinic.pays(contact)

    def margin(offer: str, revenue: int) -> int:
        assert offer == "cleaning"
        return revenue * 6 // 10

    found = (await money.measured(clinic.store, NOW, NOW + DAY, "KES", margin=margin))["vA"]
    assert (found.revenue, found.margin, found.spend, found.profit) == (50_000, 30_000, 20_000, 10_000)
    assert (found.count("conversation"), found.count("booking"), found.count("payment")) == (1, 1, 1)


async def test_a_refund_lowers_revenue_and_is_named(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    await clinic.books(contact)
    await clinic.pays(contact)
    await clinic.do("bookings.cancel", contact, booking="b1", by="customer")
    found = (await money.measured(clinic.store, NOW, NOW + DAY, "KES"))["vA"]
    assert (found.revenue, found.refunds, found.margin) == (0, 50_000, 0)


async def test_a_variation_that_only_spends_is_there_with_its_loss(clinic: Clinic) -> None:
    await spent(clinic, NOW, 20_000)
    found = await money.measured(clinic.store, NOW, NOW + DAY, "KES")
    assert found["vA"].profit == -20_000


async def test_money_of_another_currency_is_named_and_never_added_up(clinic: Clinic) -> None:
    credit = Credit(campaign="c1", variation="vA", clicked_at=NOW, by="tag")
    for key, currency in (("p1", "KES"), ("p2", "USD")):
        paid = Happened(kind="payment", key=key, at=NOW, value=1000, currency=currency, credit=credit)
        await clinic.store.commit([kept(clinic.store.id, paid)])
    found = (await money.measured(clinic.store, NOW, NOW + DAY, "KES"))["vA"]
    assert (found.revenue, found.others) == (1000, {"USD": 1000})


async def test_a_leads_way_is_one_query(clinic: Clinic) -> None:
    contact = await clinic.writes(referral=referral())
    clinic.wait(minutes=1)
    await clinic.books(contact)
    clinic.wait(minutes=1)
    await clinic.pays(contact)
    steps = await way(clinic.store, contact)
    assert [(step.kind, step.variation, step.net) for step in steps] == [
        ("conversation", "vA", 0), ("booking", "vA", 0), ("payment", "vA", 50_000),
    ]  # fmt: skip
