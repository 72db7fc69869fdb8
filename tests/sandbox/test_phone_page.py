"""A browser holds the simulated phone; a tiny bot answers the webhooks over the simulated Graph API and Daraja."""

from __future__ import annotations

import asyncio
import base64
import os
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from sandbox.settings import SANDBOX_PASSKEY, SANDBOX_SHORTCODE
from tests.e2e.screen import IN_BROWSER
from tests.sandbox.conftest import Running, Start, starting

SIZES = {"phone": (360, 740), "desk": (1280, 860)}
SCREENSHOTS = os.environ.get("SANDBOX_SCREENSHOTS", "")

pytestmark = IN_BROWSER


class Bot:
    """Greets with buttons, offers times in a list, asks for a deposit, and says how the payment went."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self._tasks: list[asyncio.Task[None]] = []

    async def webhook(self, body: dict[str, Any]) -> None:
        for message in body["entry"][0]["changes"][0]["value"].get("messages", []):
            self._tasks.append(asyncio.create_task(self._answer(message)))

    async def _answer(self, message: dict[str, Any]) -> None:
        to = {"to": message["from"]} if "from" in message else {"recipient": message["from_user_id"]}
        read = {"messaging_product": "whatsapp", "status": "read", "message_id": message["id"]}
        await self.running.graph({**read, "typing_indicator": {"type": "text"}})
        reply = message.get("interactive", {})
        choice = (reply.get("button_reply") or reply.get("list_reply") or {}).get("id")
        text = message.get("text", {}).get("body", "")
        if choice == "book":
            await self._send(to, "interactive", LIST)
        elif choice == "where":
            await self._send(to, "interactive", CTA)
        elif choice and choice.startswith("slot"):
            await self._push(message["from"])
        elif text == "wapi":
            await self._send(to, "interactive", LOCATION)
        elif message["type"] == "location":
            await self._send(to, "text", {"body": f"Got it: {message['location']['name']}"})
        elif text != "wait" and message["type"] != "reaction":
            await self._send(to, "interactive", BUTTONS)

    async def _send(self, to: dict[str, str], kind: str, part: Any) -> None:
        status, answer = await self.running.graph({"messaging_product": "whatsapp", "type": kind, kind: part, **to})
        assert status == 200, answer

    async def _push(self, msisdn: str) -> None:
        base, session = self.running.base, self.running.session
        basic = base64.b64encode(b"key:secret").decode()
        url = f"{base}/oauth/v1/generate?grant_type=client_credentials"
        async with session.get(url, headers={"Authorization": f"Basic {basic}"}) as answer:
            token = (await answer.json())["access_token"]
        stamp = "20261121100000"
        body = {
            "BusinessShortCode": SANDBOX_SHORTCODE,
            "Password": base64.b64encode(f"{SANDBOX_SHORTCODE}{SANDBOX_PASSKEY}{stamp}".encode()).decode(),
            "Timestamp": stamp,
            "TransactionType": "CustomerPayBillOnline",
            "Amount": 500,
            "PartyA": msisdn,
            "PartyB": SANDBOX_SHORTCODE,
            "PhoneNumber": msisdn,
            "CallBackURL": self.running.callback_url,
            "AccountReference": "BK-12",
            "TransactionDesc": "Deposit",
        }
        headers = {"Authorization": f"Bearer {token}"}
        async with session.post(f"{base}/mpesa/stkpush/v1/processrequest", json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
        seen = len(self.running.subscriber.callbacks())
        await self.running.subscriber.until(lambda: len(self.running.subscriber.callbacks()) > seen, 30)
        callback = self.running.subscriber.callbacks()[-1]
        words = (
            "Asante! Booked, *Monday 09:00*. Map: https://example.org/map"
            if callback["ResultCode"] == 0
            else "Not paid."
        )
        await self._send({"to": msisdn}, "text", {"body": words})


def _reply(ident: str, title: str) -> dict[str, Any]:
    return {"type": "reply", "reply": {"id": ident, "title": title}}


BUTTONS = {
    "type": "button",
    "header": {"type": "text", "text": "Mara Clinic"},
    "body": {"text": "Karibu, Wanjiku! 😊 How can we help you today?"},
    "footer": {"text": "Reply STOP to opt out"},
    "action": {
        "buttons": [_reply("book", "Book a visit"), _reply("where", "Where are you?"), _reply("person", "Talk to us")]
    },
}
LIST = {
    "type": "list",
    "body": {"text": "When would you like to come?"},
    "action": {
        "button": "See times",
        "sections": [
            {
                "title": "Monday 23 Nov",
                "rows": [
                    {"id": "slot1", "title": "09:00", "description": "Dr. Achieng · 30 min · KES 1,500"},
                    {"id": "slot2", "title": "10:30", "description": "Dr. Achieng · 30 min · KES 1,500"},
                ],
            },
            {"title": "Tuesday 24 Nov", "rows": [{"id": "slot3", "title": "14:00", "description": "Dr. Mutua"}]},
        ],
    },
}
CTA = {
    "type": "cta_url",
    "body": {"text": "Moi Avenue, next to the post office."},
    "action": {"name": "cta_url", "parameters": {"display_text": "Open the map", "url": "https://example.org/map"}},
}
LOCATION = {
    "type": "location_request_message",
    "body": {"text": "Where shall we pick you up?"},
    "action": {"name": "send_location"},
}


@pytest_asyncio.fixture(loop_scope="session")
async def start() -> AsyncIterator[Start]:
    """In the loop that the browser is in."""
    async with starting() as starter:
        yield starter


LATE_ANSWERS = """
    const ask = window.fetch;
    window.fetch = async (path, options) => {
        const answer = await ask(path, options);
        await new Promise((done) => setTimeout(done, 1000));
        setTimeout(() => { if (path.includes("scenario")) document.body.dataset.answered += options.method; }, 100);
        return answer;
    };
