"""The script of a page and what the server takes from it: only the business's own sites, only what is no person's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from ads.truth import collecting
from crm import capture, orgs
from tests.ads.truth.conftest import ADS, ORG, Clinic
from tests.e2e.screen import CHROMIUM, chromium
from web import measuring
from web.answers import explain_errors, secure_headers

SITE = "https://clinic.ke"
BROWSER = "Mozilla/5.0 (Linux; Android 14) Chrome/142.0 Mobile"
AD = f"{SITE}/teeth?utm_source=meta&utm_campaign=c1&utm_content=vA&fbclid=IwAR0&email=me@x.ke"
ID = "0123456789abcdef0123456789abcdef"
PRESSED_IN_VAIN = """async () => {  // until the script has been told its code
    const stay = (event) => event.preventDefault(), link = document.getElementById("one");
    addEventListener("click", stay);
    while (!link.href.includes("ref")) {
        link.click();
        await new Promise((done) => setTimeout(done, 20));
    }
    removeEventListener("click", stay);
}"""


def application(clinic: Clinic) -> web.Application:
    app = web.Application(middlewares=[secure_headers, explain_errors])
    app.add_routes(measuring.routes(clinic.whole, clinic.vaults, ADS, lambda: clinic.now))
    return app


@pytest.fixture
async def client(clinic: Clinic) -> AsyncIterator[TestClient[Any, Any]]:
    await orgs.change(clinic.whole, ORG, settings={"sites": [SITE]})
    async with TestClient(TestServer(application(clinic))) as made:
        yield made


async def tell(client: TestClient[Any, Any], *, origin: str = SITE, agent: str = BROWSER, **seen: Any) -> Any:
    body = {"id": ID, "url": AD, "referrer": "https://l.facebook.com", "consent": "", **seen}
    headers = {"Origin": origin, "User-Agent": agent, "Content-Type": "text/plain"}
    return await client.post(f"/t/{ORG}", data=msgspec.json.encode(body), headers=headers)


async def test_the_script_is_small_and_sets_no_cookie(client: TestClient[Any, Any]) -> None:
    answer = await client.get("/t.js")
    text = await answer.text()
    assert answer.content_type == "text/javascript"
    assert len(text.encode()) < 2048
    assert "Set-Cookie" not in answer.headers
    assert not re.search(r"document\.cookie|localStorage|sessionStorage|indexedDB", text)


async def test_a_page_is_noted_with_its_ad_and_gets_the_code_that_a_first_message_brings_back(
    clinic: Clinic, client: TestClient[Any, Any]
) -> None:
    answer = await tell(client)
    code = (await answer.json())["code"]
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    clinic.wait(minutes=3)
    contact = await clinic.writes(f"Hello (ref {code})")
    page, conversation = await clinic.events()
    assert (page["kind"], page["contact"], page["variation"]) == ("page", contact, "vA")
    assert conversation["cohort"] == page["at"]
    assert "expires_at" not in page, "a page of somebody known is kept"


async def test_the_same_page_told_twice_is_one_page_with_one_code(clinic: Clinic, client: TestClient[Any, Any]) -> None:
    codes = {(await (await tell(client)).json())["code"] for _ in range(3)}
    assert len(codes) == 1
    assert len(await clinic.events("page")) == 1


async def test_nothing_personal_is_kept_without_consent(clinic: Clinic, client: TestClient[Any, Any]) -> None:
    await tell(client, url=f"{SITE}/book/0712345678/me@x.ke?utm_source=a&email=me@x.ke")
    (page,) = await clinic.events()
    assert page["page"] == f"{SITE}/book/…/…"
    assert "sealed" not in page
    assert not re.search(r"0712345678|me@x|Android|127\.0\.0\.1", repr(page))


async def test_with_consent_browser_and_address_are_sealed_and_go_under_the_persons_key(
    clinic: Clinic, client: TestClient[Any, Any]
) -> None:
    code = (await (await tell(client, consent="granted")).json())["code"]
    (page,) = await clinic.events()
    assert "Android" not in repr(page)
    assert collecting.opened_agent(clinic.vault, page) == (BROWSER, "127.0.0.1")
    contact = await clinic.writes(f"Hi (ref {code})")
    (page,) = await clinic.events("page")
    assert page["subject"] == contact
    assert collecting.opened_agent(clinic.vault, page) == (BROWSER, "127.0.0.1")


async def test_a_page_that_nobody_follows_up_is_forgotten(clinic: Clinic, client: TestClient[Any, Any]) -> None:
    await tell(client)
    await clinic.whole.sweep(clinic.now + collecting.KEPT + timedelta(seconds=1))
    assert await clinic.events() == []


async def test_a_visit_without_an_ad_needs_no_code(client: TestClient[Any, Any]) -> None:
    assert (await tell(client, url=f"{SITE}/")).status == 204


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"origin": "https://evil.example"}, 403),
        ({"origin": ""}, 403),
        ({"origin": "null"}, 403),
        ({"url": "https://other.ke/"}, 400),
        ({"url": "javascript:alert(1)"}, 400),
        ({"id": "short"}, 400),
        ({"id": "x" * 65}, 400),
        ({"consent": "maybe"}, 400),
        ({"cookie": "mine"}, 400),
        ({"referrer": "a" * 9000}, 429),
        ({"agent": "Googlebot/2.1"}, 204),
        ({"agent": ""}, 204),
    ],
    ids=[
        "foreign",
        "no-origin",
        "null",
        "other-page",
        "script",
        "short",
        "long",
        "consent",
        "extra",
        "big",
        "bot",
        "-",
    ],
)
async def test_what_does_not_belong_changes_nothing(
    clinic: Clinic, client: TestClient[Any, Any], changed: dict[str, Any], status: int
) -> None:
    assert (await tell(client, **changed)).status == status
    assert await clinic.events() == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"id":1}'])
async def test_a_body_that_is_no_page_is_refused(clinic: Clinic, client: TestClient[Any, Any], body: bytes) -> None:
    answer = await client.post(f"/t/{ORG}", data=body, headers={"Origin": SITE, "User-Agent": BROWSER})
    assert answer.status == 400


async def test_a_business_that_named_no_site_takes_no_page(clinic: Clinic) -> None:
    async with TestClient(TestServer(application(clinic))) as client:
        assert (await tell(client)).status == 403
        assert (await client.options(f"/t/{ORG}", headers={"Origin": SITE})).status == 404


async def test_a_click_that_is_told_before_its_page_is_known_brings_the_message_anyway(clinic: Clinic) -> None:
    code = await capture.remember(clinic.store, {"tags": {"utm_content": "vB"}}, via="link", now=clinic.now)
    await clinic.writes(f"(ref {code})")
    assert [event["variation"] for event in await clinic.events()] == ["vB"]


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="no Chromium here")
async def test_a_real_browser_tells_its_page_and_carries_the_code_into_the_link(clinic: Clinic) -> None:
    html = (
        f'<script async src="/t.js" data-org="{ORG}"></script>'
        '<a id=one href="https://wa.me/254709000101?text=Hi%20there">Chat</a>'
    )

    async def landing(_request: web.Request) -> web.Response:
        return web.Response(text=html, content_type="text/html")

    bare = web.Application(middlewares=[explain_errors])  # no policy of ours on the business's own page
    bare.add_routes([*measuring.routes(clinic.whole, clinic.vaults, ADS, lambda: clinic.now), web.get("/", landing)])
    async with TestClient(TestServer(bare)) as client, chromium() as browser:
        site = f"http://127.0.0.1:{client.port}"
        await orgs.change(clinic.whole, ORG, settings={"sites": [site]})
        context = await browser.new_context(user_agent=BROWSER)
        await context.add_init_script("Object.defineProperty(navigator, 'webdriver', {get: () => false})")
        page = await context.new_page()
        await context.route("https://wa.me/**", lambda route: route.fulfill(body="WhatsApp"))
        async with page.expect_response(re.compile("/t/")):
            await page.goto(f"{site}/?utm_campaign=c1&utm_content=vA&fbclid=IwAR0&phone=0712345678")
        await page.evaluate(PRESSED_IN_VAIN)
        await page.click("#one")
        await page.wait_for_url("https://wa.me/**")
        said = page.url
        assert await context.cookies() == []
        await context.close()
    (event,) = await clinic.events()
    code = str(event["visit"]).rpartition("/")[2]
    assert said == f"https://wa.me/254709000101?text=Hi%20there%20%28ref%20{code}%29"
    assert event["variation"] == "vA"
    assert "0712345678" not in repr(await clinic.store.find("clicks", {}))
