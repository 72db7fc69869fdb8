"""The console by keys alone and on a phone's width, in real Chromium: one sees where one is, and stays there."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from tests.console.company import LATENESS, ORG, customer, opened
from tests.e2e.screen import IN_BROWSER, Screen
from tests.e2e.server import Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
WITHOUT_CLIPBOARD = "() => { navigator.clipboard.writeText = () => Promise.reject(new Error('not allowed')); }"


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def on_a_phone(owner: Screen) -> AsyncIterator[None]:
    await owner.page.set_viewport_size({"width": 360, "height": 740})
    owner.problems.clear()
    yield
    assert [each for each in owner.problems if not each.startswith("Applying inline style")] == []


async def _pressed(page: Page, *keys: str) -> None:
    for key in keys:
        await page.keyboard.press(key)


async def test_the_editor_shows_that_it_has_the_keyboard_and_says_how_to_leave(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, "flows/deposit.yaml")
    text = page.locator(".text .cm-content")
    await text.focus()
    await expect(page.locator("#text")).to_have_css("outline-width", "3px")
    await expect(text).to_have_attribute("aria-description", "Tab indents. Escape, then Tab, leaves the text.")
    await _pressed(page, "Escape", "Tab")
    await expect(page.get_by_role("tab", name="Picture")).to_be_focused()


async def test_views_are_chosen_with_arrows_home_and_end(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, "flows/deposit.yaml")
    await page.get_by_role("tab", name="Picture").focus()
    for key, name in (("End", "Versions"), ("ArrowLeft", "Compare"), ("Home", "Picture"), ("ArrowRight", "Try it")):
        await page.keyboard.press(key)
        await expect(page.get_by_role("tab", name=name)).to_be_focused()
        await expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")


async def test_the_keyboard_goes_on_beside_a_choice_that_is_gone(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, "flows/deposit.yaml")
    await page.get_by_role("tab", name="Try it").focus()
    await page.keyboard.press("Enter")
    await page.locator(".offers .tap", has_text="Yes, send it").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat .customer")).to_contain_text("Yes, send it", timeout=LATENESS)
    await expect(page.get_by_label("Say something as the customer")).to_be_focused()
    await page.get_by_role("button", name="From the start").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat .customer")).to_have_count(0, timeout=LATENESS)
    await page.get_by_role("button", name="a day").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".chat .ended")).to_be_visible()
    await expect(page.locator(".chat summary").first).to_be_focused()  # nothing behind it is left


async def test_the_button_that_runs_the_tests_keeps_the_keyboard(owner: Screen, server: Server) -> None:
    page, again = owner.page, owner.page.get_by_role("button", name="Run the tests")
    await opened(page, server, "flows/deposit.yaml")
    await page.get_by_role("tab", name="Tests").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#pane .done")).to_be_visible()
    await again.focus()
    async with page.expect_response("**/rules/test"):
        await page.keyboard.press("Enter")
    await expect(again).to_have_attribute("aria-busy", "false")
    await expect(again).to_be_focused()


async def test_a_cell_that_was_changed_keeps_the_keyboard(owner: Screen, server: Server) -> None:
    page = owner.page
    await opened(page, server, "rules/messaging_guardrails.yaml")
    cell = page.get_by_label("enough_for_today, When")
    await cell.fill("sent_today >= 2")
    await cell.press("Enter")
    await expect(page.locator(".text .cm-content")).to_contain_text("sent_today >= 2")
    await expect(cell).to_be_focused()
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Publish …")).to_be_focused()


async def test_what_happens_in_a_conversation_leaves_the_keyboard_where_it_is(owner: Screen, server: Server) -> None:
    page, phone = owner.page, await customer(server, "Njoki Mwangi")
    await phone.say("Hi, I want to book")
    await phone.hear("What would you like to book?")
    await page.goto(f"{server.url}{ORG}/conversations")
    await page.get_by_role("link", name="Njoki Mwangi").focus()
    await page.keyboard.press("Enter")
    entries = page.locator("[data-live=trace] > li")
    oldest = entries.last.locator("summary").first
    await oldest.focus()
    before = await entries.count()
    await phone.tap_first()
    await phone.hear("Which day")
    await expect(entries).not_to_have_count(before)
    await expect(oldest).to_be_focused()
    await phone.close()


async def test_what_may_not_be_copied_is_chosen_to_be_copied_by_hand(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(f"{server.url}{ORG}/settings")
    await page.evaluate(WITHOUT_CLIPBOARD)
    copy = page.get_by_role("button", name="Copy").first
    shown = await page.locator(f"#{await copy.get_attribute('data-copy')}").inner_text()
    await copy.focus()
    await page.keyboard.press("Enter")
    await expect(copy).to_have_text("Copy")
    assert (await page.evaluate("getSelection().toString()")).strip() == shown.strip()


async def test_days_that_pass_leave_the_keyboard_where_it_is(owner: Screen, server: Server) -> None:
    page, said = owner.page, owner.page.locator("#fortnight [role=status]")
    await page.goto(f"{server.url}{ORG}/ads/campaigns")
    await page.get_by_role("button", name="Let a fortnight pass").focus()
    await page.keyboard.press("Enter")
    link = page.get_by_role("link", name="Pictures and films")
    await expect(said).to_be_visible()
    await link.focus()
    await page.evaluate("document.querySelector('#fortnight').dataset.old = 'yes'")
    await expect(page.locator("#fortnight[data-old]")).to_have_count(0)  # the page has come anew
    await expect(link).to_be_focused()


async def test_a_file_that_is_refused_leaves_the_keyboard_at_its_button(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(f"{server.url}{ORG}/ads/pictures")
    await page.locator("form[data-upload] input[type=file]").set_input_files(
        {"name": "chair.png", "mimeType": "image/png", "buffer": b"no picture"}
    )
    button = page.locator("form[data-upload] button")
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("form[data-upload] .wrong")).to_be_visible()
    await expect(button).to_be_focused()
    owner.problems[:] = [each for each in owner.problems if "422" not in each]  # the browser notes the refusal


async def test_whoever_is_signed_out_while_a_replay_runs_is_asked_to_sign_in(
    owner: Screen, server: Server, browser: Browser
) -> None:
    context = await browser.new_context(storage_state=await owner.page.context.storage_state())
    page, api = await context.new_page(), f"/api/v1{ORG.replace('/o/', '/orgs/')}/replay"

    async def running(route: Route) -> None:
        answer = await route.fetch()
        box = f'<section data-replay="{api}"><progress></progress><span data-count></span></section></main>'
        await route.fulfill(response=answer, body=(await answer.text()).replace("</main>", box))

    await page.route(f"**{ORG}/replay", running, times=1)
    await page.route(f"**{api}", lambda route: route.fulfill(json={"state": "running", "done": 1, "of": 2}), times=1)
    await page.goto(f"{server.url}{ORG}/replay")
    await expect(page.locator("[data-count]")).to_have_text("1 / 2")
    await context.clear_cookies()
    await page.wait_for_url("**/sign-in**")
    await context.close()
