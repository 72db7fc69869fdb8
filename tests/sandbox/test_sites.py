"""The demo's web sites: made up, fit to advertise, and found by the page check under their own names."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from ads.fetching import Fetcher
from ads.landing import checked
from ads.variations.model import Brief
from engine.values import Money
from sandbox import sites
from sandbox.sites import SimulatedPage

SCRIPT = "http://127.0.0.1:8080/t.js"
PAGE = SimulatedPage(
    host="clinic.example", path="cleaning", title="Cleaning & polish", lines=("KSh 3,500",), whatsapp="254709000101",
    pixel="2000000002", script=SCRIPT, org="clinic",
)  # fmt: skip
BRIEF = Brief(
    offer="o", name={"en": "Cleaning"}, business="Clinic", price=Money(350_000, "KES"), phone="+254709000101",
    link="https://clinic.example/cleaning?utm_source=meta",
)  # fmt: skip


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    app = web.Application()
    app.add_routes(sites.routes((PAGE,)))
    server = TestServer(app, host="127.0.0.1")
    await server.start_server()
    places = {"clinic.example": f"http://127.0.0.1:{server.port}/sites/clinic.example"}
    yield Fetcher(loopback=True, simulated=places)
    await server.close()


async def test_a_made_up_page_passes_every_check_under_its_own_address(fetcher: Fetcher) -> None:
    landing = await checked(fetcher, BRIEF, "meta", pixel="2000000002", script=SCRIPT)
    assert {check.code: check.state for check in landing.checks} == dict.fromkeys(
        ("reachable", "secure", "fast", "mobile", "pixel", "own_script", "whatsapp", "price"), "ok"
    )
    assert landing.final == BRIEF.link


async def test_what_it_does_not_have_is_missing_there_too(fetcher: Fetcher) -> None:
    page = await fetcher.fetch("https://clinic.example/")
    assert (page.status, page.final) == (404, "https://clinic.example/")
