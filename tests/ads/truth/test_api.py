"""What a business's own programs tell and read, with a token."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from yarl import URL

from people import tokens
from people.roles import Role
from tests.console.conftest import CLINIC, OTHER, House
from tests.console.conftest import house as opened

house = opened
AT = f"/api/v1/orgs/{CLINIC}/ads"
NOW = datetime.now(UTC).replace(microsecond=0)


class Program:
    """A program with a token of this role."""

    def __init__(self, house: House, browser: Any, token: str) -> None:
        self._browser, self._token, self.store = browser, token, house.store.org(CLINIC)

    async def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {self._token}"}
        async with self._browser.session.request(
            method, URL(self._browser.house.url(path), encoded=True), json=body, headers=headers
        ) as answer:
            return answer.status, await answer.json()

    async def tell(self, **event: Any) -> Any:
        told = {"id": "form-1", "kind": "lead", "at": NOW.isoformat(), **event}
        status, body = await self.ask("POST", f"{AT}/events", {"events": [told]})
        return body if status == 200 else (status, body["error"]["code"])


async def program(house: House, role: Role) -> Program:
    token = await tokens.make(house.store.org(CLINIC), role, role, datetime.now(UTC), by="test")
    return Program(house, await house.browser(), token)


@pytest.fixture
async def marketer(house: House) -> Program:
    return await program(house, "marketer")


async def test_an_event_told_again_is_known_and_kept_once(marketer: Program) -> None:
    assert await marketer.tell() == {"stored": 1, "known": 0, "refused": []}
    assert await marketer.tell(at=(NOW - timedelta(hours=1)).isoformat()) == {"stored": 0, "known": 1, "refused": []}
    (event,) = await marketer.store.find("ad_events", {})
    assert event["at"] == NOW, "the first of several counts"


async def test_a_lead_of_a_web_form_is_owed_to_the_click_in_its_address(marketer: Program) -> None:
    await marketer.tell(url="https://clinic.ke/?gclid=G1&utm_campaign=c1", phone="0712 345 678")
    (event,) = await marketer.store.find("ad_events", {})
    assert (event["platform"], event["campaign"], event["cohort"]) == ("google", "c1", NOW)
    assert "712345678" not in repr(event), "of a number only the keyed hash is kept"
    assert event["who"]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"at": (NOW + timedelta(hours=1)).isoformat()}, "future"),
        ({"at": (NOW - timedelta(days=40)).isoformat()}, "old"),
        ({"at": NOW.replace(tzinfo=None).isoformat()}, "zone"),
        ({"id": ""}, "id"),
        ({"value": -1, "currency": "KES"}, "amount"),
        ({"value": 5, "currency": "shillings"}, "amount"),
        ({"url": "ftp://x"}, "url"),
        ({"contact": "nobody"}, "contact"),
    ],
    ids=["future", "old", "zone", "id", "negative", "currency", "url", "stranger"],
)
async def test_an_event_that_cannot_be_is_refused_by_name(marketer: Program, wrong: dict[str, Any], why: str) -> None:
    body = await marketer.tell(**wrong)
    assert [refused["why"] for refused in body["refused"]] == [why]
    assert await marketer.store.count("ad_events", {}) == 0


async def test_money_is_not_taken_from_outside(marketer: Program) -> None:
    assert await marketer.tell(kind="payment", value=100, currency="KES") == (400, "malformed")


async def test_one_moment_told_by_the_clocks_of_three_time_zones_is_one_moment(marketer: Program) -> None:
    for place, offset in enumerate((0, 3, -5)):
        there = datetime.fromisoformat(f"{NOW + timedelta(hours=offset):%Y-%m-%dT%H:%M:%S}{offset:+03d}:00")
        await marketer.tell(id=f"e{place}", at=there.isoformat())
    assert {event["at"] for event in await marketer.store.find("ad_events", {})} == {NOW}


async def test_what_was_measured_is_read_by_those_who_may(house: House, marketer: Program) -> None:
    await marketer.tell(kind="booking", url="https://clinic.ke/?gclid=G1&utm_campaign=c1")
    since, until = (NOW - timedelta(days=1)).isoformat(), (NOW + timedelta(days=1)).isoformat()
    address = f"{AT}/measured?since={since}&until={until}".replace("+", "%2B")
    status, body = await marketer.ask("GET", address)
    assert status == 200
    assert body["rows"][0]["events"] == {"booking": 1}
    agent = await program(house, "agent")
    assert (await agent.ask("GET", address))[0] == 403
    assert (await agent.ask("POST", f"{AT}/events", {"events": []}))[0] == 403


@pytest.mark.parametrize("period", ["since=2026-11-21T00:00:00Z&until=2026-11-20T00:00:00Z", "since=2026-11-21T00:00:00"
                                    "&until=2026-11-22T00:00:00"], ids=["backwards", "no-zone"])  # fmt: skip
async def test_a_period_that_makes_no_sense_is_refused(marketer: Program, period: str) -> None:
    assert (await marketer.ask("GET", f"{AT}/measured?{period}"))[0] == 422


async def test_a_token_of_one_business_opens_no_other(marketer: Program) -> None:
    status, _ = await marketer.ask("POST", AT.replace(CLINIC, OTHER) + "/events", {"events": []})
    assert status == 401
