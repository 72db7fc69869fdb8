"""Providers that repeat themselves, contradict their own order, fall silent or are impersonated: still one booking."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from composition.stores import DATABASE
from payments.mpesa.links import Links
from storage.open import open_store
from tests.e2e.conftest import NewPhone
from tests.e2e.metrics import metrics_of
from tests.e2e.providers import demo_secret
from tests.e2e.server import APARTMENTS, Phone, Server, choices
from tests.e2e.test_main_job import book, choose_a_time

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group(__name__)]
BALANCE = 25_000  # shillings, on every simulated account


async def ask_for_money(phone: Phone) -> None:
    """Up to the moment in which the prompt is sent."""
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    await phone.hear("PIN")


async def paid(phone: Phone) -> int:
    """How often money left the phone, which must fit what is gone from the account."""
    shown = await phone.look()
    sms = [each["text"] for each in shown["sms"] if "Confirmed" in each["text"]]
    gone = sum(int(text.split("Ksh")[1].split(".")[0].replace(",", "")) for text in sms)
    assert shown["balance"] == BALANCE - gone
    return len(sms)


async def told_once(phone: Phone) -> None:
    """Each line of the business is on the phone once, and the booking is paid once."""
    said = [line for line in await phone.transcript() if line.startswith("business:")]
    assert len(said) == len(set(said)), said
    assert sum("You are booked" in line for line in said) == 1, said
    assert await paid(phone) == 1


async def follow(phone: Phone, *, until: str, step: float, most: int = 12) -> None:
    """Let simulated time go by until the phone shows a text."""
    for _ in range(most):
        if any(until in line for line in await phone.transcript()):
            return
        await phone.skip(step)
    said = [line[:160] for line in await phone.transcript()]
    assert any(until in line for line in said), "\n".join(said)


async def test_every_webhook_three_times_is_heard_once(one_server: Server, anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(webhook_copies=2)
    before = await metrics_of(one_server)
    await book(phone)
    await phone.silent()
    after = await metrics_of(one_server)
    await told_once(phone)
    received, again = (after[name] - before.get(name, 0) for name in ("runtime_received", "runtime_duplicates"))
    assert again >= 2 * 5, "five taps and texts came twice more each"
    assert received < again


async def test_statuses_in_any_order_change_nothing(one_server: Server, anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(reorder_statuses=True, status_before_answer=True, webhook_copies=1)
    await book(phone)
    await phone.silent()
    await told_once(phone)
    counted = await metrics_of(one_server)
    assert counted.get("channels.doubled", 0) == 0
    assert counted.get("channels.unknown_outcome", 0) == 0


async def test_a_callback_before_its_acknowledgement_is_not_lost(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(callback_before_ack=True, answer="pin", answer_delay=0.0)
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    while "booked" not in await phone.hear():
        pass
    await told_once(phone)


async def test_a_callback_three_times_is_one_payment(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(callback_copies=2)
    await book(phone)
    await phone.silent()
    await told_once(phone)


async def test_a_callback_that_never_comes_is_found_by_asking(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(drop_callback=True)
    await ask_for_money(phone)
    await phone.answer_prompt("pin", pin="1234")
    await phone.silent(0.5)
    await follow(phone, until="You are booked", step=10)
    await told_once(phone)


async def test_a_masked_phone_number_is_no_mismatch(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(mask_phone=True, string_result_code=True)
    await book(phone)
    await told_once(phone)


async def test_money_that_comes_after_the_customer_gave_up_still_books(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(force_result=1037, late_success=60.0, times=1)  # three seconds at the sandbox's speed
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    await follow(phone, until="could not reach that phone", step=20)
    await phone.tap("Not now")
    while "booked" not in await phone.hear():
        pass
    assert await paid(phone) == 1


async def test_too_little_money_is_said_and_paid_after_a_top_up(anybody: NewPhone) -> None:
    phone = await anybody(balance=20)
    await ask_for_money(phone)
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("not enough")
    await phone.top_up(BALANCE)
    await phone.tap("Send it again")
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked")
    assert await paid(phone) == 1


async def test_a_busy_subscriber_gets_the_prompt_again_by_itself(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.scenario(force_result=1001, times=1)
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    while "busy" not in await phone.hear():
        pass
    await phone.skip(125)
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked")
    assert await paid(phone) == 1


async def test_a_wrong_pin_is_said_in_swahili(anybody: NewPhone) -> None:
    phone = await anybody(language="sw", name="Baraka Otieno")
    await choose_a_time(phone, "Habari, naomba kuweka miadi")
    await phone.hear("Nitume")
    await phone.tap_first()
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="0000")
    await phone.hear("PIN haikuwa sahihi")
    await phone.tap("Tuma tena")
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("umebook")
    assert await paid(phone) == 1


def claim(checkout: str, amount: float, receipt: str = "SKL1234567") -> dict[str, Any]:
    """A callback that says "paid", in Daraja's own shape."""
    items = [
        {"Name": "Amount", "Value": amount},
        {"Name": "MpesaReceiptNumber", "Value": receipt},
        {"Name": "TransactionDate", "Value": 20261121120000},
        {"Name": "PhoneNumber", "Value": 254700100001},
    ]
    inner = {
        "MerchantRequestID": "1-2-3",
        "CheckoutRequestID": checkout,
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "CallbackMetadata": {"Item": items},
    }
    return {"Body": {"stkCallback": inner}}


