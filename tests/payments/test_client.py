"""Our Daraja client on the wire, against a loopback server that answers as Daraja does on good days and bad."""

from __future__ import annotations

import asyncio
import base64
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import httpx
import pytest
from aiohttp import web

from payments.mpesa.account import Account
from payments.mpesa.amounts import BadAmount
from payments.mpesa.client import Daraja, Outcome, Prompt
from payments.mpesa.errors import Ambiguous, Declined, Pending, Throttled, Unreachable
from payments.mpesa.pace import Pace
from payments.mpesa.phone import BadNumber

NOW = datetime(2026, 11, 21, 21, 30, 5, tzinfo=UTC)


def prompt(**changes: Any) -> Prompt:
    fields = {
        "amount": 500, "phone": "254712345678", "account": "BOOKING-1234-X", "description": "deposit for haircut",
        "callback": "https://aais.example/hooks/pay/x",
    }  # fmt: skip
    return Prompt(**(fields | changes))


@pytest.fixture
def client(account: Account, http: httpx.AsyncClient) -> Daraja:
    return Daraja(account, http, per_second=100)


async def test_a_prompt_is_asked_for_as_daraja_documents_it(client: Daraja, daraja: Any) -> None:
    accepted = await client.push(prompt(), NOW)
    assert accepted.checkout == "ws_CO_1"
    ((_, sent),) = daraja.asked
    assert sent == {
        "BusinessShortCode": "174379",
        "Password": base64.b64encode(b"174379pass20261122003005").decode(),
        "Timestamp": "20261122003005",  # East Africa Time
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 500,
        "PartyA": "254712345678",
        "PartyB": "174379",
        "PhoneNumber": "254712345678",
        "CallBackURL": "https://aais.example/hooks/pay/x",
        "AccountReference": "BOOKING-1234",
        "TransactionDesc": "deposit for h",
        "token": "Bearer t1",
    }


async def test_a_till_is_paid_through_its_store_number(daraja: Any, http: httpx.AsyncClient) -> None:
    till = Account(
        consumer_key="key", consumer_secret="secret", shortcode="600111", passkey="p", kind="buy_goods", till="5550001",
        base_url=daraja.url,
    )  # fmt: skip
    await Daraja(till, http).push(prompt(), NOW)
    sent = daraja.asked[0][1]
    assert (sent["BusinessShortCode"], sent["PartyB"]) == ("600111", "5550001")
    assert sent["TransactionType"] == "CustomerBuyGoodsOnline"


async def test_a_fraction_or_a_number_that_is_none_never_reaches_the_wire(client: Daraja, daraja: Any) -> None:
    for amount in (10.5, 10.0, 0, 250_001, True, "10"):
        with pytest.raises(BadAmount):
            await client.push(prompt(amount=amount), NOW)
    for phone in ("KE.254712345678", "0712345678", ""):
        with pytest.raises(BadNumber):
            await client.push(prompt(phone=phone), NOW)
    assert daraja.asked == []


async def test_thirty_calls_at_once_fetch_one_token(client: Daraja, daraja: Any) -> None:
    daraja.token_delay = 0.05
    await asyncio.gather(*(client.query("ws_CO_1", NOW) for _ in range(30)))
    assert daraja.tokens == 1


async def test_a_refused_token_is_fetched_anew_once(client: Daraja, daraja: Any, daraja_module: ModuleType) -> None:
    daraja.answers[daraja_module.PUSH] = [daraja_module.BAD_TOKEN, (200, daraja_module.ACK)]
    assert (await client.push(prompt(), NOW)).checkout == "ws_CO_1"
    assert daraja.tokens == 2
    daraja.answers[daraja_module.PUSH] = [daraja_module.BAD_TOKEN]
    with pytest.raises(Declined):
        await client.push(prompt(), NOW)
    assert daraja.count(daraja_module.PUSH) == 4


async def test_wrong_keys_are_declined_and_an_unwell_token_server_is_unreachable(client: Daraja, daraja: Any) -> None:
    daraja.token_status = 400
    with pytest.raises(Declined, match="consumer key"):
        await client.push(prompt(), NOW)
    daraja.token_status = 503
    with pytest.raises(Unreachable):
        await client.push(prompt(), NOW)
    assert daraja.asked == []


def error(code: str, text: str) -> dict[str, str]:
    return {"requestId": "1", "errorCode": code, "errorMessage": text}


