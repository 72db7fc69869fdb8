"""What ads ask of a store is answered alike by SQLite and by MongoDB: measuring, hours, changes, reports."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from ads import hours
from ads.adverts import Ours
from ads.platform import Hour
from ads.report.reading import report
from ads.truth import daily, money, reconciling
from ads.truth.events import Credit, Happened, Kind, kept
from ads.truth.way import way
from engine.values import Money
from storage.base import BaseStore
from storage.collections import COLLECTIONS, Catalogue
from storage.store import Insert
from storage.vault import Vault
from tests.ads.autopilot.fuzzing import Fuzz
from tests.ads.autopilot.pilot import ORG as SALON
from tests.ads.autopilot.pilot import Pilot
from tests.ads.truth.conftest import ORG, Clinic
from tests.storage.conftest import mongodb, store

__all__ = ("mongodb", "store")


@pytest.fixture
def catalogue() -> Catalogue:
    return COLLECTIONS


DAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 9, tzinfo=UTC)  # in Nairobi
NOW = datetime(2026, 11, 21, 4, tzinfo=UTC)
WEEK = (NOON - timedelta(days=7), NOON + timedelta(days=1))


def happened(kind: Kind, key: str, at: datetime, *, variation: str = "v1", value: int = 0, after: int = 0, **more: str):
    """`after`: so many days after the click."""
    clicked = at - timedelta(days=after)
    credit = Credit(platform="meta", campaign="c1", variation=variation, clicked_at=clicked, by="tag")
    return kept(ORG, Happened(kind=kind, key=key, at=at, value=value, credit=credit if variation else Credit(),
                              **{"currency": "KES", "offer": "o1", **more}))  # fmt: skip


async def filled(store: BaseStore) -> None:
    own = store.org(ORG)
    await store.commit([Insert("orgs", {"_id": ORG, "name": "Clinic", "zone": "Africa/Nairobi", "currency": "KES"})])
    await own.commit([
        Insert("campaigns", {"_id": "c1", "name": "Cleaning", "platform": "meta", "offer": "o1", "currency": "KES",
                             "state": "active", "at": NOON}),
        Insert("variations", {"_id": "v1", "campaign": "c1", "angle": "A", "status": "active", "at": NOON,
                              "external": {"ad": "1202", "adset": "77"}}),
        Insert("ad_intents", {"_id": "i1", "campaign": "c1", "variation": "v1", "kind": "pause", "state": "asking",
                              "at": NOON}),
        Insert("ad_intents", {"_id": "i2", "campaign": "c1", "variation": "v1", "kind": "pause", "state": "done",
                              "at": NOON}),
        happened("conversation", "1", NOON, contact="p1"),
        happened("booking", "2", NOON + timedelta(minutes=1), contact="p1", value=300_000),
        happened("payment", "3", NOON + timedelta(hours=1), contact="p1", value=50_000, after=2),
        happened("payment", "3", NOON, value=99),  # told again: it is known
        happened("refund", "4", NOON + timedelta(hours=2), value=20_000, after=9),
        happened("payment", "5", NOON, value=7_000, variation=""),
        happened("payment", "6", NOON, value=500, currency="USD"),
    ])  # fmt: skip


async def test_a_day_is_measured_and_reported(store: BaseStore) -> None:
    await filled(store)
    own = store.org(ORG)
    day = await daily.report(own, DAY, "Africa/Nairobi", "KES", back=7)
    assert {id: each.revenue for id, each in day.variations.items()} == {"v1": 30_000, "": 7_000}
    assert {id: each.revenue for id, each in day.cohorts.items()} == {"v1": 50_000, "": 7_000}
    assert [(each.hour, each.revenue) for each in day.hours] == [
        ("2026-11-20T12", 7_000), ("2026-11-20T13", 50_000), ("2026-11-20T14", -20_000),
    ]  # fmt: skip
    assert day.variations["v1"].others == {"USD": 500}
    found = await report(own, await store.get("orgs", ORG) or {}, DAY, NOW)
    assert [line.variation for line in found.lines] == ["v1"]
    assert ([deed.id for deed in found.done], [deed.id for deed in found.proposed]) == (["i2"], ["i1"])


async def test_a_campaign_a_variation_and_a_person_are_measured(store: BaseStore) -> None:
    await filled(store)
    own = store.org(ORG)
    of_campaign = await money.measured(own, *WEEK, "KES", campaign="c1")
    assert of_campaign["v1"].counts == {"conversation": 1, "booking": 1, "payment": 2}
    hourly = await money.hourly(own, "v1", *WEEK, "KES")
    assert [each.revenue for each in hourly] == [50_000, 0]
    assert (await reconciling.reconciled(own, NOW + timedelta(days=9), campaign="c1")).measured == 2
    assert (await reconciling.trusted(own, NOON + timedelta(hours=3), campaign="c1")).seen == 1
    assert [step.kind for step in await way(own, "p1")] == ["conversation", "booking", "payment"]
    placed = await Ours().placed(own, {"ad": "77"})
    assert placed is not None
    assert placed.variation == "v1"


def hour(back: int, spend: int, *, currency: str = "KES") -> Hour:
    return Hour(external="77", hour=NOON - timedelta(hours=back), spend=Money(spend, currency), impressions=100,
                clicks=4, conversions=0.5)  # fmt: skip


async def test_platforms_hours_are_taken_in_once_and_corrected(store: BaseStore) -> None:
    own, named = (
        store.org(ORG),
        {"77": hours.Named(variation="v1", campaign="c1", currency="KES", machine="variation:v1")},
    )
    first = await hours.absorb(own, "meta", [hour(3, 100), hour(2, 100), hour(1, 100, currency="USD")], named, NOON)
    await own.commit(first.ops)
    assert (first.fresh, [each.why for each in first.refused]) == (2, ["currency"])
    again = await hours.absorb(own, "meta", [hour(3, 150), hour(2, 40)], named, NOON)
    await own.commit(again.ops)
    assert (again.grown, [each.why for each in again.corrections]) == (1, ["shrunk"])
    total = (await hours.sums(own, *WEEK, campaign="c1"))["v1"]
    assert (total.spend, total.impressions, total.conversions, total.hours) == (190, 200, 1.0, 2)
    assert [each.spend for each in await hours.of_variation(own, "v1", *WEEK)] == [150, 40]
    assert await hours.latest(own, "v1") == NOON


async def test_a_persons_way_from_the_page_to_money_is_noted(store: BaseStore) -> None:
    clinic = await Clinic(store, Vault(store, [b"k" * 32])).open()
    await clinic.visit("https://clinic.co.ke/?utm_content=vA&fbclid=abc")
    contact = await clinic.writes()
    await clinic.books(contact)
    await clinic.pays(contact)
    await clinic.do("bookings.cancel", contact, booking="b1")
    kinds = {event["kind"]: event["net"] for event in await clinic.events()}
    assert kinds == {"booking": 0, "payment": 50_000, "refund": -50_000, "conversation": 0}


async def test_a_change_is_proposed_made_and_taken_back(store: BaseStore) -> None:
    pilot = await Pilot(store).open()
    await pilot.launched(1000)
    wanted = await pilot.desk.propose(SALON, pilot.id_of("A"), "juma", budget=Money(120_000, "KES"))
    await pilot.idle()
    assert pilot.platform.live == 120_000
    await pilot.desk.rollback(SALON, wanted, "amina")
    await pilot.idle()
    assert pilot.platform.live == 100_000
    assert [each["state"] for each in await pilot.intents()] == ["done", "done", "done"]
    assert await pilot.dead() == []
    await pilot.close()


@pytest.mark.soak
@pytest.mark.timeout(3000)
async def test_fuzzed_steps_break_nothing(store: BaseStore) -> None:
    pilot = await Pilot(store).open()
    fuzz = Fuzz(pilot, 3)
    await fuzz.begin()
    await fuzz.run(30)
    await pilot.close()
    assert fuzz.steps == 30
