"""What the platforms are told: in their own words, once, and never of somebody who does not want it."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from google.ads.googleads.v26.services.types.conversion_upload_service import UploadClickConversionsRequest
from google.protobuf.json_format import ParseDict

from ads.conversions import destinations, google, meta, tiktok
from ads.conversions.delivery import Delivery
from ads.conversions.destinations import Bases
from ads.conversions.message import Conversion, Destination, Person, Unsendable
from ads.conversions.sending import LIFECYCLE, Sender, follow
from ads.truth.watching import Watch
from composition.conversions import reach
from engine.model import Snapshot
from engine.values import Money
from runtime.verbs import Acted, Context, RetryLater
from sandbox.ads_conversions import AdsConversions
from sandbox.ads_faults import AdBehaviour
from sandbox.ads_market import Steady
from sandbox.ads_world import DEFAULT_AD_ACCOUNTS, AdWorld
from storage.store import Document, Update
from tests.ads.truth.conftest import ADS, NOW, Clinic, referral

TOKEN = "simulated-ads-token"
META = Destination(platform="meta", id="2000000002", token=TOKEN, page="1000000001")
GOOGLE = Destination(platform="google", id="7001002003", token=TOKEN, names={"payment": "42", "lead": "41"})
LEGACY = msgspec.structs.replace(GOOGLE, legacy=True, developer_token="simulated-developer-token", login="700")
TIKTOK = Destination(platform="tiktok", id="COQDA8RC77U2", token=TOKEN)
PERSON = Person(phone="+254712345678", email="Achieng@Gmail.com", first_name="Achieng", country="KE")
PAID = Conversion(
    id="payment-1", kind="payment", at=NOW, ids={"ctwa_clid": "ARA", "gclid": "G1", "ttclid": "E.C.P.1"},
    clicked_at=NOW, contact="c1", value=Money(50_000, "KES"), consent="granted", person=PERSON,
    page="https://clinic.ke/teeth",
)  # fmt: skip


class Told:
    """The simulated platforms, and a clinic whose events are told to them."""

    def __init__(self, clinic: Clinic, ears: AdsConversions, world: Any, http: httpx.AsyncClient, url: str) -> None:
        self.clinic, self.ears, self.world = clinic, ears, world
        base = Bases(
            meta=f"{url}/meta",
            google=f"{url}/google",
            google_legacy=f"{url}/google",
            tiktok=f"{url}/tiktok",
            google_token=f"{url}/google/token",
        )
        self.base = base
        self.sender = Sender(Delivery(http, base, lambda: clinic.now), reach)
        self.url = url
        clinic.watch = Watch(ADS, follow)

    async def to(self, *places: Destination) -> None:
        await self.clinic.store.commit([destinations.kept(self.clinic.vault, place, NOW) for place in places])

    async def paid(self, *, consent: str = "", **sender: Any) -> Document:
        contact = await self.clinic.writes(referral=referral(), **sender)
        await self.clinic.books(contact)
        await self.clinic.pays(contact)
        (event,) = await self.clinic.events("payment")
        if consent:
            await self.clinic.store.commit([Update("ad_events", event["_id"], {"set": {"consent": consent}})])
        return event

    async def send(self, event: Document) -> Acted:
        machine = Snapshot(machine="conversion:1", definition="h", name="conversion", state="telling", about={})
        ctx = Context(store=self.clinic.store, vault=self.clinic.vault, now=self.clinic.now, machine=machine, key="k")
        await self.clinic.vault.ensure(str(event["contact"]))
        acted = await self.sender.send(ctx, {"happening": event["_id"]})
        await self.clinic.store.commit(list(acted.ops))
        return acted

    def misbehave(self, platform: str, times: int | None = 1, **behaviour: Any) -> None:
        self.world.faults.choose(platform, AdBehaviour(**behaviour), times)

    def counted(self, platform: str = "meta", place: str = META.id) -> list[dict[str, Any]]:
        return self.ears.counted.get((platform, place), [])


@pytest.fixture
async def told(clinic: Clinic) -> AsyncIterator[Told]:
    world = AdWorld(DEFAULT_AD_ACCOUNTS, Steady(), lambda: clinic.now)
    ears = AdsConversions(world)
    app = web.Application()
    app.add_routes(ears.routes())
    async with TestServer(app) as server, httpx.AsyncClient(trust_env=False) as http:
        yield Told(clinic, ears, world, http, str(server.make_url("")).rstrip("/"))


def name_of(acted: Acted) -> str:
    assert acted.event is not None
    return acted.event.name


async def test_money_begins_a_lifecycle_only_where_the_business_tells_the_platform_that_brought_it(told: Told) -> None:
    async def starts() -> list[str]:
        (event,) = await told.clinic.events("payment")
        await told.clinic.store.commit([Update("ad_events", event["_id"], {"set": {"consent": ""}})])
        contact = event["contact"]
        before = await told.clinic.do("leads.note", contact, event="held")
        seen = await told.clinic.watch.seen("leads.note", _context(told, contact), {"event": "held"}, before)
        return [start.definition for start in seen.starts if start.definition == LIFECYCLE]

    await told.paid()
    assert await starts() == []
    await told.to(TIKTOK)
    assert await starts() == [], "another platform's business"
    await told.to(META)
    assert await starts() == [LIFECYCLE]


def _context(told: Told, contact: str) -> Context:
    machine = Snapshot(machine="m", definition="h", name="n", state="s", about={"contact": contact})
    return Context(store=told.clinic.store, vault=told.clinic.vault, now=told.clinic.now, machine=machine, key="k")


async def test_a_payment_is_told_to_meta_with_the_ads_own_click_id_and_nothing_else_of_the_person(told: Told) -> None:
    await told.to(META)
    assert name_of(await told.send(await told.paid())) == "conversions.sent"
    (event,) = told.counted()
    assert (event["event_name"], event["action_source"]) == ("Purchase", "business_messaging")
    assert event["user_data"] == {"ctwa_clid": "ARA_clid", "page_id": "1000000001"}
    assert event["custom_data"] == {"currency": "KES", "value": 500.0}


async def test_with_consent_phone_and_name_go_along_hashed(told: Told) -> None:
    await told.to(META)
    await told.send(await told.paid(consent="granted"))
    (event,) = told.counted()
    assert {"ph", "fn", "ln", "country", "external_id", "ctwa_clid"} <= set(event["user_data"])
    assert not any(word in json.dumps(event) for word in ("254712345678", "Achieng", "Odhiambo"))


async def test_whatever_is_repeated_is_counted_once(told: Told) -> None:
    await told.to(META)
    event = await told.paid()
    for _ in range(3):
        await told.send(event)
    assert (len(told.counted()), told.ears.repeated) == (1, 2)


@pytest.mark.parametrize("field", ["opted_out", "marketing_stopped"])
async def test_somebody_who_opted_out_is_not_told_of(told: Told, field: str) -> None:
    await told.to(META)
    event = await told.paid(consent="granted")
    await told.clinic.store.commit([Update("contacts", event["contact"], {"set": {field: True}})])
    acted = await told.send(event)
    assert acted.event is not None
    assert (acted.event.name, acted.event.data) == ("conversions.skipped", {"why": "refused"})
    assert told.counted() == []


async def test_who_said_no_to_being_measured_and_who_was_erased_are_not_told_of(told: Told) -> None:
    await told.to(META)
    event = await told.paid(consent="denied")
    assert name_of(await told.send(event)) == "conversions.skipped"
    await told.clinic.store.commit([Update("ad_events", event["_id"], {"set": {"consent": "granted"}})])
    await told.clinic.vault.forget(event["contact"])
    assert name_of(await told.send(event)) == "conversions.skipped"
    assert told.counted() == []


@pytest.mark.parametrize(
    "behaviour",
    [{"outage": 503}, {"lost_request": True}, {"lost_answer": True}, {"half_answer": True}, {"error": "80004"},
     {"error": "2"}],
    ids=["outage", "lost", "never", "half", "rate", "trouble"],
)  # fmt: skip
async def test_a_platform_that_answers_late_half_or_never_is_told_again_and_counts_once(
    told: Told, behaviour: dict[str, Any]
) -> None:
    await told.to(META)
    event = await told.paid()
    told.misbehave("meta", **behaviour)
    with pytest.raises(RetryLater):
        await told.send(event)
    assert name_of(await told.send(event)) == "conversions.sent"
    assert len(told.counted()) == 1


async def test_an_expired_token_is_noted_for_a_person_and_tried_again_for_a_while(told: Told) -> None:
    await told.to(META)
    event = await told.paid()
    told.misbehave("meta", token_expired=True)
    with pytest.raises(RetryLater) as later:
        await told.send(event)
    assert later.value.after == timedelta(hours=1)
    row = await destinations.told(told.clinic.store, "meta")
    assert row is not None
    assert row["trouble"] == "ads.meta.token"
    assert TOKEN not in json.dumps(row, default=str)


async def test_what_a_platform_will_never_take_is_given_up_with_its_reason(told: Told) -> None:
    await told.to(META)
    event = await told.paid()
    told.misbehave("meta", error="100")
    acted = await told.send(event)
    assert acted.event is not None
    assert (acted.event.name, acted.event.data["why"]) == ("conversions.refused", "ads.meta.refused")


async def test_an_event_older_than_a_week_is_not_sent_to_meta(told: Told) -> None:
    await told.to(META)
    event = await told.paid()
    told.clinic.wait(days=7)
    assert name_of(await told.send(event)) == "conversions.skipped"


async def test_no_secret_stands_in_logs_or_names(told: Told, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await told.to(META)
    event = await told.paid()
    told.misbehave("meta", lost_answer=True)
    with pytest.raises(RetryLater) as later:
        await told.send(event)
    assert TOKEN not in caplog.text + str(later.value) + repr(META)


@pytest.mark.parametrize(
    ("room", "place", "path"),
    [
        (meta, META, "/meta"),
        (google, GOOGLE, "/google"),
        (google, LEGACY, "/google"),
        (tiktok, TIKTOK, "/tiktok"),
    ],
    ids=["meta", "data-manager", "legacy", "tiktok"],
)
async def test_each_platform_takes_what_is_said_to_it_and_counts_a_repetition_once(
    told: Told, room: Any, place: Destination, path: str
) -> None:
    request = room.request(PAID, place, NOW)
    async with httpx.AsyncClient(trust_env=False) as http:
        for _ in range(2):
            answer = await http.post(
                f"{told.url}{path}{request.path}", json=request.body, headers=request.headers, params=request.params
            )
            legacy = {"legacy": True} if place.legacy else {}
            room.understood(answer.status_code, answer.json(), **legacy)
    assert (len(told.counted(place.platform, place.id)), told.ears.repeated) == (1, 1)


def test_googles_own_protos_take_the_older_upload() -> None:
    request = google.request(PAID, LEGACY, NOW)
    message = UploadClickConversionsRequest.pb()()
    ParseDict({**request.body, "customerId": LEGACY.id}, message)
    (conversion,) = message.conversions
    assert conversion.conversion_date_time == "2026-11-23 07:00:00+00:00"
    assert (conversion.order_id, conversion.gclid, conversion.conversion_value) == ("payment-1", "G1", 500.0)
    assert [len(each.hashed_email or each.hashed_phone_number) for each in conversion.user_identifiers] == [64, 64]
    assert request.headers["login-customer-id"] == "700"


def test_data_manager_is_told_in_its_own_words() -> None:
    body = google.request(PAID, GOOGLE, NOW).body
    (event,) = body["events"]
    assert body["destinations"] == [
        {"operatingAccount": {"accountType": "GOOGLE_ADS", "accountId": "7001002003"}, "productDestinationId": "42"}
    ]
    assert (body["encoding"], event["eventTimestamp"], event["transactionId"]) == (
        "HEX", "2026-11-23T07:00:00Z", "payment-1",
    )  # fmt: skip
    assert event["adIdentifiers"] == {"gclid": "G1"}
    assert event["consent"] == {"adUserData": "CONSENT_GRANTED"}


def test_tiktok_is_told_in_its_own_words() -> None:
    body = tiktok.request(PAID, TIKTOK, NOW).body
    (event,) = body["data"]
    assert (event["event"], event["event_id"], event["properties"]) == (
        "CompletePayment", "payment-1", {"value": 500.0, "currency": "KES"},
    )  # fmt: skip
    assert event["user"]["ttclid"] == "E.C.P.1"


@pytest.mark.parametrize(
    ("room", "place", "changed", "why"),
    [
        (google, GOOGLE, {"kind": "booking"}, "kind"),
        (google, GOOGLE, {"ids": {}, "person": Person()}, "no_ids"),
        (meta, META, {"ids": {}, "person": Person(), "consent": ""}, "no_ids"),
        (tiktok, TIKTOK, {"at": NOW - timedelta(days=29)}, "old"),
        (meta, META, {"kind": "refund"}, "kind"),
    ],
    ids=["no-action", "google-nobody", "meta-nobody", "old", "refund"],
)
def test_what_a_platform_has_no_use_for_is_not_sent(
    room: Any, place: Destination, changed: dict[str, Any], why: str
) -> None:
    with pytest.raises(Unsendable) as unsendable:
        room.request(msgspec.structs.replace(PAID, **changed), place, NOW)
    assert unsendable.value.why == why


async def test_metas_own_library_tells_the_simulated_platform_the_same_event(told: Told) -> None:
    """The library's request and ours are counted as one event: same name, same id, same hashes."""
    import asyncio

    from facebook_business import FacebookAdsApi
    from facebook_business.adobjects.serverside.action_source import ActionSource
    from facebook_business.adobjects.serverside.custom_data import CustomData
    from facebook_business.adobjects.serverside.event import Event
    from facebook_business.adobjects.serverside.event_request import EventRequest
    from facebook_business.adobjects.serverside.user_data import UserData
    from facebook_business.session import FacebookSession

    def theirs() -> Any:
        FacebookSession.GRAPH = f"{told.url}/meta"
        FacebookAdsApi.init(access_token=TOKEN, crash_log=False)
        user = UserData(phone=PERSON.phone, email=PERSON.email, first_name="Achieng", country_code="KE")
        event = Event(
            event_name="Purchase", event_time=int(PAID.at.timestamp()), event_id=PAID.id, user_data=user,
            action_source=ActionSource.CHAT, custom_data=CustomData(currency="KES", value=500.0),
        )  # fmt: skip
        return EventRequest(pixel_id=META.id, events=[event]).execute()

    answer = await asyncio.to_thread(theirs)
    assert answer.events_received == 1
    own = meta.request(msgspec.structs.replace(PAID, ids={}), META, NOW).body["data"][0]
    (counted,) = told.counted()
    for name in ("em", "ph", "fn", "country"):
        assert counted["user_data"][name] in (own["user_data"][name], own["user_data"][name][0])
    assert (counted["event_name"], counted["event_id"]) == (own["event_name"], own["event_id"])


def test_the_clock_of_an_event_is_utc_whatever_the_zone_it_was_told_in() -> None:
    from zoneinfo import ZoneInfo

    there = msgspec.structs.replace(PAID, at=NOW.astimezone(ZoneInfo("Africa/Nairobi")))
    for room, place in ((meta, META), (google, GOOGLE), (google, LEGACY), (tiktok, TIKTOK)):
        assert room.request(there, place, NOW).body == room.request(PAID, place, NOW).body
    assert isinstance(there.at, datetime)
