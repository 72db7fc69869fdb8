"""Every address of the console, tried as every role, from another business, by a program, without a second factor.

Generated from the list that the server itself is built from: an address that is added is tried at once.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ads.assets.blobs import Folder
from people import sessions, tokens
from people.roles import PERMISSIONS, ROLES, Role, may
from storage.sqlite import SqliteStore
from storage.vault import Vault
from tests.console.conftest import CLINIC, OTHER, House, Voice
from web.console.caller import PUBLIC, Way
from web.console.gate import COOKIE
from web.console.routes import Console, endpoints, ways
from workshop.workbench import Workbench


def _ways() -> list[Way]:
    nowhere = object.__new__(SqliteStore)
    console = Console(
        store=nowhere, vault=Vault(nowhere, [b"k" * 32]), clock=lambda: NOW, app_url="", bench=BENCH,
        voice=Voice(nowhere), blobs=Folder(Path("nowhere")),
    )  # fmt: skip
    return [*ways(console), *(endpoint.way() for endpoint in endpoints(console))]


NOW = datetime.now(UTC)
BENCH = object.__new__(Workbench)
WAYS = {f"{way.method} {way.path}": way for way in _ways()}
HELD = {name: way for name, way in WAYS.items() if way.permission in PERMISSIONS}


def _path(way: Way, org: str = CLINIC) -> str:
    return (
        way.path.replace("{org}", org)
        .replace("{token}", "none")
        .replace("{booking}", "none")
        .replace("{what}", "bookings")
        .replace("{id}", "none-whatsapp")
    )


async def test_nobody_comes_further_than_the_public_pages(house: House) -> None:
    browser = await house.browser()
    for name, way in WAYS.items():
        answer = await browser.ask(way.method, _path(way))
        if way.permission == PUBLIC:
            assert answer.status < 500, name
        else:
            assert answer.status == 401 or answer.place.startswith("/sign-in"), name


@pytest.mark.parametrize("role", ROLES)
async def test_a_role_does_what_the_table_says_and_no_more(house: House, role: Role) -> None:
    browser = await house.browser(role)
    for name, way in HELD.items():
        answer = await browser.ask(way.method, _path(way))
        if may(role, way.permission):
            assert answer.status < 500, name
            assert answer.status not in (401, 403), name
            assert not answer.place.startswith(("/sign-in", "/confirm", "/me/second-factor")), name
        else:
            assert answer.status == 403, name


async def test_another_business_is_as_if_it_were_not_there(house: House) -> None:
    stranger = await house.browser("owner", org=OTHER)
    for name, way in HELD.items():
        theirs, missing = [await stranger.ask(way.method, _path(way, org)) for org in (CLINIC, "no-such-business")]
        assert (theirs.status, missing.status) == (404, 404), name
        assert theirs.text.replace(CLINIC, "") == missing.text.replace("no-such-business", ""), name


async def test_what_is_strong_asks_for_the_second_factor(house: House) -> None:
    browser = await house.browser("owner", strong=False)
    for name, way in HELD.items():
        if PERMISSIONS[way.permission].strong:
            answer = await browser.ask(way.method, _path(way))
            assert answer.status == (403 if way.api else 303), name
            assert way.api or answer.place.startswith("/me/second-factor?next=/o/clinic"), name


async def test_a_form_from_another_site_or_of_another_session_does_nothing(house: House) -> None:
    browser = await house.browser("owner")
    for name, way in WAYS.items():
        if way.method != "POST":
            continue
        for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
            answer = await browser.ask("POST", _path(way), headers=headers)
            assert answer.status == 403, name
            assert "another site" in answer.text, name
        if way.permission != PUBLIC:
            assert (await browser.ask("POST", _path(way), csrf="made-up")).status == 403, name


NAMELESS = (
    "/invite",
    "/tokens",
    "/bookings/new",
    "/ads/launch",
    "/ads/pictures",
)  # forms that name nothing that is there already


async def test_what_can_be_no_id_is_not_there(house: House) -> None:
    browser = await house.browser("owner")
    for name, way in HELD.items():
        if (
            way.method == "POST"
            and not way.api
            and not (
                "/settings/" in way.path
                or way.path.endswith(
                    ("/invite", "/tokens", "/bookings/new", "/ads/launch", "/ads/pictures", "/ads/sending")
                )
            )
        ):
            for odd in ("", "\0", "../../etc", "x" * 5000):
                answer = await browser.ask("POST", _path(way), id=odd, user=odd, role=odd)
                assert answer.status == 404, (name, odd)


async def test_a_token_opens_the_api_of_its_business_and_no_page(house: House) -> None:
    token = await tokens.make(house.store.org(CLINIC), "till", "owner", NOW, by="test")
    browser = await house.browser()
    for name, way in HELD.items():
        answer = await browser.ask(way.method, _path(way), headers={"Authorization": f"Bearer {token}"})
        if not way.api:
            assert answer.status in (303, 401), name
        elif way.people or PERMISSIONS[way.permission].strong:
            assert answer.status == 403, name
        else:
            assert answer.status < 500, name
            assert answer.status not in (401, 403), name
            other = await browser.ask(way.method, _path(way, OTHER), headers={"Authorization": f"Bearer {token}"})
            assert other.status == 401, name


async def test_a_session_that_waits_for_its_code_opens_nothing(house: House) -> None:
    browser = await house.browser("owner")
    token, session = await sessions.begin(house.store, browser.user, NOW, waiting=True)
    browser.session.cookie_jar.update_cookies({COOKIE: token}, house.server.make_url("/"))
    browser.csrf = session.csrf
    for name, way in WAYS.items():
        if way.permission != PUBLIC:
            answer = await browser.ask(way.method, _path(way))
            assert (answer.status, answer.place) == ((401, "") if way.api else (303, "/sign-in/code")), name
