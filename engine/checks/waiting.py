"""Waits that may last for ever, questions nobody is helped with, and timers that never or too early come."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from engine.chart import Edge, Node
from engine.checks.subject import Subject


def check(subject: Subject) -> None:
    for name, node in subject.chart.nodes.items():
        if name in subject.reached and not node.state.final:
            _without_timeout(subject, node)
            _without_unclear(subject, node)
        _too_late(subject, node)
        _too_short(subject, node)


def _without_timeout(subject: Subject, node: Node) -> None:
    """A flow never waits for ever; a lifecycle may, unless it waits for an event that it names."""
    skipped = {moment.name for moment in node.state.moments if moment.past == "skip"}
    timers = (edge for edge in node.edges if edge.kind in ("after", "at") and edge.trigger not in skipped)
    if not node.rests or any(_leaves(edge) for edge in timers):
        return
    named = any(edge.kind == "event" and edge.at[0] == "states" and edge.target for edge in node.edges)
    if subject.flow or named:
        reason = f'"{node.name}" may wait for ever: no timer leads out of it.'
        subject.report("no-timeout", ["states", node.name], reason, "Add `after: {24h: …}`.", key=True)


def _leaves(edge: Edge) -> bool:
    return edge.target is not None


def _without_unclear(subject: Subject, node: Node) -> None:
    ask = node.state.ask
    if ask is None:
        return
    path = ["states", node.name, "ask"]
    if not any(edge.kind == "unclear" and not edge.again for edge in node.edges):
        has = "unclear" in (subject.document.content["states"][node.name] or {})
        reason = "Nobody is helped who is not understood here" + (" again and again." if has else ".")
        subject.report("no-unclear", path, reason, "Add `unclear: {say: …, tries: 2, then: …}`.", key=True)


def _too_late(subject: Subject, node: Node) -> None:
    """Timers behind one that has left the state by then."""
    left: tuple[timedelta, str] | None = None
    for trigger, delay in sorted(node.state.delays, key=lambda each: each[1]):
        key = trigger.removeprefix("after:")
        if left is not None and delay > left[0]:
            reason = f"This never comes: the state is left after {left[1]}."
            subject.report("timer-never", ["states", node.name, "after", key], reason, key=True)
        elif left is not None:
            reason = f"{key} is as long as {left[1]}, which leaves the state."
            subject.report("timer-never", ["states", node.name, "after", key], reason, key=True)
        elif any(edge.guard is None and _leaves(edge) for edge in node.on(trigger)):
            left = (delay, key)


def _too_short(subject: Subject, node: Node) -> None:
    """A state that is left before what it asked for can have answered."""
    for verb_name in dict.fromkeys(_asked(subject, node)):
        within = subject.registry.verbs[verb_name].answers_within
        if within is None:
            continue
        for trigger, delay in node.state.delays:
            if delay < within and any(_leaves(edge) for edge in node.on(trigger)):
                key = trigger.removeprefix("after:")
                reason = f"{verb_name} may take {_said(within)} to answer; the state is left after {key}."
                subject.report("timer-too-short", ["states", node.name, "after", key], reason, key=True)


def _asked(subject: Subject, node: Node) -> Iterator[str]:
    """The verbs whose answers are waited for here: asked on entry, or by every rule that leads here."""
    for act in node.acts:
        if act.kind == "do":
            yield act.name
    for edge in subject.into[node.name]:
        yield from (act.name for act in edge.acts if act.kind == "do")


def _said(time: timedelta) -> str:
    seconds = int(time.total_seconds())
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"
