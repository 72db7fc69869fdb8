"""How the workshop feels: the answer to a keystroke in a large flow, and how soon a page stands in a browser.

The editor's validation goes its whole way: HTTP, the gate with its session, the process beside, and back, for a flow of
400 states and 2,100 lines of which a line was edited each time, as somebody who types does. Pages are opened in
Chromium with an empty cache each time; timings are the browser's own, bytes are what came over the wire.
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

import aiohttp

from bench.check import STATES, flow
from bench.figures import Figure, figure, percentile
from bench.house import House, org_of
from composition.stores import opened_store, vault
from people import arriving, sessions
from people.users import Users
from web.console.gate import COOKIE

ROUNDS, WARM = 60, 3
LOADS = 5
FILE = "flows/large.yaml"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome") or ""
PAGES = {
    "sign-in": "/sign-in",
    "today": f"/o/{org_of(0)}",
    "workshop": f"/o/{org_of(0)}/rules/edit?file=flows/booking.yaml",
}
_READY = {"workshop": ".cm-content"}  # what must stand there before a page can be worked with
_TIMINGS = """() => new Promise((done) => {
  new PerformanceObserver((list) => {
    const [page] = performance.getEntriesByType('navigation');
    const painted = list.getEntries().at(-1);
    done({answered: page.responseStart, loaded: page.loadEventEnd, painted: painted.startTime});
  }).observe({type: 'largest-contentful-paint', buffered: true});
})"""


def run() -> list[Figure]:
    """All figures of this file, in about a minute."""
    with tempfile.TemporaryDirectory(prefix="aais-editor-") as folder:
        return asyncio.run(_measured(House(Path(folder), "http://127.0.0.1:9")))


async def _measured(house: House) -> list[Figure]:
    await house.furnish(1)
    token, csrf = await _signed_in(house)
    async with house.served():
        figures = await _round_trips(house, token, csrf)
        if CHROMIUM:
            figures += await _pages(house, token)
    return figures


async def _signed_in(house: House) -> tuple[str, str]:
    """An owner's session: its cookie, and what its forms carry."""
    now = datetime.now(UTC)
    async with opened_store(house.settings) as store:
        users = Users(store, vault(store, house.settings))
        user = await arriving.let_in(store, users, "owner@bench.example", "Owner", [org_of(0)], "owner", now)
        token, session = await sessions.begin(store, user.id, now, strong=True)
    return token, session.csrf


async def _round_trips(house: House, token: str, csrf: str) -> list[Figure]:
    text = flow()
    address = f"http://127.0.0.1:{house.port}/api/v1/orgs/{org_of(0)}/rules/check"
    headers = {"X-CSRF-Token": csrf, "Cookie": f"{COOKIE}={token}"}
    times: list[float] = []
    async with aiohttp.ClientSession(headers=headers) as http:
        for edit in range(WARM + ROUNDS):
            state = 5 + 6 * edit
            edited = text.replace(f"visits > {state} ", f"visits > {state + 1000} ")
            assert edited != text, "each is a text that nobody saw before"
            began = perf_counter()
            async with http.post(address, json={"file": FILE, "text": edited}) as answer:
                said = await answer.json()
            assert said == {"findings": []}, said
            times.append((perf_counter() - began) * 1000)
    warm = times[WARM:]
    return [
        figure(f"editor.check.first {STATES} states", times[0], "ms"),
        figure(f"editor.check.p50 {STATES} states", median(warm), "ms"),
        figure(f"editor.check.p95 {STATES} states", percentile(warm, 0.95), "ms", 200),
    ]


async def _pages(house: House, token: str) -> list[Figure]:
    found: list[Figure] = []
    async with _browser() as browser:
        for name, path in PAGES.items():
            loads = [await _load(browser, house, token if name != "sign-in" else "", path, name) for _ in range(LOADS)]
            target = 250 if name == "workshop" else None
            found += [
                figure(f"editor.{name}.first_load", max(load["bytes"] for load in loads) / 1024, "KB", target),
                figure(f"editor.{name}.answered", _middle(loads, "answered"), "ms"),
                figure(f"editor.{name}.painted", _middle(loads, "painted"), "ms"),
                figure(f"editor.{name}.loaded", _middle(loads, "loaded"), "ms"),
            ]
            if name in _READY:
                found.append(figure(f"editor.{name}.ready", _middle(loads, "ready"), "ms"))
    return found


def _middle(loads: Sequence[dict[str, float]], name: str) -> float:
    return median(load[name] for load in loads)


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
    began = perf_counter()
    await page.goto(address + path, wait_until="load")
    if name in _READY:
        await page.wait_for_selector(_READY[name])
        carried["ready"] = (perf_counter() - began) * 1000
    timings: dict[str, float] = await page.evaluate(_TIMINGS)
    await page.wait_for_timeout(300)  # what the page asks for once it stands is part of its first load
    await context.close()
    return {**carried, **timings}
