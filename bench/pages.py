"""How soon the console's main pages stand in a browser, in Chromium with an empty cache each time.

What Lighthouse would say, from the browser's own performance API: bytes over the wire until the page is quiet, the
first byte, the largest paint, how far things jump while it loads (layout shift), and how long its script kept the page
from answering (the part of each long task beyond 50 ms).
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from bench.figures import Figure, figure
from bench.house import House, org_of
from composition.stores import opened_store, vault
from people import arriving, sessions
from people.users import Users
from web.console.gate import COOKIE

LOADS = 5
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
_HERE = f"/o/{org_of(0)}"
PAGES = {
    "sign-in": "/sign-in",
    "today": _HERE,
    "conversations": f"{_HERE}/conversations",
    "bookings": f"{_HERE}/bookings",
    "journal": f"{_HERE}/journal",
    "rules": f"{_HERE}/rules",
    "workshop": f"{_HERE}/rules/edit?file=flows/booking.yaml",
}
_READY = {"workshop": ".cm-content"}  # what must stand there before a page can be worked with
LARGEST = 250  # KB over the wire
PAINTED, SHIFTED, BLOCKED = 2500, 0.1, 200  # what Google calls good: ms, a share of the window, ms
_WATCHING = """() => {
  window.seen = {painted: 0, shifted: 0, blocked: 0};
  const watch = (type, noted) =>
    new PerformanceObserver((list) => list.getEntries().forEach(noted)).observe({type, buffered: true});
  watch('largest-contentful-paint', (entry) => { seen.painted = entry.startTime; });
  watch('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.shifted += entry.value; });
  watch('longtask', (entry) => { seen.blocked += Math.max(0, entry.duration - 50); });
}"""
_SEEN = """() => {
  const [page] = performance.getEntriesByType('navigation');
  return {...window.seen, answered: page.responseStart, loaded: page.loadEventEnd};
}"""


def run() -> list[Figure]:
    """All figures of this file, in about a minute; none where there is no browser."""
    if not CHROMIUM:
        return []
    with tempfile.TemporaryDirectory(prefix="aais-pages-") as folder:
        return asyncio.run(_measured(House(Path(folder), "http://127.0.0.1:9")))


async def _measured(house: House) -> list[Figure]:
    await house.furnish(1)
    token, _ = await signed_in(house)
    found: list[Figure] = []
    async with house.served(), _browser() as browser:
        for name, path in PAGES.items():
            known = token if name != "sign-in" else ""
            loads = [await _load(browser, house, known, path, name) for _ in range(LOADS)]
            found += _figures(name, loads)
    return found


def _figures(name: str, loads: Sequence[dict[str, float]]) -> list[Figure]:
    def middle(what: str) -> float:
        return median(load[what] for load in loads)

    found = [
        figure(f"pages.{name}.first_load", max(load["bytes"] for load in loads) / 1024, "KB", LARGEST),
        figure(f"pages.{name}.answered", middle("answered"), "ms"),
        figure(f"pages.{name}.painted", middle("painted"), "ms", PAINTED),
        figure(f"pages.{name}.loaded", middle("loaded"), "ms"),
        figure(f"pages.{name}.shifted", max(load["shifted"] for load in loads), "", SHIFTED),
        figure(f"pages.{name}.blocked", middle("blocked"), "ms", BLOCKED),
    ]
    return [*found, figure(f"pages.{name}.ready", middle("ready"), "ms")] if name in _READY else found


async def signed_in(house: House) -> tuple[str, str]:
    """An owner's session: its cookie, and what its forms carry."""
    now = datetime.now(UTC)
    async with opened_store(house.settings) as store:
        users = Users(store, vault(store, house.settings))
        user = await arriving.let_in(store, users, "owner@bench.example", "Owner", [org_of(0)], "owner", now)
        token, session = await sessions.begin(store, user.id, now, strong=True)
    return token, session.csrf


@asynccontextmanager
async def _browser() -> AsyncIterator[Any]:
    from playwright.async_api import async_playwright  # only here: who has no browser measures the rest

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        await browser.close()


async def _load(browser: Any, house: House, token: str, path: str, name: str) -> dict[str, float]:
    """One page in a browser that knows nothing yet."""
    context = await browser.new_context(viewport={"width": 1280, "height": 860})
    address = f"http://127.0.0.1:{house.port}"
    if token:
        await context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
    page = await context.new_page()
    wire = await context.new_cdp_session(page)
    carried = {"bytes": 0.0}

    def arrived(told: dict[str, Any]) -> None:
        carried["bytes"] += told["encodedDataLength"]

    wire.on("Network.loadingFinished", arrived)
    await wire.send("Network.enable")
    await page.add_init_script(f"({_WATCHING})()")
    began = perf_counter()
    await page.goto(address + path, wait_until="load")
    if name in _READY:
        await page.wait_for_selector(_READY[name])
        carried["ready"] = (perf_counter() - began) * 1000
    await page.wait_for_timeout(1000)  # what the page asks for once it stands is part of its first load
    timings: dict[str, float] = await page.evaluate(_SEEN)
    await context.close()
    return {**carried, **timings}