@pytest.mark.parametrize(
    ("status", "body", "raised"),
    [
        (400, error("400.002.02", "Bad Request - Invalid PhoneNumber"), Declined),
        (500, error("500.001.1001", "[MerchantValidate] - Wrong credentials"), Declined),
        (500, error("500.001.1001", "Unable to lock subscriber, a transaction is already in process"), Declined),
        (500, error("500.003.02", "Spike arrest violation"), Throttled),
        (429, {}, Throttled),
        (500, error("500.003.1001", "Internal Server Error"), Ambiguous),
        (502, "<html>", Ambiguous),
        (200, [], Ambiguous),
        (200, {"ResponseCode": "0"}, Ambiguous),
        (200, {"ResponseCode": "1", "ResponseDescription": "no"}, Declined),
    ],
)
async def test_each_answer_says_whether_the_prompt_may_be_out(
    client: Daraja, daraja: Any, daraja_module: ModuleType, status: int, body: Any, raised: type[Exception]
) -> None:
    daraja.answers[daraja_module.PUSH] = [(status, body)]
    with pytest.raises(raised):
        await client.push(prompt(), NOW)
    assert daraja.count(daraja_module.PUSH) == 1


async def test_an_answer_that_never_comes_is_ambiguous_and_not_repeated(
    account: Account, daraja: Any, daraja_module: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def silence(request: web.Request) -> web.Response:
        await asyncio.sleep(0.5)
        return web.json_response(daraja_module.ACK)

    monkeypatch.setattr("payments.mpesa.client._TIMEOUT", httpx.Timeout(0.2))
    daraja.answers[daraja_module.PUSH] = [silence]
    async with httpx.AsyncClient() as http:
        with pytest.raises(Ambiguous):
            await Daraja(account, http).push(prompt(), NOW)
    assert daraja.count(daraja_module.PUSH) == 1


async def test_a_server_that_is_not_there_is_unreachable(http: httpx.AsyncClient, unused_tcp_port: int) -> None:
    account = Account(
        consumer_key="key", consumer_secret="secret", shortcode="174379", passkey="p",
        base_url=f"http://127.0.0.1:{unused_tcp_port}",
    )  # fmt: skip
    with pytest.raises(Unreachable):
        await Daraja(account, http).push(prompt(), NOW)


async def test_a_query_tells_the_outcome_or_that_there_is_none_yet(
    client: Daraja, daraja: Any, daraja_module: ModuleType
) -> None:
    daraja.answers[daraja_module.QUERY] = [daraja_module.result("1032")]
    assert await client.query("ws_CO_1", NOW) == Outcome("1032", "code 1032")
    for pending in (daraja_module.PENDING, daraja_module.result("4999")):
        daraja.answers[daraja_module.QUERY] = [pending]
        with pytest.raises(Pending):
            await client.query("ws_CO_1", NOW)
    daraja.answers[daraja_module.QUERY] = [daraja_module.result("0")]
    with pytest.raises(Ambiguous):
        await client.query("ws_CO_another", NOW)


async def test_in_production_the_callback_must_be_https(http: httpx.AsyncClient, daraja: Any) -> None:
    account = Account(
        consumer_key="key", consumer_secret="secret", shortcode="174379", passkey="p",
        base_url="https://api.safaricom.co.ke",
    )  # fmt: skip
    line = Daraja(account, http)
    line._token._value, line._token._until = "t", float("inf")
    with pytest.raises(Declined, match="https"):
        await line.push(prompt(callback="http://aais.example/hooks/pay/x"), NOW)


@pytest.mark.parametrize(
    "url",
    ["https://evil.example", "http://api.safaricom.co.ke", "https://api.safaricom.co.ke.evil.example", "ftp://127.0.0.1",
     "https://api.safaricom.co.ke@evil.example", "nonsense", ""],
)  # fmt: skip
def test_an_account_cannot_send_its_keys_to_another_host(url: str) -> None:
    with pytest.raises(ValueError, match="Daraja host"):
        Account(consumer_key="k", consumer_secret="s", shortcode="174379", passkey="p", base_url=url)


def test_an_accounts_keys_do_not_show() -> None:
    account = Account(consumer_key="kkkk", consumer_secret="ssss", shortcode="174379", passkey="pppp")
    assert not any(secret in f"{account!r}{account}" for secret in ("kkkk", "ssss", "pppp"))


async def test_calls_beyond_the_pace_wait_and_beyond_patience_are_throttled() -> None:
    pace = Pace(50, longest_wait=0.05)
    started = asyncio.get_running_loop().time()
    taken = await asyncio.gather(*(pace.take() for _ in range(60)), return_exceptions=True)
    assert asyncio.get_running_loop().time() - started < 1
    assert 50 <= taken.count(None) <= 54
    assert all(isinstance(outcome, Throttled) for outcome in taken if outcome is not None)
