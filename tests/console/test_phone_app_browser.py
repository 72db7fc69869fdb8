"""The console as an app in a real Chromium: it can be installed, keeps its shell only, bears being offline."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright, expect

from tests.console.test_workshop_browser import AXE
from tests.e2e.screen import ARGUMENTS, CHROMIUM, IN_BROWSER, SCREENSHOTS
from tests.e2e.server import Server

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
ORG = "/o/tabasamu-dental"
LATENESS = 60_000
KEPT = """async () => {
  const found = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys()) found.push(new URL(request.url).pathname);
  return found.sort();
}"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def profile(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[BrowserContext]:
    """A browser with a profile of its own, as on a phone: nothing can be installed from a private window."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch_persistent_context(
            str(tmp_path_factory.mktemp("profile")), executable_path=CHROMIUM, args=ARGUMENTS,
            viewport={"width": 360, "height": 740},
        )  # fmt: skip
        opened.set_default_timeout(LATENESS)
        yield opened
        await opened.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(server: Server, profile: BrowserContext) -> AsyncIterator[Page]:
    link = re.search(r"http://\S+/enter/\S+", server.log.read_text())
    assert link is not None
    page = profile.pages[0]
    await page.goto(link[0])
    await page.click("main button")
    await expect(page).to_have_url(re.compile(r"/o$"))
    await page.goto(server.url + ORG)
    await page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    await page.wait_for_function("navigator.serviceWorker.controller !== null")
    yield page


async def test_the_console_can_be_installed(owner: Page, profile: BrowserContext) -> None:
    devtools = await profile.new_cdp_session(owner)
    manifest = await devtools.send("Page.getAppManifest")
    assert manifest["errors"] == []
    assert manifest["url"].endswith("/manifest.webmanifest?lang=en")
    assert (await devtools.send("Page.getInstallabilityErrors"))["installabilityErrors"] == []


async def test_only_the_shell_is_kept_whatever_pages_were_looked_at(owner: Page, server: Server) -> None:
    for path in ("", "/conversations", "/bookings", "/journal", "/settings", "/money"):
        await owner.goto(server.url + ORG + path)
    await owner.evaluate(f"fetch('/api/v1/orgs{ORG[2:]}/today').then((answer) => answer.json())")
    kept = [re.sub(r"\.[0-9a-f]{12}\.", ".", path) for path in await owner.evaluate(KEPT)]
    assert kept == ["/offline", "/static/build/console.js", "/static/console.css", "/static/icon.svg"]
    offline = await owner.evaluate("caches.match('/offline').then((page) => page.text())")
    assert "Tabasamu" not in offline
    assert "Sign out" not in offline


async def test_a_worker_of_before_makes_room_for_the_new_one(owner: Page, server: Server) -> None:
    await owner.evaluate("caches.open('aais-shell-0000').then((cache) => cache.put('/old', new Response('old')))")
    await owner.evaluate(
        "navigator.serviceWorker.getRegistration().then((one) => one.unregister())"
        ".then(() => navigator.serviceWorker.register('/sw.js', {updateViaCache: 'none'}))"
    )
    await owner.wait_for_function("caches.keys().then((names) => names.length === 1 && names[0] !== 'aais-shell-0000')")
    await owner.goto(server.url + ORG)
    await owner.wait_for_function("navigator.serviceWorker.controller !== null")


async def test_without_a_connection_the_page_says_so_and_comes_back(
    owner: Page, profile: BrowserContext, server: Server
) -> None:
    await owner.goto(f"{server.url}{ORG}/settings")
    await profile.set_offline(True)
    await expect(owner.get_by_text("No connection. What you see may be old.")).to_be_visible()
    await owner.get_by_label("Name", exact=True).fill("Not lost")
    await owner.locator("#business button").click()
    await expect(owner.get_by_text("Nothing was sent; what you typed is still here.")).to_be_visible()
    await expect(owner.get_by_label("Name", exact=True)).to_have_value("Not lost")
    await owner.goto(f"{server.url}{ORG}/bookings")
    await expect(owner.get_by_role("heading", name="No connection")).to_be_visible()
    await expect(owner.get_by_role("heading", name="Hakuna mtandao")).to_be_visible()
    assert owner.url == f"{server.url}{ORG}/bookings"
    assert await owner.evaluate("getComputedStyle(document.querySelector('.button')).backgroundColor") == (
        "rgb(11, 107, 67)"
    )
    if SCREENSHOTS:
        await owner.screenshot(path=f"{SCREENSHOTS}/offline-phone.png")
    await profile.set_offline(False)
    await expect(owner.get_by_role("heading", name="Bookings").first).to_be_visible()


@pytest.mark.parametrize("size", [(360, 740), (1280, 860)])
async def test_the_pages_for_the_way_fit_and_read(owner: Page, server: Server, size: tuple[int, int]) -> None:
    await owner.set_viewport_size({"width": size[0], "height": size[1]})
    for path in (ORG, f"{ORG}/money", "/offline", f"{ORG}/settings/poster", "/o/new", "/me"):
        await owner.goto(server.url + path)
        await owner.evaluate(AXE.read_text(encoding="utf-8"))
        for scheme in ("dark", "light"):
            await owner.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            found = await owner.evaluate("axe.run(document, {resultTypes: ['violations']})")
            assert [
                (each["id"], [node["html"][:120] for node in each["nodes"]])
                for each in found["violations"] if each["impact"] in ("serious", "critical")
            ] == [], (path, scheme)  # fmt: skip
            if SCREENSHOTS:
                name = path.strip("/").replace("/", "-")
                await owner.screenshot(path=f"{SCREENSHOTS}/{name}-{size[0]}-{scheme}.png", full_page=True)
        assert await owner.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path


@pytest.mark.parametrize(("what", "heading"), [("bookings", "Bookings"), ("money", "Today's money")])
async def test_a_shortcut_asks_for_which_business_and_goes_there(
    owner: Page, server: Server, what: str, heading: str
) -> None:
    await owner.goto(f"{server.url}/go/{what}")
    await owner.get_by_role("link", name="Tabasamu").click()
    await expect(owner.get_by_role("heading", name=re.compile(heading)).first).to_be_visible()