async def open_payment(server: Server, phone: Phone) -> tuple[dict[str, Any], str]:
    """The newest payment that nobody has paid, seen beside the running server, and Daraja's id of its prompt."""
    store = await open_store(path=server.data_dir / DATABASE, read_only=True)
    try:
        found = await store.find("payments", {"state": "open"}, sort=[("at", -1)], limit=1, everyone=True)
    finally:
        await store.close()
    return found[0], (await phone.prompt())["id"]


@pytest.mark.parametrize("forged", ["token", "amount", "checkout", "everything right"])
async def test_a_forged_callback_gives_nothing_away(one_server: Server, anybody: NewPhone, forged: str) -> None:
    phone = await anybody()
    await ask_for_money(phone)
    payment, checkout = await open_payment(one_server, phone)
    token = Links(demo_secret("MPESA_WEBHOOK_SECRET"), one_server.url).token(payment["_id"])
    body = claim(checkout, payment["amount"] / 100)
    if forged == "token":
        token = token[:-1] + ("0" if token[-1] != "0" else "1")
    elif forged == "amount":
        body = claim(checkout, 1.0)
    elif forged == "checkout":
        body = claim("ws_CO_21112026000000000000000000", payment["amount"] / 100)
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{one_server.url}/hooks/pay/{token}", json=body)
    assert answer.status_code == (404 if forged == "token" else 200)
    await phone.silent(0.5)
    assert await paid(phone) == 0
    await phone.answer_prompt("cancel")
    await follow(phone, until="nothing was paid", step=10)
    assert not any("You are booked" in line for line in await phone.transcript())


async def test_the_true_callback_still_counts_after_a_forged_one(one_server: Server, anybody: NewPhone) -> None:
    phone = await anybody()
    await ask_for_money(phone)
    payment, checkout = await open_payment(one_server, phone)
    token = Links(demo_secret("MPESA_WEBHOOK_SECRET"), one_server.url).token(payment["_id"])
    async with httpx.AsyncClient() as http:
        await http.post(f"{one_server.url}/hooks/pay/{token}", json=claim(checkout, 1.0))
    await phone.silent(0.3)
    await phone.answer_prompt("pin", pin="1234")
    await asyncio.sleep(0.5)  # the true callback arrives before anybody asks M-Pesa, or a person would have to look
    await follow(phone, until="You are booked", step=10)
    await told_once(phone)


async def test_of_two_who_want_the_last_room_one_gets_it_and_the_other_is_offered_others(anybody: NewPhone) -> None:
    rivals = [await anybody(business=APARTMENTS, name=name) for name in ("Zawadi Mutua", "Otieno Ouma")]
    for phone in rivals:
        await phone.say("hello")
        await phone.hear()
        await phone.tap("Two-bedroom")
        await phone.hear()
        await phone.tap_first()
        await phone.hear("Which one")
    await asyncio.gather(*(phone.tap_first() for phone in rivals))
    said = await asyncio.gather(*(phone.hear() for phone in rivals))
    winners = [phone for phone, text in zip(rivals, said, strict=True) if "deposit" in text]
    losers = [phone for phone, text in zip(rivals, said, strict=True) if "not free" in text]
    assert (len(winners), len(losers)) == (1, 1), said
    offered = (await losers[0].look())["bubbles"][-1]
    assert choices(offered), offered
    for phone in (*winners, *losers):
        if phone in losers:
            await phone.tap_first()
            await phone.hear("deposit")
        await phone.tap_first()
        await phone.hear("PIN")
        await phone.answer_prompt("pin", pin="1234")
        await phone.hear("booked")
