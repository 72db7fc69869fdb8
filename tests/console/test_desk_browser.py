"""The desk in a real Chromium, with the customer's simulated phone beside it: bookings by hand, money, and tasks."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.console.company import LATENESS, ORG, serious
from tests.e2e.screen import IN_BROWSER, SIZES, Screen, shows
from tests.e2e.server import Phone, Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
BOOKINGS, TASKS = f"{ORG}/bookings", f"{ORG}/tasks"
OFFER = "tabasamu-dental.checkup"
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def without_complaints(owner: Screen) -> AsyncIterator[None]:
    """Nothing may appear in the page's console in any of these tests, but the browser's own note of a refusal."""
    yield
    assert [said for said in owner.problems if "422" not in said] == []


class Customer:
    """Somebody with a phone, who has written, so that they may be written to."""

    def __init__(self, phone: Phone, id: str, number: str) -> None:
        self.phone, self.id, self.number = phone, id, number

    @classmethod
    async def writing(cls, server: Server, name: str, **behaviour: Any) -> Customer:
        number = next(_NUMBERS)
        body = {"id": f"desk{number}", "name": name, "msisdn": f"2547005{number:05d}", "language": "en"}
        async with httpx.AsyncClient() as http:
            (await http.post(f"{server.sandbox}/control/customers", json=body)).raise_for_status()
        phone = Phone(server, str(body["id"]))
        if behaviour:
            await phone.scenario(**behaviour)
        await phone.say("Hi")
        await phone.hear("What would you like to book?")
        return cls(phone, str(body["id"]), f"07005{number:05d}")


async def _sized(page: Page, size: str) -> None:
    width, height = SIZES[size]
    await page.set_viewport_size({"width": width, "height": height})


async def _sound(owner: Screen) -> None:
    """Nothing serious for axe, nothing wider than the window, wide and on a phone."""
    for size in ("phone", "desk"):
        await _sized(owner.page, size)
        assert await serious(owner.page) == []
        assert await owner.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


async def _made(owner: Screen, server: Server, customer: Customer, ahead: int) -> dict[str, Any]:
    """A booking made by the API with the owner's own session."""
    page = owner.page
    await page.goto(f"{server.url}{BOOKINGS}/new")
    headers = {"X-CSRF-Token": await page.locator("main [name=csrf]").first.get_attribute("value") or ""}
    api = f"{server.url}/api/v1/orgs{ORG.removeprefix('/o')}/bookings"
    today = datetime.fromisoformat((await (await page.request.get(api)).json())["today"]).date()
    for more in range(4):  # past a weekend
        asked = {"offer": OFFER, "day": (today + timedelta(days=ahead + more)).isoformat()}
        times = (await (await page.request.get(f"{api}/free", params=asked)).json())["times"]
        if times:
            break
    body = {
        "key": f"made{customer.id}x{ahead}", "offer": OFFER, "start": times[0]["start"],
        "resource": times[0]["resource"], "phone": customer.number,
    }  # fmt: skip
    answer = await page.request.post(api, data=body, headers=headers)
    assert answer.ok, await answer.text()
    return dict((await answer.json())["booked"]["booking"])


async def _moved(owner: Screen, server: Server, booking: dict[str, Any]) -> None:
    """To the last free time of its day, by keyboard."""
    page = owner.page
    await page.goto(f"{server.url}{BOOKINGS}/{booking['id']}/move")
    await page.locator("input[name=slot]").last.check()
    await page.get_by_role("button", name="Move it there").press("Enter")
    await expect(page.get_by_text("The booking is moved.")).to_be_visible()


async def _asked_to_pay(page: Page) -> None:
    """The prompt is sent by keyboard."""
    await page.get_by_text("Ask for a deposit").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("Shillings").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The M-Pesa prompt is on its way.")).to_be_visible()


