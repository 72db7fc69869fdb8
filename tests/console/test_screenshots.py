"""`make screenshots`: every page of the console in both widths, light and dark, as somebody with a business sees it.

Not part of every run: it looks at pages rather than proving anything, save that no page was left out and that nothing
sticks out of one.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.company import (
    LATENESS,
    NO_PAGE,
    ORG,
    ROOT,
    authenticator,
    busy_morning,
    come_in,
    joined,
    opened,
    printed_link,
    replaced,
)  # fmt: skip
from tests.console.test_permissions import WAYS
from tests.e2e.screen import CHROMIUM, SCREENSHOTS, SIZES
from tests.e2e.server import Server
from tools.pictures import GUIDE

pytestmark = [
    pytest.mark.screenshots,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here"),
    pytest.mark.asyncio(loop_scope="session"),
]
FOLDER = Path(SCREENSHOTS or ROOT / "build" / "screenshots")
TALLEST = 2400  # pixels; the journal could be as long as a road
AS_SEEN = {*GUIDE, "publish", "publish-refused", "menu"}  # as much as a window shows: for the docs, and what floats
EMPTY = (
    "conversations",
    "tasks",
    "proposals",
    "replay",
    "bookings",
    "journal",
    "ads",
    "ads/campaigns",
    "ads/launch",
    "ads/pictures",
    "money",
)
SWAHILI = ("", "/conversations", "/bookings", "/settings", "/ads", "/team", "/rules", "/journal", "/tokens")


class Album:
    """`seen` are the addresses of which there is a picture, as the server lists them; `wide` what stuck out."""

    def __init__(self, server: Server) -> None:
        FOLDER.mkdir(parents=True, exist_ok=True)
        self.server = server
        self.seen: set[str] = set()
        self.wide: list[str] = []

    async def take(self, name: str, page: Page) -> None:
        self._note(urlsplit(page.url).path)
        for size, (width, height) in SIZES.items():
            await page.set_viewport_size({"width": width, "height": height})
            if await page.evaluate("document.documentElement.scrollWidth") > width:
                self.wide.append(f"{name} at {width}")
            whole = name not in AS_SEEN
            tall = min(await page.evaluate("document.documentElement.scrollHeight"), TALLEST) if whole else height
            await page.set_viewport_size({"width": width, "height": max(tall, height)})
            for scheme in ("light", "dark"):
                await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                await page.wait_for_timeout(120)  # an editor measures itself anew
                end = "" if scheme == "light" else "-dark"
                await page.screenshot(path=FOLDER / f"{name}-{size}{end}.png")
        await page.emulate_media(color_scheme="light")
        await page.set_viewport_size(dict(zip(("width", "height"), SIZES["desk"], strict=True)))  # type: ignore[arg-type]

    async def at(self, name: str, page: Page, path: str) -> None:
        await page.goto(self.server.url + path)
        assert urlsplit(page.url).path == urlsplit(path).path, "somebody else's page"
        await self.take(name, page)

    def _note(self, path: str) -> None:
        for way in WAYS.values():
            if way.method == "GET" and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", way.path), path):
                self.seen.add(way.path)


@pytest.mark.timeout(900)
async def test_every_page_is_photographed(server: Server, browser: Browser) -> None:
    album = Album(server)
    people = [("owner@demo.example", "Amina", "owner"), ("njeri@demo.example", "Njeri", "marketer")]
    again, hers = await joined(server, *people)
    owner = await come_in(browser, printed_link(server))
    marketer = await come_in(browser, hers)
    await _before_anybody_wrote(album, owner.page)
    await _account(album, owner.page)
    await busy_morning(server)
    await _by_telephone(album, owner.page)
    await _operating(album, owner.page)
    await _workshop(album, owner.page)
    await _two_people(album, owner.page, marketer.page)
    await _advertising(album, owner.page)
    await _others(album, owner.page)
    await _in_swahili(album, owner.page)
    await _coming_in(album, browser, again)  # last, since a new password ends every session
    assert album.wide == []
    pages = {way.path for way in WAYS.values() if way.method == "GET" and not way.api}
    assert sorted(pages - album.seen - NO_PAGE) == []


async def _before_anybody_wrote(album: Album, page: Page) -> None:
    await album.at("businesses", page, "/o")
    for name in EMPTY:
        await album.at(f"{name.replace('/', '-')}-empty", page, f"{ORG}/{name}")
    await album.at("today-empty", page, ORG)
    await page.evaluate("document.querySelector('details.menu').open = true")
    await album.take("menu", page)
    await album.at("refused", page, f"{ORG}/bookings/none")


async def _account(album: Album, page: Page) -> None:
    await album.at("second-factor", page, "/me/second-factor")
    album.code = await authenticator(page)  # type: ignore[attr-defined]
    await page.locator("#code").fill(album.code())  # type: ignore[attr-defined]
    await page.keyboard.press("Enter")
    await expect(page.locator(".codes")).to_be_visible()
    await album.take("recovery", page)
    await album.at("me", page, "/me")
    await album.at("tokens", page, f"{ORG}/tokens")
    await page.goto(f"{album.server.url}{ORG}/team")
    await page.locator("input[type=email]").fill("otieno@demo.example")
    await page.locator("form:has(input[type=email]) button").click()
    await album.at("team", page, f"{ORG}/team")
    await album.at("audit", page, f"{ORG}/audit")


async def _others(album: Album, page: Page) -> None:
    """Whatever an address alone shows and nothing above has led to: a new page has its picture from the first day."""
    for way in WAYS.values():
        path = way.path.replace("{org}", ORG.removeprefix("/o/"))
        if way.method != "GET" or way.api or "{" in path or way.path in album.seen | NO_PAGE:
            continue
        await page.goto(album.server.url + path)
        album.seen.add(way.path)  # also one that only leads elsewhere
        if urlsplit(page.url).path != path:
            continue
        await album.take(path.removeprefix(f"{ORG}/").strip("/").replace("/", "-"), page)


async def _advertising(album: Album, page: Page) -> None:
    """A few days with a campaign, as `aais ads demo` lives them."""
    code, said = await album.server.aais("ads", "demo", "--days", "4")
    assert code == 0, said
    await album.at("ads", page, f"{ORG}/ads")
    await album.at("ads-campaigns", page, f"{ORG}/ads/campaigns")
    await page.locator("main .list a").first.click()
    await album.take("campaign", page)
    await page.goto(f"{album.server.url}{ORG}/ads/launch")
    await page.get_by_role("button", name="Begin").click()
    await expect(page.locator("main form input#text")).to_be_visible(timeout=LATENESS)
    await page.wait_for_load_state("networkidle")
    await album.take("ads-launch-asked", page)


async def _in_swahili(album: Album, page: Page) -> None:
    """The busiest pages, where words are longer."""
    await page.goto(album.server.url + ORG)
    await page.locator("nav.own form.tongue button").click()
    for path in SWAHILI:
        await album.at(f"{path.strip('/') or 'today'}-sw", page, ORG + path)
    await page.goto(f"{album.server.url}{ORG}/ads/campaigns")
    await page.locator("main .list a").first.click()
    await album.take("campaign-sw", page)
    await page.goto(f"{album.server.url}{ORG}/conversations")
    await page.locator("main a[href*='/conversations/']").first.click()
    await album.take("conversation-sw", page)
    await opened(page, album.server, "flows/deposit.yaml", loading="Inapakia")
    await album.take("workshop-sw", page)
    await page.locator("nav.own form.tongue button").click()


async def _coming_in(album: Album, browser: Browser, link: str) -> None:
    """What somebody sees who is not signed in, or not wholly."""
    stranger = await (await browser.new_context()).new_page()
    await album.at("sign-in", stranger, "/sign-in")
    await stranger.locator("input[name=email]").fill("owner@demo.example")
    await stranger.locator("input[name=password]").fill("not the right one")
    await stranger.keyboard.press("Enter")
    await expect(stranger.locator(".wrong[role=alert]")).to_be_visible()
    await album.take("sign-in-wrong", stranger)
    await album.at("forgotten", stranger, "/forgotten")
    await stranger.locator("#email").fill("owner@demo.example")
    await stranger.keyboard.press("Enter")
    await expect(stranger.locator(".done")).to_be_visible()
    for kind in ("join", "reset"):
        await album.at(kind, stranger, re.findall(rf"/{kind}/\S+", album.server.log.read_text())[-1])
    await stranger.locator("input[name=password]").fill("a sentence that nobody else knows")
    await stranger.keyboard.press("Enter")
    await expect(stranger).not_to_have_url(re.compile("/reset/"))
    await stranger.wait_for_load_state("networkidle")
    await album.at("docs", stranger, "/docs")
    await album.at("enter", stranger, urlsplit(link).path)
    await stranger.goto(f"{album.server.url}/sign-in")
    await stranger.locator("input[name=email]").fill("owner@demo.example")
    await stranger.locator("input[name=password]").fill("a sentence that nobody else knows")
    await stranger.keyboard.press("Enter")
    await expect(stranger).to_have_url(re.compile("/sign-in/code"))
    await album.take("code", stranger)
    await stranger.close()


async def _by_telephone(album: Album, page: Page) -> None:
    """Somebody is booked for today, whatever day the customers chose."""
    for place, (name, phone) in enumerate((("Njoki Wafula", "0712 345 001"), ("Omondi Odhiambo", "0712 345 002"))):
        await page.goto(f"{album.server.url}{ORG}/bookings/new")
        await page.locator(".time input").nth(4 * place + 1).check(force=True)
        await page.locator("#phone").fill(phone)
        await page.locator("#name").fill(name)
        await page.get_by_role("button", name="Book", exact=True).click()
        await expect(page.locator(".done")).to_be_visible()


async def _operating(album: Album, page: Page) -> None:
    for name in ("conversations", "bookings", "journal", "settings", "tasks", "money"):
        await album.at(name, page, f"{ORG}/{name}")
    await album.at("today", page, ORG)
    await album.at("confirm", page, "/confirm")
    for name, path, link in (
        ("conversation", "/conversations", "main a[href*='/conversations/']"),
        ("journal-entry", "/journal", "a[href*='/entry?']"), ("journal-machine", "/journal", "a[href*='/machine?']"),
        ("offer", "/settings", "a[href*='/offer?id']"), ("resource", "/settings", "a[href*='/resource?id']"),
    ):  # fmt: skip
        await page.goto(album.server.url + ORG + path)
        await page.locator(link).first.click()
        await page.wait_for_load_state("networkidle" if name != "conversation" else "load")
        await album.take(name, page)
    for name, path in (
        ("journal-verified", "/journal/verify"), ("mpesa", "/settings/mpesa"), ("bookings-week", "/bookings?view=week"),
    ):  # fmt: skip
        await album.at(name, page, ORG + path)
    await page.goto(f"{album.server.url}{ORG}/money")  # whatever day it was booked for
    await page.locator("main .list a[href*='/bookings/']").first.click()
    await album.take("booking", page)
    await page.get_by_role("link", name="Move the booking").click()
    await album.take("booking-move", page)
    await page.goto(f"{album.server.url}{ORG}/bookings")
    await page.get_by_role("link", name="New booking").click()
    await album.take("booking-new", page)


async def _workshop(album: Album, page: Page) -> None:
    server = album.server
    await album.at("rules", page, f"{ORG}/rules")
    await opened(page, server, "flows/deposit.yaml")
    await expect(page.locator("g.box").first).to_be_visible()
    await album.take("workshop", page)
    await opened(page, server, "flows/booking.yaml")
    await page.get_by_role("tab", name="Try it").click()
    await page.locator(".offers .tap").first.click()
    await expect(page.locator(".chat .customer").first).to_be_visible()
    await page.locator(".chat .why summary").last.click()
    await album.take("try-a-draft", page)
    await replaced(page, "set: {booking: event.booking}, to: paying", "set: {booking: event.booking}, to: gone")
    await page.get_by_role("tab", name=re.compile("Problems")).click()
    await expect(page.locator(".problems .error").first).to_be_visible()
    await album.take("workshop-problems", page)
    await page.get_by_role("button", name="Publish …").click()
    await expect(page.locator("dialog .wrong")).to_be_visible(timeout=LATENESS)
    await album.take("publish-refused", page)
    await page.get_by_role("button", name="Cancel").click()
    await _discarded(page)
    await opened(page, server, "rules/messaging_guardrails.yaml")
    await expect(page.locator(".sheet")).to_be_visible()
    await album.take("workshop-sheet", page)
    await page.get_by_role("tab", name="Try it").click()
    await expect(page.locator(".tried-rows li").first).to_be_visible()
    await album.take("workshop-facts", page)


async def _two_people(album: Album, page: Page, hers: Page) -> None:
    server = album.server
    await page.goto(f"{server.url}{ORG}/rules")
    await page.get_by_role("button", name="Ask for two").click()
    await opened(hers, server, "flows/booking.yaml")
    await replaced(hers, "What would you like to book?", "What would you like to book? We open at eight.")
    await expect(hers.locator(".status")).to_contain_text("Draft kept")
    await opened(page, server, "flows/booking.yaml")
    await page.get_by_role("tab", name="Compare").click()
    await album.take("workshop-compare", page)
    await hers.get_by_role("button", name="Publish …").click()
    await expect(hers.locator("dialog .checks .passed").first).to_be_visible(timeout=LATENESS)
    await album.take("publish", hers)
    await hers.get_by_label("Why", exact=True).fill("Say when we open")
    await hers.locator("dialog").get_by_role("button", name="Propose").click()
    await expect(hers.locator(".done")).to_be_visible(timeout=LATENESS)
    await album.at("proposals", page, f"{ORG}/proposals")
    await page.get_by_role("link", name="Say when we open").click()
    await album.take("proposal", page)
    await hers.goto(f"{server.url}{ORG}/replay")
    await album.take("replay", hers)
    await hers.locator("main form button").first.click()
    await expect(hers.locator(".figures")).to_be_visible(timeout=LATENESS)
    await album.take("replay-found", hers)
    await page.get_by_role("button", name="Approve and publish").click()
    await expect(page).to_have_url(re.compile("done=approved"), timeout=LATENESS)
    await album.take("proposals-decided", page)
    await opened(page, server, "flows/booking.yaml")
    await page.get_by_role("tab", name="Versions").click()
    await expect(page.locator(".history li").first).to_be_visible()
    await page.locator(".history li button").first.click()
    await album.take("workshop-versions", page)


async def _discarded(page: Page) -> None:
    page.once("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Discard").click()
    await expect(page.get_by_role("button", name="Discard")).to_have_count(0)
