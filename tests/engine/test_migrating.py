"""Moving a machine between versions is pure, and a move to one that does the same changes nothing that follows."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import msgspec
import pytest

import engine
from composition.definitions import registry
from engine.definition import Definition
from engine.migrating import migrate, migration
from engine.model import Arm, Snapshot, Step
from engine.moves import moves
from engine.release import Release
from engine.testing.machine import Taken
from engine.values import dump_step
from tests.yaml.shipped import DEFINITIONS, IDS, played, release

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
TALK = """\
flow: talk
version: 1
languages: [en]
data:
  who: {type: text}
  age: {type: number}
texts:
  which: {en: "Which?"}
  one: {en: One}
  two: {en: Two}
start: asking
states:
  asking:
    ask: {text: which, choices: [{id: a, text: one}, {id: b, text: two}], save: who}
    on: {answer: waiting}
    after: {1h: waiting}
  waiting:
    after: {2h: ended}
    on: {handoff.closed: ended}
  ended: {final: true}
"""


@cache
def raised() -> Release:
    """What ships, each version raised by one and nothing else changed."""
    documents = []
    for name, path in DEFINITIONS.items():
        text = path.read_text(encoding="utf-8")
        version = engine.load(text, name).version
        documents.append(engine.load(text.replace(f"\nversion: {version}\n", f"\nversion: {version + 1}\n", 1), name))
    return engine.compile_release(documents, registry())


def between(taken: tuple[Taken, ...]) -> list[tuple[Snapshot, tuple[Arm, ...], Step]]:
    """Each moment at which a machine of a test rests: where it stands, its timers, and the step that comes next."""
    found: list[tuple[Snapshot, tuple[Arm, ...], Step]] = []
    armed: list[Arm] = []
    for each in taken:
        before, step = each.before, each.step
        if before is not None and not before.done:
            live = {before.visit, *(frame.visit for frame in before.frames)}
            found.append((before, tuple(arm for arm in armed if arm.visit in live), step))
        armed += step.arms
    return found


@pytest.mark.parametrize("case", IDS, ids=IDS)
def test_whoever_is_moved_to_the_same_under_another_number_goes_on_as_if_nothing_had_been(case: str) -> None:
    result = played(case)
    old = result.definition
    if not isinstance(old, Definition):
        return
    new = raised().definitions[f"{old.kind}:{old.name}"]
    assert isinstance(new, Definition)
    for before, armed, step in between(result.taken):
        event = migration(old, new, armed, step.at)
        moved = migrate(old, new, before, event, step.at, step.answers)
        assert moved == migrate(old, new, before, event, step.at, step.answers)
        assert moved.outcome == "migrated"
        assert sorted(moved.arms, key=str) == sorted(armed, key=str)
        again = engine.step(new, moved.snapshot, step.event, step.at, step.answers)
        assert _plain(again, new, moved.snapshot.seq - before.seq) == _plain(step, old, 0)
        back = migrate(new, old, moved.snapshot, migration(new, old, moved.arms, step.at), step.at, step.answers)
        assert msgspec.structs.replace(back.snapshot, seq=before.seq) == before


def _plain(step: Step, definition: Definition, ahead: int) -> str:
    """A step without the hashes that name its version."""
    snapshot = msgspec.structs.replace(step.snapshot, seq=step.snapshot.seq - ahead)
    text = dump_step(msgspec.structs.replace(step, snapshot=snapshot)).decode()
    release_of = release() if definition.hash in release().by_hash else raised()
    for name, item in release_of.definitions.items():
        text = text.replace(item.hash, name)
    return text


def compiled(text: str) -> Definition:
    found = engine.compile_release([engine.load(text, "talk.yaml")], registry()).definitions["talk"]
    assert isinstance(found, Definition)
    return found


OLD = compiled(TALK)


def newer(*changes: tuple[str, str]) -> Definition:
    text = TALK.replace("version: 1", "version: 2\non_publish: migrate")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    return compiled(text)


@pytest.mark.parametrize(
    ("changes", "state", "code"),
    [
        ((("  waiting:\n", "  resting:\n"), (": waiting", ": resting")), "waiting", "state-gone"),
        ((("    after: {2h: ended}\n    on: {handoff.closed: ended}\n", "    final: true\n"),), "waiting",
         "moved-to-an-end"),
        ((("    on: {handoff.closed: ended}", "    call: {flow: talk2}\n    on: {talk2.ended: ended}"),), "waiting",
         "calls-differ"),
        ((("choices: [{id: a, text: one}, {id: b, text: two}], save: who", "type: text, save: who"),), "asking",
         "questions-differ"),
        ((("[{id: a, text: one}, {id: b, text: two}]", "[{id: c, text: one}, {id: d, text: two}]"),), "asking",
         "questions-differ"),
        ((("  who: {type: text}", "  who: {type: date}"), (", save: who", "")), "waiting", "data-differs"),
        ((("data:\n", "takes:\n  place: {type: text}\ndata:\n"),), "waiting", "takes-missing"),
    ],
    ids=["gone", "final", "calls", "type", "choices", "data", "takes"],
)  # fmt: skip
def test_a_machine_that_would_not_wait_for_the_same_is_not_moved(
    changes: tuple[tuple[str, str], ...], state: str, code: str
) -> None:
    if code == "calls-differ":
        other = TALK.replace("flow: talk\n", "flow: talk2\n")
        text = TALK.replace("version: 1", "version: 2\non_publish: migrate")
        for before, after in changes:
            text = text.replace(before, after)
        documents = [engine.load(text, "talk.yaml"), engine.load(other, "talk2.yaml")]
        new = engine.compile_release(documents, registry()).definitions["talk"]
        assert isinstance(new, Definition)
    else:
        new = newer(*changes)
    refused = moves(OLD, new).refusal(state)
    assert refused is not None
    assert refused.code == code
    assert refused.reason.endswith(".")


def test_two_states_may_become_one_and_their_tries_add_up() -> None:
    new = newer(("on_publish: migrate", "on_publish: migrate\nmigrate: {states: {waiting: resting, idle: resting}}"),
                ("  waiting:\n", "  resting:\n"), (": waiting", ": resting"))  # fmt: skip
    both = compiled(TALK.replace("  ended: {final", "  idle: {on: {handoff.closed: ended}}\n  ended: {final"))
    snapshot = Snapshot(
        machine="m", definition=both.hash, name="talk", state="idle", data={"who": None, "age": None}, seq=4, visit=4,
        tries={"waiting": 2, "idle": 1, "unclear:waiting": 3},
    )  # fmt: skip
    moved = migrate(both, new, snapshot, migration(both, new, (), NOW), NOW)
    assert moved.snapshot.tries == {"resting": 3, "unclear:resting": 3}
    assert (moved.snapshot.state, moved.snapshot.visit, moved.snapshot.seq) == ("resting", 4, 5)


def test_a_choice_that_is_no_longer_offered_is_no_longer_understood() -> None:
    new = newer(("{id: a, text: one}, {id: b, text: two}", "{id: a, text: one}, {id: c, text: two}"))
    begun = engine.begin(OLD, "m", {}, {"language": "en"}, NOW)
    moved = migrate(OLD, new, begun.snapshot, migration(OLD, new, begun.arms, NOW), NOW)
    assert moved.snapshot.asked is not None
    assert [choice.id for choice in moved.snapshot.asked.choices] == ["a"]
    assert [arm.name for arm in moved.arms] == ["after:1h"]


def test_the_map_must_name_what_is_there() -> None:
    for written, code in (
        ("{states: {old: nowhere}}", "unknown-state"),
        ("{data: {old: nothing}}", "unknown-data"),
        ("{data: {x: who, y: who}}", "mapped-twice"),
    ):
        with pytest.raises(engine.Findings) as wrong:
            newer(("on_publish: migrate", f"on_publish: migrate\nmigrate: {written}"))
        assert code in {finding.code for finding in wrong.value.findings}