async def test_a_booking_is_made_paid_moved_and_cancelled_by_hand_and_the_phone_shows_it(
    owner: Screen, browser: Browser, server: Server
) -> None:
    page, asha = owner.page, await Customer.writing(server, "Asha Mwinyi")
    phone = await Screen.opened(browser, "phone")
    await phone.pick_up(server.sandbox, asha.id)
    await phone.hear("What would you like to book?")

    await page.goto(f"{server.url}{BOOKINGS}/new?offer={OFFER}")
    while await page.locator("input[name=slot]").count() == 0:  # past a closed day
        day = datetime.fromisoformat(await page.locator("#day").input_value()) + timedelta(days=1)
        await page.goto(f"{server.url}{BOOKINGS}/new?offer={OFFER}&day={day:%Y-%m-%d}")
    await _sound(owner)
    await page.locator("input[name=slot]").first.focus()
    await page.keyboard.press("Space")
    await page.get_by_label("Customer's phone number").fill(asha.number)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Booked.")).to_be_visible()
    one = page.url.split("?")[0]
    await shows(page, one, "upcoming", ".life")

    await _asked_to_pay(page)
    assert "KES 500 to TABASAMU" in await phone.prompt()
    await _sound(owner)
    await phone.enter_pin("1234")
    received = phone.said.filter(has_text=re.compile("received"))
    await expect(received).to_be_visible()
    await page.goto(one)
    receipt = page.locator("table.stack td").nth(1)
    await expect(receipt).to_have_text(re.compile("^[A-Z0-9]{10}$"))
    await expect(received).to_contain_text(await receipt.inner_text())

    await page.get_by_role("link", name="Move the booking").focus()
    await page.keyboard.press("Enter")
    await page.locator("label.time").last.click()
    await _sound(owner)
    await page.get_by_role("button", name="Move it there").press("Enter")
    await expect(page.get_by_text("The booking is moved.")).to_be_visible()
    await expect(phone.said.filter(has_text=re.compile("moved"))).to_be_visible()

    await page.get_by_text("Cancel the booking …").focus()
    await page.keyboard.press("Enter")
    await page.get_by_label("We do").focus()
    await page.keyboard.press("Space")
    await page.get_by_label("Reason").fill("The dentist is ill")
    await _sound(owner)
    await page.get_by_role("button", name="Cancel the booking").press("Enter")
    await expect(page.get_by_text("The booking is cancelled.")).to_be_visible()
    told = phone.said.filter(has_text=re.compile("cancel")).last
    await expect(told).to_be_visible()
    assert "dentist is ill" not in await told.inner_text()  # the reason is for the business's own notes
    await _sound(owner)
    await phone.close()
    await asha.phone.close()


async def test_who_asks_for_a_person_is_answered_and_the_task_ended_by_keyboard(owner: Screen, server: Server) -> None:
    page, otieno = owner.page, await Customer.writing(server, "Otieno Ouma")
    await otieno.phone.say("agent")
    await otieno.phone.hear("I am calling someone")
    await page.goto(server.url + TASKS)
    task = page.locator(".list li", has_text="Otieno Ouma")
    await _sound(owner)
    await task.get_by_role("link", name="The conversation").press("Enter")
    await page.wait_for_url(re.compile("/conversations/"))  # … and its script, which knows the keys
    talk = urlsplit(page.url).path
    await page.get_by_label("Your answer").fill("We are here. What can we do?")
    await page.keyboard.press("Control+Enter")
    await otieno.phone.hear("We are here. What can we do?")
    await expect(page.get_by_text("Your answer is on its way.")).to_be_visible()
    await _counts_down(page, server.url + talk, otieno)
    booking = await _made(owner, server, otieno, 4)
    await _moved(owner, server, booking)
    await otieno.phone.hear("moved")  # news about a booking comes, though a person has the conversation
    await otieno.phone.say("Is there parking?")
    await shows(page, server.url + talk, "Is there parking?")
    await page.goto(server.url + TASKS)
    await task.get_by_label("What came of it").fill("Answered in the chat")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("That is done.")).to_be_visible()
    await expect(task).to_have_count(0)
    await otieno.phone.tap("Yes")
    await otieno.phone.hear("See you")  # to nothing before it the bot has answered; it goes on with what it had asked
    await otieno.phone.close()


