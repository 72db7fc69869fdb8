"""Where a search for one definition begins: the world of its test file, with samples where it says nothing."""

from __future__ import annotations

import re
from typing import Any

from engine.definition import Definition
from engine.registry import Registry
from engine.testing.generating.samples import Samples
from engine.testing.generating.worlds import Start, questions
from engine.testing.generating.writing import Writer
from engine.testing.playing import NOW
from engine.testing.preparing import Prepared

_TELLING = ("id", "name", "label", "zone", "currency")  # fields that say which one it is, or how to show it


def first(definition: Definition, registry: Registry, prepared: Prepared, samples: Samples, *, written: bool) -> Start:
    """`written`: there is a test file, so what it does not say has to stand in a case."""
    read = "\n".join(each.source for each in definition.reachable.values())
    answers = {name: _lean(samples.of(ambient.type, name), read) for name, ambient in registry.ambients.items()}
    for name, verb in registry.verbs.items():
        if verb.sort == "question":
            answers[name] = _lean(samples.of(verb.returns or "any", name.rpartition(".")[2]), read)
    takes = prepared.takes
    if not takes:
        takes = {name: _lean(samples.of(definition.shapes[name], name), read) for name in sorted(definition.takes)}
    new = bool(takes) and written and not prepared.takes
    return Start(
        answers={**answers, **prepared.answers}, replies=prepared.replies, takes=takes,
        now=prepared.now or NOW, changed=frozenset(["takes"] if new else []),
    )  # fmt: skip


def head(key: str, definition: Definition, registry: Registry, start: Start, writer: Writer) -> str:
    """What a new test file begins with: the world that its cases have in common."""
    lines = [f"tests: {key}"]
    wanted = needed(definition, registry)
    if wanted:
        lines += ["given:", *(f"  {name}: {writer.value(start.answers[name], kind)}" for name, kind in wanted)]
    if start.takes:
        inner = (f"{name}: {writer.value(value, definition.shapes[name])}" for name, value in start.takes.items())
        lines.append(f"takes: {{{', '.join(inner)}}}")
    return "\n".join(lines) + "\n"


def needed(definition: Definition, registry: Registry) -> list[tuple[str, str]]:
    """The facts and questions that a definition may ask, each with its type."""
    facts = [(name, registry.ambients[name].type) for name in sorted(definition.ambients)]
    return [*facts, *((name, registry.verbs[name].returns or "any") for name in questions(definition))]


def _lean(value: Any, read: str) -> Any:
    """A sample without the fields that nothing in these files reads: what is left is what matters in a test."""
    if isinstance(value, list):
        return [_lean(item, read) for item in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _lean(item, read) for key, item in value.items() if key in _TELLING or re.search(rf"\.{key}\b", read)}
    return kept or value
