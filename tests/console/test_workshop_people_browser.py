"""Two people and a business's rules, in real Chromium: one drafts and proposes, the other looks, tries and approves.

Each test goes from a text that is changed to what a customer then hears, or to why nobody hears it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.console.company import (
    LATENESS,
    come_in,
    customer,
    joined,
    opened,
    printed_link,
    replaced,
    serious,
)
from tests.e2e.aftermath import replays
from tests.e2e.screen import CHROMIUM, Screen, chromium
from tests.e2e.server import Server, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("browser"),
]
BOOKING, TABLE = "flows/booking.yaml", "rules/messaging_guardrails.yaml"
OLD, NEW = "What would you like to book?", "What would you like to book? We open at eight."
_NJERI: list[str] = []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running(Path(tmp_path_factory.mktemp("people")) / "data") as started:
        _NJERI[:] = await joined(started, ("njeri@demo.example", "Njeri", "marketer"))
        yield started
    await replays(started)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(server: Server, browser: Browser) -> AsyncIterator[Screen]:
    yield _quick(await come_in(browser, printed_link(server)))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def marketer(server: Server, browser: Browser) -> AsyncIterator[Screen]:
    yield _quick(await come_in(browser, _NJERI[0]))


def _quick(screen: Screen) -> Screen:
    screen.page.set_default_timeout(15_000)
    return screen


async def _kept(page: Page) -> None:
    await expect(page.locator(".status")).to_contain_text("Draft kept")


async def _judged(page: Page) -> None:
    await page.get_by_role("button", name="Publish …").click()
    await expect(page.locator("dialog .checks .passed").first).to_be_visible(timeout=LATENESS)


async def _published(page: Page, why: str, button: str = "Publish") -> None:
    await _judged(page)
    await page.get_by_label("Why", exact=True).fill(why)
    await page.locator("dialog").get_by_role("button", name=button).click()
    await expect(page.locator("main > .done")).to_be_visible(timeout=LATENESS)


async def _discarded(page: Page) -> None:
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Discard")).to_have_count(0)


async def _heard(server: Server, name: str) -> str:
    """What the business says first to somebody new."""
    phone = await customer(server, name)
    await phone.say("Hi, I want to book")
    said = await phone.hear("What would you like to book?")
    await phone.close()
    return said


async def test_a_broken_text_cannot_be_published_and_the_page_says_why(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, BOOKING)
    await replaced(page, "set: {booking: event.booking}, to: paying", "set: {booking: event.booking}, to: gone")
    await _kept(page)
    await page.get_by_role("button", name="Publish …").click()
    dialog = page.locator("dialog")
    await expect(dialog.locator(".wrong")).to_contain_text("can't be published", timeout=LATENESS)
    await expect(dialog.locator(".checks .refused")).to_contain_text('There is no state "gone"')
    await expect(dialog.get_by_role("button", name="Publish")).to_have_count(0)
    assert await serious(page) == []
    await dialog.get_by_role("button", name="Cancel").click()
    await _discarded(page)
    assert "eight" not in await _heard(server, "Before anything")


async def test_a_table_is_asked_with_facts_changed_by_the_cell_and_tried_again(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, TABLE)
    comments = re.findall(r"#[^\n]*", await page.locator(".cm-content").inner_text())
    await page.get_by_role("tab", name="Try it").click()
    facts = page.locator(".facts")
    await facts.get_by_label("replying").select_option("false")
    await facts.get_by_label("sent_today").fill("2")
    await facts.get_by_label("sent_today").press("Tab")
    await expect(page.locator(".tried-rows")).to_contain_text("sent_today = 2")
    await expect(page.locator(".tried-rows .held")).not_to_contain_text("enough_for_today")
    await page.get_by_role("tab", name="Picture").click()
    cell = page.get_by_label("enough_for_today, When")
    await cell.fill("sent_today >= 2")
    await cell.press("Enter")
    await expect(page.locator(".cm-content")).to_contain_text("sent_today >= 2")
    assert re.findall(r"#[^\n]*", await page.locator(".cm-content").inner_text()) == comments
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.locator(".tried-rows .held")).to_contain_text("enough_for_today")
    await page.get_by_role("button", name="Save as a test").click()
    await expect(page.locator(".status")).to_contain_text("test")
    assert await serious(page) == []
    await opened(page, server, TABLE.replace(".yaml", ".test.yaml"))
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.locator(".cm-content").focus()
    await page.keyboard.press("Control+End")
    await expect(page.locator(".cm-content")).to_contain_text("tried in the workshop")
    await _judged(page)  # the new case is played with the others, of which one says that two a day are not too many
    await expect(page.locator("dialog .checks .refused")).to_contain_text("two a day are not")
    await page.get_by_role("button", name="Cancel").click()
    await _discarded(page)
    await opened(page, server, TABLE)
    await _discarded(page)
