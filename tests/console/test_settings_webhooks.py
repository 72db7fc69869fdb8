"""Receivers in the settings: a secret is shown once, what was told is listed, who may not change sees no address."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from hooks import deliveries
from hooks.deliveries import Delivery
from hooks.sending import REASONS
from storage.store import Insert
from tests.console.conftest import CLINIC, Browser, House
from tests.hooks.town import Receiver, verified
from web.console.words import WORDS

BASE = "/o/clinic/settings/webhooks"
API = "/api/v1/orgs/clinic/settings/webhooks"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    opened = await Receiver().open()
    yield opened
    await opened.close()


async def _send(browser: Browser, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": browser.csrf}
    async with browser.session.request(method, browser.house.url(path), json=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


def _secret(page: str) -> str:
    (found,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    return str(found)


async def test_a_receiver_is_added_tried_renewed_and_taken_away(house: House, receiver: Receiver) -> None:
    owner = await house.browser("owner")
    assert "Nobody is told anything." in (await owner.get(BASE)).text
    added = await owner.post(BASE, name="sheet", url=f"{receiver.url}?key=1", about="Orders  for the books")
    first = _secret(added.text)
    page = (await owner.get(BASE)).text
    assert "whsec_" not in page
    assert f"{receiver.url}?key=1" in page
    assert "Orders for the books" in page
    assert (await owner.post(f"{BASE}/test", name="sheet")).place == f"{BASE}?done=hook-tested"
    headers, body = receiver.got[-1]
    assert verified(first, headers, body, datetime.now(UTC))["event"] == "test"
    assert "arrived" in (await owner.get(BASE)).text
    second = _secret((await owner.post(f"{BASE}/renew", name="sheet")).text)
    await owner.post(f"{BASE}/test", name="sheet")
    for each in (first, second):
        verified(each, *receiver.got[-1], datetime.now(UTC))
    changed = await owner.post(f"{BASE}/change", name="sheet", url=receiver.url, about="Books")
    assert changed.place == f"{BASE}?done=hook-changed"
    assert (await owner.post(f"{BASE}/remove", name="sheet")).place == f"{BASE}?done=hook-removed"
    org = await house.store.get("orgs", CLINIC) or {}
    assert (org["settings"]["webhooks"], org["webhook_secrets"]) == ({}, {})
    audit = (await owner.get("/o/clinic/audit")).text
    for said in ("let rules tell another program", "sent a receiver a test", "renewed a receiver&#39;s secret",
                 "changed a receiver&#39;s address", "took a receiver away"):  # fmt: skip
        assert said in audit, said
    assert first not in audit


async def test_a_secret_stands_nowhere_in_the_clear(house: House, receiver: Receiver) -> None:
    owner = await house.browser("owner")
    secret = _secret((await owner.post(BASE, name="sheet", url=receiver.url)).text)
    for name in ("orgs", "audit", "webhook_deliveries"):
        assert secret not in json.dumps(await house.store.find(name, {}, everyone=True), default=str)


WRONG: tuple[tuple[dict[str, str], str, str], ...] = (
    ({"name": "My Sheet", "url": "https://hooks.example.com/"}, "cannot be a name", "haiwezi kuwa jina"),
    ({"name": "settings.x", "url": "https://hooks.example.com/"}, "cannot be a name", "haiwezi kuwa jina"),
    ({"name": "sheet", "url": "hooks"}, "is no web address", "si anwani ya wavuti"),
    ({"name": "sheet", "url": "https://evil.example/"}, "may not send there", "hairuhusiwi kutuma huko"),
    ({"name": "sheet", "url": "http://169.254.169.254/"}, "may not send there", "hairuhusiwi kutuma huko"),
    ({"name": "sheet", "url": "http://hooks.example.com/"}, "has to begin with https://", "lazima ianze na https://"),
    ({"name": "old", "url": "https://hooks.example.com/"}, "receiver called old already", "anayeitwa old"),
)


async def test_what_is_wrong_is_said_in_the_persons_language_and_what_was_typed_stays(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(BASE, name="old", url="https://hooks.example.com/old")
    for language, place in (("en", 1), ("sw", 2)):
        await owner.post("/language", language=language)
        for case in WRONG:
            answer = await owner.post(BASE, **case[0])
            assert (answer.status, str(case[place]) in answer.text) == (422, True), case
            assert f'value="{case[0]["url"]}"' in answer.text
        for act in ("test", "renew", "on", "remove", "change"):
            assert (await owner.post(f"{BASE}/{act}", name="nobody", url="https://hooks.example.com/")).status == 422
    org = await house.store.get("orgs", CLINIC) or {}
    assert list(org["settings"]["webhooks"]) == ["old"]


async def test_a_test_that_does_not_arrive_says_why(house: House, receiver: Receiver) -> None:
    owner = await house.browser("owner")
    await owner.post(BASE, name="sheet", url=receiver.url)
    receiver.answers = [(404, {})]
    assert "The receiver refused it. (answer: 404)" in (await owner.post(f"{BASE}/test", name="sheet")).text
    receiver.answers = [(503, {})]
    assert "cannot take it just now. (answer: 503)" in (await owner.post(f"{BASE}/test", name="sheet")).text
    await receiver.close()
    assert "Nobody answers there." in (await owner.post(f"{BASE}/test", name="sheet")).text
    assert "failed" in (await owner.get(BASE)).text


async def test_a_receiver_that_is_gone_is_shown_and_switched_on_again(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(BASE, name="sheet", url="https://hooks.example.com/")
    gone = {"_id": f"webhook.gone:{CLINIC}/sheet", "org": CLINIC, "kind": "webhook.gone", "state": "open",
            "at": datetime.now(UTC), "ref": "sheet"}  # fmt: skip
    from hooks.endpoints import switched

    await house.store.commit([switched(CLINIC, "sheet", "gone", datetime.now(UTC)), Insert("tasks", gone)])
    assert "It said that it is gone" in (await owner.get(BASE)).text
    assert "A receiver is gone" in (await owner.get("/o/clinic/tasks")).text
    assert (await owner.post(f"{BASE}/on", name="sheet")).place == f"{BASE}?done=hook-on"
    assert "It said that it is gone" not in (await owner.get(BASE)).text
    assert "A receiver is gone" not in (await owner.get("/o/clinic/tasks")).text


async def test_a_viewer_sees_who_is_told_but_no_address_and_no_form(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(BASE, name="sheet", url="https://hooks.example.com/catch/secret-path")
    viewer = await house.browser("viewer")
    page = (await viewer.get(BASE)).text
    assert "hooks.example.com" in page
    assert "secret-path" not in page
    assert f'action="{BASE}' not in page
    assert "secret-path" not in json.dumps((await _send(viewer, "GET", API))[1])


async def test_another_business_sees_nothing_of_it(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(BASE, name="sheet", url="https://hooks.example.com/")
    other = await house.browser("owner", org="salon")
    assert "sheet</strong>" not in (await other.get("/o/salon/settings/webhooks")).text
    assert (await other.get(BASE)).status in (403, 404)


async def test_programs_do_the_same(house: House, receiver: Receiver) -> None:
    owner = await house.browser("owner")
    status, made = await _send(owner, "POST", API, {"name": "sheet", "url": receiver.url})
    assert (status, made["name"]) == (200, "sheet")
    status, tried = await _send(owner, "POST", f"{API}/test", {"name": "sheet"})
    assert (status, tried) == (200, {"state": "sent", "status": 200, "code": ""})
    verified(made["secret"], *receiver.got[-1], datetime.now(UTC))
    status, shown = await _send(owner, "GET", API)
    assert (shown["endpoints"][0]["name"], shown["latest"][0]["state"]) == ("sheet", "sent")
    assert shown["hosts"] == ["127.0.0.1", "hooks.example.com"]
    assert (await _send(owner, "POST", f"{API}/renew", {"name": "sheet"}))[1]["secret"] != made["secret"]
    assert (await _send(owner, "POST", f"{API}/change", {"name": "sheet", "url": receiver.url}))[0] == 200
    assert (await _send(owner, "POST", f"{API}/on", {"name": "sheet"}))[0] == 200
    status, said = await _send(owner, "POST", API, {"name": "sheet", "url": receiver.url})
    assert (status, said["error"]["code"]) == (422, "bad-endpoint")
    assert (await _send(owner, "POST", f"{API}/remove", {"name": "sheet"}))[0] == 200
    assert (await _send(owner, "POST", f"{API}/remove", {"name": "sheet"}))[0] == 404


async def test_whatever_can_become_of_a_message_has_its_words(house: House) -> None:
    waits = ("away", "busy", "slow", "no_host", "no_answer", "certificate")
    assert {f"hook.why.{code}" for code in (*REASONS, *waits)} <= WORDS.keys()
    assert {f"hook.state.{state}" for state in get_args(deliveries.State)} <= WORDS.keys()
    for number, code in enumerate((*REASONS, *waits)):
        made = Delivery(id=f"m{number}", endpoint="sheet", event="x", machine="", at=datetime.now(UTC), code=code,
                        state="failed", again_at=datetime.now(UTC))  # fmt: skip
        await house.store.org(CLINIC).commit([deliveries.kept(made)])
    assert (await (await house.browser("owner")).get(BASE)).status == 200
