"""Two people and one file: each sees the other's draft, and nobody's publication is undone without a word."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from engine import compile_release, load
from storage.store import Insert
from tests.console.conftest import CLINIC, EQUIPMENT, SHIPPED, Browser, House
from tests.console.test_proposals import AT, FILE, NEW, OLD, ask, draft


async def opened(browser: Browser, file: str = FILE) -> dict[str, Any]:
    return dict(json.loads((await browser.get(f"{AT}/file?file={file}")).text))


async def test_who_edits_the_same_file_sees_the_others_draft(house: House) -> None:
    owner, marketer = await house.browser("owner"), await house.browser("marketer")
    await draft(owner, SHIPPED[FILE].replace(OLD, NEW))
    seen = await opened(marketer)
    assert [(other["name"], NEW in other["text"]) for other in seen["others"]] == [("Owner", True)]
    assert OLD in seen["text"]
    assert NEW not in seen["text"]
    page = (await marketer.get("/o/clinic/rules")).text
    assert "draft: Owner" in page


async def test_a_draft_begun_before_a_publication_is_stale_and_is_published_once_merged(house: House) -> None:
    owner, marketer = await house.browser("owner"), await house.browser("marketer")
    mine = SHIPPED[FILE].replace("languages: [en, sw]", "languages: [en, sw]  # both")
    await draft(marketer, mine)
    await draft(owner, SHIPPED[FILE].replace(OLD, NEW))
    assert (await ask(owner, "/publish", why="Say when we open"))[1]["status"] == "published"
    seen = await opened(marketer)
    assert seen["stale"]
    assert (NEW in seen["in_force"], NEW in seen["text"]) == (True, False)
    review = json.loads((await marketer.get(f"{AT}/review")).text)
    assert (review["may"], "something newer" in review["why_not"]) == (False, True)
    status, said = await ask(marketer, "/publish", why="Both")
    assert (status, said["error"]["code"]) == (409, "overtaken")
    both = mine.replace(OLD, NEW)
    status, kept = await ask(marketer, "/draft", file=FILE, text=both, base=seen["current"])
    assert (status, kept["stale"]) == (200, False)
    assert (await ask(marketer, "/publish", why="Both"))[1]["status"] == "published"
    now = (await opened(owner))["in_force"]
    assert NEW in now
    assert "# both" in now


async def test_a_new_file_of_each_kind_begins_with_what_compiles(house: House) -> None:
    marketer = await house.browser("marketer")
    for kind, file in (
        ("flow", "flows/thanks.yaml"), ("lifecycle", "flows/lifecycles/thanks.yaml"), ("rules", "rules/thanks.yaml"),
    ):  # fmt: skip
        answer = await marketer.post("/o/clinic/rules/new", kind=kind, name="Thanks")
        assert answer.place == f"/o/clinic/rules/edit?file={file}"
        begun = await opened(marketer, file)
        assert (begun["drafted"], begun["stale"], begun["in_force"]) == (True, False, "")
        compile_release([load(begun["text"], file)], EQUIPMENT.registry)
        status, told = await ask(marketer, "/check", file=file, text=begun["text"])
        assert (status, told["findings"]) == (200, [])
    assert "flows/thanks.yaml" in (await marketer.get("/o/clinic/rules")).text


async def test_a_name_that_is_taken_or_is_none_is_told(house: House) -> None:
    marketer = await house.browser("marketer")
    taken = await marketer.post("/o/clinic/rules/new", kind="flow", name="booking")
    assert (taken.status, "There is flows/booking.yaml already" in taken.text) == (422, True)
    for name in ("", "9lives", "../x", "a" * 41, "<b>"):
        answer = await marketer.post("/o/clinic/rules/new", kind="flow", name=name)
        assert answer.status == 422
        assert "<b>" not in answer.text


async def test_every_text_that_a_file_had_can_be_drafted_again(house: House) -> None:
    owner = await house.browser("owner")
    first, second = SHIPPED[FILE].replace(OLD, NEW), SHIPPED[FILE].replace(OLD, f"{OLD} We are open late.")
    for text, why in ((first, "Say when we open"), (second, "Say how late")):
        await draft(owner, text)
        assert (await ask(owner, "/publish", why=why))[1]["status"] == "published"
    texts = json.loads((await owner.get(f"{AT}/history?file={FILE}")).text)["texts"]
    assert [(each["why"], each["text"]) for each in texts] == [
        ("Say how late", second), ("Say when we open", first), ("", SHIPPED[FILE])
    ]  # fmt: skip
    other = json.loads((await owner.get(f"{AT}/history?file=rules/routing.yaml")).text)["texts"]
    assert [each["number"] for each in other] == [0]
    restored = await draft(owner, texts[1]["text"])
    assert (restored["text"], restored["drafted"], restored["stale"]) == (first, True, False)
    assert (await owner.get(f"{AT}/history?file=../x.yaml")).status == 404
    assert json.loads((await (await house.browser("owner", org="salon")).get(
        f"/api/v1/orgs/salon/rules/history?file={FILE}"
    )).text)["texts"] == []  # fmt: skip


@pytest.mark.parametrize("named", [None, "", "f" * 64], ids=["none", "empty", "unknown"])
async def test_machines_that_run_on_nothing_that_is_here_are_counted_and_named(house: House, named: str | None) -> None:
    rows = [
        {"_id": f"old:{number}", "name": "old_booking", "state": state, "status": "live", "at": datetime.now(UTC)}
        for number, state in enumerate(("naming", "naming", "paying"))
    ]
    given = {} if named is None else {"definition": named}
    await house.store.org(CLINIC).commit([Insert("machines", {**row, **given}) for row in rows])
    owner = await house.browser("owner")
    page = await owner.get("/o/clinic/rules")
    assert page.status == 200
    assert "old_booking" in page.text
    assert "3 running" in page.text
    assert (named or "names no version") in page.text
    (stray,) = json.loads((await owner.get(AT)).text)["unknown"]
    assert (stray["name"], stray["definition"], stray["states"]) == (
        "old_booking", named or "", {"naming": 2, "paying": 1},
    )  # fmt: skip


async def test_what_one_drafts_is_seen_together_and_a_broken_draft_stops_nothing_else(house: House) -> None:
    owner, marketer = await house.browser("owner"), await house.browser("marketer")
    await owner.post("/o/clinic/rules/new", kind="flow", name="parking")
    reminder = SHIPPED["flows/reminder.yaml"]
    calls = reminder.replace(
        "\nstates:\n", "\nstates:\n  parked: {call: {flow: parking}, on: {parking.done: parked}}\n", 1
    )
    question = {"file": "flows/reminder.yaml", "text": calls}
    reasons = []
    for browser in (owner, marketer):
        _, told = await ask(browser, "/check", **question)
        reasons.append(" ".join(each["reason"] for each in told["findings"]))
    assert ('"parking"' in reasons[0], '"parking"' in reasons[1]) == (False, True)
    await draft(owner, SHIPPED[FILE].replace("flow: ", "flow "))
    status, drawn = await ask(owner, "/picture", file="flows/reminder.yaml", text=reminder)
    assert (status, drawn["diagram"]["name"]) == (200, "reminder")
    _, tried = await ask(owner, "/simulate", file="flows/reminder.yaml", text=reminder, playing={"moves": []})
    assert tried["why"] == ""
