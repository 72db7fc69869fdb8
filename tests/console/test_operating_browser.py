"""Bookings and settings as an owner uses them, in a real Chromium: by keyboard, wide and on a phone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.async_api import expect

from sandbox.ads_world import DEFAULT_AD_ACCOUNTS
from tests.e2e.screen import IN_BROWSER, SCREENSHOTS, Screen, shows
from tests.e2e.server import Server
from tests.hooks.town import Receiver, verified

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
LATENESS = 60_000
PLACE = "/o/tabasamu-dental/bookings"


async def _sound(owner: Screen) -> None:
    """Nothing serious for axe, nothing wider than the window, nothing in the page's console."""
    page = owner.page
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [
        (each["id"], [node["html"][:120] for node in each["nodes"]])
        for each in found["violations"] if each["impact"] in ("serious", "critical")
    ]  # fmt: skip
    assert serious == []
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert owner.problems == []


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_today_leads_to_the_first_booking(owner: Screen, server: Server, size: str) -> None:
    page = owner.page
    await page.set_viewport_size({"width": 1280, "height": 860} if size == "desk" else {"width": 360, "height": 740})
    await page.goto(f"{server.url}/o/tabasamu-dental")
    await _sound(owner)
    if SCREENSHOTS:
        await page.screenshot(path=f"{SCREENSHOTS}/setup-{size}.png")
    await page.get_by_role("link", name="Make a first booking").click()
    await expect(page.get_by_role("heading", name="New booking")).to_be_visible()


async def test_an_owner_books_moves_and_cancels_by_keyboard(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(server.url + PLACE)
    await page.get_by_role("link", name="→").or_(page.get_by_role("link", name="Later")).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("day="))
    await page.get_by_role("link", name="New booking").focus()
    await page.keyboard.press("Enter")
    await page.locator("input[name=slot]").first.focus()
    await page.keyboard.press("Space")
    await page.get_by_label("Customer's phone number").fill("0712 345 678")
    await page.get_by_label("Name").fill("Achieng")
    await _sound(owner)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("status").filter(has_text="Booked.")).to_be_visible()
    one = page.url.split("?")[0]
    await expect(page.locator(".life")).to_contain_text("held", timeout=LATENESS)
    await shows(page, one, "upcoming", ".life")
    await _sound(owner)
    await page.get_by_role("link", name="Move the booking").click()
    await page.locator("label.time").last.click()
    await page.get_by_role("button", name="Move it there").click()
    await expect(page.get_by_text("The booking is moved.")).to_be_visible()
    await page.get_by_text("Cancel the booking …").click()
    await page.get_by_role("button", name="Cancel the booking").click()
    await expect(page.get_by_text("The booking is cancelled.")).to_be_visible()
    await expect(page.locator(".facts")).to_contain_text("cancelled")


@pytest.mark.parametrize(("size", "view"), [("desk", "day"), ("desk", "week"), ("phone", "day"), ("phone", "week")])
async def test_the_calendar_fits_and_reads_at_both_widths(owner: Screen, server: Server, size: str, view: str) -> None:
    page = owner.page
    await page.set_viewport_size({"width": 1280, "height": 860} if size == "desk" else {"width": 360, "height": 740})
    await page.goto(f"{server.url}{PLACE}?view={view}")
    columns = page.locator(".agenda > section")
    await expect(columns).to_have_count(7 if view == "week" else 2)
    tops = await columns.evaluate_all("(all) => new Set(all.map((one) => one.getBoundingClientRect().top)).size")
    assert (tops == 1) == (size == "desk")
    await _sound(owner)


@pytest.mark.parametrize("size", ["desk", "phone"])
async def test_the_settings_fit_and_read_at_both_widths(owner: Screen, server: Server, size: str) -> None:
    page, settings = owner.page, f"{server.url}/o/tabasamu-dental/settings"
    await page.set_viewport_size({"width": 1280, "height": 860} if size == "desk" else {"width": 360, "height": 740})
    for place in ("", "/offer?id=tabasamu-dental.checkup", "/resource?id=tabasamu-dental.dr-otieno", "/mpesa", "/ads"):
        await page.goto(settings + place)
        await _sound(owner)


async def test_an_ad_account_is_connected_by_keyboard_and_what_is_wrong_is_said(owner: Screen, server: Server) -> None:
    page, own = owner.page, DEFAULT_AD_ACCOUNTS[2]
    await page.set_viewport_size({"width": 1280, "height": 860})
    await page.goto(f"{server.url}/o/tabasamu-dental/settings")
    await page.get_by_role("link", name="Ad accounts and measuring").press("Enter")
    for token, said in (("wrong", "TikTok does not accept the access token."), (own.token, "The keys work.")):
        await page.get_by_text("Connect TikTok …").press("Enter")
        form = page.locator("#accounts form", has=page.locator("#account-tiktok-token"))
        await form.get_by_label("Ad account ID").fill(own.id)
        await form.get_by_label("Access token").fill(token)
        await form.get_by_label("TikTok identity ID").fill(own.identity)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text(said)).to_be_visible()
    await expect(page.locator("#accounts .list")).to_contain_text(f"{own.id} · KES · Africa/Nairobi")
    assert own.token not in await page.content()
    assert [each for each in owner.problems if "422" not in each] == []  # the browser notes that it was refused once
    owner.problems.clear()
    await _sound(owner)


async def test_a_new_price_is_offered_and_the_connection_is_tried(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(f"{server.url}/o/tabasamu-dental/settings")
    await page.get_by_role("button", name="Test the connection").press("Enter")
    await expect(page.get_by_text("The number and its token work.")).to_be_visible()
    await page.get_by_role("link", name="Dental check-up").click()
    await page.get_by_label("Price in shillings").fill("1750")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Saved. Customers see it at once.")).to_be_visible()
    await expect(page.locator("#offers")).to_contain_text("KSh 1,750")


async def test_a_receiver_is_added_tried_and_renewed_by_keyboard(owner: Screen, server: Server) -> None:
    receiver, page = await Receiver().open(), owner.page
    owner.problems.clear()
    await page.set_viewport_size({"width": 1280, "height": 860})
    await page.goto(f"{server.url}/o/tabasamu-dental/settings")
    await page.get_by_role("link", name="Receivers").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("Nobody is told anything.")).to_be_visible()
    await page.locator("#endpoints details.card summary").focus()
    await page.keyboard.press("Enter")
    for words in ("sheet", receiver.url, "Deposits for the accountant"):
        await page.keyboard.press("Tab")
        await page.keyboard.type(words)
    await page.keyboard.press("Enter")
    secret = await page.locator(".done code").inner_text()
    await page.get_by_role("button", name="Send a test: sheet").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("The test arrived.")).to_be_visible()
    assert verified(secret, *receiver.got[-1], datetime.now(UTC))["event"] == "test"
    await expect(page.locator("#latest")).to_contain_text("answer: 200")
    for width in (1280, 360):
        await page.set_viewport_size({"width": width, "height": 740})
        for each in ("more", "remove"):
            await page.locator(f"details.{each}").evaluate("it => it.open = true")
        await _sound(owner)
        await page.emulate_media(color_scheme="dark")
        await _sound(owner)
        await page.emulate_media(color_scheme="light")
    await page.get_by_role("button", name="Renew the secret").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".done code")).to_contain_text("whsec_")
    assert await page.locator(".done code").inner_text() != secret
    await _sound(owner)
    await page.locator("details.remove summary").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("button", name="Take sheet away").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("It is told nothing any more.").first).to_be_visible()
    await receiver.close()
