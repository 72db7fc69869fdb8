"""The editor behaviour by behaviour, in real Chromium: when it speaks and when it is silent, and what each key does."""

from __future__ import annotations

import asyncio
import re

import pytest
from playwright.async_api import Page, Route, expect

from tests.console.company import customer, opened, replaced, serious
from tests.e2e.screen import IN_BROWSER, Screen
from tests.e2e.server import Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
FILE = "flows/opt_out.yaml"


async def _at_the_end_of(page: Page, words: str) -> None:
    """The cursor after the line that holds these words, by the editor's own search."""
    await page.locator(".text .cm-content").focus()
    await page.keyboard.press("Control+f")
    await page.locator(".cm-search input[name=search]").fill("")
    await page.keyboard.type(words)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await page.keyboard.press("End")


async def _as_it_was(page: Page) -> None:
    await page.locator(".text .cm-content").focus()
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Discard")).to_have_count(0)


async def test_a_newer_text_calls_off_the_question_about_an_older_one(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, FILE)
    called_off: list[str] = []
    page.on("requestfailed", lambda request: called_off.append(str(request.post_data)))

    async def hold_the_older(route: Route) -> None:
        if "version: 1x" not in str(route.request.post_data):
            await route.continue_()

    await page.route("**/rules/check", hold_the_older)
    await _at_the_end_of(page, "version: 1")
    async with page.expect_request(lambda request: "/check" in request.url and "version: 1x" in str(request.post_data)):
        await page.keyboard.type("x")
    async with page.expect_response("**/rules/check"):
        await page.keyboard.press("Backspace")
    assert any("version: 1x" in text for text in called_off)
    await page.unroute("**/rules/check")
    await expect(page.locator(".status")).to_contain_text("In force")
    await expect(page.locator(".text .cm-lintRange-error")).to_have_count(0)


async def test_nothing_is_said_while_the_list_is_open_and_all_of_it_once_it_is_put_away(
    owner: Screen, server: Server
) -> None:
    page = owner.page
    await opened(page, server, FILE)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(str(request.post_data)) if "/rules/check" in request.url else None)
    await _at_the_end_of(page, "say: stopped")
    for _ in "pped":
        await page.keyboard.press("Backspace")
    await page.keyboard.press("Control+Space")
    await expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("stopped")
    await page.keyboard.type("p")
    await expect(page.locator(".status")).to_contain_text("Draft kept")  # which comes later than a check would
    await expect(page.locator(".cm-tooltip-autocomplete")).to_be_visible()
    assert not [text for text in asked if "say: stop\\n" in text]
    async with page.expect_request(lambda request: "say: stop\\n" in str(request.post_data)):
        await page.keyboard.press("Escape")
    await expect(page.locator(".text .cm-lintRange-error").first).to_be_visible()
    await _as_it_was(page)


async def test_the_business_s_own_names_are_offered_with_what_they_are(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, FILE)
    await _at_the_end_of(page, "do: contacts.opt_out")
    await page.keyboard.press("Enter")
    await page.keyboard.type("when: offer.id == ")
    await page.keyboard.press("Control+Space")
    offers = page.locator(".cm-tooltip-autocomplete li", has_text=re.compile("offer$"))
    await expect(offers.first).to_be_visible()
    await expect(page.locator(".cm-completionInfo")).to_contain_text("KES")
    await page.keyboard.press("Escape")
    await _as_it_was(page)


async def test_a_late_answer_about_an_older_text_does_not_end_the_wait_for_offers(
    owner: Screen, server: Server
) -> None:
    page = owner.page
    await opened(page, server, FILE)
    await _at_the_end_of(page, "do: contacts.opt_out")
    await page.keyboard.press("Enter")
    held = asyncio.Queue[Route]()
    await page.route("**/rules/complete", held.put, times=1)
    await page.keyboard.type("when: of")
    older = await asyncio.wait_for(held.get(), 30)
    await page.keyboard.type("fer.id == ", delay=0)
    await page.keyboard.press("Control+Space")
    await older.fulfill(json={"items": []})
    await expect(page.locator(".cm-tooltip-autocomplete li", has_text=re.compile("offer$")).first).to_be_visible()
    await page.keyboard.press("Escape")
    await _as_it_was(page)


async def test_a_word_is_explained_and_a_text_is_tidied_and_folded_by_keys_alone(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, FILE)
    await _at_the_end_of(page, "languages:")
    await page.keyboard.press("Home")
    await page.keyboard.press("F1")
    await expect(page.locator(".explained")).to_contain_text("every text is written in")
    await page.keyboard.press("Escape")
    await expect(page.locator(".explained")).to_have_count(0)
    before = await page.locator(".text .cm-content").inner_text()
    await page.keyboard.press("End")
    await page.keyboard.type("   ")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.keyboard.press("Shift+Alt+F")
    await expect(page.locator(".status")).to_contain_text("In force")
    assert await page.locator(".text .cm-content").inner_text() == before
    await page.keyboard.press("Control+Alt+[")
    await expect(page.locator(".cm-foldPlaceholder").first).to_be_visible()
    await page.keyboard.press("Control+Alt+]")
    await expect(page.locator(".cm-foldPlaceholder")).to_have_count(0)
    await page.get_by_text("Keys", exact=True).click()
    await expect(page.locator(".tools kbd").first).to_be_visible()
    assert await serious(page) == []


async def test_the_picture_marks_what_is_lost_or_a_trap_where_one_stands_and_who_is_there(
    owner: Screen, server: Server
) -> None:
    page = owner.page
    phone = await customer(server, "Atieno")
    await phone.say("Hi")
    await phone.hear("What would you like to book?")
    await opened(page, server, "flows/booking.yaml")
    await expect(page.locator("g.box", has_text="choosing_offer").locator(".count")).to_have_text("1")
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.locator(".chat .business").first).to_be_visible()
    await page.get_by_role("tab", name="Picture").click()
    await expect(page.locator("g.box.lit")).to_have_attribute("aria-label", re.compile("choosing_offer"))
    await phone.close()
    await opened(page, server, FILE)
    await replaced(page, "start: stopping", "start: circling")
    await _at_the_end_of(page, "states:")
    await page.keyboard.insert_text("\n  circling:\n    on: {payment.confirmed: circling}\n  unused: {final: true}")
    await expect(page.locator("g.box.trap")).to_have_attribute("aria-label", re.compile("circling.*no way leads"))
    await expect(page.locator("g.box.lost").last).to_have_attribute("aria-label", re.compile("nothing leads here"))
    await _as_it_was(page)


async def test_a_conversation_is_sent_again_kept_as_tests_and_the_tests_are_played(
    owner: Screen, server: Server
) -> None:
    page = owner.page
    await opened(page, server, "flows/deposit.yaml")
    await page.get_by_role("tab", name="Try it").click()
    await page.get_by_label("Say something as the customer").fill("mlima")
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Send again").click()
    await expect(page.locator(".chat .customer")).to_have_text(["mlima", "mlima"])
    await page.get_by_role("button", name="an hour").click()
    for _ in range(2):
        async with page.expect_response("**/rules/draft"):
            await page.get_by_role("button", name="Save as a test").click()
    await page.get_by_role("link", name="See the tests").click()
    await expect(page.locator("#pane .done")).to_contain_text("held")
    await page.get_by_text("Those that held").click()
    await expect(page.locator("#pane .list")).to_contain_text("tried in the workshop (2)")
    assert await serious(page) == []
    await _as_it_was(page)
