"""What somebody does in the workshop, in real Chromium and with answers that are late or never come.

A question may be overtaken by a newer one; what somebody does is done, one thing after the other, or they are told why
it was not.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.console.company import LATENESS, opened, replaced
from tests.e2e.screen import IN_BROWSER, Screen
from tests.e2e.server import Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
BOOKING, TABLE = "flows/booking.yaml", "rules/messaging_guardrails.yaml"
QUIET = 1.2  # seconds after which what was typed is on its way


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def without_complaints(owner: Screen) -> AsyncIterator[None]:
    """Nothing may appear in the page's console but that an answer was a refusal."""
    owner.problems.clear()
    yield
    await owner.page.unroute_all()
    expected = ("Applying inline style", "Failed to load resource")
    assert [each for each in owner.problems if not each.startswith(expected)] == []


class Held:
    """Requests for an address that wait until they are let go; those that come later pass."""

    def __init__(self, page: Page, address: str) -> None:
        self._page, self._address = page, address
        self._let_go = asyncio.Event()
        self._came = asyncio.Queue[None]()
        self.sent: list[str] = []

    async def __aenter__(self) -> Held:
        await self._page.route(self._address, self._hold)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._let_go.set()

    async def _hold(self, route: Route) -> None:
        self.sent.append(route.request.post_data or "")
        self._came.put_nowait(None)
        await self._let_go.wait()
        await route.continue_()

    async def came(self) -> None:
        async with asyncio.timeout(30):
            await self._came.get()

    def let_go(self) -> None:
        self._let_go.set()


async def _discard(page: Page) -> None:
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Discard")).to_have_count(0)


async def _tried(page: Page) -> None:
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.locator(".chat .business").first).to_be_visible(timeout=LATENESS)


async def test_a_test_is_kept_although_one_types_on_while_it_is(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, BOOKING)
    await _tried(page)
    keep = page.get_by_role("button", name="Save as a test")
    async with Held(page, "**/rules/draft") as drafts:
        await replaced(page, "flow: booking", "flow: booking # one")
        await drafts.came()
        await keep.click()
        await expect(keep).to_have_attribute("aria-busy", "true")
        await page.locator(".text .cm-content").focus()
        await page.keyboard.type(" and two")
        await asyncio.sleep(QUIET)
        drafts.let_go()
        await expect(page.locator(".status")).to_contain_text("Kept as a test")
    await expect(keep).to_have_attribute("aria-busy", "false")
    assert [json.loads(sent)["file"] for sent in drafts.sent] == [BOOKING, BOOKING, "flows/booking.test.yaml"]
    await opened(page, server, BOOKING)
    await expect(page.locator(".text .cm-content")).to_contain_text("flow: booking # one and two")
    await _discard(page)
    await opened(page, server, "flows/booking.test.yaml")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await _discard(page)


async def test_a_test_that_cannot_be_kept_says_so_and_is_kept_when_pressed_again(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, BOOKING)
    await _tried(page)
    refusal = {"error": {"code": "broken", "reason": "The disk is full.", "remedy": "Make room."}}
    await page.route("**/rules/draft", lambda route: route.fulfill(status=503, json=refusal))
    await page.get_by_role("button", name="Save as a test").click()
    await expect(page.locator("#pane .wrong")).to_contain_text("The disk is full. Make room.")
    await expect(page.locator(".chat .business").first).to_be_visible()
    await page.unroute("**/rules/draft")
    await page.get_by_role("button", name="Save as a test").click()
    await expect(page.locator(".status")).to_contain_text("Kept as a test")
    await opened(page, server, "flows/booking.test.yaml")
    await _discard(page)


async def test_publishing_shows_at_once_that_it_is_prepared_and_can_be_left(owner: Screen, server: Server) -> None:
    page, dialog = owner.page, owner.page.locator("dialog.publish")
    await opened(page, server, BOOKING)
    async with Held(page, "**/rules/draft") as drafts:
        await replaced(page, "flow: booking", "flow: booking # to publish")
        await drafts.came()
        await page.get_by_role("button", name="Publish …").click()
        await expect(dialog).to_contain_text("Checking, testing")
        await dialog.get_by_role("button", name="Cancel").click()
        await expect(dialog).to_have_count(0)
        await expect(page.get_by_role("button", name="Publish …")).to_be_focused()
        await page.get_by_role("button", name="Publish …").click()
        drafts.let_go()
        await expect(dialog.locator(".checks .passed").first).to_be_visible(timeout=LATENESS)
    await expect(dialog.locator(".differs .new")).to_contain_text("to publish")
    await dialog.get_by_role("button", name="Cancel").click()
    await _discard(page)


