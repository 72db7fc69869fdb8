"""What events usually carry, said once in a test file; whoever has one happen says only what is otherwise.

events: {ads.weighed: {step: {change_pct: 15, capped: true}}}
cases:
  - name: a large step waits for a person
    given: {ads.weigh: {ads.weighed: {step: {change_pct: 30}}}}
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.findings import did_you_mean
from engine.registry import Registry
from engine.testing.suite import Suite
from engine.yamltree import Node


def carried(suite: Suite, event: str, said: Node | None) -> Node | None:
    """The data of an event: what it usually carries, and laid over it what is said here. None: no data."""
    events = suite.root.value.get("events")
    usual = events.value.get(event) if events is not None else None
    if said is None or said.value is None:
        return usual if usual is not None else said
    return said if usual is None else _over(usual, said)


def check(suite: Suite, registry: Registry) -> None:
    """Raises Findings for an event that nobody knows, and that happens nowhere in the file."""
    events = suite.root.value.get("events")
    if events is None:
        return
    answers = {event for verb in registry.verbs.values() for event in verb.answers}
    known = {*registry.events, *answers, *_happening(suite)}
    for name, place in events.keys.items():
        if name not in known:
            suite.refuse("unknown-event", place, f'There is no event "{name}".', did_you_mean(name, known))


def _happening(suite: Suite) -> Iterator[str]:
    for case in suite.cases:
        for step in case.node.value["steps"].value:
            if "event" in step.value:
                yield str(step.value["event"].value)


def _over(usual: Node, said: Node) -> Node:
    """Records field by field; lists and all else as they are said."""
    if not isinstance(usual.value, dict) or not isinstance(said.value, dict):
        return said
    fields = {
        name: _over(usual.value[name], inner) if name in usual.value else inner for name, inner in said.value.items()
    }
    return Node({**usual.value, **fields}, said.place, keys={**usual.keys, **said.keys})
