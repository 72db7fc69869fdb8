"""Independent clients, written by others against the real providers, work against the sandbox unchanged."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from kapso_whatsapp import WhatsAppClient
from mpesa import MpesaClient, MpesaError
from mpesakit.mpesa_client import MpesaClient as MpesakitClient
from pywa import WhatsApp
from pywa.errors import ReEngagementMessage
from pywa.types import Button, Section, SectionList, SectionRow, URLButton

from sandbox.settings import SANDBOX_PASSKEY, SANDBOX_SHORTCODE
from tests.sandbox.conftest import CLINIC, TOKEN, Running

PHONE = "254712000101"


def pywa(base: str) -> WhatsApp:
    client = WhatsApp(phone_id=CLINIC.phone_number_id, token=TOKEN)
    client.api._session.base_url = base + "/v26.0"
    return client


async def call(function: Any, *args: Any, **named: Any) -> Any:
    return await asyncio.to_thread(function, *args, **named)


async def test_pywa_sends_every_kind(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    wa = await call(pywa, sandbox.base)
    sent = await call(wa.send_message, PHONE, "Karibu", tracker="row-1")
    assert sent.id.startswith("wamid.")
    assert sent.chat.id == PHONE
    await call(wa.send_message, PHONE, "Pick", buttons=[Button("Yes", "y"), Button("No", "n")])
    rows = [SectionRow("09:00", "s1", "Dr. Achieng"), SectionRow("10:00", "s2")]
    await call(wa.send_message, PHONE, "When?", buttons=SectionList("Times", [Section("Monday", rows)]))
    await call(wa.send_message, PHONE, "Map", buttons=URLButton("Open", "https://example.org/map"))
    await call(wa.send_location, PHONE, -1.28, 36.82, "Clinic", "Nairobi")
    await call(wa.request_location, PHONE, "Where are you?")
    await call(wa.send_image, PHONE, b"\x89PNG....", caption="Us", mime_type="image/png")
    await call(wa.send_reaction, PHONE, "👍", sent.id)
    await call(wa.mark_message_as_read, (await sandbox.phone("wanjiku"))["bubbles"][0]["id"])
    bubbles = (await sandbox.phone("wanjiku"))["bubbles"]
    kinds = ["text", "text", "buttons", "list", "cta_url", "location", "location_request", "media"]
    assert [bubble["kind"] for bubble in bubbles] == kinds
    assert bubbles[0]["status"] == "read"
    assert bubbles[1]["reactions"] == ["👍"]


async def test_pywa_reads_media_in_two_steps(sandbox: Running) -> None:
    wa = await call(pywa, sandbox.base)
    media = await call(wa.upload_media, b"%PDF-1.7 x", "application/pdf", "plan.pdf")
    url = await call(wa.get_media_url, media.id)
    assert (url.mime_type, url.file_size) == ("application/pdf", 10)
    assert await call(wa.get_media_bytes, url.url) == b"%PDF-1.7 x"
    assert await call(wa.delete_media, media.id)


async def test_pywa_lists_templates_and_sees_the_window_error(sandbox: Running) -> None:
    wa = WhatsApp(phone_id=CLINIC.phone_number_id, token=TOKEN, waba_id=CLINIC.waba_id)
    wa.api._session.base_url = sandbox.base + "/v26.0"
    listed = await call(wa.get_templates)
    assert {"booking_reminder", "win_back"} <= {template.name for template in listed}
    with pytest.raises(ReEngagementMessage):
        await call(wa.send_message, PHONE, "Hello?")


async def test_pywa_addresses_a_business_scoped_id(sandbox: Running) -> None:
    await sandbox.say("amina")
    bsuid = (await sandbox.phone("amina"))["customer"]["user_id"]
    wa = await call(pywa, sandbox.base)
    await call(wa.send_message, bsuid, "Karibu Amina")
    assert (await sandbox.phone("amina"))["bubbles"][-1]["content"]["text"] == "Karibu Amina"


async def test_kapso_sends(sandbox: Running) -> None:
    await sandbox.say("wanjiku")
    number: dict[str, Any] = {"phone_number_id": CLINIC.phone_number_id, "to": PHONE}
    async with WhatsAppClient(access_token=TOKEN, base_url=sandbox.base, graph_version="v26.0") as client:
        answer = await client.messages.send_text(**number, body="Karibu", biz_opaque_callback_data="row-9")
        assert answer.message_id
        assert answer.message_id.startswith("wamid.")
        await client.messages.send_interactive_buttons(
            **number, body_text="Sure?", buttons=[{"id": "y", "title": "Yes"}, {"id": "n", "title": "No"}]
        )
        await client.messages.send_interactive_cta_url(
            **number, body_text="Map", parameters={"display_text": "Open", "url": "https://example.org"}
        )
        await client.messages.send_interactive_location_request(**number, body_text="Where?")
    assert len((await sandbox.phone("wanjiku"))["bubbles"]) == 5


def daraja(base: str) -> MpesaClient:
    return MpesaClient("key", "secret", SANDBOX_SHORTCODE, SANDBOX_PASSKEY, base_url=base)


async def test_daraja_v3_pushes_and_queries(sandbox: Running) -> None:
    client = await call(daraja, sandbox.base)
    pushed = await call(
        client.stk_push, "0712000101", 500, "BK-12", description="Deposit", callback_url=sandbox.callback_url
    )
    assert pushed.checkout_request_id.startswith("ws_CO_")
    with pytest.raises(MpesaError) as pending:
        await call(client.stk_query, pushed.checkout_request_id)
    assert pending.value.code == "500.001.1001"
    await sandbox.control("POST", f"prompts/{pushed.checkout_request_id}", {"action": "pin", "pin": "1234"})
    await sandbox.subscriber.until(sandbox.subscriber.callbacks)
    assert (await call(client.stk_query, pushed.checkout_request_id)).is_paid
    parsed = MpesaClient.parse_stk_callback(sandbox.subscriber.bodies("/payments/abc")[0])
    assert parsed["paid"]
    assert parsed["amount"] == 500
    assert len(parsed["mpesa_receipt"]) == 10


async def test_mpesakit_pushes_and_queries(sandbox: Running) -> None:
    client = MpesakitClient("key", "secret")
    client.http_client.base_url = sandbox.base
    pushed = await call(
        client.express.push,
        business_short_code=int(SANDBOX_SHORTCODE),
        transaction_type="CustomerPayBillOnline",
        amount=300,
        party_a=PHONE,
        party_b=SANDBOX_SHORTCODE,
        phone_number=PHONE,
        callback_url=sandbox.callback_url,
        account_reference="BK-13",
        transaction_desc="Deposit",
        passkey=SANDBOX_PASSKEY,
    )
    assert pushed.is_successful()
    await sandbox.control("POST", f"prompts/{pushed.CheckoutRequestID}", {"action": "cancel"})
    [callback] = await sandbox.subscriber.until(sandbox.subscriber.callbacks)
    assert callback["ResultCode"] == 1032
    client.process_stk_callback(sandbox.subscriber.bodies("/payments/abc")[0])
    answer = await call(
        client.express.query,
        business_short_code=int(SANDBOX_SHORTCODE),
        checkout_request_id=pushed.CheckoutRequestID,
        passkey=SANDBOX_PASSKEY,
    )
    assert str(answer.ResultCode) == "1032"
