"""The simulated Daraja: refusals, every way a push can end, and callbacks that misbehave."""

from __future__ import annotations

import asyncio
import base64
from datetime import timedelta
from typing import Any

import pytest

from sandbox.settings import SANDBOX_PASSKEY, SANDBOX_SHORTCODE
from tests.sandbox.conftest import Running, Start

PHONE = "254712000101"
STAMP = "20261121100000"


def password(passkey: str = SANDBOX_PASSKEY) -> str:
    return base64.b64encode(f"{SANDBOX_SHORTCODE}{passkey}{STAMP}".encode()).decode()


async def token(sandbox: Running, key: str = "key:secret") -> tuple[int, Any]:
    url = f"{sandbox.base}/oauth/v1/generate?grant_type=client_credentials"
    basic = base64.b64encode(key.encode()).decode()
    async with sandbox.session.get(url, headers={"Authorization": f"Basic {basic}"}) as answer:
        return answer.status, await answer.json()


async def post(sandbox: Running, path: str, body: Any, bearer: str = "") -> tuple[int, Any]:
    bearer = bearer or (await token(sandbox))[1]["access_token"]
    headers = {"Authorization": f"Bearer {bearer}"}
    async with sandbox.session.post(f"{sandbox.base}/mpesa/{path}", json=body, headers=headers) as answer:
        return answer.status, await answer.json()


def body(sandbox: Running, **changes: Any) -> dict[str, Any]:
    return {
        "BusinessShortCode": SANDBOX_SHORTCODE,
        "Password": password(),
        "Timestamp": STAMP,
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 500,
        "PartyA": PHONE,
        "PartyB": SANDBOX_SHORTCODE,
        "PhoneNumber": PHONE,
        "CallBackURL": sandbox.callback_url,
        "AccountReference": "BK-12",
        "TransactionDesc": "Deposit",
        **changes,
    }


async def push(sandbox: Running, **changes: Any) -> str:
    status, answer = await post(sandbox, "stkpush/v1/processrequest", body(sandbox, **changes))
    assert (status, answer["ResponseCode"]) == (200, "0"), answer
    return str(answer["CheckoutRequestID"])


async def query(sandbox: Running, checkout: str) -> tuple[int, Any]:
    fields = {"BusinessShortCode": SANDBOX_SHORTCODE, "Password": password(), "Timestamp": STAMP}
    return await post(sandbox, "stkpushquery/v1/query", {**fields, "CheckoutRequestID": checkout})


async def callback(sandbox: Running, count: int = 1) -> dict[str, Any]:
    await sandbox.subscriber.until(lambda: len(sandbox.subscriber.callbacks()) >= count)
    return sandbox.subscriber.callbacks()[count - 1]


@pytest.fixture
async def daraja(start: Start) -> Running:
    """Prompts that stay long enough for a test, unless the test moves the clock."""
    return await start(prompt_timeout=3600.0)


async def test_the_token_expires_and_its_life_is_a_string(daraja: Running) -> None:
    assert (await token(daraja, "key:wrong"))[1]["errorCode"] == "400.008.01"
    _, issued = await token(daraja)
    assert issued["expires_in"] == "3599"
    daraja.clock.move(timedelta(seconds=3599))
    status, answer = await post(daraja, "stkpush/v1/processrequest", body(daraja), issued["access_token"])
    assert (status, answer["errorCode"]) == (404, "404.001.03")


INVALID = [
    ("Amount", 10.5),
    ("Amount", 0),
    ("Amount", "ten"),
    ("PhoneNumber", "0712000101"),
    ("PhoneNumber", "255712000101"),
    ("PartyB", "999999"),
    ("CallBackURL", "http://shop.example/pay"),
    ("CallBackURL", "nonsense"),
    ("AccountReference", "x" * 13),
    ("TransactionDesc", "x" * 14),
    ("TransactionType", "CustomerPays"),
    ("Timestamp", "2026-11-21"),
    ("BusinessShortCode", "12"),
]


@pytest.mark.parametrize(("field", "value"), INVALID)
async def test_a_bad_field_is_named(daraja: Running, field: str, value: Any) -> None:
    status, answer = await post(daraja, "stkpush/v1/processrequest", body(daraja, **{field: value}))
    assert (status, answer["errorCode"]) == (400, "400.002.02")
    assert answer["errorMessage"] == f"Bad Request - Invalid {field}"
    assert answer["requestId"]


async def test_wrong_credentials_and_unknown_merchants(daraja: Running) -> None:
    status, answer = await post(daraja, "stkpush/v1/processrequest", body(daraja, Password=password("other")))
    assert (status, answer["errorMessage"]) == (500, "[MerchantValidate] - Wrong credentials")
    status, answer = await post(daraja, "stkpush/v1/processrequest", body(daraja, BusinessShortCode="600000"))
    assert (status, answer["errorMessage"]) == (500, "Merchant does not exist")


async def test_a_payment_moves_money_and_leaves_a_receipt(daraja: Running) -> None:
    checkout = await push(daraja)
    [prompt] = (await daraja.phone("wanjiku"))["prompts"]
    assert (prompt["merchant"], prompt["amount"], prompt["account"]) == ("MARA CLINIC", 500, "BK-12")
    status, answer = await query(daraja, checkout)
    assert (status, answer["errorCode"]) == (500, "500.001.1001")
    await daraja.control("POST", f"prompts/{checkout}", {"action": "pin", "pin": "1234"})
    told = await callback(daraja)
    items = {item["Name"]: item.get("Value") for item in told["CallbackMetadata"]["Item"]}
    assert told["ResultCode"] == 0
    assert items["Amount"] == 500.0
    assert items["PhoneNumber"] == int(PHONE)
    assert items["TransactionDate"] == 20261121100000
    receipt = items["MpesaReceiptNumber"]
    assert len(receipt) == 10
    assert receipt.startswith("UKL")
    assert receipt.isalnum()
    assert receipt.isupper()
    assert items["Balance"] is None
    status, answer = await query(daraja, checkout)
    assert (status, answer["ResultCode"], "CallbackMetadata" in answer) == (200, "0", False)
    phone = await daraja.phone("wanjiku")
    assert phone["balance"] == 24_500
    assert receipt in phone["sms"][0]["text"]