"""


async def open_phone(browser: Browser, running: Running, size: str, query: str = "", script: str = "") -> Page:
    """`script` runs before those of the page."""
    width, height = SIZES[size]
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.add_init_script(script or "undefined")
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.problems = problems  # type: ignore[attr-defined]
    await page.goto(f"{running.base}/phone/?customer=wanjiku{query}")
    await expect(page.get_by_test_id("phone")).to_have_attribute("data-state", "ready")
    return page


async def shot(page: Page, name: str) -> None:
    if SCREENSHOTS:
        await page.screenshot(path=f"{SCREENSHOTS}/{name}.png")


async def write(page: Page, text: str) -> None:
    await page.get_by_test_id("message-input").fill(text)
    await page.keyboard.press("Enter")


@pytest.mark.parametrize("size", SIZES)
async def test_a_customer_books_and_pays(start: Start, browser: Browser, size: str) -> None:
    running = await start(speed=20.0, prompt_timeout=600.0)
    running.subscriber.react = Bot(running).webhook
    page = await open_phone(browser, running, size)
    await expect(page.get_by_test_id("empty")).to_be_visible()
    await shot(page, f"{size}-empty")
    await write(page, "Habari")
    await page.get_by_test_id("reply-button").first.wait_for()
    await expect(page.get_by_test_id("bubble").first).to_have_attribute("data-status", "read")
    await shot(page, f"{size}-buttons")
    await page.get_by_role("button", name="Where are you?").click()
    await expect(page.get_by_test_id("cta-link")).to_have_attribute("href", "https://example.org/map")
    await page.get_by_role("button", name="Book a visit").click()
    await page.get_by_test_id("list-open").click()
    await expect(page.get_by_test_id("list-row")).to_have_count(3)
    await shot(page, f"{size}-list")
    await page.keyboard.press("Enter")  # the first row has the focus
    await expect(page.get_by_test_id("stk-text")).to_have_text(
        "Do you want to pay KES 500 to MARA CLINIC account no. BK-12?"
    )
    await page.get_by_test_id("stk-pin").fill("1234")
    await shot(page, f"{size}-stk")
    await page.get_by_test_id("stk-ok").click()
    await expect(page.get_by_test_id("stk")).to_be_hidden()
    await expect(page.get_by_test_id("bubble").last).to_contain_text("Booked, Monday 09:00")
    await expect(page.get_by_test_id("sms-toast")).to_contain_text("Confirmed. Ksh500.00 sent to MARA CLINIC")
    await expect(page.get_by_test_id("balance")).to_have_text("KES 24,500")
    await shot(page, f"{size}-paid")
    await page.get_by_test_id("sms-open").click()
    await expect(page.get_by_test_id("sms")).to_have_count(1)
    await shot(page, f"{size}-sms")
    width = SIZES[size][0]
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.problems == []  # type: ignore[attr-defined]


async def test_cancelling_and_a_wrong_pin_are_told_apart(start: Start, browser: Browser) -> None:
    running = await start(speed=20.0, prompt_timeout=600.0)
    running.subscriber.react = Bot(running).webhook
    page = await open_phone(browser, running, "phone")
    for turn, (answer, code) in enumerate((("cancel", 1032), ("wrong", 2001))):
        await write(page, "Habari")
        await expect(page.get_by_role("button", name="Book a visit")).to_have_count(turn + 1)
        await page.get_by_role("button", name="Book a visit").last.click()
        await expect(page.get_by_test_id("list-open")).to_have_count(turn + 1)
        await page.get_by_test_id("list-open").last.click()
        await page.get_by_test_id("list-row").nth(1).click()
        await page.get_by_test_id("stk-pin").wait_for()
        if answer == "cancel":
            await page.keyboard.press("Escape")
        else:
            await page.keyboard.type("9999")
            await page.keyboard.press("Enter")
        await running.subscriber.until(lambda seen=turn: len(running.subscriber.callbacks()) > seen)
        assert running.subscriber.callbacks()[-1]["ResultCode"] == code
        await expect(page.get_by_test_id("bubble").last).to_contain_text("Not paid.")


async def test_a_location_is_shared_and_the_page_speaks_swahili(start: Start, browser: Browser) -> None:
    running = await start(speed=20.0)
    running.subscriber.react = Bot(running).webhook
    page = await open_phone(browser, running, "desk", "&lang=sw")
    await expect(page.get_by_test_id("banner")).to_contain_text("majaribio")
    await write(page, "wapi")
    await page.get_by_test_id("share-location").click()
    await expect(page.get_by_test_id("bubble").last).to_contain_text("Got it: Nairobi CBD")
    await page.get_by_test_id("attach").click()
    await page.get_by_test_id("attach-image").click()
    await expect(page.locator("[data-kind=media] img")).to_have_count(1)
    await shot(page, "desk-swahili")
    assert page.problems == []  # type: ignore[attr-defined]


async def test_typing_is_shown_and_the_clock_moves(start: Start, browser: Browser) -> None:
    running = await start(speed=20.0)
    running.subscriber.react = Bot(running).webhook
    page = await open_phone(browser, running, "desk")
    await write(page, "wait")
    await page.get_by_test_id("typing").wait_for()
    await expect(page.get_by_test_id("presence")).to_have_text("typing…")
    before = running.clock.moment
    await page.get_by_test_id("clock-15m").click()
    await expect(page.get_by_test_id("clock-now")).to_have_text(re.compile(r"10:15"))
    await page.get_by_test_id("clock-tomorrow").click()
    await expect(page.get_by_test_id("clock-now")).to_have_text(re.compile(r"22 Nov.*09:00"))
    assert (running.clock.moment - before).total_seconds() == 23 * 3600


async def test_trouble_is_made_for_the_chosen_customer(start: Start, browser: Browser) -> None:
    running = await start(speed=20.0)
    page = await open_phone(browser, running, "desk")
    await page.get_by_test_id("scenario").locator("summary").click()
    await page.get_by_test_id("scenario-payment").select_option("1032")
    await page.get_by_test_id("scenario-callback").select_option("drop")
    wanted = {"force_result": 1032, "drop_callback": True}
    for _ in range(100):
        if (chosen := await running.control("GET", "scenario/wanjiku")) == wanted:
            break
        await page.wait_for_timeout(50)
    assert chosen == wanted
    await expect(page.get_by_test_id("problem")).to_be_hidden()
    await shot(page, "desk-trouble")
    await page.get_by_test_id("customer-picker").select_option("amina")
    await expect(page.get_by_test_id("customer-about")).to_contain_text("amina.h")


async def test_what_is_chosen_before_the_page_has_read_what_held_is_kept(start: Start, browser: Browser) -> None:
    running = await start(speed=20.0)
    page = await open_phone(browser, running, "desk", script=LATE_ANSWERS)
    await page.get_by_test_id("scenario").locator("summary").click()
    await page.get_by_test_id("scenario-payment").select_option("1032")
    await expect(page.locator("body")).to_have_attribute("data-answered", re.compile("GET.*PUT"))
    await page.get_by_test_id("scenario-callback").select_option("drop")
    await expect(page.locator("body")).to_have_attribute("data-answered", re.compile("PUT.*PUT"))
    assert await running.control("GET", "scenario/wanjiku") == {"force_result": 1032, "drop_callback": True}


async def test_the_page_says_when_the_sandbox_is_gone(start: Start, browser: Browser) -> None:
    running = await start()
    page = await open_phone(browser, running, "phone")
    await page.route("**/control/**", lambda route: route.abort())
    await page.reload()
    await expect(page.get_by_test_id("problem")).to_contain_text("does not answer")
    await shot(page, "phone-error")


@pytest_asyncio.fixture(loop_scope="session")
async def asked_where(start: Start, browser: Browser) -> tuple[Running, Page]:
    """A phone that shows a button to share one's place with."""
    running = await start(speed=20.0)
    running.subscriber.react = Bot(running).webhook
    page = await open_phone(browser, running, "phone")
    await write(page, "wapi")
    return running, page


