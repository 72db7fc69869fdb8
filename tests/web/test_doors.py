"""The server's own addresses: health, figures, the front page, and how it says no."""

from __future__ import annotations

import pytest

from composition.house import House
from storage.errors import StoreError
from tests.web.conftest import Client, application, problem

EVERY = [
    ("GET", "/"), ("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics"), ("GET", "/nowhere"), ("PUT", "/"),
    ("GET", "/static/home.css"), ("GET", "/l/tabasamu-dental"), ("GET", "/qr/tabasamu-dental.svg"),
    ("GET", "/webhooks/whatsapp"), ("POST", "/webhooks/whatsapp"), ("POST", "/hooks/pay/wrong"),
]  # fmt: skip


async def test_the_server_says_that_it_lives_and_is_ready(client: Client) -> None:
    assert await (await client.get("/healthz")).json() == {"status": "ok"}
    assert await (await client.get("/readyz")).json() == {"status": "ready"}


async def test_it_is_not_ready_while_the_store_does_not_answer(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_more: object) -> int:
        raise StoreError("the disk is gone")

    monkeypatch.setattr(type(house.store), "count", broken)
    answer = await client.get("/readyz")
    assert answer.status == 503
    assert (await problem(answer))["code"] == "store_unavailable"
    assert (await client.get("/healthz")).status == 200


async def test_figures_are_given_as_prometheus_reads_them(client: Client) -> None:
    await client.get("/healthz")
    answer = await client.get("/metrics")
    text = await answer.text()
    assert answer.content_type == "text/plain"
    assert 'aais_queue_depth{queue="inbox",state="new"} 0.0' in text
    assert 'aais_http_seconds_count{route="/healthz",status="200"} 1.0' in text


async def test_unknown_addresses_share_one_figure(client: Client) -> None:
    """What strangers type must not become a time series each."""
    for path in ("/wp-login.php", "/.env", "/254712345678"):
        await client.get(path)
    text = await (await client.get("/metrics")).text()
    assert 'route="unknown",status="404"} 3.0' in text
    assert "wp-login" not in text


@pytest.mark.parametrize(("method", "path"), EVERY)
async def test_every_answer_forbids_what_a_browser_need_not_do(client: Client, method: str, path: str) -> None:
    answer = await client.request(method, path, allow_redirects=False)
    assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"


async def test_an_unknown_address_is_told_so(client: Client) -> None:
    answer = await client.get("/nowhere")
    assert answer.status == 404
    assert (await problem(answer))["code"] == "not_found"


async def test_a_wrong_method_is_told_the_right_ones(client: Client) -> None:
    answer = await client.delete("/webhooks/whatsapp")
    assert answer.status == 405
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD", "POST"}
    assert (await problem(answer))["code"] == "method_not_allowed"


async def test_a_failure_nobody_foresaw_shows_nothing_of_itself(
    house: House, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr(type(house.store), "get", broken)
    answer = await client.get("/l/tabasamu-dental")
    assert answer.status == 500
    assert (await problem(answer))["code"] == "internal"
    assert "hunter2" not in await answer.text()


async def test_a_payment_at_a_made_up_address_is_refused(client: Client) -> None:
    answer = await client.post("/hooks/pay/made-up", json={"Body": {}})
    assert answer.status in (403, 404)
    assert (await problem(answer))["code"] == "callback_refused"


async def test_the_demos_front_page_leads_to_the_phone(client: Client) -> None:
    text = await (await client.get("/")).text()
    assert 'href="http://127.0.0.1:8090/' in text
    assert "Tabasamu Dental Clinic" in text
    assert "Pwani Stays Nyali" in text
    assert 'href="http://127.0.0.1:8090/phone/?lang=en&amp;business=100000000000002"' in text


async def test_the_front_page_speaks_the_browsers_language_or_the_one_asked_for(client: Client) -> None:
    swahili = await (await client.get("/", headers={"Accept-Language": "sw-KE,en;q=0.8"})).text()
    assert '<html lang="sw">' in swahili
    assert "Ongea kama mteja" in swahili
    asked = await (await client.get("/?lang=en", headers={"Accept-Language": "sw"})).text()
    assert "Chat as a customer" in asked
    assert '<html lang="en">' in await (await client.get("/?lang=<script>")).text()


async def test_in_production_the_front_page_names_no_business(house: House, aiohttp_client) -> None:  # type: ignore[no-untyped-def]
    client = await aiohttp_client(application(house, phone_url=""))
    text = await (await client.get("/")).text()
    assert "AAIS is running" in text
    assert "Tabasamu" not in text
    assert "1234" not in text