ENDINGS = [
    ({"action": "pin", "pin": "0000"}, 2001),
    ({"action": "cancel"}, 1032),
    ({"action": "ignore"}, 1037),
    ({"action": "code", "code": 1019}, 1019),
]


@pytest.mark.parametrize(("answer", "code"), ENDINGS)
async def test_each_ending_has_its_code_and_no_metadata(daraja: Running, answer: Any, code: int) -> None:
    checkout = await push(daraja)
    await daraja.control("POST", f"prompts/{checkout}", answer)
    told = await callback(daraja)
    assert told["ResultCode"] == code
    assert "CallbackMetadata" not in told
    assert (await query(daraja, checkout))[1]["ResultCode"] == str(code)
    assert (await daraja.phone("wanjiku"))["balance"] == 25_000
    async with daraja.session.post(f"{daraja.base}/control/prompts/{checkout}", json={"action": "cancel"}) as again:
        assert again.status == 400


async def test_too_little_money_is_code_1(daraja: Running) -> None:
    checkout = await push(daraja, PhoneNumber="254733000104", PartyA="254733000104")
    await daraja.control("POST", f"prompts/{checkout}", {"action": "pin", "pin": "1234"})
    assert (await callback(daraja))["ResultCode"] == 1
    assert "enough money" in (await daraja.phone("brian"))["sms"][0]["text"]


async def test_an_ignored_prompt_runs_out_with_the_clock(daraja: Running) -> None:
    await push(daraja)
    await daraja.control("POST", "clock", {"seconds": 3600})
    assert (await callback(daraja))["ResultCode"] == 1037
    assert (await daraja.phone("wanjiku"))["prompts"] == []


async def test_an_ignored_prompt_runs_out_by_itself(start: Start) -> None:
    sandbox = await start(prompt_timeout=5.0)
    await push(sandbox)
    assert (await callback(sandbox))["ResultCode"] == 1037


async def test_a_second_push_finds_the_subscriber_locked(daraja: Running) -> None:
    first = await push(daraja)
    second = await push(daraja)
    assert first != second
    told = await callback(daraja)
    assert (told["CheckoutRequestID"], told["ResultCode"]) == (second, 1001)
    assert len((await daraja.phone("wanjiku"))["prompts"]) == 1


@pytest.mark.parametrize("code", [1, 17, 26, 1001, 1019, 1025, 1032, 1037, 2001, 2028, 9999])
async def test_every_code_can_be_forced(daraja: Running, code: int) -> None:
    await daraja.control("PUT", "scenario/wanjiku", {"force_result": code})
    await push(daraja)
    assert (await callback(daraja))["ResultCode"] == code


async def test_a_payment_can_succeed_after_the_time_out(daraja: Running) -> None:
    await daraja.control("PUT", "scenario/wanjiku", {"force_result": 1037, "late_success": 20})
    checkout = await push(daraja)
    assert (await callback(daraja))["ResultCode"] == 1037
    late = await callback(daraja, 2)
    assert late["ResultCode"] == 0
    assert late["CheckoutRequestID"] == checkout
    assert (await query(daraja, checkout))[1]["ResultCode"] == "0"
    assert (await daraja.phone("wanjiku"))["balance"] == 24_500


async def test_callbacks_come_twice_masked_as_strings_or_never(daraja: Running) -> None:
    trouble = {"answer": "pin", "callback_copies": 1, "mask_phone": True, "string_result_code": True}
    await daraja.control("PUT", "scenario/wanjiku", trouble)
    await push(daraja)
    second = await callback(daraja, 2)
    assert second == daraja.subscriber.callbacks()[0]
    assert second["ResultCode"] == "0"
    assert second["CallbackMetadata"]["Item"][-1]["Value"] == "0712000***"
    await daraja.control("PUT", "scenario/wanjiku", {"drop_callback": True})
    checkout = await push(daraja)
    async with asyncio.timeout(5):
        while (await query(daraja, checkout))[0] == 500:
            pass
    await asyncio.sleep(0.05)
    assert len(daraja.subscriber.callbacks()) == 2


async def test_a_callback_can_win_against_the_acknowledgement(daraja: Running) -> None:
    await daraja.control("PUT", "scenario/wanjiku", {"answer": "cancel", "callback_before_ack": True})
    checkout = await push(daraja)
    assert daraja.subscriber.callbacks()[0]["CheckoutRequestID"] == checkout


async def test_a_refused_push_shows_no_prompt(daraja: Running) -> None:
    await daraja.control("PUT", "scenario/all", {"stk_error": "500.003.02", "times": 1})
    status, answer = await post(daraja, "stkpush/v1/processrequest", body(daraja))
    assert (status, answer["errorCode"]) == (429, "500.003.02")
    assert (await daraja.phone("wanjiku"))["prompts"] == []
    await push(daraja)


async def test_a_number_of_nobody_is_prompted_beside_every_phone(daraja: Running) -> None:
    checkout = await push(daraja, PhoneNumber="254799888777", PartyA="254799888777")
    [prompt] = (await daraja.phone("juma"))["prompts"]
    assert (prompt["id"], prompt["mine"], prompt["msisdn"]) == (checkout, False, "254799888777")
