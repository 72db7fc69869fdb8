"""How the console looks and feels: pages in both schemes and widths, and the owner's main path by keyboard alone."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.async_api import Browser, Page, expect

from tests.console.test_workshop_browser import AXE, EDIT, LATENESS
from tests.e2e.screen import CHROMIUM, SIZES, Screen, chromium
from tests.e2e.server import Server, running

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here"),
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group(__name__),
]
ORG = "/o/tabasamu-dental"
PAGES = {
    "today": ORG, "rules": f"{ORG}/rules", "workshop": EDIT + "flows/deposit.yaml", "team": f"{ORG}/team",
    "conversations": f"{ORG}/conversations", "bookings": f"{ORG}/bookings", "journal": f"{ORG}/journal",
    "settings": f"{ORG}/settings", "tokens": f"{ORG}/tokens", "audit": f"{ORG}/audit", "me": "/me", "api": "/docs",
}  # fmt: skip
TABS = 400  # presses of Tab, at most, until something has the focus


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    async with running(Path(tmp_path_factory.mktemp("look")) / "data") as started:
        yield started


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def owner(server: Server, browser: Browser) -> AsyncIterator[Screen]:
    """Comes in by the link that the demo prints, without touching a mouse."""
    screen = await Screen.opened(browser, "desk")
    screen.page.set_default_timeout(LATENESS)
    await screen.page.goto(f"{server.url}/sign-in")
    await _looks_right(screen, "sign-in")
    link = re.search(r"http://\S+/enter/\S+", server.log.read_text())
    assert link is not None
    await screen.page.goto(link[0])
    await _press(screen.page, "main button")
    await expect(screen.page).to_have_url(re.compile(r"/o$"))
    await _second_factor(screen, server)
    yield screen
    await screen.page.close()


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_legible_in_light_and_dark_and_fits_both_widths(
    owner: Screen, server: Server, name: str
) -> None:
    await owner.page.goto(server.url + PAGES[name])
    if name == "workshop":
        await expect(owner.page.locator("g.box").first).to_be_visible()
        await owner.page.get_by_role("button", name="Show all of it").click()
    await _looks_right(owner, name)


async def test_from_signing_in_to_a_published_sentence_without_a_mouse(owner: Screen, server: Server) -> None:
    page = owner.page
    await page.goto(server.url + ORG)
    await _press(page, f'nav.across a[href="{ORG}/rules"]')
    await _press(page, "main a[href*='flows/opt_out.yaml']")
    await expect(page.locator(".cm-content")).to_contain_text("flow: opt_out")
    await _reach(page, ".cm-content")
    title = re.search(r"^title: .*$", await page.locator(".cm-content").inner_text(), re.MULTILINE)
    assert title is not None
    await page.keyboard.press("Control+f")
    await page.locator(".cm-search input[name=search]").fill("")
    await page.keyboard.type(title[0])
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await page.keyboard.type(f"{title[0]} again")
    await page.keyboard.press("Escape")
    await expect(page.locator(".status")).to_contain_text("Draft kept")
    await page.keyboard.press("Escape")  # lets Tab lead out of the text
    publish = page.get_by_role("button", name="Publish …")
    await _reach(page, publish)
    await page.keyboard.press("Enter")
    await expect(page.locator("dialog .checks .passed").first).to_be_visible(timeout=LATENESS)
    await _reach(page, page.get_by_label("Why", exact=True))
    await page.keyboard.type("By keyboard")
    await _reach(page, page.locator("dialog").get_by_role("button", name="Publish"))
    await page.keyboard.press("Enter")
    await expect(page.locator(".done")).to_contain_text("Published", timeout=LATENESS)


async def _second_factor(screen: Screen, server: Server) -> None:
    """The keys of the API are shown to nobody without one."""
    page = screen.page
    await page.goto(f"{server.url}/me/second-factor")
    await _looks_right(screen, "second-factor")
    assert await page.locator("img.qr").evaluate("(picture) => picture.complete && picture.naturalWidth > 0")
    secret = bytes.fromhex(await page.locator("input[name=secret]").input_value())
    await page.locator("#code").fill(TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode())  # noqa: S303
    await page.keyboard.press("Enter")
    await expect(page.locator(".codes")).to_be_visible()


async def _looks_right(screen: Screen, name: str) -> None:
    """Both widths, both schemes: nothing sticks out, and axe finds nothing serious."""
    page = screen.page
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    for size, (width, height) in SIZES.items():
        await page.set_viewport_size({"width": width, "height": height})
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (name, size)
        for scheme in ("dark", "light"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert await _serious(page) == [], (name, size, scheme)
        await screen.shot(f"{name}-{size}")
    await page.set_viewport_size(dict(zip(("width", "height"), SIZES["desk"], strict=True)))  # type: ignore[arg-type]


async def _serious(page: Page) -> list[tuple[str, list[str]]]:
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        (each["id"], [node["html"][:160] + " " + node["failureSummary"][:200] for node in each["nodes"][:4]])
        for each in found["violations"] if each["impact"] in ("serious", "critical")
    ]  # fmt: skip


async def _reach(page: Page, wanted: object) -> None:
    """By Tab alone."""
    target = page.locator(wanted) if isinstance(wanted, str) else wanted
    for _ in range(TABS):
        if await target.first.evaluate("(one) => one === document.activeElement"):  # type: ignore[attr-defined]
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"Tab never reaches {wanted}")


async def _press(page: Page, selector: str) -> None:
    await _reach(page, selector)
    await page.keyboard.press("Enter")
