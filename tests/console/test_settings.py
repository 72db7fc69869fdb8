"""The settings: what an owner changes is what customers are offered; keys go in and never come out."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from crm import orgs
from payments.mpesa.account import Accounts
from tests.console.conftest import CLINIC, OTHER, Browser, House

BASE = "/o/clinic/settings"
BUSINESS = {
    "name": "Tabasamu", "zone": "Africa/Nairobi", "phone": "0709 000 101", "language": "sw", "speaks_en": "yes",
    "review_url": "https://reviews.example/t", "greeting_en": "Hi!", "hold_minutes": "30", "hours0": "24",
    "percent0": "100", "hours1": "4", "percent1": "50", "move_hours": "12", "move_times": "1",
}  # fmt: skip
CHAIR = {"name_en": "Chair", "capacity": "2", "hours_mon": "8:00-13:00, 14:00-17:00", "breaks_mon": "10:00-10:30",
         "closed": "2026-12-25", "active": "yes"}  # fmt: skip
OFFER = {"name_en": "Cleaning", "name_sw": "Kusafisha", "price": "3,500", "deposit": "1000", "unit": "time",
         "duration_minutes": "60", "notice_hours": "2", "horizon_days": "30", "active": "yes"}  # fmt: skip
KEYS = {"consumer_key": "good", "consumer_secret": "good", "shortcode": "174379", "passkey": "hidden-pass",
        "kind": "paybill", "environment": "sandbox"}  # fmt: skip


async def _send(browser: Browser, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": browser.csrf}
    async with browser.session.request(method, browser.house.url(path), json=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


async def _added(house: House, owner: Browser) -> tuple[str, str]:
    """A chair and something to do in it; their ids."""
    assert (await owner.post(f"{BASE}/resource", **CHAIR)).status == 303
    chair = (await house.store.org(CLINIC).find("resources", {}))[0]["_id"]
    assert (await owner.post(f"{BASE}/offer", **OFFER, resource=chair)).status == 303
    return chair, (await house.store.org(CLINIC).find("offers", {}))[0]["_id"]


async def test_the_business_is_described_in_one_form(house: House) -> None:
    owner = await house.browser("owner")
    assert (await owner.post(f"{BASE}/business", **BUSINESS)).place == f"{BASE}?done=settings-saved"
    org = await house.store.get("orgs", CLINIC) or {}
    assert (org["name"], org["phone"], org["languages"]) == ("Tabasamu", "+254709000101", ["sw", "en"])
    assert org["settings"]["hold_minutes"] == 30
    assert org["settings"]["deposit_policy"]["refund"] == [
        {"notice_hours": 24, "percent": 100}, {"notice_hours": 4, "percent": 50}
    ]  # fmt: skip
    assert "changed how the business is described" in (await owner.get("/o/clinic/audit")).text


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("name", " ", "needs a name"), ("zone", "Nairobi", "no time zone"), ("phone", "12", "no phone number"),
        ("review_url", "javascript:alert(1)", "no web address"), ("hold_minutes", "0", "between a minute and a day"),
        ("percent0", "120", "0 to 100 percent"), ("hold_minutes", "soon", "no whole number"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_said_and_changes_nothing(house: House, field: str, value: str, why: str) -> None:
    owner = await house.browser("owner")
    answer = await owner.post(f"{BASE}/business", **{**BUSINESS, field: value})
    assert (answer.status, why in answer.text) == (422, True)
    assert (await house.store.get("orgs", CLINIC) or {})["name"] == "Tabasamu Dental"


async def test_an_offer_and_its_chair_are_added_changed_and_switched_off(house: House) -> None:
    owner = await house.browser("owner")
    chair, offer = await _added(house, owner)
    stored = await house.store.org(CLINIC).get("resources", chair) or {}
    assert stored["hours"] == {"mon": [["08:00", "13:00"], ["14:00", "17:00"]]}
    assert (stored["breaks"], stored["closed"], stored["capacity"]) == (
        {"mon": [["10:00", "10:30"]]},
        ["2026-12-25"],
        2,
    )
    assert 'value="08:00-13:00, 14:00-17:00"' in (await owner.get(f"{BASE}/resource?id={chair}")).text
    assert 'value="3500"' in (await owner.get(f"{BASE}/offer?id={offer}")).text
    changed = {name: value for name, value in OFFER.items() if name != "active"} | {"price": "4000", "id": offer}
    assert (await owner.post(f"{BASE}/offer", **changed, resource=chair)).status == 303
    after = await house.store.org(CLINIC).get("offers", offer) or {}
    assert (after["price"], after["deposit"], after["active"]) == (400000, 100000, False)
    assert after["name"] == {"en": "Cleaning", "sw": "Kusafisha"}
    assert "switched off" in (await owner.get(BASE)).text


@pytest.mark.parametrize(
    ("field", "value", "why"),
    [
        ("deposit", "9000", "between nothing and the price"), ("deposit", "10.50", "whole shillings"),
        ("price", "cheap", "no amount"), ("duration_minutes", "7", "multiple of 5"), ("resource", "no", "choose who"),
        ("name_en", "", "multiple"),
    ],
)  # fmt: skip
async def test_an_offer_that_could_not_be_booked_is_refused(house: House, field: str, value: str, why: str) -> None:
    owner = await house.browser("owner")
    chair, _ = await _added(house, owner)
    form = {**OFFER, "resource": chair, field: value}
    if field == "name_en":
        form, why = {**form, "name_sw": ""}, "give it a name"
    answer = await owner.post(f"{BASE}/offer", **form)
    assert (answer.status, why in answer.text) == (422, True)
    assert len(await house.store.org(CLINIC).find("offers", {})) == 1


@pytest.mark.parametrize("hours", ["8 to 5", "17:00-08:00", "08:00", "08:00-12:00, 11:00-13:00", "08:03-10:00"])
async def test_hours_that_cannot_be_are_refused(house: House, hours: str) -> None:
    owner = await house.browser("owner")
    answer = await owner.post(f"{BASE}/resource", **{**CHAIR, "hours_mon": hours})
    assert answer.status == 422
    assert await house.store.org(CLINIC).find("resources", {}) == []


async def test_what_is_another_businesss_is_not_there(house: House) -> None:
    chair, offer = await _added(house, await house.browser("owner"))
    stranger = await house.browser("owner", org=OTHER)
    assert (await stranger.get(f"/o/salon/settings/offer?id={offer}")).status == 404
    assert (await stranger.post("/o/salon/settings/offer", **OFFER, id=offer, resource=chair)).status == 404
    assert (await stranger.post("/o/salon/settings/offer", **OFFER, resource=chair)).status == 422
    assert (await stranger.post("/o/salon/settings/resource", **CHAIR, id=chair)).status == 404


async def test_a_number_is_kept_once_its_token_is_seen_to_work(house: House) -> None:
    owner = await house.browser("owner")
    for number, token, why in (
        ("777", "bad", "does not take"),
        ("778", "good", "may not use"),
        ("777", "", "no access"),
    ):
        answer = await owner.post(f"{BASE}/number", number=number, token=token)
        assert (answer.status, why in answer.text) == (422, True)
    assert await orgs.at_address(house.store, "whatsapp", "777") is None
    assert (await owner.post(f"{BASE}/number", number="777", token="good")).status == 303
    org = await orgs.at_address(house.store, "whatsapp", "777") or {}
    assert (org["_id"], org["settings"]["whatsapp_number"]) == (CLINIC, "254709000101")
    assert await orgs.get_secrets(house.store, house.vault, CLINIC) == {"whatsapp_token": "good"}
    page = (await owner.get(BASE)).text
    assert "http://console.example/l/clinic" in page
    assert re.search(r"http://console.example/calendar/clinic/\S+\.ics", page)
    assert "/calendar/" not in (await (await house.browser("viewer")).get(BASE)).text
    salon = await house.browser("owner", org=OTHER)
    assert "another business" in (await salon.post("/o/salon/settings/number", number="777", token="good")).text


async def test_keys_are_tried_kept_sealed_and_never_shown(house: House) -> None:
    finance = await house.browser("finance")
    wrong = await finance.post(f"{BASE}/mpesa", **{**KEYS, "consumer_secret": "bad"})
    assert (wrong.status, "does not take these keys" in wrong.text, "bad" in wrong.text) == (422, True, False)
    assert "shortcode is 5 to 7 digits" in (await finance.post(f"{BASE}/mpesa", **{**KEYS, "shortcode": "1"})).text
    assert await Accounts(house.store, house.vault).of(CLINIC) is None
    assert (await finance.post(f"{BASE}/mpesa", **KEYS)).status == 303
    account = await Accounts(house.store, house.vault).of(CLINIC)
    assert account is not None
    assert account.passkey == "hidden-pass"
    for role in ("owner", "finance", "viewer"):
        browser = await house.browser(role)
        texts = [(await browser.get(path)).text for path in (BASE, f"{BASE}/mpesa", "/api/v1/orgs/clinic/settings")]
        assert not any("hidden-pass" in text or '"good"' in text for text in texts), role
        assert ("174379" in texts[0]) == (role != "viewer")
    assert "hidden-pass" not in json.dumps(await house.store.get("orgs", CLINIC), default=str)
    assert (await (await house.browser("agent")).post(f"{BASE}/mpesa", **KEYS)).status == 403


async def test_programs_change_the_same_and_are_told_why_not(house: House) -> None:
    owner, base = await house.browser("owner"), "/api/v1/orgs/clinic/settings"
    chair = {"name": {"en": "Chair"}, "hours": {"mon": [["08:00", "17:00"]]}}
    status, saved = await _send(owner, "POST", f"{base}/resources", chair)
    assert status == 200
    offer = {"name": {"en": "Cleaning"}, "price": 350000, "resources": [saved["id"]]}
    assert (await _send(owner, "POST", f"{base}/offers", offer))[0] == 200
    bad = await _send(owner, "POST", f"{base}/offers", {**offer, "deposit": 999999})
    assert (bad[0], bad[1]["error"]["code"]) == (422, "bad-setting")
    assert (await _send(owner, "POST", f"{base}/offers", {**offer, "id": "none"}))[0] == 404
    assert (await _send(owner, "POST", f"{base}/business", {"name": "T", "zone": "Nowhere"}))[0] == 422
    tested = await _send(owner, "POST", f"{base}/numbers/test", {"number": "777", "token": "good"})
    assert tested == (200, {"status": "works", "name": "Tabasamu +254 709 000 101"})
    assert (await _send(owner, "POST", f"{base}/numbers/test", {"number": "1", "token": "x"}))[1]["status"] == (
        "wrong-token"
    )
    _, shown = await _send(owner, "GET", base)
    assert [each["price"] for each in shown["offers"]] == [350000]
