"""What comes to the webhooks that should not: each has its own answer and its metric, and customers notice nothing."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from channels.whatsapp.signature import sign
from tests.e2e.conftest import NewPhone
from tests.e2e.metrics import metrics_of, rise
from tests.e2e.providers import demo_secret
from tests.e2e.server import CLINIC, Server
from tests.e2e.test_main_job import book

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group(__name__)]
SIGNATURE = "X-Hub-Signature-256"
MEGABYTE = 1024 * 1024


async def post(server: Server, raw: bytes, headers: Mapping[str, str | bytes] | None = None) -> httpx.Response:
    """A POST to the webhook, signed unless headers are given."""
    if headers is None:
        headers = {SIGNATURE: sign(raw, demo_secret("WHATSAPP_WEBHOOK_SECRET"))}
    every = {"Content-Type": b"application/json"} | {
        name: value if isinstance(value, bytes) else value.encode() for name, value in headers.items()
    }
    async with httpx.AsyncClient() as http:
        return await http.post(f"{server.url}/webhooks/whatsapp", content=raw, headers=every)


def envelope(message: dict[str, Any], *, number: str = CLINIC) -> bytes:
    """A webhook with one message from a stranger."""
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "254709000101", "phone_number_id": number},
        "contacts": [{"profile": {"name": "Somebody"}, "wa_id": "254700999999"}],
        "messages": [{"from": "254700999999", "id": f"wamid.{uuid.uuid4().hex}", "timestamp": "1795000000", **message}],
    }
    change = {"field": "messages", "value": value}
    return json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}).encode()


async def test_a_body_without_a_signature_is_refused(one_server: Server) -> None:
    raw = envelope({"type": "text", "text": {"body": "hi"}})
    async with rise(one_server, "whatsapp.refused.signature_missing"):
        assert (await post(one_server, raw, {})).status_code == 401


@pytest.mark.parametrize("header", ["sha256=" + "0" * 64, "sha1=abc", "sha256=", "nonsense", "sha256=é"])
async def test_a_body_with_another_signature_is_refused(one_server: Server, header: str) -> None:
    raw = envelope({"type": "text", "text": {"body": "hi"}})
    async with rise(one_server, "whatsapp.refused.signature_wrong"):
        answer = await post(one_server, raw, {SIGNATURE: header})
        assert answer.status_code == 403


async def test_a_signature_of_a_changed_body_is_refused(one_server: Server) -> None:
    raw = envelope({"type": "text", "text": {"body": "hi"}})
    signature = {SIGNATURE: sign(raw, demo_secret("WHATSAPP_WEBHOOK_SECRET"))}
    async with rise(one_server, "whatsapp.refused.signature_wrong"):
        assert (await post(one_server, raw.replace(b"hi", b"ho"), signature)).status_code == 403


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b'{"entry": [}', b"nul"])
async def test_what_is_not_json_is_refused(one_server: Server, raw: bytes) -> None:
    async with rise(one_server, "whatsapp.refused.malformed"):
        assert (await post(one_server, raw)).status_code == 400


@pytest.mark.parametrize("raw", [b"[]", b"null", b"7", b"{}", b'{"object": 1, "entry": {"id": []}}', b'"entry"'])
async def test_json_of_another_shape_is_taken_and_changes_nothing(one_server: Server, raw: bytes) -> None:
    before = await metrics_of(one_server)
    assert (await post(one_server, raw)).status_code == 200
    after = await metrics_of(one_server)
    assert after.get("runtime_received", 0) == before.get("runtime_received", 0)


async def test_three_megabytes_are_read_and_a_byte_more_is_refused(one_server: Server) -> None:
    padding = b" " * (3 * MEGABYTE - 2)
    assert (await post(one_server, b"{}" + padding)).status_code == 200
    async with rise(one_server, "whatsapp.refused.too_large"):
        assert (await post(one_server, b"{}" + padding + b" ")).status_code == 413


async def test_far_too_much_is_refused_without_being_read(one_server: Server) -> None:
    async with rise(one_server, "whatsapp.refused.too_large"):
        assert (await post(one_server, b" " * (9 * MEGABYTE))).status_code == 413


@pytest.mark.parametrize(
    "raw",
    [b"[" * 100_000, b"[" * 65 + b"]" * 65, b'{"a":' * 5000 + b"1" + b"}" * 5000],
    ids=["never closed", "a level too many", "objects"],
)
async def test_deep_json_is_refused(one_server: Server, raw: bytes) -> None:
    async with rise(one_server, "whatsapp.refused.too_deep"):
        assert (await post(one_server, raw)).status_code == 400


async def test_a_number_that_nobody_here_has_is_taken_and_kept(one_server: Server) -> None:
    raw = envelope({"type": "text", "text": {"body": "hi"}}, number="999999999999999")
    async with rise(one_server, "whatsapp.unknown_tenant"):
        assert (await post(one_server, raw)).status_code == 200


@pytest.mark.parametrize(
    "message",
    [
        {"type": "hologram", "hologram": {"depth": 3}},
        {"type": "unsupported", "errors": [{"code": 131051, "title": "Message type unknown"}]},
        {"type": "interactive", "interactive": {"type": "teleport_reply", "teleport_reply": {}}},
    ],
    ids=lambda message: str(message["type"]),
)
async def test_a_kind_of_message_that_nobody_knows_is_taken(one_server: Server, message: dict[str, Any]) -> None:
    before = await metrics_of(one_server)
    assert (await post(one_server, envelope(message))).status_code == 200
    after = await metrics_of(one_server)
    counted = {name for name in after if name.startswith("whatsapp.message.") and after[name] > before.get(name, 0)}
    assert len(counted) == 1


async def test_the_handshake_gives_the_challenge_back_for_the_right_token_only(one_server: Server) -> None:
    right = {"hub.mode": "subscribe", "hub.challenge": "1158201444"}
    token = demo_secret("WHATSAPP_VERIFY_TOKEN")
    async with httpx.AsyncClient(base_url=one_server.url) as http:
        answer = await http.get("/webhooks/whatsapp", params={**right, "hub.verify_token": token})
        assert (answer.status_code, answer.text) == (200, "1158201444")
        assert answer.headers["content-type"].startswith("text/plain")
        wrong = await http.get("/webhooks/whatsapp", params={**right, "hub.verify_token": token + "x"})
        assert (wrong.status_code, "1158201444" in wrong.text) == (403, False)
        assert (await http.get("/webhooks/whatsapp", params=right)).status_code == 403
        assert (await http.get("/webhooks/whatsapp")).status_code == 400
        assert (await http.put("/webhooks/whatsapp", content=b"{}")).status_code == 405


@pytest.mark.parametrize("token", ["nothing", "0" * 64, "%2e%2e%2f", "a" * 4000])
async def test_a_payment_callback_at_a_guessed_address_is_refused(one_server: Server, token: str) -> None:
    body = {"Body": {"stkCallback": {"CheckoutRequestID": "ws_CO_1", "ResultCode": 0}}}
    async with rise(one_server, "payments.callback_refused.404"), httpx.AsyncClient() as http:
        assert (await http.post(f"{one_server.url}/hooks/pay/{token}", json=body)).status_code == 404


async def test_after_all_of_that_a_customer_books(one_server: Server, anybody: NewPhone) -> None:
    await book(await anybody())
    async with httpx.AsyncClient(base_url=one_server.url) as http:
        assert (await http.get("/readyz")).status_code == 200
    depths = await metrics_of(one_server, "aais_queue_depth")
    assert depths["inbox.dead"] == depths["outbox.dead"] == 0
