"""Circles that one event would go round in until the limit of transitions stops it.

A circle of `next` rules (and of questions with nothing to choose from) ends by itself only if something on the
way round changes what its guards read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.acts import Act
from engine.chart import Edge, Node
from engine.checks.subject import Subject
from engine.definition import NEXT

Way = list[Edge]


def check(subject: Subject) -> None:
    nodes = subject.chart.nodes
    following = {name: _at_once(node) for name, node in nodes.items() if name in subject.reached}
    order = {name: index for index, name in enumerate(nodes)}
    for way in _rounds(following):
        if _ends_by_itself(subject, way):
            continue
        at = min(range(len(way)), key=lambda index: order[way[index].source])
        names = [edge.source for edge in (*way[at:], *way[:at])]
        first = names[0]
        reason = f"{' > '.join([*names, first])} goes round without waiting for an answer, an event or a timer."
        subject.report("endless-circle", way[at].at, reason, "Let one of them wait.")


def _at_once(node: Node) -> list[Edge]:
    """The rules that may lead on without anything happening, up to the first that always does."""
    found: list[Edge] = []
    for edge in node.on(NEXT):
        if edge.target is not None:
            found.append(edge)
        if edge.guard is None:
            break
    return found + [edge for edge in node.edges if edge.kind == "none"]


def _rounds(following: Mapping[str, list[Edge]]) -> Iterator[Way]:
    """Circles, walking each state's ways until they close; at least one of every knot of circles."""
    done: set[str] = set()
    for start in following:
        way: Way = []
        stack: list[tuple[str, int]] = [(start, 0)]
        on_way: dict[str, int] = {}
        while stack:
            name, index = stack.pop()
            if index == 0:
                if name in done:
                    continue
                on_way[name] = len(stack)
            if index == len(following.get(name, ())):
                done.add(name)
                del on_way[name]
                continue
            edge = following[name][index]
            stack.append((name, index + 1))
            if edge.target in on_way:
                way = [following[each][at - 1] for each, at in stack[on_way[str(edge.target)] :]]
                yield way
            elif edge.target not in done:
                stack.append((str(edge.target), 0))


def _ends_by_itself(subject: Subject, way: Way) -> bool:
    read: set[str] = set()
    written: set[str] = set()
    for edge in way:
        node = subject.chart.nodes[edge.source]
        for other in node.on(NEXT):
            if other.guard is not None:
                read.update(path.split(".")[0] for path in other.guard.reads)
            if other is edge:
                break
        if edge.kind == "none" and node.state.ask is not None:
            read.update(path.split(".")[0] for _, value in node.state.ask.args for path in value.reads)
        written |= _written(edge.acts) | _written(node.acts)
    return "tries" in read or not read.isdisjoint(written)


def _written(acts: tuple[Act, ...]) -> set[str]:
    return {act.name if act.kind == "set" else act.to for act in acts if act.kind in ("set", "decide")}
