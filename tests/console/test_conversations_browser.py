"""A conversation as somebody of the business sees it, in a real Chromium, with a customer on the simulated phone."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests.e2e.screen import IN_BROWSER, Screen
from tests.e2e.server import Phone, Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
HERE = "/o/tabasamu-dental"
LATENESS = 25_000
_NUMBERS = itertools.count(1)


@pytest_asyncio.fixture(scope="module", loop_scope="session", autouse=True)
async def without_complaints(owner: Screen) -> AsyncIterator[None]:
    """Nothing may appear in the page's console in any of these tests."""
    yield
    assert owner.problems == []


async def _phone(server: Server, name: str) -> Phone:
    number = next(_NUMBERS)
    body = {"id": f"desk{number}", "name": name, "msisdn": f"2547003{number:05d}"}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{server.sandbox}/control/customers", json=body)
        assert answer.status_code == 201, answer.text
    return Phone(server, str(body["id"]))


async def _ask_for_a_person(phone: Phone) -> None:
    await phone.say("Hi")
    await phone.hear("What would you like to book?")
    await phone.say("agent")
    await phone.hear("I am calling someone")


async def _accessible(owner: Screen) -> None:
    page, before = owner.page, len(owner.problems)
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found["violations"] if each["impact"] in ("serious", "critical")
    ]  # fmt: skip
    await page.wait_for_timeout(200)
    del owner.problems[before:]  # the checker styles what it looks at, which our policy forbids
    assert serious == []


async def test_a_person_takes_over_answers_and_hands_back(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(f"{server.url}{HERE}/conversations")
    await expect(page.locator(".empty")).to_be_visible()
    phone = await _phone(server, "Wanjiku Kamau")
    await phone.say("Hi, I want to book")
    await phone.hear("What would you like to book?")
    await expect(page.locator(".talks")).to_contain_text("Wanjiku Kamau")  # it came by itself
    await _accessible(owner)
    await owner.shot("console-conversations")
    await page.get_by_role("link", name=re.compile("Wanjiku Kamau")).click()

    said, trace = page.locator("[data-live=messages]"), page.locator("[data-live=trace]")
    await expect(said).to_contain_text("What would you like to book?")
    await expect(trace).to_contain_text("choosing_offer")
    await page.get_by_role("button", name="Take over").click()
    await expect(page.locator("[data-live=head]")).to_contain_text("answers")

    await phone.say("Do you open on Sunday?")
    await expect(said).to_contain_text("Do you open on Sunday?")
    await expect(trace).to_contain_text("Wrote to the person who answers")
    await phone.skip(2 * 3600 + 60)  # when the bot would ask whether they are still there
    await phone.silent(1.5)  # the bot does not talk over a person
    await expect(said.locator(".withheld")).to_contain_text("a person had the conversation")

    await page.get_by_label("Your answer").fill("Yes, from ten to four.")
    await page.keyboard.press("Control+Enter")
    await phone.hear("Yes, from ten to four.")
    await expect(said.locator("[data-by=agent]")).to_contain_text(
        re.compile("Yes, from ten to four.*(sent|delivered|read)", re.DOTALL)
    )
    await expect(trace).to_contain_text("Answered by a person")
    await _accessible(owner)
    await owner.shot("console-conversation")

    await page.get_by_role("button", name="Hand back").click()
    await expect(page.locator("[data-live=head]")).to_contain_text("the bot answers")
    await phone.tap_first()
    await phone.hear("Which day")  # it goes on where it was
    await expect(said).to_contain_text("Which day")
    await phone.close()


async def test_what_waits_for_a_person_stands_first_and_is_found_on_a_phone(owner: Screen, server: Server) -> None:
    page = owner.page
    phone = await _phone(server, "Otieno Ouma")
    await _ask_for_a_person(phone)
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(f"{server.url}{HERE}/conversations?which=needs")
    await expect(page.locator(".talks li")).to_have_count(1)
    await expect(page.locator(".talks")).to_contain_text("waits for a person")
    await owner.shot("console-conversations-360")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_label("Name, phone").fill("Otieno")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name=re.compile("Otieno Ouma")).focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("[data-live=tasks]")).to_be_visible()
    await owner.shot("console-conversation-360")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await _accessible(owner)
    await page.goto(f"{server.url}{HERE}/tasks")
    await owner.shot("console-tasks-360")
    await _accessible(owner)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_label("What came of it").first.fill("Rang them up")
    await page.keyboard.press("Enter")
    await expect(page.locator(".done")).to_be_visible()
    await expect(page.locator("main")).to_contain_text("Nothing")
    await page.set_viewport_size({"width": 1280, "height": 860})
    await phone.close()


async def test_outside_the_window_only_a_template_goes_out(owner: Screen, server: Server) -> None:
    page = owner.page
    phone = await _phone(server, "Njeri Wambui")
    await _ask_for_a_person(phone)
    await page.goto(f"{server.url}{HERE}/conversations?q=Njeri")
    await page.get_by_role("link", name=re.compile("Njeri Wambui")).click()
    await phone.skip(25 * 3600)
    await page.reload()
    await expect(page.locator(".composer")).to_contain_text("approved template")
    await page.get_by_label("Your answer").fill("We are here again.")
    await page.get_by_label("Send it in the template").check()
    await page.get_by_role("button", name="Send").click()
    await phone.hear("We are here again.")
    await expect(page.locator("[data-by=agent]")).to_contain_text("booking_note")
    await phone.close()


async def test_the_journal_is_searched_read_and_verified(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(f"{server.url}{HERE}/journal")
    await page.get_by_label("Flow or lifecycle").fill("booking")
    await page.keyboard.press("Enter")
    await expect(page.locator(".entries > li").first).to_be_visible()
    await page.get_by_label("Rule").fill("no_such_rule")
    await page.keyboard.press("Enter")
    await expect(page.locator(".empty")).to_be_visible()
    await page.get_by_label("Rule").fill("")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("rule=(&|$)"))  # … and its script, without which the answer is a page
    await page.get_by_role("button", name="Verify the chain").click()
    await expect(page.locator("[data-verified]")).to_contain_text(re.compile("Whole: .* none changed"))
    await _accessible(owner)
    await owner.shot("console-journal")
    await page.get_by_role("link", name=re.compile("Began")).last.click()
    await expect(page.locator(".lines")).to_contain_text("What would you like to book?")
    await owner.shot("console-journal-entry")
    await page.get_by_role("link", name="whole life").click()
    await expect(page.locator(".entries > li").first).to_contain_text("Began")
    await _accessible(owner)
    await page.set_viewport_size({"width": 360, "height": 740})
    for path in ("", "?event=start"):
        await page.goto(f"{server.url}{HERE}/journal{path}")
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await owner.shot("console-journal-360")
    await page.set_viewport_size({"width": 1280, "height": 860})
