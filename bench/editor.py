"""How the workshop feels: the answer to a keystroke in a large flow.

The editor's validation goes its whole way: HTTP, the gate with its session, the process beside, and back, for a flow of
400 states and 2,100 lines of which a line was edited each time, as somebody who types does.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

import aiohttp

from bench.check import STATES, flow
from bench.figures import Figure, figure, percentile
from bench.house import House, org_of
from bench.pages import signed_in
from web.console.gate import COOKIE

ROUNDS, WARM = 60, 3
FILE = "flows/large.yaml"


def run() -> list[Figure]:
    """All figures of this file, in half a minute."""
    with tempfile.TemporaryDirectory(prefix="aais-editor-") as folder:
        return asyncio.run(_measured(House(Path(folder), "http://127.0.0.1:9")))


async def _measured(house: House) -> list[Figure]:
    await house.furnish(1)
    token, csrf = await signed_in(house)
    async with house.served():
        return await _round_trips(house, token, csrf)


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