async def test_a_receipt_from_the_statement_is_matched_and_the_money_counts(owner: Screen, server: Server) -> None:
    page, baraka = owner.page, await Customer.writing(server, "Baraka Mwangi", drop_callback=True)
    booking = await _made(owner, server, baraka, 2)
    await page.goto(f"{server.url}{BOOKINGS}/{booking['id']}")
    await _asked_to_pay(page)
    await baraka.phone.answer_prompt("pin", pin="1234")
    await _until_task(owner, server, baraka, "Find a receipt")
    task = page.locator(".list li", has_text="Find a receipt")
    await _sound(owner)
    await _sized(page, "phone")
    await owner.shot("console-tasks-receipt-360")
    await _sized(page, "desk")
    await task.get_by_label("M-Pesa receipt").fill("what?")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("This is no M-Pesa receipt. They look like SKL1234567.")
    await _sound(owner)
    await task.get_by_label("M-Pesa receipt").fill("skl7654321")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The receipt is being matched.")).to_be_visible()
    await shows(page, f"{server.url}{BOOKINGS}/{booking['id']}", "SKL7654321")
    await page.goto(server.url + TASKS)
    await expect(task).to_have_count(0)
    await baraka.phone.close()


async def test_money_that_served_nothing_is_counted_for_another_booking(owner: Screen, server: Server) -> None:
    page, njeri = owner.page, await Customer.writing(server, "Njeri Wambui")
    first, second = await _made(owner, server, njeri, 3), await _made(owner, server, njeri, 6)
    await page.goto(f"{server.url}{BOOKINGS}/{first['id']}")
    await _asked_to_pay(page)
    await njeri.phone.prompt()
    await page.get_by_text("Cancel the booking …").click()
    await page.get_by_role("button", name="Cancel the booking").click()
    await expect(page.get_by_text("The booking is cancelled.")).to_be_visible()
    await njeri.phone.answer_prompt("pin", pin="1234")  # too late: nothing waits for it
    await _until_task(owner, server, njeri, "Money came too late")
    task = page.locator(".list li", has_text="Money came too late")
    await _sound(owner)
    await task.get_by_label("What becomes of the money?").select_option("booking")
    await task.get_by_label("Booking number").fill("NONE")
    await task.get_by_label("Reason").fill("Agreed by phone")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("There is no booking with that number.")
    await task.get_by_label("What becomes of the money?").select_option("booking")
    await task.get_by_label("Booking number").fill(second["ref"].lower())
    await task.get_by_label("Reason").fill("Agreed by phone")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("That is done.")).to_be_visible()
    await expect(task).to_have_count(0)
    await page.goto(f"{server.url}{BOOKINGS}/{second['id']}")
    await expect(page.locator("table.stack")).to_contain_text(re.compile("[A-Z0-9]{10}"))
    await njeri.phone.close()


async def _counts_down(page: Page, talk: str, customer: Customer) -> None:
    """How long one may still write runs out before the eyes of whoever looks, though nothing happens."""
    browser = page.context.browser
    assert browser is not None
    beside = await browser.new_page(storage_state=await page.context.storage_state())
    await beside.clock.install()
    await beside.goto(talk)
    head = beside.locator("[data-live=head]")
    await expect(head).to_contain_text("free to write for 23 h")
    await customer.phone.skip(3600)
    async with asyncio.timeout(LATENESS / 1000):
        while "free to write for 22 h" not in await head.inner_text():
            await beside.clock.fast_forward(61_000)  # once more where the page's script had not begun to count
            await asyncio.sleep(0.2)
    await beside.close()


async def _until_task(owner: Screen, server: Server, customer: Customer, words: str) -> None:
    """The business's time goes on until the tasks say so; at most half an hour of it."""
    page = owner.page
    for _ in range(15):
        await page.goto(server.url + TASKS)
        if words in await page.locator("main").inner_text():
            return
        await customer.phone.skip(120)
    raise AssertionError(f"no task says {words!r}: {await page.locator('main').inner_text()}")
