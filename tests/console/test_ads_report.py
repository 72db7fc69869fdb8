"""The daily report of ads in the console: the same day as page, PDF and for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest

from storage.store import Insert

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)


async def _campaign(house: Any) -> None:
    campaign = {"_id": "c1", "name": "<b>Cleaning</b>", "platform": "meta", "offer": "o1", "currency": "KES"}
    variation = {"_id": "v1", "campaign": "c1", "angle": "A", "status": "active", "budget": 1}
    await house.store.org("clinic").commit([
        Insert("campaigns", {**campaign, "state": "active", "daily_cap": 1, "at": BEGAN}),
        Insert("variations", {**variation, "at": BEGAN}),
    ])  # fmt: skip


async def test_the_page_says_what_is_not_known_and_never_markup(house: Any) -> None:
    await _campaign(house)
    owner = await house.browser("owner")
    page = await owner.get("/o/clinic/ads")
    assert page.status == 200
    assert "Cannot be said" in page.text
    assert "Meta has reported nothing of the day" in page.text
    assert "<b>Cleaning</b>" not in page.text
    assert "report.pdf?day=" in page.text


async def test_a_day_without_ads_is_said_to_be_one(house: Any) -> None:
    page = await (await house.browser("viewer")).get("/o/clinic/ads")
    assert "No ad ran, and nothing was spent." in page.text


async def test_the_pdf_is_a_file_of_the_day(house: Any) -> None:
    await _campaign(house)
    owner = await house.browser("owner")
    made = await owner.get("/o/clinic/ads/report.pdf")
    assert made.headers["Content-Type"] == "application/pdf"
    assert made.headers["Content-Disposition"].startswith('attachment; filename="ads-clinic-20')


@pytest.mark.parametrize("day", ["yesterday", "2001-01-01", "2999-01-01", "2026-13-01", "\x00"])
async def test_a_day_that_is_none_leads_to_the_last_one(house: Any, day: str) -> None:
    owner = await house.browser("owner")
    for path in ("ads", "ads/report.pdf"):
        gone = await owner.get(f"/o/clinic/{path}?{urlencode({'day': day})}")
        assert (gone.status, gone.place) == (303, "/o/clinic/ads")


async def test_an_agent_who_may_not_see_ads_sees_none(house: Any) -> None:
    assert (await (await house.browser("agent")).get("/o/clinic/ads")).status in (403, 404)


async def test_when_the_report_is_sent_is_chosen_on_its_page_and_noted(house: Any) -> None:
    owner = await house.browser("owner")
    assert '<option value="8" selected>08:00</option>' in (await owner.get("/o/clinic/ads")).text
    assert (await owner.post("/o/clinic/ads/sending", hour="6", days="7")).place == "/o/clinic/ads?done=sending"
    shown = (await owner.get("/o/clinic/ads")).text
    assert '<option value="6" selected>06:00</option>' in shown
    assert '<option value="7" selected>on Mondays</option>' in shown
    assert (await owner.post("/o/clinic/ads/sending", hour="25", days="1")).place == "/o/clinic/ads"
    assert '<option value="6" selected>' in (await owner.get("/o/clinic/ads")).text
    assert "chose when the report of ads is sent" in (await owner.get("/o/clinic/audit")).text
