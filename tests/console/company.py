"""A business with people at work in it, for tests in a browser: who comes in, who works beside them, who writes."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import httpx
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.async_api import Browser, Page, expect

from tests.e2e.customers import Walker
from tests.e2e.screen import Screen
from tests.e2e.server import CLINIC_ORG, Phone, Server

ORG = f"/o/{CLINIC_ORG}"
EDIT = f"{ORG}/rules/edit?file="
LATENESS = 60_000
NO_PAGE = {  # ways that answer with a file, or lead elsewhere
    "/manifest.webmanifest", "/sw.js", "/o/{org}/journal/export", "/o/{org}/ads/report.pdf", "/go/{what}",
    "/o/{org}/ads/pictures/{id}",
}  # fmt: skip
ROOT = Path(__file__).parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
_NUMBERS = itertools.count(1)


async def joined(server: Server, *people: tuple[str, str, str]) -> list[str]:
    """Let people (address, name, role) work for the clinic; the links that sign them in. The server starts anew."""
    await server.stop()
    links = []
    for address, name, role in people:
        arguments = ("user", "--demo", "add", address, "--org", CLINIC_ORG, "--name", name, "--role", role)
        code, said = await server.aais(*arguments)
        assert code == 0, said
        links.append(_link(said))
    await server.start()
    return links


def printed_link(server: Server) -> str:
    """The one that the demo printed last."""
    return _link(server.log.read_text())


def _link(said: str) -> str:
    return re.findall(r"http://\S+/enter/\S+", said)[-1]


async def authenticator(page: Page) -> Callable[[], str]:
    """What an app on the phone would show for the secret on the page, now or later."""
    secret = bytes.fromhex(await page.locator("input[name=secret]").input_value())
    return lambda: TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303


async def strengthened(page: Page, server: Server) -> None:
    """With a second factor, as whoever invites people or approves spending needs."""
    await page.goto(f"{server.url}/me/second-factor")
    code = await authenticator(page)
    await page.locator("#code").fill(code())
    await page.keyboard.press("Enter")
    await expect(page.locator(".codes")).to_be_visible()


async def come_in(browser: Browser, link: str) -> Screen:
    """In a window of their own, which shares nothing with other people's."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    screen = Screen(await context.new_page())
    screen.page.set_default_timeout(LATENESS)
    await screen.page.goto(link)
    await screen.page.click("main button")
    await expect(screen.page).to_have_url(re.compile(r"/o(/[\w-]+)?$"))
    return screen


async def opened(page: Page, server: Server, file: str, *, loading: str = "Loading") -> None:
    """The editor on a file, with its text and what stands beside it there."""
    await page.goto(server.url + EDIT + file)
    await expect(page.locator(".text .cm-content")).to_be_visible(timeout=LATENESS)
    await expect(page.locator(".status")).not_to_contain_text(loading, timeout=LATENESS)


async def replaced(page: Page, old: str, new: str) -> None:
    """Words found with the editor's own search, and others typed in their place."""
    await page.locator(".text .cm-content").focus()
    await page.keyboard.press("Control+f")
    await page.locator(".cm-search input[name=search]").fill("")
    await page.keyboard.type(old)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await page.keyboard.type(new)
    await page.keyboard.press("Escape")


async def customer(server: Server, name: str, language: str = "en") -> Phone:
    number = next(_NUMBERS)
    body = {"id": f"guest{number}", "name": name, "msisdn": f"2547004{number:05d}", "language": language}
    async with httpx.AsyncClient() as http:
        (await http.post(f"{server.sandbox}/control/customers", json=body)).raise_for_status()
    return Phone(server, str(body["id"]))


async def busy_morning(server: Server) -> None:
    """Somebody books and pays, somebody stops halfway, and somebody asks for a person."""
    phones = [await customer(server, name) for name in ("Wanjiku Kamau", "Achieng Otieno", "Baraka Mwangi")]
    booking, halfway, lost = phones
    await Walker(booking, "Hi, I want to book", 7, lambda: None).book()
    await halfway.say("Hi, I want to book")
    await halfway.hear("What would you like to book?")
    await lost.say("Hi")
    await lost.hear("What would you like to book?")
    await lost.skip(3)  # a phone tells whole seconds, and nobody writes twice in one
    await lost.say("agent")
    await lost.hear("I am calling someone")
    await asyncio.gather(*(phone.close() for phone in phones))


async def serious(page: Page, *rules: str) -> Sequence[object]:
    """What axe finds that keeps somebody from using a page, by all of its rules or by these."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    options: dict[str, object] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    found = await page.evaluate("(options) => axe.run(document, options)", options)
    return [
        (each["id"], [node["html"][:160] + " " + node["failureSummary"][:200] for node in each["nodes"][:4]])
        for each in found["violations"] if each["impact"] in ("serious", "critical")
    ]  # fmt: skip
