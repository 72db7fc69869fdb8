"""The workshop as an owner uses it, in a real Chromium: read, change, try, test, publish, and see it on the phone."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.e2e.screen import IN_BROWSER, Screen
from tests.e2e.server import Phone, Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
EDIT = "/o/tabasamu-dental/rules/edit?file="
LATENESS = 60_000
SLOW_BODIES = """
    const ask = window.fetch;
    window.fetch = async (path, options) => {
        const answer = await ask(path, options);
        if (path.endsWith("/check")) {
            await new Promise((done) => setTimeout(done, 1000));
            document.body.dataset.checked += options.signal.aborted ? "given up " : "answered ";
        }
        return answer;
    };
"""


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def without_complaints(owner: Screen) -> AsyncIterator[None]:
    """Nothing may appear in the page's console during a test."""
    owner.problems.clear()
    yield
    # Chromium styles what is typed over a coloured word; our policy forbids it, and the editor draws the line anew.
    assert [each for each in owner.problems if not each.startswith("Applying inline style")] == []


async def _open(owner: Screen, server: Server, file: str) -> Page:
    page = owner.page
    await page.goto(server.url + EDIT + file)
    await expect(page.locator(".cm-content")).to_be_visible()
    return page


async def _replace(page: Page, old: str, new: str) -> None:
    """Find words with the editor's own search, and type others in their place."""
    await page.locator(".cm-content").focus()
    await page.keyboard.press("Control+f")
    await page.locator(".cm-search input[name=search]").fill("")
    await page.keyboard.type(old)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await page.keyboard.type(new)
    await page.keyboard.press("Escape")


async def _discard(page: Page) -> None:
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Discard")).to_have_count(0)


async def _accessible(owner: Screen) -> None:
    page = owner.page
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found["violations"] if each["impact"] in ("serious", "critical")
    ]  # fmt: skip
    assert serious == []


