"""What was said and done so far, as a chat that a person can read, and the guards that decided.

Made of the steps themselves, so that a broken test, a counterexample and a conversation of the journal read alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from engine.definition import Definition
from engine.model import Decision, Event, Snapshot
from engine.tables import Table
from engine.testing.differing import shown
from engine.testing.machine import Taken
from engine.testing.places import Places
from engine.testing.walk import walk
from engine.values import encode

Who = Literal["customer", "business", "world", "time", "does", "tells"]
_UNITS = (("week", 604800), ("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a conversation. `key` is the text's, the event's or the verb's name."""

    who: Who
    text: str
    key: str = ""
    choices: tuple[str, ...] = ()  # the labels of what may be tapped


class Guard(msgspec.Struct, frozen=True, kw_only=True):
    """One guard as it was tried: where it stands, what it read, and what it said."""

    file: str
    line: int
    source: str
    values: dict[str, Any]
    result: bool


def transcript(taken: Iterable[Taken]) -> tuple[Line, ...]:
    """The conversation of these steps, from the first."""
    lines: list[Line] = []
    before: datetime | None = None
    for each in taken:
        if before is not None and each.step.at > before:
            lines.append(Line(who="time", text=f"{spent(each.step.at - before)} later"))
        before = each.step.at
        lines += _lines(each)
    return tuple(lines)


def guards(definition: Definition, taken: Iterable[Taken], places: Places) -> tuple[Guard, ...]:
    """Every guard that was tried in these steps, in order, each with the line of its rule."""
    return tuple(guard for each in taken for guard in _guards(definition, each, places))


def asked(decision: Decision, places: Places) -> Iterator[Guard]:
    """The guards of a table's rows as they were tried."""
    key = f"rules:{decision.table}"
    table = places.release.definitions[key]
    assert isinstance(table, Table)
    guarded = [row for row in table.rows if row.guard is not None]
    for row, tried in zip(guarded, decision.tried, strict=False):
        line = places.line(key, f"rows.{row.id}")
        yield Guard(
            file=table.file, line=line, source=tried.source, values=encode(tried.values), result=tried.result
        )  # fmt: skip


def _guards(definition: Definition, taken: Taken, places: Places) -> Iterator[Guard]:
    for passed in walk(definition, taken):
        whose = passed.definition
        key = f"{whose.kind}:{whose.name}"
        for tried in passed.microstep.guards:
            rules = [
                rule
                for _, source, rule in whose.rules
                if source == passed.microstep.source and rule.guard is not None and rule.source == tried.source
            ]
            path = rules[0].path if rules else passed.microstep.rule
            line = places.line(key, path) if path else 0
            values = encode(tried.values)
            yield Guard(file=whose.file, line=line, source=tried.source, values=values, result=tried.result)


def _lines(taken: Taken) -> Iterator[Line]:
    step = taken.step
    happened = _happened(step.event, taken.before)
    if happened is not None:
        yield happened
    for do in step.dos:
        yield Line(who="does", text=_fields(do.args), key=do.verb)
    for tell in step.tells:
        yield Line(who="tells", text=_fields(tell.data), key=tell.event)
    for index, say in enumerate(step.says):
        last = index == len(step.says) - 1
        labels = tuple(choice.label for choice in step.asked.choices) if last and step.asked is not None else ()
        yield Line(who="business", text=say.text, key=say.key, choices=labels)


def _happened(event: Event, before: Snapshot | None) -> Line | None:
    data = event.data
    if event.name == "start":
        return Line(who="world", text=_fields(data), key="start") if data else None
    if event.name == "after":
        return None  # that time has passed is said already
    if event.name not in ("answer", "unclear", "heard"):
        return Line(who="world", text=_fields(data), key=event.name)
    text = str(data.get("text") or "")
    choice = data.get("choice")
    asked = before.asked if before is not None else None
    for offered in asked.choices if asked is not None and not text else ():
        if offered.id == choice:
            text = f"[{offered.label}]"
    return Line(who="customer", text=text or shown(data.get("value")), key=event.name)


def _fields(data: dict[str, Any]) -> str:
    """Arguments on one line; records by what names them."""
    return ", ".join(f"{name}: {_brief(value)}" for name, value in data.items() if value is not None)


def _brief(value: Any) -> str:
    if isinstance(value, dict):
        known = [value[key] for key in ("ref", "label", "name", "id") if value.get(key)]
        return _brief(known[0]) if known else shown(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    return shown(value)


def spent(passed: timedelta) -> str:
    """A duration in words: 2 hours, 90 minutes."""
    seconds = round(passed.total_seconds())
    for name, size in _UNITS:
        if seconds >= size and seconds % size == 0:
            count = seconds // size
            return f"{count} {name}{'' if count == 1 else 's'}"
    return "a moment"
