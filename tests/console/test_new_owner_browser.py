"""A new owner comes from nothing to a first booking, and invites people who each do their job; in a real Chromium."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from people.roles import Role, may
from tests.console.company import printed_link, strengthened
from tests.console.test_workshop_browser import _replace
from tests.e2e.screen import IN_BROWSER, SCREENSHOTS, SIZES, Screen
from tests.e2e.server import Phone, Server
from web.console.frame import NAVIGATION, Words

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
LATENESS = 60_000
SPARE = "100000000000003"
CLINIC = "/o/tabasamu-dental"
PASSWORD = "maziwa lala na mandazi"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(server: Server, browser: Browser) -> AsyncIterator[BrowserContext]:
    """Signed in by the link that the demo prints, with a second factor, as whoever invites people needs."""
    link = printed_link(server)
    context = await _opened(browser)
    page = await context.new_page()
    await page.goto(link)
    await page.click("main button")
    await expect(page).to_have_url(re.compile(r"/o$"))
    await strengthened(page, server)
    yield context
    await context.close()


async def _opened(browser: Browser, size: str = "desk", **more: object) -> BrowserContext:
    width, height = SIZES[size]
    context = await browser.new_context(viewport={"width": width, "height": height}, **more)  # type: ignore[arg-type]
    context.set_default_timeout(LATENESS)
    return context


async def test_from_nothing_to_a_first_booking_with_the_browser_closed_in_between(
    browser: Browser, owner: BrowserContext, server: Server
) -> None:
    kept = await owner.storage_state()
    first = await _opened(browser, "phone", storage_state=kept)
    page = Screen(await first.new_page()).page
    await page.goto(f"{server.url}/me")
    await page.get_by_role("link", name="New business").click()
    await page.get_by_label("What is it called?").fill("Njeri Salon")
    await page.get_by_label("Phone").fill("0712 345 678")
    await page.get_by_label("Address").fill("Kilimani, Nairobi")
    await page.get_by_role("button", name="Make it").click()
    await expect(page.get_by_text("Your business is here.")).to_be_visible()
    await expect(page.get_by_text("2 of 7 steps are done.")).to_be_visible()
    home = page.url.partition("?")[0]
    if SCREENSHOTS:
        await page.screenshot(path=f"{SCREENSHOTS}/new-owner-phone.png", full_page=True)
    await page.get_by_role("link", name="Say who is booked, and when").click()
    await page.get_by_role("link", name="Add a person, chair or room").click()
    await page.get_by_label("Name in English").fill("Njeri's chair")
    await page.get_by_role("button", name="Save").click()
    await expect(page.get_by_text("Saved.")).to_be_visible()
    await first.close()  # in the midst of it

    second = await _opened(browser, "phone", storage_state=kept)
    screen = Screen(await second.new_page())
    page = screen.page
    await page.goto(home)
    await expect(page.get_by_text("3 of 7 steps are done.")).to_be_visible()
    await page.get_by_role("link", name="Add a service").click()
    await page.get_by_role("link", name="Add a service").click()
    await page.get_by_label("Name in English").fill("Braids")
    await page.get_by_label("Price in shillings").fill("1500")
    await page.get_by_role("button", name="Save").click()
    await page.goto(home)
    await page.get_by_role("link", name="Connect a number").click()
    await page.get_by_role("button", name="Test and save").click()
    await expect(page.get_by_text("The number works and is connected.")).to_be_visible()
    await page.goto(home)
    await page.get_by_role("button", name="We take no deposits").click()
    await page.get_by_role("link", name="Make a first booking").click()
    await page.locator("label.time").first.click()
    await page.get_by_label("Customer's phone number").fill("0712 000 111")
    await page.get_by_label("Customer's phone number").press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Booked.")).to_be_visible()
    await page.goto(home)
    await expect(page.get_by_role("heading", name="Who comes today")).to_be_visible()
    await expect(page.get_by_text("Until your first booking")).to_have_count(0)
    assert screen.problems == []
    await second.close()


async def test_customers_can_write_to_the_new_business_at_once(server: Server) -> None:
    phone = await _customer(server, "mary", SPARE)
    await phone.say("hello")
    await phone.hear("Braids")
    await phone.close()


async def test_an_agent_takes_over_from_today_and_answers(
    browser: Browser, owner: BrowserContext, server: Server
) -> None:
    customer = await _customer(server, "waits", "100000000000001")
    await customer.say("agent")
    await customer.hear()
    page = await _invited(browser, owner, server, "agent")
    await expect(page.locator("#waiting")).to_contain_text("Atieno")
    await page.locator("#waiting").get_by_role("button", name="Take over").click()
    await page.locator("textarea").fill("This is Otieno, how may I help?")
    await page.locator(".composer button").first.click()
    await customer.hear("This is Otieno")
    await customer.close()
    await page.context.close()


async def test_a_marketer_changes_a_sentence_and_publishes_it(
    browser: Browser, owner: BrowserContext, server: Server
) -> None:
    page = await _invited(browser, owner, server, "marketer")
    await page.locator("nav.across").get_by_role("link", name="Workshop").click()
    await page.locator("main a[href*='flows/opt_out.yaml']").click()
    await expect(page.locator(".cm-content")).to_contain_text("flow: opt_out", timeout=LATENESS)
    title = re.search(r"^title: .*$", await page.locator(".cm-content").inner_text(), re.MULTILINE)
    assert title is not None
    await _replace(page, title[0], f"{title[0]} now")
    await expect(page.locator(".status")).to_contain_text("Draft kept", timeout=LATENESS)
    await page.get_by_role("button", name="Publish …").click()
    await expect(page.locator("dialog .checks .passed").first).to_be_visible(timeout=LATENESS)
    await page.get_by_label("Why", exact=True).fill("Said more plainly")
    await page.locator("dialog").get_by_role("button", name="Publish").click()
    await expect(page.locator(".done")).to_contain_text("Published", timeout=LATENESS)
    await page.context.close()


async def test_an_owner_asks_for_two_people_and_approves_on_the_way(
    browser: Browser, owner: BrowserContext, server: Server
) -> None:
    page = await owner.new_page()
    await page.goto(f"{server.url}{CLINIC}/settings#two")
    await page.get_by_role("button", name="Ask for two").click()
    await expect(page.get_by_text("From now on a second person approves.")).to_be_visible()
    reviewer = await _invited(browser, owner, server, "marketer", name="proposes")
    await reviewer.goto(f"{server.url}{CLINIC}/rules/edit?file=flows/opt_in.yaml")
    await expect(reviewer.locator(".cm-content")).to_contain_text("flow: opt_in", timeout=LATENESS)
    title = re.search(r"^title: .*$", await reviewer.locator(".cm-content").inner_text(), re.MULTILINE)
    assert title is not None
    await _replace(reviewer, title[0], f"{title[0]} kindly")
    await expect(reviewer.locator(".status")).to_contain_text("Draft kept", timeout=LATENESS)
    await reviewer.get_by_role("button", name=re.compile("Publish …|Propose …")).click()
    await expect(reviewer.locator("dialog .checks .passed").first).to_be_visible(timeout=LATENESS)
    await reviewer.get_by_label("Why", exact=True).fill("Kinder words")
    await reviewer.locator("dialog").get_by_role("button", name=re.compile("Propose|Publish")).click()
    await expect(reviewer.locator("dialog")).to_have_count(0, timeout=LATENESS)
    await reviewer.context.close()
    await page.set_viewport_size({"width": 360, "height": 740})
    await page.goto(server.url + CLINIC)
    await expect(page.get_by_text("Kinder words")).to_be_visible()
    if SCREENSHOTS:
        await page.screenshot(path=f"{SCREENSHOTS}/approve-phone.png", full_page=True)
    await page.get_by_role("link", name="Look and decide").click()
    await page.get_by_role("button", name="Approve").click()
    await expect(page.locator(".done")).to_be_visible()
    await page.goto(server.url + CLINIC)
    await expect(page.get_by_text("Kinder words")).to_have_count(0)
    await page.close()


async def test_finance_sees_todays_money_and_changes_keys_only_with_a_second_factor(
    browser: Browser, owner: BrowserContext, server: Server
) -> None:
    page = await _invited(browser, owner, server, "finance")
    await page.get_by_role("link", name="deposits in today").click()
    await expect(page.get_by_role("heading", name="Today's money")).to_be_visible()
    await page.locator("nav.across").get_by_role("link", name="Settings").click()
    await expect(page.locator("#business")).to_have_count(0)
    await page.get_by_role("link", name="Give M-Pesa keys").click()
    await expect(page).to_have_url(re.compile("/me/second-factor"))
    await page.context.close()


async def test_a_viewer_looks_through_the_journal_and_can_change_nothing(
    browser: Browser, owner: BrowserContext, server: Server
) -> None:
    page = await _invited(browser, owner, server, "viewer")
    await page.locator("nav.across").get_by_role("link", name="Journal").click()
    await expect(page.locator("main a[href*='/journal/entry']").first).to_be_visible()
    await expect(page.get_by_role("link", name="Download")).to_have_count(0)
    for path in ("", "/bookings", "/settings", "/tasks", "/proposals", "/settings/poster", "/settings/ads"):
        await page.goto(server.url + CLINIC + path)
        assert await page.locator("main form[method=post]").count() == 0, path
    await page.context.close()


async def _invited(browser: Browser, owner: BrowserContext, server: Server, role: Role, *, name: str = "") -> Page:
    """Somebody whom the owner invites comes by their link; they are shown the pages of their role and no others."""
    inviting = await owner.new_page()
    await inviting.goto(f"{server.url}{CLINIC}/team")
    await inviting.locator("#email").fill(f"{name or role}@demo.example")
    await inviting.locator("#role").select_option(role)
    await inviting.get_by_role("button", name="Invite").click()
    link = await inviting.locator(".done code").inner_text()
    await inviting.close()
    page = await (await _opened(browser)).new_page()
    await page.goto(link)
    await page.locator("#name").fill(role.title())
    await page.locator("#password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(server.url + CLINIC)
    shown = await page.locator("nav.across a").all_inner_texts()
    assert shown == [Words("en")(key) for _, permission, key in NAVIGATION if may(role, permission)]
    return page


async def _customer(server: Server, id: str, business: str) -> Phone:
    async with httpx.AsyncClient() as http:
        body = {"id": id, "name": "Atieno", "msisdn": f"2547003{len(id):05d}"}
        (await http.post(f"{server.sandbox}/control/customers", json=body)).raise_for_status()
    return Phone(server, id, business)
