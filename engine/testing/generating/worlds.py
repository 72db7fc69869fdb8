"""The worlds that a search begins in: as the test file has it, and with one thing otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from engine.definition import Definition
from engine.model import Event
from engine.registry import Registry

_LONG = timedelta(days=30)


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """How a machine begins. What differs from the test file's own is in `changed`: it has to stand in the case."""

    answers: dict[str, Any] = {}
    replies: dict[str, Event] = {}
    takes: dict[str, Any] = {}
    now: datetime
    changed: frozenset[str] = frozenset()  # names of answers and replies, "takes", "now"

    def with_answer(self, name: str, value: Any) -> Start:
        return msgspec.structs.replace(
            self, answers={**self.answers, name: value}, changed=self.changed | {name}
        )  # fmt: skip

    def without_replies(self) -> Start:
        """Verbs answer when the search says so."""
        return msgspec.structs.replace(self, replies={}, changed=self.changed | set(self.replies))

    def with_takes(self, takes: dict[str, Any]) -> Start:
        return msgspec.structs.replace(self, takes=takes, changed=self.changed | {"takes"})

    def at(self, now: datetime) -> Start:
        return msgspec.structs.replace(self, now=now, changed=self.changed | {"now"})


def starts(
    first: Start, definition: Definition, registry: Registry, examples: list[Mapping[str, Any]]
) -> Iterator[Start]:
    """Worlds to search in, the plainest first. `examples` are facts that a solver found some guard to need."""
    yield first
    if first.replies:
        yield first.without_replies()
    asked = questions(definition)
    for name in asked:
        yield first.with_answer(name, [])
        items = first.answers.get(name)
        if isinstance(items, list) and items:
            yield first.with_answer(name, _alike(items))
    for example in examples:
        fitted = _fitted(first, example, definition, registry, asked)
        if fitted is not None:
            yield fitted
            if fitted.replies:
                yield fitted.without_replies()
    for name in definition.ambients:
        for field in first.answers.get(name) or {}:
            if field not in ("zone", "currency") and _is_read(definition, name, field):
                yield first.with_answer(name, {**first.answers[name], field: None})
    for moment in _moments(first.takes):
        yield first.at(moment - _LONG)
        yield first.at(moment + timedelta(days=1))


def questions(definition: Definition) -> list[str]:
    """The questions that choices come from, here and in what is called."""
    states = [state for each in definition.reachable.values() for state in each.states.values()]
    return list(
        dict.fromkeys(s.ask.source for s in states if s.ask is not None and s.ask.source and s.ask.items is None)
    )


def _alike(items: list[Any]) -> list[Any]:
    """Two choices that a word could mean both of."""
    first = items[0]
    if not isinstance(first, dict):
        return items
    field = "label" if "label" in first else "name"
    return [
        {**first, "id": f"alike{number}", field: f"Alike {word}"} for number, word in ((1, "small"), (2, "large"))
    ]  # fmt: skip


def _fitted(
    first: Start, example: Mapping[str, Any], definition: Definition, registry: Registry, asked: list[str]
) -> Start | None:
    """The first world with an example's facts merged in wherever a name or a record of that type stands."""
    changed = first
    for name, value in example.items():
        if name in first.answers and isinstance(value, dict):
            changed = changed.with_answer(name, {**(first.answers[name] or {}), **value})
        elif name in definition.takes:
            before = changed.takes.get(name)
            merged = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
            changed = changed.with_takes({**changed.takes, name: merged})
        elif isinstance(value, dict):
            for question in asked:
                items = changed.answers.get(question)
                if registry.verbs[question].returns == f"list of {name}" and isinstance(items, list) and items:
                    changed = changed.with_answer(question, [{**items[0], **value}, *items[1:]])
    return changed if changed is not first else None


def _is_read(definition: Definition, name: str, field: str) -> bool:
    guards = (
        rule.source for each in definition.reachable.values() for _, _, rule in each.rules if rule.guard is not None
    )
    return any(f"{name}.{field}" in source for source in guards)


def _moments(value: Any) -> list[datetime]:
    if isinstance(value, datetime):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return sorted({moment for item in inner for moment in _moments(item)})
