"""The checklist: it says what is left to do, and an owner comes to a first booking by what it links to."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

from tests.console.conftest import CLINIC, House
from tests.console.test_settings import BASE, BUSINESS, CHAIR, KEYS, OFFER

WEEK = {f"hours_{day}": "08:00-17:00" for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def _left(house: House) -> list[str]:
    """The steps that are not done, as the API tells them."""
    viewer = await house.browser("viewer")
    found = json.loads((await viewer.get("/api/v1/orgs/clinic/setup")).text)
    assert found["done"] == all(step["done"] for step in found["steps"])
    return [step["name"] for step in found["steps"] if not step["done"]]


async def test_an_owner_comes_from_nothing_to_a_first_booking(house: House) -> None:
    owner = await house.browser("owner")
    assert await _left(house) == ["business", "hours", "offers", "channel", "deposits", "booking"]
    page = (await owner.get("/o/clinic")).text
    for place in re.findall(r'<a href="(/o/clinic/(?:settings|bookings)[^"]*)">', page):
        assert (await owner.get(place.partition("#")[0])).status == 200, place
    await owner.post(f"{BASE}/business", **BUSINESS, address="Kilimani, Nairobi")
    assert await _left(house) == ["hours", "offers", "channel", "deposits", "booking"]
    await owner.post(f"{BASE}/resource", **{**CHAIR, **WEEK, "breaks_mon": "", "closed": ""})
    chair = (await house.store.org(CLINIC).find("resources", {}))[0]["_id"]
    await owner.post(f"{BASE}/offer", **OFFER, resource=chair)
    assert await _left(house) == ["channel", "deposits", "booking"]
    await owner.post(f"{BASE}/number", number="777", token="good")
    await owner.post(f"{BASE}/mpesa", **KEYS)
    assert await _left(house) == ["booking"]
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    new = (await owner.get(f"/o/clinic/bookings/new?day={tomorrow}")).text
    form = dict(re.findall(r'name="(key|offer|day|nights)" value="([^"]*)"', new))
    slot = re.findall(r'name="slot" value="([^"]+)"', new)[0].replace("&#43;", "+")
    made = await owner.post("/o/clinic/bookings/new", **form, slot=slot, phone="0712345678")
    assert made.place.endswith("?done=booking-made")
    assert await _left(house) == []
    assert "Until your first booking" not in (await owner.get("/o/clinic")).text


async def test_deposits_can_be_decided_against(house: House) -> None:
    owner = await house.browser("owner")
    assert "deposits" in await _left(house)
    assert (await owner.post("/o/clinic/settings/no-deposits")).place == "/o/clinic?done=settings-saved"
    assert "deposits" not in await _left(house)
    assert "decided to take no deposits" in (await owner.get("/o/clinic/audit")).text


async def test_a_deposit_that_could_go_nowhere_is_left_to_do(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post("/o/clinic/settings/no-deposits")
    await owner.post(f"{BASE}/resource", **CHAIR)
    chair = (await house.store.org(CLINIC).find("resources", {}))[0]["_id"]
    await owner.post(f"{BASE}/offer", **OFFER, resource=chair)
    assert "deposits" in await _left(house)


async def test_only_who_can_do_something_about_it_is_shown_the_list(house: House) -> None:
    for role, shown in (("owner", True), ("agent", False), ("viewer", False)):
        browser = await house.browser(role)  # type: ignore[arg-type]
        assert ("Until your first booking" in (await browser.get("/o/clinic")).text) == shown
