"""What a test file says of the world around: facts, answers to questions, events that verbs answer with."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from engine.findings import did_you_mean
from engine.model import Event
from engine.registry import Registry
from engine.release import Compiled
from engine.tables import Table
from engine.testing.suite import Suite
from engine.testing.usual import carried, check
from engine.testing.values import Values
from engine.types import Types
from engine.yamltree import Node

ZONE = "Africa/Nairobi"


class Given(msgspec.Struct, frozen=True):
    """A `given` block, read. A reply that is None says that the verb answers nothing from now on."""

    answers: dict[str, Any] = {}  # ambient name or question -> value
    replies: dict[str, Event | None] = {}  # change or action -> the event that follows


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """What a test file prepares for all of its cases."""

    answers: dict[str, Any] = {}
    replies: dict[str, Event] = {}
    takes: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    now: datetime | None = None
    zone: str = ZONE


def given(node: Node | None, suite: Suite, values: Values, registry: Registry) -> Given:
    """Ambient facts and answers to questions are values; a change or action answers with an event. Raises Findings."""
    if node is None or node.value is None:
        return Given()
    answers: dict[str, Any] = {}
    replies: dict[str, Event | None] = {}
    for name, inner in node.value.items():
        verb = registry.verbs.get(name)
        if name in registry.ambients:
            answers[name] = values.read(inner, values.shape(registry.ambients[name].type))
        elif verb is None:
            hint = did_you_mean(name, [*registry.ambients, *registry.verbs])
            suite.refuse("unknown-verb", node.keys[name], f'There is no verb or fact "{name}".', hint)
        elif verb.sort == "question":
            answers[name] = values.read(inner, values.shape(verb.returns or "any"))
        else:
            replies[name] = _reply(inner, name, verb.answers, suite, values) if inner.value is not None else None
    return Given(answers, replies)


def prepared(suite: Suite | None, item: Compiled, registry: Registry, known: Types) -> Prepared:
    """Of a definition that has no tests yet: nothing. Raises Findings."""
    if suite is None:
        return Prepared()
    root = suite.root.value
    local = zone_of(suite.root)
    values = Values(suite, known, local)
    if isinstance(item, Table):
        written = root.get("facts")
        facts = values.record(written, dict(item.facts), f"The table {item.name}") if written is not None else {}
        return Prepared(facts=facts)
    check(suite, registry)
    read = given(root.get("given"), suite, values, registry)
    takes = {name: item.shapes[name] for name in item.takes}
    return Prepared(
        answers=read.answers,
        replies={name: event for name, event in read.replies.items() if event is not None},
        takes=values.record(root["takes"], dict(takes), f"What {suite.tests} takes") if "takes" in root else {},
        now=values.moment(root["now"]) if "now" in root else None,
        zone=local,
    )


def zone_of(*nodes: Node) -> str:
    """The zone that the business of the first of these blocks is in."""
    for node in nodes:
        written = node.value.get("given")
        business = written.value.get("business") if written is not None and isinstance(written.value, dict) else None
        if business is not None and isinstance(business.value, dict) and "zone" in business.value:
            return str(business.value["zone"].value)
    return ZONE


def _reply(node: Node, verb: str, answers: Mapping[str, Mapping[str, str]], suite: Suite, values: Values) -> Event:
    written = node.value if isinstance(node.value, dict) else {str(node.value): Node(None, node.place)}
    event, said = next(iter(written.items()))
    if event not in answers or len(written) != 1:
        hint = did_you_mean(event, answers)
        suite.refuse("unknown-event", node.place, f'{verb} does not answer with "{event}".', hint)
    data = carried(suite, event, said)
    return Event(name=event, data=values.record(data, dict(answers[event]), event) if data is not None else {})
