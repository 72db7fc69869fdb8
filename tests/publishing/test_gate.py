"""The judge: the same in a thread and in a process of its own, and never a silent yes when something goes wrong."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from composition import judging
from composition.gate import Aside, InThread
from runtime.publishing.gate import Candidate, Checked, Gate
from runtime.publishing.sources import Sources

HELLO = """\
flow: hello
version: 1
languages: [en]
texts:
  hello: {en: "Hello!"}
start: greeting
states:
  greeting: {say: hello, final: true}
promises:
  - {reachable: greeting}
"""
TESTS = """\
tests: flow:hello
cases:
  - name: hello is said
    steps:
      - {expect: {wording: "Hello!", done: true}}
"""
GOOD = Candidate(sources=Sources.of({"flows/hello.yaml": HELLO, "flows/hello.test.yaml": TESTS}))


def edited(*changes: tuple[str, str], before: Sources | None = None) -> Candidate:
    text = HELLO
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    sources = Sources.of({"flows/hello.yaml": text, "flows/hello.test.yaml": TESTS})
    return Candidate(sources=sources, before=before or Sources())


async def judged(gate: Gate, candidate: Candidate) -> dict[str, Checked]:
    return {checked.name: checked async for checked in gate.judge(candidate)}


def plain(found: dict[str, Checked]) -> list[Checked]:
    return [msgspec.structs.replace(checked, seconds=0.0) for checked in found.values()]


async def test_a_process_of_its_own_says_the_same_as_a_thread() -> None:
    gate = Aside()
    try:
        for candidate in (GOOD, edited(("Hello!", "Hi!")), edited(("start: greeting", "start: nowhere"))):
            assert plain(await judged(gate, candidate)) == plain(await judged(InThread(), candidate))
    finally:
        await gate.close()


async def test_what_does_not_compile_is_asked_nothing_else() -> None:
    found = await judged(InThread(), edited(("start: greeting", "start: nowhere")))
    assert list(found) == ["compile"]
    assert [finding.code for finding in found["compile"].findings] == ["unknown-state"]


async def test_everything_else_that_is_wrong_is_said_at_once() -> None:
    wrong = edited(
        ('{en: "Hello!"}', '{en: "Hi!"}'),
        ("  greeting: {say", "  idle: {on: {handoff.closed: greeting}}\n  greeting: {say"),
    )
    found = await judged(InThread(), wrong)
    assert list(found) == ["compile", "changes", "check", "tests", "promises"]
    assert found["tests"].verdict == "refused"
    assert "wording" in "\n".join(found["tests"].details)


async def test_only_the_tests_of_what_changed_are_played() -> None:
    other = {"flows/other.yaml": HELLO.replace("flow: hello", "flow: other")}
    before = Sources.of({**GOOD.sources.texts, **other})
    after = Sources.of(
        {**before.texts, "flows/other.yaml": other["flows/other.yaml"].replace("version: 1", "version: 2")}
    )
    found = await judged(InThread(), Candidate(sources=after, before=before))
    assert found["tests"].summary == "nothing that is tested behaves otherwise"
    assert found["promises"].summary == "1 proved, 1 rest on nothing that changed"


async def test_a_definition_that_comes_without_its_tests_has_to_stand_up_to_those_in_force() -> None:
    after = GOOD.sources.replaced({"mine/hello.yaml": HELLO.replace("Hello!", "Hi!")})
    assert set(after.texts) == {"mine/hello.yaml", "flows/hello.test.yaml"}
    found = await judged(InThread(), Candidate(sources=after, before=GOOD.sources))
    assert found["tests"].verdict == "refused"


async def test_a_folder_is_replaced_as_a_whole_and_the_rest_stays() -> None:
    before = Sources.of({**GOOD.sources.texts, "rules/table.yaml": "rules: table", "flows/old.yaml": "flow: old"})
    after = before.replaced({"flows/hello.yaml": HELLO}, ("flows",))
    assert set(after.texts) == {"flows/hello.yaml", "rules/table.yaml"}


async def test_a_judge_that_takes_too_long_lets_nothing_through() -> None:
    gate = Aside(seconds=0.001)
    try:
        found = await judged(gate, GOOD)
        assert found["judge"].verdict == "refused"
        assert "took more than" in found["judge"].summary
    finally:
        await gate.close()


async def test_a_judge_that_dies_lets_nothing_through_and_the_next_one_works() -> None:
    gate = Aside()
    try:
        asking = asyncio.create_task(judged(gate, GOOD))
        while gate._process is None:  # noqa: ASYNC110 - there is no event for it
            await asyncio.sleep(0.01)
        gate._process.kill()
        assert (await asking)["judge"].verdict == "refused"
        assert [checked.verdict for checked in (await judged(gate, GOOD)).values()].count("refused") == 0
    finally:
        await gate.close()


async def test_a_judge_with_nothing_to_do_is_let_go() -> None:
    gate = Aside(idle=0.05)
    await judged(gate, GOOD)
    process = gate._process
    assert process is not None
    await asyncio.wait_for(process.wait(), 10)
    await gate.close()


@pytest.mark.parametrize(
    ("check", "name", "verdict"),
    [("proved", "promises", "refused"), ("tested", "tests", "refused"), ("compared", "changes", "skipped")],
)
async def test_a_check_that_fails_itself_lets_nothing_through(
    check: str, name: str, verdict: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(candidate: Candidate) -> Checked:
        raise ZeroDivisionError("a fault of ours")

    names = {judging.compiles: judging._NAMES[judging.compiles], broken: (name, verdict)}
    assert getattr(judging, check) in judging.CHECKS
    monkeypatch.setattr(judging, "_NAMES", names)
    monkeypatch.setattr(judging, "CHECKS", tuple(names))
    found = await judged(InThread(), GOOD)
    assert found[name].verdict == verdict
    assert "please report it" in found[name].summary
