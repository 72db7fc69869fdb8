"""Whoever signs in is shown what they may do and nothing else: each link opens, each form may be sent."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urljoin, urlsplit

import pytest

from people.roles import PERMISSIONS, ROLES, Role, may
from storage.store import Delete, Insert, Update
from tests.console.conftest import CLINIC, House
from tests.console.test_bookings import OFFER, WEEK, Desked
from tests.console.test_conversations import _talk
from tests.console.test_permissions import WAYS
from tests.console.test_proposals import propose

HOME = f"/o/{CLINIC}"
MAIN: dict[Role, str] = {
    "owner": "/settings", "marketer": "/rules", "agent": "/conversations", "finance": "/money", "viewer": "/journal",
}  # fmt: skip
MOST = 120  # pages that are looked at for a role


def _way_of(method: str, path: str) -> str:
    """The permission that an address of the console asks for."""
    for way in WAYS.values():
        pattern = re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(way.path))
        if way.method == method and re.fullmatch(pattern, path):
            return way.permission
    raise AssertionError(f"{method} {path} is no address of the console")


@pytest.mark.parametrize("role", ROLES)
async def test_every_link_opens_and_every_form_may_be_sent(house: House, role: Role) -> None:
    await (await house.browser("owner")).post(f"{HOME}/rules/setting", id="two_person_rule", on="yes")
    await _something_of_everything(house)
    browser = await house.browser(role)
    seen: set[str] = set()
    ahead = [HOME]
    while ahead and len(seen) < MOST:
        address = ahead.pop(0)
        if address in seen:
            continue
        seen.add(address)
        answer = await browser.get(address)
        assert answer.status in (200, 303), (address, answer.status)
        if "text/html" not in answer.headers.get("Content-Type", ""):
            continue
        for method, action in re.findall(r'<form[^>]*method="(\w+)"[^>]*action="([^"]+)"', answer.text):
            where = urlsplit(unescape(action)).path
            needed = _way_of(method.upper(), where)
            assert needed not in PERMISSIONS or may(role, needed), f"{address} offers {role} {where}"
        for found in re.findall(r'<a [^>]*href="([^"#]+)', answer.text):
            onward = urljoin(address, unescape(found))
            plain = urlsplit(onward)
            if not plain.netloc and plain.path.startswith(HOME) and not _endless(onward):
                ahead.append(onward)
    assert HOME + MAIN[role] in seen


def _endless(address: str) -> bool:
    """Calendars lead on for ever; one page of them is like another."""
    return "/bookings?" in address or "after=" in address or "/rules/edit" in address


async def _something_of_everything(house: House) -> None:
    """A booking, a conversation that waits, a task, a payment, a number: so that each page has something to offer."""
    now, org = datetime.now(UTC), house.store.org(CLINIC)
    await org.commit([Insert("resources", {"_id": "chair", "name": "Chair", "hours": WEEK}), Insert("offers", OFFER)])
    booking = await Desked(house).made()
    talk = await _talk(house)
    owner = await house.browser("owner")
    await propose(owner)
    await org.commit(
        [
            Update("bookings", booking["_id"], {"set": {"start": now, "end": now + timedelta(hours=1)}}),
            Update("conversations", talk.replace("-whatsapp", "/whatsapp"), {"set": {"handler": "agent"}}),
            Delete("machines", f"booking:{talk.removesuffix('-whatsapp')}"),  # it names no definition
            Insert("tasks", {"_id": "t1", "kind": "handoff", "state": "open", "at": now, "contact": ""}),
            Insert("payments", {"_id": "p1", "at": now, "state": "confirmed", "amount": 50000, "currency": "KES",
                                "contact": "", "booking": booking["_id"], "receipt": "TX1"}),
            Update("orgs", CLINIC, {"set": {"settings.whatsapp_number": "254709000101"}}),
        ]
    )  # fmt: skip
