"""The webhooks that the sandbox emits: read by pywa, signed over their bytes, misbehaving as chosen."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from datetime import UTC, datetime
from typing import Any

from pywa import WhatsApp
from pywa.types import CallbackButton, CallbackSelection, Message, MessageStatus, MessageStatusType, MessageType

from sandbox.courier import WEBHOOK_RETRIES, Courier
from sandbox.pace import Pace
from tests.sandbox.conftest import APP_SECRET, CLINIC, HOST, TOKEN, Running, Start

BUTTONS = {
    "type": "button",
    "body": {"text": "Pick"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "y", "title": "Yes"}}]},
}
ROWS = {
    "type": "list",
    "body": {"text": "When?"},
    "action": {"button": "Times", "sections": [{"title": "Mon", "rows": [{"id": "s1", "title": "09:00"}]}]},
}


def read_with_pywa(raw: list[tuple[str, bytes, dict[str, str]]]) -> list[Any]:
    """Feed webhooks to pywa as a server would, and collect what its handlers are given."""
    seen: list[Any] = []
    client = WhatsApp(
        phone_id=CLINIC.phone_number_id, token=TOKEN, server=None, verify_token="v", app_secret=APP_SECRET
    )
    for register in (
        client.on_message,
        client.on_message_status,
        client.on_callback_button,
        client.on_callback_selection,
    ):
        register()(lambda _client, update: seen.append(update))
    for path, body, headers in raw:
        if path == "/webhook":
            assert client.webhook_update_validator(body, headers.get("X-Hub-Signature-256")) is None
            client.webhook_update_handler(body)
    return seen


async def test_pywa_reads_every_kind_a_customer_sends(sandbox: Running) -> None:
    first = await sandbox.say("wanjiku", "Habari, niko @ Café/Nairobi 😊")
    kinds: list[dict[str, Any]] = [
        {"kind": "location", "latitude": -1.28, "longitude": 36.82, "name": "CBD"},
        {"kind": "image", "text": "Hii"},
        {"kind": "audio", "voice": True},
        {"kind": "document", "filename": "id.pdf"},
        {"kind": "contacts", "contact_name": "Baba Wanjiku", "contact_phone": "+254722111222"},
        {"kind": "reaction", "message": first, "emoji": "👍"},
        {"kind": "unsupported"},
    ]
    for kind in kinds:
        await sandbox.say("wanjiku", **{"text": "", **kind})
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.raw) == 8)
    seen = read_with_pywa(sandbox.subscriber.raw)
    assert all(isinstance(message, Message) for message in seen)
    wanted = {"text", "location", "image", "audio", "document", "contacts", "reaction", "unsupported"}
    assert {message.type for message in seen} == {MessageType(kind) for kind in wanted}
    text = next(message for message in seen if message.type == MessageType.TEXT)
    assert text.text == "Habari, niko @ Café/Nairobi 😊"
    assert text.from_user.wa_id == "254712000101"


async def test_taps_come_as_replies_to_our_message(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    for part, choice in ((BUTTONS, "y"), (ROWS, "s1")):
        _, answer = await sandbox.send("interactive", part)
        tap = {"business": CLINIC.phone_number_id, "message": answer["messages"][0]["id"], "choice": choice}
        await sandbox.control("POST", "customers/wanjiku/taps", tap)
        await sandbox.subscriber.until(lambda wanted=tap: wanted["message"] in str(sandbox.subscriber.values()))
    await sandbox.subscriber.until(lambda: len([v for v in sandbox.subscriber.values() if "messages" in v]) == 3)
    seen = read_with_pywa(sandbox.subscriber.raw)
    [button] = [one for one in seen if isinstance(one, CallbackButton)]
    [row] = [one for one in seen if isinstance(one, CallbackSelection)]
    assert (button.data, row.data, row.title) == ("y", "s1", "09:00")
    assert button.reply_to_message is not None


async def test_a_customer_without_a_phone_number_is_known_by_a_scoped_id(sandbox: Running) -> None:
    await sandbox.say("amina")
    await sandbox.control("POST", "customers/amina/messages", {"business": HOST.phone_number_id, "text": "Hi"})
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.values()) == 2)
    messages = [value["messages"][0] for value in sandbox.subscriber.values()]
    contacts = [value["contacts"][0] for value in sandbox.subscriber.values()]
    assert not any("from" in message for message in messages)
    assert not any("wa_id" in one for one in contacts)
    assert len({message["from_user_id"] for message in messages}) == 2  # another id at another business
    assert contacts[0]["profile"]["username"] == "amina.h"


async def test_the_signature_covers_the_escaped_bytes(sandbox: Running) -> None:
    await sandbox.say("wanjiku", "é @ / 😊")
    await sandbox.subscriber.until(lambda: sandbox.subscriber.raw)
    _, raw, headers = sandbox.subscriber.raw[0]
    assert b"\\u00e9 \\u0040 \\/ \\ud83d\\ude0a" in raw
    digest = hmac.new(APP_SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={digest}"
    again = json.dumps(json.loads(raw), ensure_ascii=False).encode()
    assert hmac.new(APP_SECRET.encode(), again, hashlib.sha256).hexdigest() != digest


async def test_statuses_carry_price_and_callback_data(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    await sandbox.send("text", {"body": "Karibu"}, biz_opaque_callback_data="row-7")
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.statuses()) == 3)
    seen = [one for one in read_with_pywa(sandbox.subscriber.raw) if isinstance(one, MessageStatus)]
    assert [one.status for one in seen] == [
        MessageStatusType.SENT,
        MessageStatusType.DELIVERED,
        MessageStatusType.READ,
    ]
    assert {one.tracker for one in seen} == {"row-7"}
    priced = [item.get("pricing") for item in sandbox.subscriber.statuses()]
    assert priced[0] == {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
    assert priced[2] is None


async def test_an_ad_opens_the_free_entry_point(sandbox: Running) -> None:
    referral = {
        "source_url": "https://fb.me/x",
        "source_id": "120",
        "source_type": "ad",
        "headline": "Book",
        "body": "Now",
        "media_type": "image",
        "ctwa_clid": "ARA1",
    }
    await sandbox.say("wanjiku", referral=referral)
    await sandbox.send("text", {"body": "Karibu"})
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.statuses()) == 3)
    assert sandbox.subscriber.values()[0]["messages"][0]["referral"]["ctwa_clid"] == "ARA1"
    sent = sandbox.subscriber.statuses()[0]
    assert sent["pricing"]["type"] == "free_entry_point"
    assert "expiration_timestamp" in sent["conversation"]


async def test_a_webhook_that_is_not_taken_comes_again(sandbox: Running) -> None:
    sandbox.subscriber.answers = [500, 503]
    await sandbox.say("wanjiku")
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.raw) == 3)
    assert len({body for _, body, _ in sandbox.subscriber.raw}) == 1
    assert [one["answer"] for one in await sandbox.control("GET", "deliveries")] == [500, 503, 200]


async def test_copies_disorder_and_failures_come_as_chosen(sandbox: Running) -> None:
    await sandbox.control("PUT", "scenario/wanjiku", {"webhook_copies": 1, "reorder_statuses": True})
    await sandbox.say("wanjiku")
    await sandbox.send("text", {"body": "Karibu"})
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.statuses()) == 6)
    names = [item["status"] for item in sandbox.subscriber.statuses()]
    assert names == ["read", "read", "delivered", "delivered", "sent", "sent"]
    await sandbox.control("DELETE", "scenario/wanjiku")
    await sandbox.control("PUT", "scenario/all", {"status_error": 131026, "times": 1})
    await sandbox.send("text", {"body": "Tena"})
    failed = await sandbox.subscriber.until(
        lambda: [item for item in sandbox.subscriber.statuses() if item["status"] == "failed"]
    )
    assert failed[0]["errors"][0]["code"] == 131026
    assert await sandbox.control("GET", "scenario/all") == {}  # used up


async def test_a_status_can_arrive_before_the_answer(sandbox: Running) -> None:
    await sandbox.control("PUT", "scenario/wanjiku", {"status_before_answer": True})
    await sandbox.say("wanjiku")
    _, answer = await sandbox.send("text", {"body": "Karibu"})
    assert sandbox.subscriber.statuses()[0]["id"] == answer["messages"][0]["id"]


async def test_dropped_webhooks_never_come_and_one_tick_stays(sandbox: Running) -> None:
    await sandbox.control("PUT", "scenario/wanjiku", {"drop_webhooks": True})
    await sandbox.say("wanjiku")
    await asyncio.sleep(0.05)
    assert sandbox.subscriber.raw == []
    assert (await sandbox.phone("wanjiku"))["bubbles"][0]["status"] == "pending"


async def test_stopping_marketing_is_told_and_then_honoured(sandbox: Running) -> None:
    body = {"business": CLINIC.phone_number_id, "value": "stop"}
    await sandbox.control("POST", "customers/wanjiku/preferences", body)
    await sandbox.subscriber.until(lambda: sandbox.subscriber.raw)
    change = sandbox.subscriber.bodies("/webhook")[0]["entry"][0]["changes"][0]
    assert change["field"] == "user_preferences"
    assert change["value"]["user_preferences"][0]["value"] == "stop"
    template = {
        "name": "win_back",
        "language": {"code": "en"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "Wanjiku"}, {"type": "text", "text": "Mara"}]}
        ],
    }
    await sandbox.send("template", template)
    await sandbox.subscriber.until(sandbox.subscriber.statuses)
    assert sandbox.subscriber.statuses()[0]["errors"][0]["code"] == 131050


async def test_the_subscription_handshake(start: Start) -> None:
    assert await (await start()).control("POST", "verify", {}) == {"verified": True}
    assert await (await start(verify_token="wrong")).control("POST", "verify", {}) == {"verified": False}


def test_a_capped_schedule_waits_as_long_in_all_but_tries_more_often() -> None:
    courier = Courier(Pace(1), lambda: datetime.now(UTC), longest_retry=6.0)
    assert courier.retries[:4] == (1.0, 2.0, 4.0, 6.0)
    assert max(courier.retries) == 6.0
    assert 3500 < sum(courier.retries) <= 3600
    assert Courier(Pace(1), lambda: datetime.now(UTC)).retries == WEBHOOK_RETRIES
