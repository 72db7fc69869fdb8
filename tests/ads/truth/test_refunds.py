"""What goes back is told to the platform that lets a conversion be told anew, once, and noted where none does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from google.ads.googleads.v26.services.types.conversion_adjustment_upload_service import (
    UploadConversionAdjustmentsRequest,
)
from google.protobuf.json_format import ParseDict

from ads.conversions import google
from ads.conversions.message import Conversion, Destination, Restated
from ads.conversions.sending import LIFECYCLE
from engine.values import Money
from runtime.verbs import RetryLater
from storage.store import Document, Update
from tests.ads.truth.conftest import NOW
from tests.ads.truth.test_conversions import GOOGLE, LEGACY, META, TIKTOK, Told, told

__all__ = ["told"]


async def _came(told: Told, platform: str, *amounts: int) -> list[Document]:
    """Somebody came by an ad of this platform, booked, and paid in so many parts; the payments' events."""
    await told.to({"google": GOOGLE, "meta": META, "tiktok": TIKTOK}[platform])
    click = {"google": "gclid=G1", "meta": "fbclid=F1", "tiktok": "ttclid=E.C.P.1"}[platform]
    code = await told.clinic.visit(f"https://clinic.ke/?{click}&utm_content=vA")
    contact = await told.clinic.writes(f"Hi! (ref {code})")
    await told.clinic.books(contact)
    for place, amount in enumerate(amounts):
        told.clinic.wait(minutes=1)
        await told.clinic.pays(contact, amount=amount, id=f"p{place}")
    paid = await told.clinic.events("payment")
    assert {each["platform"] for each in paid} == {platform}
    return paid


async def _refunded(told: Told, contact: str, amount: int) -> Document:
    """The booking is cancelled, and this is what the business owes."""
    await told.clinic.store.commit([Update("bookings", "b1", {"set": {"paid": amount}})])
    cancelled = await told.clinic.do("bookings.cancel", contact, booking="b1", by="business")
    seen = await told.clinic.watch.seen("bookings.cancel", told.clinic.context(contact), {}, cancelled)
    assert [start.definition for start in seen.starts] == [LIFECYCLE]
    (event,) = await told.clinic.events("refund")
    assert event["value"] == amount
    return event


def _values(told: Told) -> list[float]:
    return [event["conversionValue"] for event in told.counted("google", GOOGLE.id)]


async def test_google_is_told_what_remains_of_a_payment(told: Told) -> None:
    (paid,) = await _came(told, "google", 50_000)
    await told.send(paid)
    assert _values(told) == [500.0]
    refund = await _refunded(told, paid["contact"], 50_000)
    for _ in range(3):
        acted = await told.send(refund)
        assert acted.event is not None
        assert acted.event.name == "conversions.sent"
    assert (_values(told), told.ears.adjusted) == ([0.0], 1)


async def test_what_was_paid_twice_is_taken_off_by_itself_and_the_first_stays_until_it_goes_back(told: Told) -> None:
    paid = await _came(told, "google", 30_000, 20_000)
    for each in paid:
        await told.send(each)
    (twice,) = await told.clinic.events("refund")
    await told.send(twice)
    assert _values(told) == [300.0, 0.0]
    await told.clinic.store.commit([Update("bookings", "b1", {"set": {"paid": 30_000}})])
    await told.clinic.do("bookings.cancel", paid[0]["contact"], booking="b1", by="business")
    refund = next(each for each in await told.clinic.events("refund") if not each["payment"])
    await told.send(refund)
    assert _values(told) == [0.0, 0.0]


async def test_a_refund_waits_for_its_payment_to_be_told_and_is_not_told_of_one_that_never_is(told: Told) -> None:
    (paid,) = await _came(told, "google", 50_000)
    refund = await _refunded(told, paid["contact"], 50_000)
    with pytest.raises(RetryLater):
        await told.send(refund)
    await told.clinic.store.commit([Update("contacts", paid["contact"], {"set": {"opted_out": True}})])
    assert _why(await told.send(paid)) == "refused"
    await told.clinic.store.commit([Update("contacts", paid["contact"], {"set": {"opted_out": False}})])
    assert _why(await told.send(refund)) == "untold"
    assert told.counted("google", GOOGLE.id) == []


def _why(acted: Any) -> str:
    return str(acted.event.data["why"])


@pytest.mark.parametrize("platform", ["meta", "tiktok"])
async def test_where_a_platform_has_no_word_for_it_the_refund_is_skipped_and_journaled(
    told: Told, platform: str
) -> None:
    (paid,) = await _came(told, platform, 50_000)
    await told.send(paid)
    before = sum(len(each) for each in told.ears.counted.values())
    refund = await _refunded(told, paid["contact"], 50_000)
    acted = await told.send(refund)
    assert acted.event is not None
    assert (acted.event.name, acted.event.data) == ("conversions.skipped", {"why": "kind"})
    assert sum(len(each) for each in told.ears.counted.values()) == before


REFUND = Conversion(
    id="refund-1", kind="refund", at=NOW, ids={"gclid": "G1"}, value=Money(35_000, "KES"),
    restated=(
        Restated(id="payment-2", at=NOW - timedelta(days=1), remains=Money(0, "KES")),
        Restated(id="payment-1", at=NOW - timedelta(days=2), remains=Money(15_000, "KES")),
    ),
)  # fmt: skip


def test_data_manager_is_told_the_same_transactions_with_other_values() -> None:
    events = google.request(REFUND, GOOGLE, NOW).body["events"]
    assert [(each["transactionId"], each["conversionValue"], each["eventTimestamp"]) for each in events] == [
        ("payment-2", 0.0, "2026-11-22T07:00:00Z"), ("payment-1", 150.0, "2026-11-21T07:00:00Z"),
    ]  # fmt: skip


def test_googles_own_protos_take_the_older_adjustments() -> None:
    request = google.request(REFUND, LEGACY, NOW)
    assert request.path == "/v26/customers/7001002003:uploadConversionAdjustments"
    message = UploadConversionAdjustmentsRequest.pb()()
    ParseDict({**request.body, "customerId": LEGACY.id}, message)
    retracted, restated = message.conversion_adjustments
    assert (retracted.order_id, retracted.adjustment_type) == ("payment-2", 2)
    assert (restated.order_id, restated.adjustment_type, restated.restatement_value.adjusted_value) == (
        "payment-1", 3, 150.0,
    )  # fmt: skip


async def test_the_older_api_adjusts_what_it_counted(told: Told) -> None:
    await told.to(msgspec.structs.replace(LEGACY))
    code = await told.clinic.visit("https://clinic.ke/?gclid=G1&utm_content=vA")
    contact = await told.clinic.writes(f"Hi! (ref {code})")
    await told.clinic.books(contact)
    await told.clinic.pays(contact)
    (paid,) = await told.clinic.events("payment")
    await told.send(paid)
    refund = await _refunded(told, contact, 50_000)
    await told.send(refund)
    assert (_values(told), told.ears.adjusted) == ([0], 1)


def test_a_refund_needs_a_place_for_payments() -> None:
    nothing = Destination(platform="google", id="7", token="t", names={"lead": "41"})
    with pytest.raises(Exception, match="kind"):
        google.request(REFUND, nothing, NOW)
