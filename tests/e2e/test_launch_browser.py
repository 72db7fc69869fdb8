"""An owner launches ads in the console, in a real browser, and lets the demo's days pass: from wizard to decisions."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser, Page, expect

from tests.console.company import come_in, printed_link, strengthened
from tests.e2e.aftermath import replays
from tests.e2e.screen import IN_BROWSER, SIZES
from tests.e2e.server import ROOT, Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CLINIC = "/o/tabasamu-dental"
LATENESS = 60_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    started = Server(Path(tmp_path_factory.mktemp("ads")) / "data", FORTNIGHT_HOURS="8")
    await started.start()
    yield started
    if started.process is not None and started.process.returncode is None:
        await started.stop()
    await replays(started)


async def test_from_the_wizard_to_decisions_each_with_its_reason(
    server: Server, browser: Browser, tmp_path: Path
) -> None:
    page = await _owner(server, browser)
    await _pictured(page, server, tmp_path)
    await _launched(page, server)
    await _narrow_and_fit(page)
    await _shows_the_picture(server)
    await page.goto(f"{server.url}{CLINIC}/ads/campaigns")
    await page.get_by_role("link", name="Cleaning and polish").click()
    await expect(page.locator("table")).to_contain_text("runs")
    await expect(page.locator("main")).to_contain_text("the campaign was approved")
    await page.goto(f"{server.url}{CLINIC}/ads/campaigns")
    await page.get_by_role("button", name="Let a fortnight pass").click()
    await expect(page.locator("#fortnight progress")).to_be_visible()
    await expect(page.locator("#fortnight")).to_contain_text("The days have passed.", timeout=LATENESS)
    await _narrow_and_fit(page)
    await page.get_by_role("link", name="See each decision with its reason").click()
    await expect(page.locator("table")).to_contain_text("at most KSh")  # what an order may cost, known at a look
    await expect(page.locator("main")).to_contain_text("the campaign was approved")
    await _bids(page)
    await page.close()


async def _bids(page: Page) -> None:
    """The owner says what a result may cost at most, sees it beside the budget, and takes it away again."""
    row = page.locator("table tbody tr").first
    await page.get_by_label("Bid: most for a result").fill("650")
    await page.get_by_role("button", name="Set the bid").click()
    await _shown(page, lambda: row.get_by_text("a result").count(), 1)
    await expect(row).to_contain_text("at most KSh 650 a result")
    await expect(page.locator("main")).to_contain_text("lowest cost → KSh 650")
    await _narrow_and_fit(page)
    await page.get_by_role("button", name="Remove it").click()
    await _shown(page, lambda: row.get_by_text("a result").count(), 0)
    await expect(page.locator("main")).to_contain_text("KSh 650 → lowest cost")


async def _shown(page: Page, count: Callable[[], Awaitable[int]], wanted: int) -> None:
    """What comes of a change shows in a moment."""
    for _ in range(100):
        if await count() == wanted:
            return
        await asyncio.sleep(0.2)
        await page.reload()
    raise AssertionError("the change did not come about")


async def _pictured(page: Page, server: Server, folder: Path) -> None:
    """A picture of the owner's, put to the cleaning's ads; the same again is the same."""
    Image.new("RGB", (1080, 1080), (20, 120, 140)).save(folder / "chair.png")
    await page.goto(f"{server.url}{CLINIC}/ads/pictures")
    for told in ("It is here.", "You had it already"):
        await page.get_by_label("A picture or film").set_input_files(folder / "chair.png")
        await page.get_by_role("button", name="Upload").click()
        await expect(page.locator("main")).to_contain_text(told)
    (folder / "photo.jpg").write_text("<html>")
    await page.get_by_label("A picture or film").set_input_files(folder / "photo.jpg")
    await page.get_by_role("button", name="Upload").click()
    await expect(page.get_by_role("alert")).to_contain_text("It is no JPEG, PNG, MP4 or MOV")
    await page.get_by_label("For the ads of").select_option(label="Cleaning and polish")
    await page.get_by_role("button", name="Save").click()
    await expect(page.locator("main")).to_contain_text("The next ads of the offer show it.")
    assert await page.locator("main img").evaluate("(image) => image.decode().then(() => image.naturalWidth)") == 1080
    await _narrow_and_fit(page)


async def _shows_the_picture(server: Server) -> None:
    """Each ad at the simulated Meta was made with the picture's own id there."""
    for _ in range(200):
        async with httpx.AsyncClient() as http:
            things = (await http.get(f"{server.sandbox}/control/ads")).json()["things"]
        shown = [each["fields"]["object_story_spec"]["link_data"] for each in things if each["kind"] == "creative"]
        if len(shown) == 3:
            break
        await asyncio.sleep(0.1)
    assert [bool(each.get("image_hash")) for each in shown] == [True] * 3
    assert len({each["image_hash"] for each in shown}) == 1


async def _launched(page: Page, server: Server) -> None:
    await page.goto(f"{server.url}{CLINIC}/ads/launch")
    await page.get_by_role("button", name="Begin", exact=True).click()
    await _answer(page, "Which offer shall we advertise?", tap="Cleaning and polish")
    await _answer(page, "What does serving one customer cost you", say="1300")
    await _answer(page, "Where shall we advertise?", tap="Facebook, Instagram")
    await _answer(page, "Which page shall the ads lead to?", say="https://tabasamu.example/cleaning")
    await _answer(page, "(Picture: chair.png)", tap="Yes, use them")
    await _answer(page, "How much may it spend a day at most?", say="6000")
    await _answer(page, "And a month at most?", say="100000")
    await _answer(page, "From which step on shall it ask you first?", tap="20 %")
    await _answer(page, "Shall we launch?", tap="Launch")
    await expect(page.locator("main")).to_contain_text("Approved: the ads are on their way", timeout=LATENESS)


async def _answer(page: Page, question: str, *, say: str = "", tap: str = "") -> None:
    """Once the question has come: by the keyboard, or by one of its buttons."""
    await expect(page.get_by_role("list", name="Run ads like a pro").get_by_role("listitem").last).to_contain_text(
        question, timeout=LATENESS
    )
    if say:
        await page.get_by_label("Your answer").fill(say)
        await page.keyboard.press("Enter")
    else:
        await page.get_by_role("button", name=tap, exact=True).click()


async def _narrow_and_fit(page: Page) -> None:
    """On a small phone nothing sticks out, and axe finds nothing serious."""
    width, height = SIZES["phone"]
    await page.set_viewport_size({"width": width, "height": height})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    serious = [each for each in found["violations"] if each["impact"] in ("serious", "critical")]
    assert serious == [], json.dumps(serious, indent=1)[:2000]
    width, height = SIZES["desk"]
    await page.set_viewport_size({"width": width, "height": height})


async def _owner(server: Server, browser: Browser) -> Page:
    """Signed in by the link that the demo prints, with a second factor, as whoever approves spending needs."""
    page = (await come_in(browser, printed_link(server))).page
    await strengthened(page, server)
    return page
