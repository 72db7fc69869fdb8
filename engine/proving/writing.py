"""A conversation that breaks a promise, written as a test of YAML and told as a story.

The test plays as it stands: it shows what the definition does today. Once the promise is kept it fails, and may go.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from engine import stepping
from engine.currency import major
from engine.model import Event
from engine.promises import Promise
from engine.proving.confirming import NOW, Conversation, Deed
from engine.proving.retracing import SAID
from engine.proving.subject import Subject
from engine.testing.machine import Taken
from engine.types import Shape
from engine.values import Money

Understand = Callable[..., Event]  # language.understand
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_.]*\Z")
_NOT_WORDS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def as_test(
    subject: Subject, promise: Promise, conversation: Conversation, understand: Understand | None = None
) -> str:
    """The conversation as a test file of the definition."""
    definition = subject.definition
    given = dict(conversation.deeds[0].given)
    lines = [f"tests: {definition.kind}:{definition.name}"]
    lines += _mapping("given", given)
    if conversation.takes:
        shapes = definition.shapes
        lines += [
            "takes:",
            *(f"  {name}: {written(value, shapes[name])}" for name, value in conversation.takes.items()),
        ]
    lines += ["", "cases:", f"  - name: {written(f'This breaks the promise {promise.text}')}"]
    if definition.kind == "flow":
        lines.append(f"    language: {definition.languages[0]}")
    lines.append("    steps:")
    for index, deed in enumerate(conversation.deeds):
        taken = conversation.taken[index]
        news = {name: value for name, value in deed.given.items() if index and given.get(name) != value}
        given |= news
        move = _move(subject, deed, taken, understand)
        if deed.passed and deed.happened.kind not in ("after", "at"):
            lines.append(f"      - {{{_time(deed.passed, taken.step.at)}}}")
        said = [f"given: {_flow(news)}"] if news else []
        said += [move] if move else []
        said.append(f"expect: {_expected(subject, taken)}")
        lines += [f"      - {said[0]}", *(f"        {part}" for part in said[1:])]
    if conversation.after:
        last = conversation.taken[-1]
        expect = f"{{state: {last.step.snapshot.state}}}"
        moment = conversation.taken[len(conversation.deeds) - 1].step.at + conversation.after
        lines.append(f"      - {{{_time(conversation.after, moment)}, expect: {expect}}}")
    return "\n".join(lines) + "\n"


def _mapping(key: str, values: dict[str, Any]) -> list[str]:
    return [f"{key}:", *(f"  {name}: {written(value)}" for name, value in values.items())] if values else []


def _flow(values: dict[str, Any]) -> str:
    return "{" + ", ".join(f"{name}: {written(value)}" for name, value in values.items()) + "}"


def _time(passed: timedelta, moment: datetime) -> str:
    seconds, rest = divmod(passed // timedelta(microseconds=1), 1_000_000)
    for unit, size in _UNITS:
        if not rest and seconds % size == 0 and seconds // size < 1_000_000:
            return f"after: {seconds // size}{unit}"
    return f'at: "{moment.astimezone(UTC).isoformat()}"'


def _move(subject: Subject, deed: Deed, taken: Taken, understand: Understand | None) -> str:
    kind = deed.happened.kind
    if kind == "start":
        return ""
    if kind in ("after", "at"):
        return _time(deed.passed, taken.step.at)
    spoken = _spoken(subject, deed, taken, understand) if understand is not None else ""
    if spoken:
        return spoken
    data = deed.event.data
    fields = subject.fields(deed.event.name)
    known = {name: value for name, value in data.items() if not fields or name in fields}
    with_ = ", ".join(f"{name}: {written(value, fields.get(name))}" for name, value in known.items())
    return f"event: {deed.event.name}" + (f"\n        with: {{{with_}}}" if with_ else "")


def _spoken(subject: Subject, deed: Deed, taken: Taken, understand: Understand | None) -> str:
    """What a person does, if it is understood to be this event."""
    before = taken.before
    if before is None or understand is None:
        return ""
    expectation = stepping.expectation(subject.definition, before)
    ways: list[tuple[str, dict[str, Any]]] = []
    if deed.taps:
        ways.append((f"taps: {written(deed.taps)}", {"kind": "choice", "choice_id": deed.taps, "text": ""}))
    elif deed.happened.kind == "heard":
        phrases = dict(expectation.hears).get(str(deed.event.data.get("key")), ())
        ways += [(f"says: {written(phrase)}", {"kind": "text", "text": phrase}) for phrase in phrases]
    elif deed.happened.kind == "answer":
        said = next((said for value, said in SAID.values() if value == deed.event.data.get("value")), "")
        ways.append((f"says: {written(said)}", {"kind": "text", "text": said}))
    elif deed.happened.kind == "unclear":
        ways.append(('says: "%%%"', {"kind": "text", "text": "%%%"}))
    for said, message in ways:
        event = understand(
            expectation, message, now=taken.step.at, zone="Africa/Nairobi", region="KE", currency="KES"
        )  # fmt: skip
        same = event.name == deed.event.name and event.data.get("key") == deed.event.data.get("key")
        same = same and event.data.get("choice") == deed.event.data.get("choice") and not event.data.get("candidates")
        if same and (deed.taps or event.data.get("value") == deed.event.data.get("value")):
            return said
    return ""


def _expected(subject: Subject, taken: Taken) -> str:
    step = taken.step
    here = step.snapshot
    parts = []
    if step.says:
        parts.append(f"texts: [{', '.join(say.key for say in step.says)}]")
    if step.dos:
        parts.append(f"does: [{', '.join(do.verb for do in step.dos)}]")
    if step.tells:
        parts.append(f"tells: [{', '.join(tell.event for tell in step.tells)}]")
    running = subject.definition.reachable[here.definition].name
    parts.append(f"state: {here.state if not here.frames else f'{running}.{here.state}'}")
    if here.done:
        parts.append("done: true")
    return "{" + ", ".join(parts) + "}"


def written(value: Any, shape: Shape | None = None) -> str:
    """A value as test files write it: plainly where its type is known, else with its type beside it."""
    typed = shape is not None and shape.base not in ("any", "record")
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, str):
        plain = _WORD.match(value) and value.lower() not in _NOT_WORDS
        return value if plain else msgspec.json.encode(value).decode()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(written(item, shape.item if shape is not None else None) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name}: {written(inner)}" for name, inner in value.items()) + "}"
    return _special(value, typed)


def _special(value: Any, typed: bool) -> str:
    if isinstance(value, Money):
        amount = f"{major(value.amount, value.currency):f}".removesuffix(".00") if abs(value.amount) < 10**15 else "0"
        return f"{value.currency} {amount}" if typed else f"{{money: {amount}, currency: {value.currency}}}"
    if isinstance(value, datetime):
        text, tag = f'"{value.astimezone(UTC).isoformat()}"', "when"
    elif isinstance(value, date):
        text, tag = value.isoformat(), "date"
    elif isinstance(value, time):
        text, tag = f'"{value.isoformat()}"', "time"
    else:
        seconds = int(value.total_seconds())
        text, tag = next(f"{seconds // size}{unit}" for unit, size in _UNITS if seconds % size == 0), "duration"
    return text if typed else f"{{{tag}: {text}}}"


def story(subject: Subject, conversation: Conversation) -> Iterator[str]:
    """The conversation in sentences, one an event."""
    before = NOW
    for deed, taken in zip(conversation.deeds, conversation.taken, strict=False):
        yield f"{_deed(deed, taken.step.at - before)} → {_outcome(subject, taken)}"
        before = taken.step.at
    if conversation.after:
        where = conversation.taken[-1].step.snapshot.state
        yield f"{_span(conversation.after)} pass, and nothing leads on → still {where}"


def _deed(deed: Deed, passed: timedelta) -> str:
    kind, data = deed.happened.kind, deed.event.data
    waited = f"{_span(passed)} later, " if passed and kind not in ("after", "at") else ""
    if kind == "start":
        return "it begins"
    if kind in ("after", "at"):
        return f"{_span(passed)} pass"
    if kind == "answer":
        return f"{waited}the customer " + (
            f"picks {deed.taps}" if deed.taps else f"answers {_shown(data.get('value'))}"
        )
    if kind == "unclear":
        return f"{waited}the customer says something unclear"
    if kind == "heard":
        return f"{waited}the customer says a word that is heard everywhere"
    shown = ", ".join(f"{name} {_shown(value)}" for name, value in data.items())
    return f"{waited}{deed.event.name} comes" + (f" with {shown}" if shown else "")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "(" + ", ".join(f"{name}: {_shown(inner)}" for name, inner in value.items()) + ")"
    return "nothing" if value is None else str(value)


def _outcome(subject: Subject, taken: Taken) -> str:
    step = taken.step
    parts = []
    if step.dos:
        parts.append("does " + ", ".join(do.verb for do in step.dos))
    if step.tells:
        parts.append("tells " + ", ".join(tell.event for tell in step.tells))
    if step.says:
        parts.append("says " + ", ".join(say.key for say in step.says))
    running = subject.definition.reachable[step.snapshot.definition].name
    stand = step.snapshot.state if not step.snapshot.frames else f"{running}.{step.snapshot.state}"
    return "; ".join([stand, *parts])


def _span(passed: timedelta) -> str:
    seconds = int(passed.total_seconds())
    words = (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1))
    for word, size in words:
        if seconds and seconds % size == 0:
            return f"{seconds // size} {word}{'s' if seconds != size else ''}"
    return f"{passed.total_seconds():g} seconds"