async def test_what_is_not_saved_is_not_published_and_the_page_says_why(owner: Screen, server: Server) -> None:
    page, dialog = owner.page, owner.page.locator("dialog.publish")
    await opened(page, server, BOOKING)
    await page.route("**/rules/draft", lambda route: route.abort())
    await replaced(page, "flow: booking", "flow: booking # unsaved")
    await page.get_by_role("button", name="Publish …").click()
    await expect(dialog.locator(".wrong")).to_contain_text("could not be reached")
    await expect(dialog.locator(".checks")).to_have_count(0)
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(page.locator(".status")).to_contain_text("Not saved")
    await page.unroute("**/rules/draft")
    await page.locator(".text .cm-content").focus()
    await page.keyboard.type(" yet")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await _discard(page)


async def test_what_is_said_twice_before_there_is_an_answer_is_both_said(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, BOOKING)
    await _tried(page)
    say = page.get_by_label("Say something as the customer")
    async with Held(page, "**/rules/simulate") as questions:
        for words in ("hello", "how much is it?"):
            await say.fill(words)
            await say.press("Enter")
            await questions.came()
        questions.let_go()
        await expect(page.locator(".chat .customer")).to_have_text(["hello", "how much is it?"])


async def test_two_cells_changed_one_right_after_the_other_are_both_changed(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, TABLE)
    enough, other = page.get_by_label("enough_for_today, When"), page.get_by_label("enough_for_today, Because")
    async with Held(page, "**/rules/cell") as cells:
        await enough.fill("sent_today >= 2")
        await enough.press("Enter")
        await cells.came()
        await other.fill("Two a day.")
        await other.press("Enter")
        cells.let_go()
        await expect(page.locator(".text .cm-content")).to_contain_text("Two a day.")
    await expect(page.locator(".text .cm-content")).to_contain_text("sent_today >= 2")
    await _discard(page)


async def test_what_is_typed_while_a_cell_is_changed_stays(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, TABLE)
    cell = page.get_by_label("enough_for_today, When")
    async with Held(page, "**/rules/cell") as cells:
        await cell.fill("sent_today >= 2")
        await cell.press("Enter")
        await cells.came()
        await page.locator(".text .cm-content").focus()
        await page.keyboard.press("Control+Home")
        await page.keyboard.type("# mine\n")
        cells.let_go()
        await expect(page.locator(".text .cm-content")).to_contain_text("sent_today >= 2")
    await expect(page.locator(".text .cm-content")).to_contain_text("# mine")
    await _discard(page)


async def test_a_draft_that_cannot_be_thrown_away_stays_and_the_page_says_why(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, BOOKING)
    await replaced(page, "flow: booking", "flow: booking # stays")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.route("**/rules/discard", lambda route: route.abort())
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").click()
    await expect(page.locator("#pane .wrong")).to_contain_text("could not be reached")
    await expect(page.locator(".text .cm-content")).to_contain_text("# stays")
    await page.unroute("**/rules/discard")
    await _discard(page)


async def test_a_publication_that_fails_after_its_page_is_closed_is_still_told(owner: Screen, server: Server) -> None:
    page, dialog = owner.page, owner.page.locator("dialog.publish")
    await opened(page, server, BOOKING)
    await replaced(page, "What would you like to book?", "What would you like to book? Soon.")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.get_by_role("button", name="Publish …").click()
    await expect(dialog.locator(".checks .passed").first).to_be_visible(timeout=LATENESS)
    await page.get_by_label("Why", exact=True).fill("So that we see it fail")
    held = asyncio.Queue[Route]()
    await page.route("**/rules/publish", held.put)
    await dialog.get_by_role("button", name=re.compile("Publish")).click()
    asked = await asyncio.wait_for(held.get(), 30)
    await page.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="Publish …")).to_have_attribute("aria-busy", "true")
    refusal = {"error": {"code": "behind", "reason": "Somebody published meanwhile.", "remedy": ""}}
    await asked.fulfill(status=409, json=refusal)
    await expect(page.locator("#pane .wrong")).to_contain_text("Somebody published meanwhile.")
    await expect(page.get_by_role("button", name="Publish …")).to_have_attribute("aria-busy", "false")
    await _discard(page)