async def test_a_button_that_is_pressed_while_its_message_changes_is_pressed(asked_where: tuple[Running, Page]) -> None:
    running, page = asked_where
    button = page.get_by_test_id("share-location")
    await button.hover()
    await page.mouse.down()
    asked = page.get_by_test_id("bubble").last
    message = await asked.get_attribute("data-id")
    body = {
        "business": await page.get_by_test_id("business-picker").input_value(),
        "kind": "reaction",
        "message": message,
    }
    async with running.session.post(
        f"{running.base}/control/customers/wanjiku/messages", json={**body, "emoji": "👍"}
    ) as answer:
        assert answer.status == 201, await answer.text()
    await expect(asked.get_by_test_id("reaction")).to_have_text("👍")
    await page.mouse.up()
    await expect(page.get_by_test_id("bubble").last).to_contain_text("Got it: Nairobi CBD")


async def test_a_button_that_is_drawn_anew_keeps_the_focus(asked_where: tuple[Running, Page]) -> None:
    _, page = asked_where
    button = page.get_by_test_id("share-location")
    await button.focus()
    drawn = await button.element_handle()
    await page.get_by_test_id("language-picker").select_option("sw", force=True)
    await expect(button).to_have_text("Tuma mahali ulipo")
    assert drawn is not None
    assert not await drawn.evaluate("button => button.isConnected")
    await expect(button).to_be_focused()
