"""How the console looks and feels: pages in both schemes and widths, and the owner's main path by keyboard alone."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from tests.console.company import LATENESS, NO_PAGE, ORG, customer, serious, strengthened
from tests.console.test_permissions import WAYS
from tests.e2e.customers import Walker
from tests.e2e.screen import IN_BROWSER, SIZES, Screen
from tests.e2e.server import CLINIC_ORG, Server
from web.console.caller import PUBLIC, Way

pytestmark = [*IN_BROWSER, pytest.mark.xdist_group(__name__)]
PAGES = {way.path: way for way in WAYS.values() if way.method == "GET" and not way.api and way.path not in NO_PAGE}
ASKED = ("entry", "machine", "one", "offer", "resource", "edit")  # pages about what their query names
DIFFERENT = (  # of axe's rules, those that another colour or width can break
    "color-contrast", "link-in-text-block", "scrollable-region-focusable", "button-name", "summary-name", "label",
)  # fmt: skip
PASSWORD = "a sentence that nobody else knows"
TABS = 400  # presses of Tab, at most, until something has the focus


class People:
    """Who looks at which page: the owner, a new colleague without a second factor, somebody who still owes a code, and
    nobody. `links` are the addresses that our own pages and letters lead to.
    """

    def __init__(self, server: Server, owner: Screen) -> None:
        self.server, self.owner = server, owner
        self.links: set[str] = set()
        self.colleague = self.waiting = self.stranger = owner

    def screen(self, way: Way) -> Screen:
        if way.path == "/sign-in/code":
            return self.waiting
        if way.path == "/me/second-factor":
            return self.colleague
        return self.stranger if way.permission == PUBLIC else self.owner

    def address(self, way: Way) -> str:
        """One that leads somewhere; with its query, where a page asks for one."""
        path = way.path.replace("{org}", CLINIC_ORG)
        shape = re.escape(path).replace(r"\{", "{").replace(r"\}", "}")
        fits = re.compile(re.sub(r"\{\w+\}", "(?!new)[^/?#]+", shape) + r"(\?\w+=.*)?")
        found = sorted((each for each in self.links if fits.fullmatch(each)), key=lambda each: (-len(each), each))
        assert found or "{" not in path, f"no page leads to {way.path}"
        return found[0] if found and ("{" in path or path.rpartition("/")[2] in ASKED) else path


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(server: Server, browser: Browser) -> AsyncIterator[People]:
    """The owner comes in by the link that the demo prints, without touching a mouse."""
    owner = await _window(browser)
    await owner.page.goto(re.findall(r"http://\S+/enter/\S+", server.log.read_text())[-1])
    await _press(owner.page, "main button")
    await expect(owner.page).to_have_url(re.compile(r"/o$"))
    await _second_factor(owner, server)
    there = People(server, owner)
    await _written(server)
    there.stranger, there.waiting, there.colleague = [await _window(browser) for _ in range(3)]
    await _colleague(there)
    await _owes_a_code(there)
    await _links(there)
    yield there
    for screen in (owner, there.stranger, there.waiting, there.colleague):
        await screen.page.close()


@pytest.mark.parametrize("name", PAGES)
async def test_a_page_is_legible_in_light_and_dark_and_fits_both_widths(people: People, name: str) -> None:
    """Every way of the console that answers with a page, from the list that the server itself is built from."""
    way = PAGES[name]
    screen, address = people.screen(way), people.address(way)
    screen.problems.clear()
    answer = await screen.page.goto(people.server.url + address)
    assert urlsplit(screen.page.url).path == urlsplit(address).path, "it leads elsewhere"
    if way.path.endswith("/rules/edit"):
        await expect(screen.page.locator(".text .cm-content")).to_be_visible()
        await expect(screen.page.locator("g.box, .sheet").first).to_be_visible()
    await _looks_right(screen, name)
    refuses = answer is None or not answer.ok  # which a browser complains of by itself
    assert [each for each in screen.problems if not (refuses and "Failed to load resource" in each)] == []


async def test_from_signing_in_to_a_published_sentence_without_a_mouse(people: People, server: Server) -> None:
    page = people.owner.page
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


async def _window(browser: Browser) -> Screen:
    screen = await Screen.opened(browser, "desk")  # a context of its own
    screen.page.set_default_timeout(LATENESS)
    return screen


async def _second_factor(screen: Screen, server: Server) -> None:
    """The keys of the API are shown to nobody without one."""
    page = screen.page
    await page.goto(f"{server.url}/me/second-factor")
    assert await page.locator("img.qr").evaluate("(picture) => picture.complete && picture.naturalWidth > 0")
    await strengthened(page, server)
    await page.goto(f"{server.url}/me")
    await page.locator("#new").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.locator(".done")).to_be_visible()


async def _written(server: Server) -> None:
    """Something is to be seen: a conversation, a booking, and a campaign."""
    phone = await customer(server, "Wanjiku Kamau")
    await Walker(phone, "Hi, I want to book", 7, lambda: None).book()
    await phone.close()
    code, said = await server.aais("ads", "demo", "--days", "0")
    assert code == 0, said


async def _colleague(people: People) -> None:
    """Invited and joined; and another one invited, whose link is still good."""
    page, team = people.owner.page, f"{people.server.url}{ORG}/team"
    for address in ("otieno@demo.example", "wambui@demo.example"):
        await page.goto(team)
        await page.locator("input[type=email]").fill(address)
        await page.locator("form:has(input[type=email]) button").click()
        await expect(page.locator(".done").first).to_be_visible()
    first, last = re.findall(r"/join/\S+", people.server.log.read_text())[-2:]
    joining = people.colleague.page
    await joining.goto(people.server.url + first)
    await joining.locator("#name").fill("Otieno")
    await joining.locator("input[name=password]").fill(PASSWORD)
    await joining.keyboard.press("Enter")
    await expect(joining).not_to_have_url(re.compile("/join/"))
    people.links.add(last)


async def _owes_a_code(people: People) -> None:
    page, url = people.waiting.page, people.server.url
    await page.goto(f"{url}/forgotten")
    await page.locator("#email").fill("owner@demo.example")
    await page.keyboard.press("Enter")
    await expect(page.locator(".done")).to_be_visible()
    await page.goto(f"{url}/sign-in")
    await page.locator("input[name=email]").fill("owner@demo.example")
    await page.locator("input[name=password]").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile("/sign-in/code"))
    log = people.server.log.read_text()
    people.links.update(re.findall(r"/reset/\S+", log)[-1:])
    people.links.update(re.findall(r"/enter/\S+", log)[-1:])


async def _links(people: People) -> None:
    """Wherever the owner's pages lead, two steps from the pages that have an address of their own."""
    deeper = re.compile(rf"{ORG}/(bookings|conversations|ads/campaigns)/[^/?]+")
    paths = [way.path.replace("{org}", CLINIC_ORG) for way in PAGES.values()]
    ahead = {path for path in paths if "{" not in path}
    for _ in range(2):
        for path in sorted(ahead):
            answer = await people.owner.page.request.get(people.server.url + path)
            found = re.findall(r'href="(/[^"#]*)', await answer.text())
            people.links.update(each.replace("&amp;", "&") for each in found)
        ahead = {each for each in people.links if deeper.fullmatch(each)}


async def _looks_right(screen: Screen, name: str) -> None:
    """On a desk in the light, on a phone in the dark: nothing sticks out, and axe finds nothing serious."""
    page = screen.page
    for size, scheme, rules in (("desk", "light", ()), ("phone", "dark", DIFFERENT)):
        width, height = SIZES[size]
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, (name, size)
        assert await serious(page, *rules) == [], (name, size, scheme)
    await page.emulate_media(color_scheme="light")
    await page.set_viewport_size(dict(zip(("width", "height"), SIZES["desk"], strict=True)))  # type: ignore[arg-type]


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
