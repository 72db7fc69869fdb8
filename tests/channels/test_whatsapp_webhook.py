"""The door of the webhook: what it refuses, and that it stores before it says yes."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import whatsapp_payloads as p
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.cost import load_rates
from channels.strays import Strays, open_stray
from channels.whatsapp.accept import MAX_BYTES, Accepted, Refused, accept
from channels.whatsapp.signature import sign
from channels.whatsapp.status import StatusBook
from channels.whatsapp.verification import verify
from channels.whatsapp.webhook import Answer, Webhook
from runtime.inbox import Inbound
from runtime.metrics import Tally
from storage.sqlite import open_sqlite
from storage.vault import Vault

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


class Door:
    """A webhook over a real store; what it hands on is in `received`."""

    def __init__(self, store: Any) -> None:
        self.store = store
        self.vault = Vault(store, [b"k" * 32])
        self.tally = Tally()
        self.received: list[Inbound] = []
        self.webhook = Webhook(
            secret="app secret",
            receive=self.receive,
            tenant=self.tenant,
            vault=self.vault,
            deliveries=StatusBook(store, load_rates(), self.tally),
            keep=Strays(store, self.vault, "whatsapp"),
            metrics=self.tally,
        )

    async def receive(self, inbounds: Any) -> None:
        self.received.extend(inbounds)

    async def tenant(self, number: str, account: str) -> str | None:
        return {"106540352242922": "salon", "77": "clinic"}.get(number)

    async def post(self, payload: Any) -> Answer:
        raw = json.dumps(payload).encode()
        return await self.webhook.post(raw, sign(raw, "app secret"), NOW)

    async def kept(self, org: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.store.org(org).find("inbox", {"state": "kept"})
        return found


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    store = await open_sqlite(tmp_path / "store.db")
    yield Door(store)
    await store.close()


def test_the_handshake_answers_the_challenge_exactly_and_needs_no_signature() -> None:
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "ours"}
    assert (verify(asked, "ours").status, verify(asked, "ours").body) == (200, "1158201444")
    assert verify({**asked, "hub.verify_token": "theirs"}, "ours").status == 403
    assert verify({**asked, "hub.verify_token": "é"}, "ours").status == 403
    assert verify({**asked, "hub.verify_token": ""}, "").status == 403
    assert verify({}, "ours").status == 400


@pytest.mark.parametrize(
    ("raw", "signature", "code", "status"),
    [
        (b"{}", None, "signature_missing", 401),
        (b"{}", "", "signature_missing", 401),
        (b"{}", "sha256=00", "signature_wrong", 403),
        (b"{}", "sha1=" + sign(b"{}", "s")[7:], "signature_wrong", 403),
        (b"{}", sign(b"{ }", "s"), "signature_wrong", 403),
        (b"{}", "sha256=é", "signature_wrong", 403),
        (b"{", sign(b"{", "s"), "malformed", 400),
        (b"\xff\xfe", sign(b"\xff\xfe", "s"), "malformed", 400),
        (b"[" * 100_000, sign(b"[" * 100_000, "s"), "too_deep", 400),
        (b" " * (MAX_BYTES + 1), None, "too_large", 413),
    ],
)
def test_bad_bodies_are_refused_each_for_its_reason(raw: bytes, signature: str | None, code: str, status: int) -> None:
    refused = accept(raw, signature, "s")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.status) == (code, status)


def test_the_signature_is_over_the_bytes_as_they_came() -> None:
    raw = b'{"object": "whatsapp_business_account", "entry": [], "x": "Caf\\u00e9 \\/ \\ud83d\\ude00"}'
    assert isinstance(accept(raw, sign(raw, "s"), "s"), Accepted)
    assert isinstance(accept(json.dumps(json.loads(raw)).encode(), sign(raw, "s"), "s"), Refused)


def test_brackets_inside_of_text_are_not_depth() -> None:
    raw = json.dumps({"object": "x", "text": "[" * 500 + '\\" {{{'}).encode()
    assert isinstance(accept(raw, sign(raw, "s"), "s"), Accepted)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.none() | st.text(max_size=80))
def test_no_bytes_and_no_header_make_the_door_raise(raw: bytes, signature: str | None) -> None:
    assert isinstance(accept(raw, signature, "s"), Refused)
    accept(raw, sign(raw, "s"), "s")


async def test_a_message_becomes_an_inbound_of_its_tenant(door: Door) -> None:
    answer = await door.post(p.arrived(p.MESSAGES["text from an ad"]))
    assert answer == Answer(200, "ok")
    (inbound,) = door.received
    assert (inbound.org, inbound.id, inbound.event.name) == ("salon", "wamid.in1", "message")
    assert inbound.event.data["text"] == "Hi"
    assert inbound.sender is not None
    assert inbound.sender["phone"] == "+254712345678"
    assert inbound.sender["referral"]["ctwa_clid"] == "Aff-n8ZTODiE79d22KtAwQKj9e"
    assert p.PHONE not in inbound.lane
    assert p.USER not in inbound.lane


@pytest.mark.parametrize(
    ("name", "event", "data"),
    [
        ("button", "message", {"kind": "choice", "choice_id": "0123456789.3.yes", "replies_to": "wamid.ours"}),
        ("contacts", "message", {"kind": "contacts", "phone": "+254733111222", "text": "+254733111222"}),
        ("reaction", "message.reacted", {"emoji": "👍🏿", "target": "wamid.ours"}),
        ("edit", "message.edited", {"target": "wamid.first", "text": "Saturday instead"}),
        ("revoke", "message.revoked", {"target": "wamid.first"}),
        ("changed number", "identity.changed", {"kind": "system"}),
        ("unsupported", "message", {"kind": "unsupported", "code": 131051}),
    ],
)
async def test_each_type_leads_to_its_event(door: Door, name: str, event: str, data: dict[str, Any]) -> None:
    await door.post(p.arrived(p.MESSAGES[name]))
    (inbound,) = door.received
    assert inbound.event.name == event
    assert {key: inbound.event.data.get(key) for key in data} == data


async def test_two_tenants_in_one_post_stay_apart(door: Door) -> None:
    first, second = p.arrived(p.MESSAGES["text"]), p.arrived({**p.MESSAGES["text"], "id": "wamid.in2"})
    second["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "77"
    await door.post({**first, "entry": first["entry"] + second["entry"]})
    assert [(inbound.org, inbound.id) for inbound in door.received] == [("salon", "wamid.in1"), ("clinic", "wamid.in2")]
    assert door.received[0].lane != door.received[1].lane


async def test_messages_are_ordered_by_their_own_time(door: Door) -> None:
    late = {**p.MESSAGES["text"], "id": "wamid.late", "timestamp": "1763700009"}
    await door.post(p.arrived(late, p.MESSAGES["text"]))
    assert [inbound.id for inbound in door.received] == ["wamid.in1", "wamid.late"]


async def test_an_unknown_tenant_is_acknowledged_counted_and_kept(door: Door) -> None:
    payload = p.arrived(p.MESSAGES["text"])
    payload["entry"][0]["changes"][0]["value"]["metadata"]["phone_number_id"] = "404"
    for _ in range(2):
        assert (await door.post(payload)).status == 200
    assert door.received == []
    assert door.tally.counts["whatsapp.unknown_tenant"] == 2
    (row,) = await door.kept("unrouted")
    assert b"kesho" in open_stray(row, await door.vault.org("unrouted"))
    assert "kesho" not in str(row)


async def test_unknown_types_fields_and_bodies_are_kept_and_acknowledged(door: Door) -> None:
    assert (await door.post(p.arrived(p.message("hologram")))).status == 200
    assert (await door.post(p.envelope(p.value(new=1), field="from_the_future"))).status == 200
    assert (await door.post({"object": "instagram"})).status == 200
    assert (await door.post([1, 2])).status == 200
    assert len(await door.kept("salon")) == 2
    assert len(await door.kept("unrouted")) == 2


async def test_stopping_promotions_inside_of_whatsapp_is_an_event(door: Door) -> None:
    preference = {"wa_id": p.PHONE, "category": "marketing_messages", "value": "stop", "timestamp": 1763700000}
    await door.post(p.envelope(p.value(user_preferences=[preference]), field="user_preferences"))
    (inbound,) = door.received
    assert inbound.event.name == "preference.changed"
    assert inbound.event.data["value"] == "stop"


async def test_a_notice_about_the_account_informs_its_businesses_and_is_kept(door: Door) -> None:
    told: list[Any] = []

    async def inform(account: str, news: Any, digest: str, now: Any) -> int:
        told.append((account, news.kind, digest))
        return 1

    door.webhook._inform = inform
    paused = {"event": "PAUSED", "message_template_name": "t", "message_template_language": "en"}
    for _ in range(2):
        assert (await door.post(p.envelope(paused, field="message_template_status_update"))).status == 200
    assert len(told) == 2
    assert told[0] == told[1], "a repeated delivery has the same digest"
    assert told[0][:2] == ("102290129340398", "template")
    assert door.tally.counts["whatsapp.news.template.bad"] == 2


async def test_what_cannot_be_stored_is_not_acknowledged(door: Door) -> None:
    async def full(inbounds: Any) -> None:
        raise OSError("disk full")

    door.webhook._receive = full
    with pytest.raises(OSError, match="disk full"):
        await door.post(p.arrived(p.MESSAGES["text"]))
