"""What is approved comes to its end: also where the server dies in between, or a check cannot decide."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from composition.stores import DATABASE
from runtime.publishing.gate import Checked
from runtime.publishing.outcome import Order
from storage.sqlite import open_sqlite
from storage.store import Insert, Update
from tests.console.conftest import CLINIC, SHIPPED, Browser, House
from tests.console.test_proposals import AT, FILE, NEW, OLD, ask, in_force, propose
from tests.e2e.server import CLINIC_ORG, Server
from workshop import proposals, settling
from workshop.drafts import fingerprint


@pytest.fixture
async def owner(house: House) -> Browser:
    browser = await house.browser("owner")
    await browser.post("/o/clinic/rules/setting", id="two_person_rule", on="yes")
    return browser


async def _taken(house: House, owner: Browser) -> proposals.Proposal:
    """Approved, and not yet published: as far as a server came that died then."""
    id = await propose(await house.browser("marketer"))
    return await proposals.take(house.store.org(CLINIC), id, owner.user, "approve", datetime.now(UTC))


async def _recovered(house: House, waited: timedelta = timedelta()) -> int:
    return await settling.recover(house.store, house.bench.publisher, datetime.now(UTC), waited)


async def _state(house: House, id: str) -> str:
    return (await proposals.one(house.store.org(CLINIC), id)).state


async def test_one_that_died_before_it_was_published_waits_again_and_can_be_approved(
    house: House, owner: Browser
) -> None:
    taken = await _taken(house, owner)
    assert (await ask(owner, "/decide", id=taken.id, decision="approve"))[0] == 404
    assert await _recovered(house) == 1
    assert await _state(house, taken.id) == "open"
    assert (await ask(owner, "/decide", id=taken.id, decision="approve"))[1]["status"] == "published"
    assert NEW in await in_force(owner)


async def test_one_that_died_after_it_was_published_is_said_to_be_in_force(house: House, owner: Browser) -> None:
    taken = await _taken(house, owner)
    before = await house.bench.sources(CLINIC)
    order = Order(
        sources=before.replaced(taken.texts), org=CLINIC, by="Owner", why=taken.why, origin="console", proposal=taken.id
    )
    outcome = await house.bench.publisher.publish(order)
    later = SHIPPED[FILE].replace(OLD, "What do you need?")  # so that what is in force does not say who put it there
    await house.bench.publisher.publish(
        Order(sources=before.replaced({FILE: later}), org=CLINIC, by="Owner", why="Shorter")
    )
    assert await _recovered(house) == 1
    assert await _state(house, taken.id) == "approved"
    marketer = await house.browser("marketer")
    assert not json.loads((await marketer.get(f"{AT}/file?file={FILE}")).text)["drafted"]
    rows = await house.store.org(CLINIC).find("audit", {"what": "rules.published"})
    assert [(row["actor"], row["on"]) for row in rows] == [(owner.user, f"#{outcome.number}")]
    assert await _recovered(house) == 0


async def test_one_that_another_process_publishes_just_now_is_left_to_it(house: House, owner: Browser) -> None:
    taken = await _taken(house, owner)
    assert await _recovered(house, settling.HELD) == 0
    assert await _state(house, taken.id) == "publishing"
    assert "Approve and publish" not in (await owner.get(f"/o/clinic/proposals/one?id={taken.id}")).text


async def test_after_a_while_the_page_itself_finds_what_was_broken_off(house: House, owner: Browser) -> None:
    taken = await _taken(house, owner)
    old = {"set": {"begun": datetime.now(UTC) - 2 * settling.HELD}}
    await house.store.org(CLINIC).commit([Update("proposals", taken.id, old)])
    assert "Say when we open" in (await owner.get("/o/clinic/proposals")).text
    assert await _state(house, taken.id) == "open"


async def test_a_server_that_was_killed_finds_it_at_its_next_start(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    await server.start()
    await server.kill()
    file = tmp_path / "data" / DATABASE
    store = await open_sqlite(file)
    text = SHIPPED[FILE].replace(OLD, NEW)
    row = {
        "_id": "p_1", "files": [{"file": FILE, "text": text, "base": fingerprint(SHIPPED[FILE])}], "by": "somebody",
        "why": "Say when we open", "at": datetime.now(UTC), "begun": datetime.now(UTC), "state": "publishing",
        "decided_by": "another",
    }  # fmt: skip
    await store.org(CLINIC_ORG).commit([Insert("proposals", row)])
    await store.close()
    await server.start()
    assert await server.stop() == 0
    store = await open_sqlite(file)
    assert (await proposals.one(store.org(CLINIC_ORG), "p_1")).state == "open"
    await store.close()


async def test_who_approves_what_could_not_be_decided_says_why_and_answers_for_it(house: House, owner: Browser) -> None:
    house.gate.besides = [Checked(name="promises", verdict="undecided", summary="1 promise could not be decided")]
    marketer = await house.browser("marketer")
    id = await propose(marketer)
    page = (await owner.get(f"/o/clinic/proposals/one?id={id}")).text
    assert "You answer for what could not be decided" in page
    assert "disabled" not in page
    assert "--accept-undecided" not in page
    refused = await owner.post("/o/clinic/proposals/decide", id=id, decision="approve")
    assert (refused.status, "could not be decided" in refused.text) == (409, True)
    assert NEW not in await in_force(owner)
    answer = await owner.post("/o/clinic/proposals/decide", id=id, decision="approve", accept="I tried it by hand")
    assert answer.place == "/o/clinic/proposals?done=approved"
    assert NEW in await in_force(owner)
    entry = await house.store.org(CLINIC).find("journal", {"kind": "publication"}, limit=10)
    assert [row["details"]["accepted"] for row in entry] == ["I tried it by hand"]


async def test_why_its_author_answers_for_it_is_shown_to_who_approves(house: House, owner: Browser) -> None:
    house.gate.besides = [Checked(name="promises", verdict="undecided", summary="1 promise could not be decided")]
    marketer = await house.browser("marketer")
    await propose(marketer)  # the draft stays, and is proposed once more with a reason
    status, made = await ask(marketer, "/publish", why="Once more", accept_undecided="It cannot happen")
    assert (status, made["status"]) == (200, "proposed")
    waiting = json.loads((await owner.get(f"{AT}/proposals")).text)["proposals"]
    id = next(each["id"] for each in waiting if each["accepted"])
    assert "It cannot happen" in (await owner.get(f"/o/clinic/proposals/one?id={id}")).text
