"""A customer in a real browser: what the phone page shows, and what a thumb or a keyboard does there."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, async_playwright, expect

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",  # else one is begun in advance for each window, and never used
]
IN_BROWSER = [  # the marks of a module whose tests share the session's browser, and so its loop
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="no Chromium here"),
    pytest.mark.asyncio(loop_scope="session"),
]
SIZES = {"desk": (1280, 860), "phone": (360, 740)}
SCREENSHOTS = os.environ.get("AAIS_SCREENSHOTS", "")
PATIENCE = 45_000  # milliseconds; a loaded machine is slow, a broken page never gets there
expect.set_options(timeout=PATIENCE)
_FRAMES = "body, .bubble, .body, .actions > *, .row, .bar, .stk-box, .card"
_OVERFLOWING = """(frames) => [...document.querySelectorAll(frames)]
    .filter((one) => one.clientWidth && one.scrollWidth > one.clientWidth + 1)
    .map((one) => one.className || one.tagName)"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


class Screen:
    """One page in one window; `problems` holds whatever its console complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        self._heard = 0
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda said: self.problems.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: self.problems.append(str(error)))

    @classmethod
    async def opened(cls, browser: Browser, size: str, *, dark: bool = False) -> Screen:
        width, height = SIZES[size]
        scheme = "dark" if dark else "light"
        return cls(await browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme))

    def part(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    @property
    def said(self) -> Locator:
        """What the business has said so far."""
        return self.page.locator("[data-testid=bubble][data-author=business]")

    async def pick_up(self, sandbox: str, customer: str, *, language: str = "en") -> None:
        await self.page.goto(f"{sandbox}/phone/?customer={customer}&lang={language}")
        await expect(self.part("phone")).to_have_attribute("data-state", "ready", timeout=PATIENCE)

    async def write(self, text: str) -> None:
        await self.part("message-input").fill(text)
        await self.part("send").click()
        await expect(self.page.locator("[data-author=customer]").last).to_contain_text(text)

    async def hear(self, *parts: str) -> str:
        """Wait for the business's next bubble, and find `parts` in it."""
        bubble = self.said.nth(self._heard)
        self._heard += 1
        await expect(bubble).to_be_visible(timeout=PATIENCE)
        text = await bubble.get_by_test_id("bubble-text").first.inner_text()
        text = text.replace("\u00a0", " ")  # within an amount
        for part in parts:
            assert part.lower() in text.lower(), f"{part!r} is not in {text!r}"
        return text

    async def tap(self, label: str = "") -> str:
        """Tap the first choice (that says `label`) of the newest bubble, by way of its list if it has one."""
        bubble = self.said.nth(self._heard - 1)
        choices = bubble.get_by_test_id("reply-button")
        if await bubble.get_by_test_id("list-open").count():
            await bubble.get_by_test_id("list-open").click()
            choices = self.part("list-row")
        chosen = choices.filter(has_text=label).first
        words = (await chosen.inner_text()).split("\n")[0]
        await chosen.click()
        return words

    async def prompt(self) -> str:
        """The words of the M-Pesa prompt that has come up."""
        await expect(self.part("stk")).to_be_visible(timeout=PATIENCE)
        await expect(self.part("stk-pin")).to_be_focused()
        return await self.part("stk-text").inner_text()

    async def enter_pin(self, pin: str) -> None:
        await self.part("stk-pin").fill(pin)
        await self.part("stk-ok").click()
        await expect(self.part("stk")).to_be_hidden()

    async def texted(self, *parts: str) -> None:
        """M-Pesa's own message is announced, and is kept under the balance."""
        toast = self.part("sms-toast")
        for part in parts:
            await expect(toast).to_contain_text(part, timeout=PATIENCE)
        await self.part("sms-open").click()
        await expect(self.part("sms").first).to_contain_text(parts[0])
        await self.part("sms-close").click()

    async def now(self) -> datetime:
        return datetime.fromisoformat(await self.part("clock-now").get_attribute("datetime") or "")

    async def move_clock(self, testid: str) -> None:
        await self.part(testid).click()
        await expect(self.part("clock")).to_have_attribute("aria-busy", "false", timeout=PATIENCE)

    async def shot(self, name: str) -> None:
        """Keep what is on the screen, when somebody wants to look: AAIS_SCREENSHOTS=<folder>."""
        if SCREENSHOTS:
            await self.page.mouse.move(0, 0)
            await self.page.evaluate("document.fonts.ready")
            await self.page.screenshot(path=Path(SCREENSHOTS) / f"{name}.png")

    async def fits(self) -> None:
        """Nothing sticks out of the window or of its own frame."""
        width = (self.page.viewport_size or {"width": 0})["width"]
        assert await self.page.evaluate("document.documentElement.scrollWidth") <= width
        assert await self.page.evaluate(_OVERFLOWING, _FRAMES) == []

    async def close(self) -> None:
        """Put it away; a page that complained did not work."""
        await self.page.close()
        assert self.problems == []


async def shows(page: Page, url: str, words: str, where: str = "main") -> None:
    """What a page says in the end; it is loaded anew until then, since what it waits for happens elsewhere."""
    async with asyncio.timeout(PATIENCE / 1000):
        await page.goto(url)
        while words not in await page.locator(where).inner_text():
            await page.wait_for_timeout(100)
            await page.reload()
