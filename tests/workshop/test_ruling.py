"""A table tried with facts: what it decides, row by row why, and the same as a test that holds."""

from __future__ import annotations

import asyncio

import pytest

from composition.definitions import equipment
from engine.testing import World, load_suite
from engine.testing.playing import play, variants
from tests.workshop.test_workbench import BOOKING, InForce
from workshop.beside import InThread
from workshop.questions import _release
from workshop.trying import CannotPlay, Ruled
from workshop.workbench import Workbench

ROUTING = "rules/routing.yaml"


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(None, InForce(), None, InThread(equipment()))  # type: ignore[arg-type]


def _rule(bench: Workbench, file: str = ROUTING, **facts: str | None) -> Ruled:
    written = bench.publisher.found.files[file]  # type: ignore[attr-defined]
    return asyncio.run(bench.rule("clinic", file, written, facts))


def test_facts_begin_as_the_tests_have_them(bench: Workbench) -> None:
    facts = {fact.name: fact.written for fact in _rule(bench).facts}
    assert (facts["visits"], facts["known"], facts["kind"]) == ("1", "true", "text")


@pytest.mark.parametrize("file", [ROUTING, "rules/messaging_guardrails.yaml"])
def test_facts_are_read_again_as_they_were_written(bench: Workbench, file: str) -> None:
    first = _rule(bench, file)
    again = _rule(bench, file, **{fact.name: fact.written for fact in first.facts})
    assert [fact.wrong for fact in again.facts if fact.wrong] == []
    assert (again.facts, again.result, again.test) == (first.facts, first.result, first.test)


def test_each_row_says_what_it_read_until_one_holds(bench: Workbench) -> None:
    ruled = _rule(bench, text="start", opted_out="true")
    assert ruled.hit == ("start_again",)
    assert [(row.id, row.verdict) for row in ruled.rows][:3] == [
        ("stop", "not"), ("start_again", "held"), ("ads", "after"),
    ]  # fmt: skip
    assert ruled.rows[1].values == {"opted_out": True, "text": "start"}
    assert "flow: opt_in" in ruled.result
    assert "hear from us again" in ruled.because[0]
    assert bench.publisher.found.files[ROUTING].splitlines()[ruled.rows[1].line - 1].strip() == "- id: start_again"  # type: ignore[attr-defined]


def test_a_fact_may_be_unknown_and_one_that_is_none_is_told(bench: Workbench) -> None:
    assert _rule(bench, opted_out=None).error == ""
    ruled = _rule(bench, visits="many", known="perhaps")
    wrong = {fact.name: fact.wrong for fact in ruled.facts if fact.wrong}
    assert set(wrong) == {"visits", "known"}
    assert ruled.rows == ()


@pytest.mark.parametrize("text", ['"', "a: b", "yes", "{", "#", "\n- x", "\0"])
def test_what_a_customer_may_write_is_a_text_and_nothing_else(bench: Workbench, text: str) -> None:
    assert [fact.wrong for fact in _rule(bench, text=text).facts if fact.name == "text"] in ([""], [_refused(text)])


def _refused(text: str) -> str:
    return "A control character can't stand in a file." if text == "\0" else ""


def test_the_draft_decides_not_what_is_in_force(bench: Workbench) -> None:
    draft = bench.publisher.found.files[ROUTING].replace('"stop all"', '"stop it"')  # type: ignore[attr-defined]
    assert _rule(bench, text="stop it").hit == ("otherwise",)
    ruled = asyncio.run(bench.rule("clinic", ROUTING, draft, {"text": "stop it"}))
    assert ruled.hit == ("stop",)


@pytest.mark.parametrize("file", [ROUTING, "rules/lead_scoring.yaml", "rules/messaging_guardrails.yaml"])
def test_what_was_tried_is_a_test_that_holds(bench: Workbench, file: str) -> None:
    found = bench.publisher.found  # type: ignore[attr-defined]
    tests = file.replace(".yaml", ".test.yaml")
    ruled = _rule(bench, file)
    suite = load_suite(f"{found.tests[tests].rstrip()}\n\n{ruled.test}\n", tests)
    with_ = equipment()
    release = _release(found.files, with_.registry)
    last = [each for each in variants(suite, release) if each.case.name.startswith("tried in the workshop")]
    assert last
    assert [play(each, World(release, with_.registry, with_.understand)).findings for each in last] == [()]


def test_a_conversation_is_not_asked_with_facts(bench: Workbench) -> None:
    with pytest.raises(CannotPlay):
        _rule(bench, BOOKING)
