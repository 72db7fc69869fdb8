"""What holds whatever is compared: nothing differs from itself, every edit is told in its place, and what is said to
behave the same plays the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from functools import cache
from typing import Any

import msgspec
import pytest

import engine
import language
from engine.comparing import Version, compare
from engine.document import Document
from engine.testing import World, play, variants
from tests.comparing.samples import REGISTRY, shipped
from tests.yaml.shipped import suites

SEEDS = range(120)
BEHAVING = range(1000, 1030)
_SILENT = ("flow", "lifecycle", "rules", "title", "version", "texts")  # parts that nothing is done by
Path = tuple[Any, ...]


@cache
def _documents() -> dict[str, Document]:
    return {file: engine.load(text, file) for file, text in shipped().items()}


def _shuffled(value: Any, chance: random.Random) -> Any:
    """Keys in another order. What is set stays in its order: one value may read another."""
    if isinstance(value, dict):
        keys = list(value)
        chance.shuffle(keys)
        return {key: item if key == "set" else _shuffled(item, chance) for key in keys for item in [value[key]]}
    return [_shuffled(item, chance) for item in value] if isinstance(value, list) else value


def _leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*path, index))
    else:
        yield path


def _with(content: Any, path: Path, value: Any) -> Any:
    if not path:
        return value
    copy = dict(content) if isinstance(content, dict) else list(content)
    copy[path[0]] = _with(content[path[0]], path[1:], value)
    return copy


def _without(content: Any, path: Path) -> Any:
    copy = dict(content) if isinstance(content, dict) else list(content)
    if len(path) == 1:
        del copy[path[0]]
    else:
        copy[path[0]] = _without(content[path[0]], path[1:])
    return copy


def _at(content: Any, path: Path) -> Any:
    for part in path:
        content = content[part]
    return content


def _another(value: Any, path: Path, content: Any, chance: random.Random) -> Any:
    """A value that means something else in its place."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if value is None:
        return "now"
    if path[-1] == "when" or path[-1] == "time":
        return f"{value} and True" if path[-1] == "when" else f"{value} + days(1)"
    states = [name for name in content.get("states", ()) if name != value]
    if states and value in content["states"] and path[0] in ("states", "anywhere", "start"):
        return chance.choice(states)
    return f"{value}x"


def _edit(seed: int, silent: tuple[str, ...] = _SILENT[:3]) -> tuple[str, Path, Any]:
    """One leaf of the YAML that ships, changed or taken out: its file, where it stood, and the whole document."""
    chance = random.Random(seed)
    file = chance.choice(sorted(_documents()))
    content = _documents()[file].content
    paths = [path for path in _leaves(content) if path[0] not in silent]
    path = chance.choice(paths)
    if chance.random() < 0.25 and len(path) > 1:
        return file, path, _without(content, path)
    return file, path, _with(content, path, _another(_at(content, path), path, content, chance))


@pytest.mark.parametrize("file", sorted(shipped()))
def test_another_layout_and_another_order_of_keys_are_no_difference(file: str) -> None:
    document = _documents()[file]
    chance = random.Random(file)
    rewritten = json.dumps(_shuffled(document.content, chance), indent=chance.choice([None, 1, 4]), ensure_ascii=False)
    old = {document.file: document.text}
    differences = compare(old, {document.file: rewritten}, REGISTRY, behaviour=False)
    assert [str(change) for change in differences.changes] == []
    assert differences.empty


def test_all_that_ships_compared_with_itself_differs_in_nothing_and_behaves_the_same() -> None:
    differences = compare(shipped(), dict(shipped()), REGISTRY)
    assert differences.empty
    assert differences.same_behaviour
    assert len(differences.behaviour) == len(shipped())


@pytest.mark.parametrize("seed", SEEDS)
def test_every_single_edit_is_told_under_its_definition_and_state(seed: int) -> None:
    file, path, content = _edit(seed)
    document = _documents()[file]
    differences = compare(
        {file: document.text}, {file: json.dumps(content, ensure_ascii=False)}, REGISTRY, behaviour=False
    )
    if differences.new_findings:
        assert not differences.changes  # the schema refuses it, and says so
        return
    assert differences.changes, (file, path)
    assert {change.definition for change in differences.changes} == {f"{document.kind}:{document.name}"}
    assert all(change.words for change in differences.changes)
    if path[0] == "states":
        subjects = {change.subject for change in differences.changes}
        assert subjects & {path[1], "data", ""} == {path[1]}, (path, subjects)


@pytest.mark.parametrize("seed", BEHAVING)
def test_what_is_said_to_behave_the_same_plays_the_same(seed: int) -> None:
    file, path, content = _edit(seed, _SILENT)
    document = _documents()[file]
    new = json.dumps(content, ensure_ascii=False)
    sides = Version("old", {file: document.text}, shipped()), Version("new", {file: new}, shipped())
    differences = compare(*sides, REGISTRY)
    (found,) = differences.behaviour or (None,)
    if found is None or found.answer != "same" or path[-1] == "id":  # tests name rows and choices by their ids
        return
    name = f"{document.kind}:{document.name}"
    assert _played("", "", name) == _played(file, new, name), (file, path)


@cache
def _played(file: str, text: str, name: str) -> list[Any]:
    """What every case beside the definition comes to: states, texts by key, verbs with their arguments, results."""
    sources = {**shipped(), file: text} if file else shipped()
    release = engine.compile_release([engine.load(text, file) for file, text in sources.items()], REGISTRY)
    world = World(release, REGISTRY, language.understand)
    came: list[Any] = []
    for suite in suites():
        if suite.tests != name:
            continue
        for variant in variants(suite, release):
            done = play(variant, world)
            steps = [taken.step for taken in done.taken]
            came.append(
                [
                    (
                        step.snapshot.state,
                        [say.key for say in step.says],
                        [msgspec.to_builtins((do.verb, str(do.args))) for do in step.dos],
                        [(tell.to, tell.event) for tell in step.tells],
                        [arm.due for arm in step.arms],
                    )
                    for step in steps
                ]
            )
            came.append([decision.result for decision in done.decisions])
    return came
