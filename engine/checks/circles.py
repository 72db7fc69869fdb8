"""Circles that one event would go round in until the limit of transitions stops it.

A circle of `next` rules (and of questions with nothing to choose from) ends by itself only if something on the
way round changes what its guards read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.acts import Act, Place
from engine.chart import Edge, Node, chart
from engine.checks.reasoning import Reason
from engine.checks.subject import Subject
from engine.definition import NEXT, Definition
from engine.scope import Expression

Way = list[Edge]
_STEPS = 20_000


def check(subject: Subject) -> None:
    nodes = subject.chart.nodes
    following = {name: _at_once(node) for name, node in nodes.items() if name in subject.reached}
    said: set[Place] = set()
    for way in _rounds(following):
        if _ends_by_itself(subject, way) or not _can_be(subject, way):
            continue
        if way[0].at in said:
            continue
        said.add(way[0].at)
        names = [edge.source for edge in way]
        reason = f"{' > '.join([*names, names[0]])} goes round without waiting for an answer, an event or a timer."
        subject.report("endless-circle", way[0].at, reason, "Let one of them wait.")


def _at_once(node: Node) -> list[Edge]:
    """The rules that may lead on without anything happening, up to the first that always does."""
    found: list[Edge] = []
    for edge in node.on(NEXT):
        if edge.target is not None:
            found.append(edge)
        if edge.guard is None:
            break
    call = node.state.call
    ended = f"{call.definition.name}.{_ends_at_once(call.definition)}" if call is not None else ""
    for edge in node.on(ended) if ended else ():
        if edge.target is not None:
            found.append(edge)
        if edge.guard is None:
            break
    return found + [edge for edge in node.edges if edge.kind == "none"]


def _ends_at_once(definition: Definition) -> str:
    """The end that a called flow always reaches without waiting for anybody; nothing if it may wait."""
    drawn = chart(definition)
    here, seen = drawn.start, set[str]()
    while here not in seen and not drawn.nodes[here].state.final:
        seen.add(here)
        node = drawn.nodes[here]
        first = next(iter(node.on(NEXT)), None)
        if node.state.call is not None or first is None or first.guard is not None or first.target is None:
            return ""
        here = first.target
    return here if drawn.nodes[here].state.final else ""


def _rounds(following: Mapping[str, list[Edge]]) -> Iterator[Way]:
    """Circles, each from the first of its states; not for ever where there are very many."""
    order = {name: index for index, name in enumerate(following)}
    steps = 0
    for start in following:
        stack, on_way = [(start, 0)], {start}
        while stack and steps < _STEPS:
            name, index = stack.pop()
            if index == len(following[name]):
                on_way.discard(name)
                continue
            steps += 1
            stack.append((name, index + 1))
            target = str(following[name][index].target)
            if target == start:
                yield [following[each][at - 1] for each, at in stack]
            elif order.get(target, -1) > order[start] and target not in on_way:
                stack.append((target, 0))
                on_way.add(target)


def _ends_by_itself(subject: Subject, way: Way) -> bool:
    read: set[str] = set()
    written: set[str] = set()
    for edge in way:
        node = subject.chart.nodes[edge.source]
        for other in node.on(edge.trigger):
            if other.guard is not None:
                read.update(path.split(".")[0] for path in other.guard.reads)
            if other is edge:
                break
        if edge.kind == "none" and node.state.ask is not None:
            read.update(path.split(".")[0] for _, value in node.state.ask.args for path in value.reads)
        written |= _written(edge.acts) | _written(node.acts)
    return "tries" in read or not read.isdisjoint(written)


def _can_be(subject: Subject, way: Way) -> bool:
    """Whether the guards on the way round may hold together. Nothing that they read changes meanwhile."""
    wanted: list[tuple[Expression, bool]] = []
    for edge in way:
        for other in subject.chart.nodes[edge.source].on(edge.trigger):
            if other.guard is not None:
                wanted.append((other.guard, other is edge))
            if other is edge:
                break
    return Reason(subject.names, subject.types, frozenset()).possible(wanted).answer == "yes"


def _written(acts: tuple[Act, ...]) -> set[str]:
    return {act.name if act.kind == "set" else act.to for act in acts if act.kind in ("set", "decide")}
