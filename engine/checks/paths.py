"""States that nobody reaches or leaves, and rules that never get their turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from engine.chart import Edge, Node
from engine.checks.subject import Subject


def check(subject: Subject) -> None:
    _unreachable(subject)
    _stuck(subject)
    for node in subject.chart.nodes.values():
        _shadowed(subject, node)
    _heard_twice(subject)


def _unreachable(subject: Subject) -> None:
    for name in subject.chart.nodes:
        if name not in subject.reached:
            reason = f'Nothing leads to "{name}".'
            subject.report("unreachable-state", ["states", name], reason, "Lead to it, or remove it.", key=True)


def _stuck(subject: Subject) -> None:
    """States that cannot be left, and states from which no way leads to an end although there is one."""
    chart = subject.chart
    finals = [name for name, node in chart.nodes.items() if node.state.final]
    if not finals and subject.flow:
        reason = "No state of this flow is final: a conversation would never end, and no other could call it."
        subject.report("no-end", ["states"], reason, "Make a state `final: true`.", key=True)
    before: dict[str, list[str]] = {}
    for edge in chart.edges:
        if edge.target is not None:
            before.setdefault(edge.target, []).append(edge.source)
    ending = set(_closure(finals, before))
    for name, node in chart.nodes.items():
        if node.state.final or name not in subject.reached:
            continue
        if all(edge.target in (None, name) for edge in node.edges):
            subject.report("stuck", ["states", name], f'"{name}" cannot be left.', "Say what leads on.", key=True)
        elif finals and name not in ending:
            subject.report("no-way-out", ["states", name], f'No way leads from "{name}" to an end.', key=True)


def _closure(names: Iterable[str], before: Mapping[str, list[str]]) -> Iterator[str]:
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            yield name
            waiting += before.get(name, [])


def _shadowed(subject: Subject, node: Node) -> None:
    """Rules behind one that always holds."""
    first: dict[str, Edge] = {}
    for edge in node.edges:
        always = first.get(edge.trigger)
        if always is None:
            if not edge.again and (edge.guard is None or edge.guard.source == "True"):
                first[edge.trigger] = edge
        elif edge.at != always.at and not (edge.at[0] == "anywhere" and node.name != _first(subject)):
            where = "in `anywhere`" if always.at[0] == "anywhere" else "above it"
            place = subject.document.place(always.at)
            reason = f"This rule never gets its turn: the one {where} on line {place.line} always holds."
            subject.report("shadowed-rule", edge.at, reason, "Give that one a guard, or put it last.")


def _first(subject: Subject) -> str:
    """The state at which rules of `anywhere`, which stand at all, are judged."""
    return next((name for name, node in subject.chart.nodes.items() if not node.state.final), "")


def _heard_twice(subject: Subject) -> None:
    seen: dict[str, int] = {}
    for index, block in enumerate(subject.document.content.get("anywhere") or []):
        for at, phrase in enumerate(block.get("hear") or []):
            words = " ".join(phrase.casefold().split())
            if words in seen:
                reason = f'"{phrase}" is already heard by rule {seen[words] + 1} of `anywhere`.'
                subject.report("heard-twice", ["anywhere", index, "hear", at], reason, "Remove it here or there.")
            seen.setdefault(words, index)
