"""Making a business: by who works for nobody, and by owners; who made it owns it, and nobody else sees it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from people import sessions, team
from people.roles import ROLES, Role
from tests.console.conftest import CLINIC, Browser, House
from web.console.gate import COOKIE

SALON = {
    "name": "Mama Njeri's Salon",
    "country": "KE",
    "phone": "0712 345 678",
    "address": "Kilimani",
    "language": "sw",
}


async def newcomer(house: House) -> Browser:
    """Somebody who may sign in and works for nobody."""
    browser, now = await house.browser(), datetime.now(UTC)
    user = await house.users.create("njeri@x.ke", "Njeri", now)
    token, session = await sessions.begin(house.store, user.id, now)
    browser.session.cookie_jar.update_cookies({COOKIE: token}, house.server.make_url("/"))
    browser.user, browser.csrf = user.id, session.csrf
    return browser


async def test_a_newcomer_makes_a_business_and_the_checklist_leads_on(house: House) -> None:
    njeri = await newcomer(house)
    assert 'href="/o/new"' in (await njeri.get("/o")).text
    assert (await njeri.get("/o/new")).status == 200
    made = await njeri.post("/o/new", **SALON)
    assert made.status == 303
    assert made.place.startswith("/o/mama-njeri-s-salon-")
    org = made.place.split("/")[2].partition("?")[0]
    stored = await house.store.get("orgs", org) or {}
    assert (stored["name"], stored["phone"], stored["zone"], stored["currency"], stored["languages"]) == (
        "Mama Njeri's Salon", "+254712345678", "Africa/Nairobi", "KES", ["sw", "en"],
    )  # fmt: skip
    assert await team.role_of(house.store.org(org), njeri.user) == "owner"
    page = (await njeri.get(f"/o/{org}?done=business-made")).text
    assert "Your business is here" in page
    assert "Until your first booking" in page
    assert (await njeri.get("/o")).place == f"/o/{org}"
    stranger = await house.browser("owner")
    assert (await stranger.get(f"/o/{org}")).status == 404
    entries = await house.store.org(org).find("audit", {})
    assert [(entry["what"], entry["actor"]) for entry in entries] == [("business.founded", njeri.user)]


async def test_an_owner_adds_a_second_and_chooses_between_them(house: House) -> None:
    owner = await house.browser("owner")
    assert 'href="/o/new"' in (await owner.get("/me")).text
    place = (await owner.post("/o/new", **{**SALON, "country": "TZ"})).place.partition("?")[0]
    assert (await house.store.get("orgs", place.split("/")[2]) or {})["currency"] == "TZS"
    chooser = (await owner.get("/o")).text
    assert 'href="/o/clinic"' in chooser
    assert f'href="{place}"' in chooser
    assert (await owner.get(place)).status == 200


@pytest.mark.parametrize("role", [role for role in ROLES if role != "owner"])
async def test_who_was_only_invited_makes_none(house: House, role: Role) -> None:
    browser = await house.browser(role)
    assert (await browser.get("/o/new")).status == 403
    assert (await browser.post("/o/new", **SALON)).status == 403
    assert 'href="/o/new"' not in (await browser.get("/me")).text
    assert await house.store.count("orgs", {}, everyone=True) == 2


@pytest.mark.parametrize(("field", "value", "why"), [("name", " ", "needs a name"), ("phone", "12", "no phone number")])
async def test_what_cannot_be_is_said_and_what_was_typed_stays(house: House, field: str, value: str, why: str) -> None:
    njeri = await newcomer(house)
    answer = await njeri.post("/o/new", **{**SALON, field: value})
    assert (answer.status, why in answer.text, "Kilimani" in answer.text) == (422, True, True)
    assert await team.of(house.store, njeri.user) == []


async def test_two_of_the_same_name_are_two(house: House) -> None:
    owner = await house.browser("owner")
    places = {(await owner.post("/o/new", **SALON)).place for _ in range(2)}
    assert len(places) == 2
    assert CLINIC not in places