async def test_the_list_leads_to_each_file(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(f"{server.url}/o/tabasamu-dental/rules")
    await _accessible(owner)
    await page.get_by_role("link", name=re.compile("Take a deposit")).click()
    await expect(page.locator(".cm-content")).to_contain_text("flow: deposit")


async def test_leaving_while_a_draft_is_on_its_way_loses_nothing(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/deposit.yaml")
    held: list[Route] = []

    async def hold_the_first(route: Route) -> None:
        if held:
            await route.continue_()
        else:
            held.append(route)

    await page.route("**/rules/draft", hold_the_first)
    async with page.expect_request("**/rules/draft"):
        await _replace(page, "flow: deposit", "flow: deposit # to be kept")
    await page.goto(f"{server.url}/o/tabasamu-dental/rules")
    await page.unroute("**/rules/draft")
    await _open(owner, server, "flows/deposit.yaml")
    await expect(page.locator(".cm-content")).to_contain_text("# to be kept")
    await _discard(page)


async def test_an_answer_given_up_while_it_comes_in_is_no_answer(owner: Screen, server: Server) -> None:
    """Its first bytes are there when a newer question takes its place: what has come by then says nothing."""
    page = Screen(await owner.page.context.new_page())
    await page.page.add_init_script(SLOW_BODIES)
    await page.page.goto(server.url + EDIT + "flows/reminder.yaml")
    typed = page.page.locator(".cm-content")
    await typed.focus()
    for _ in range(3):
        async with page.page.expect_response("**/rules/check"):
            await page.page.keyboard.type("#")
    await expect(page.page.locator("body")).to_have_attribute("data-checked", re.compile("answered"))
    assert page.problems == []
    await _discard(page.page)
    await page.page.close()


async def test_a_mistake_is_underlined_said_and_mended_with_a_click(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/reminder.yaml")
    await _replace(page, "languages: [en, sw]", "langauges: [en, sw]")
    await expect(page.locator(".cm-lintRange-error").first).to_be_visible()
    await page.get_by_role("tab", name=re.compile("Problems")).click()
    problem = page.locator(".problems .error").first
    await expect(problem).to_contain_text("langauges")
    await _accessible(owner)
    await problem.get_by_role("button").last.click()
    await expect(page.locator(".cm-content")).to_contain_text("languages: [en, sw]")
    await expect(page.locator(".problems .error")).to_have_count(0)
    await expect(page.locator(".status")).to_contain_text("In force")


async def test_what_may_be_written_is_offered_and_a_word_is_explained(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/opt_out.yaml")
    await _replace(page, "do: contacts.opt_out", "do: contacts.o")
    await page.keyboard.press("Control+Space")
    await page.locator(".cm-tooltip-autocomplete li", has_text="contacts.opt_out").click()
    await expect(page.locator(".cm-content")).to_contain_text("do: contacts.opt_out")
    line = page.locator(".cm-line", has_text="do: contacts.opt_out").first
    await line.hover(position={"x": 110, "y": 10})
    await expect(page.locator(".explained")).to_be_visible()
    await expect(page.locator(".status")).to_contain_text("In force")


async def test_the_picture_leads_to_the_lines_by_hand_and_by_key(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/deposit.yaml")
    box = page.locator("g.box", has_text="trying_again").first
    await box.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".cm-activeLine").first).to_contain_text("trying_again:")
    await _accessible(owner)


async def test_a_cell_of_a_table_is_changed_and_its_comments_stay(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "rules/messaging_guardrails.yaml")
    cell = page.get_by_label("enough_for_today, When")
    await cell.fill("sent_today >= 2")
    await cell.press("Tab")
    await expect(page.locator(".cm-content")).to_contain_text("sent_today >= 2")
    await expect(page.locator(".cm-content")).to_contain_text("# Asked at the moment of sending.")
    await expect(page.get_by_role("button", name="Discard")).to_be_visible()
    await _discard(page)
    await expect(page.locator(".cm-content")).to_contain_text("sent_today >= 3")


async def test_what_is_typed_into_a_cell_stays_when_an_answer_comes_meanwhile(owner: Screen, server: Server) -> None:
    page, held = owner.page, asyncio.Queue[Route]()
    await page.route("**/rules/check", held.put)
    await _open(owner, server, "rules/messaging_guardrails.yaml")
    asked = await asyncio.wait_for(held.get(), 30)
    cell = page.get_by_label("enough_for_today, When")
    await cell.fill("sent_today >= 2")
    place = {"line": 1, "column": 1, "end_line": 1, "end_column": 2}
    note = {"file": "rules/messaging_guardrails.yaml", "severity": "note", "code": "x", "reason": "Look here.", **place}
    await asked.fulfill(json={"findings": [note]})
    await expect(page.get_by_role("tab", name=re.compile("Problems"))).to_contain_text("1")
    await expect(cell).to_have_value("sent_today >= 2")
    await page.unroute("**/rules/check")
    await cell.press("Tab")
    await expect(page.locator(".cm-content")).to_contain_text("sent_today >= 2")
    await _discard(page)


async def test_the_page_works_at_the_width_of_a_phone(browser: Browser, owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/deposit.yaml")
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.locator(".chat .business").first).to_be_visible()
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360
    await _accessible(owner)
    await page.set_viewport_size({"width": 1280, "height": 860})


async def test_a_dangerous_edit_cannot_be_published_and_the_page_says_why(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/booking.yaml")
    await _replace(page, "set: {booking: event.booking}, to: paying", "set: {booking: event.booking}, to: booked")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.get_by_role("button", name="Publish …").click()
    await expect(page.locator("dialog .wrong")).to_contain_text("can't be published", timeout=LATENESS)
    await expect(page.locator("dialog .checks .refused").first).to_be_visible()
    await page.get_by_role("button", name="Cancel").click()
    await _discard(page)


async def test_from_a_changed_sentence_to_the_customers_phone(owner: Screen, server: Server) -> None:
    page = await _open(owner, server, "flows/booking.yaml")
    await _replace(page, "What would you like to book?", "What would you like to book? We open at eight.")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.locator(".chat .business").first).to_contain_text("We open at eight.")
    await page.locator(".offers .tap").first.click()
    await expect(page.locator(".chat .customer").first).to_be_visible()
    await page.locator(".chat .why summary").last.click()
    await page.get_by_role("button", name="Publish …").click()
    await expect(page.locator("dialog .checks .passed").first).to_be_visible(timeout=LATENESS)
    await expect(page.locator("dialog .differs .new")).to_contain_text("We open at eight.")
    await _accessible(owner)
    await page.get_by_label("Why", exact=True).fill("Say when we open")
    await page.locator("dialog").get_by_role("button", name="Publish").click()
    await expect(page.locator(".done")).to_contain_text("Published", timeout=LATENESS)
    await expect(page.locator(".lead")).to_contain_text("own version")
    async with httpx.AsyncClient() as http:
        body = {"id": "reader", "name": "Atieno", "msisdn": "254700300001"}
        (await http.post(f"{server.sandbox}/control/customers", json=body)).raise_for_status()
    phone = Phone(server, "reader", "100000000000001")
    await phone.say("hello")
    await phone.hear("We open at eight.")
    await phone.close()
