"""A compiled definition as a graph: what the checks, the prover, the difference and the diagrams read.

Built from the very rules that the machine runs, so that nobody who reads a chart can see another machine than the
one that will run.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec

from engine.acts import Act, Place
from engine.definition import NEXT, NONE, START, UNCLEAR, Again, Definition, Rule, State
from engine.scope import Expression

Kind = Literal["start", "event", "answer", "return", "unclear", "heard", "after", "at", "next", "none"]


class Edge(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One rule in one state. Edges of one state and trigger are tried in their order; the first that holds fires.

    `anywhere` rules stand at every state that is not final.
    """

    source: str
    trigger: str  # as the machine knows it: "answer", "payment.confirmed", "after:15m", "at:0", "heard anywhere[0]"
    kind: Kind
    rule: Rule

    @property
    def target(self) -> str | None:
        """The state that is entered; None where the machine stays, which neither leaves nor enters."""
        return self.rule.to

    @property
    def guard(self) -> Expression | None:
        return self.rule.guard

    @property
    def acts(self) -> tuple[Act, ...]:
        return self.rule.acts

    @property
    def at(self) -> Place:
        """Where the rule stands in the document."""
        return self.rule.at

    @property
    def again(self) -> bool:
        """Whether this is `unclear` saying it once more, which the number of tries bounds."""
        return isinstance(self.rule, Again)


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A state with the edges that leave it or stay in it, in the order of trying."""

    name: str
    state: State
    edges: tuple[Edge, ...]

    @property
    def at(self) -> Place:
        return ("states", self.name)

    @property
    def acts(self) -> tuple[Act, ...]:
        """What is done on entering, before a question is put or a flow is called."""
        return self.state.acts

    def on(self, trigger: str) -> tuple[Edge, ...]:
        return tuple(edge for edge in self.edges if edge.trigger == trigger)

    @property
    def passes(self) -> bool:
        """Whether the machine may go on from here at once, without waiting for anybody."""
        return self.state.next or self.state.call is not None or any(edge.kind == "none" for edge in self.edges)

    @property
    def rests(self) -> bool:
        """Whether the machine may stay here and wait: neither final nor always left at once."""
        if self.state.final or self.state.call is not None:
            return False
        return not any(edge.guard is None and edge.target is not None for edge in self.on(NEXT))


class Chart(msgspec.Struct, frozen=True, kw_only=True):
    """All states and rules of one definition. What it calls has a chart of its own."""

    definition: Definition
    start: str
    nodes: dict[str, Node]
    edges: tuple[Edge, ...]

    def into(self, name: str) -> tuple[Edge, ...]:
        """The edges that enter a state."""
        return tuple(edge for edge in self.edges if edge.target == name)

    def reached(self, start: Iterable[str] = ()) -> frozenset[str]:
        """The states that some path of edges leads to, guards left aside."""
        found: set[str] = set()
        waiting = [*start] or [self.start]
        while waiting:
            name = waiting.pop()
            if name in found:
                continue
            found.add(name)
            waiting += [edge.target for edge in self.nodes[name].edges if edge.target is not None]
        return frozenset(found)


def chart(definition: Definition) -> Chart:
    """The chart of a definition that compiled."""
    leaving: dict[str, list[Edge]] = {name: [] for name in definition.states}
    start = ""
    for trigger, source, rule in definition.rules:
        if source == START:
            start = rule.to or ""
            continue
        kind = _kind(trigger, definition.states[source])
        leaving[source].append(Edge(source=source, trigger=trigger, kind=kind, rule=rule))
    nodes = {
        name: Node(name=name, state=state, edges=tuple(leaving[name])) for name, state in definition.states.items()
    }
    edges = tuple(edge for node in nodes.values() for edge in node.edges)
    return Chart(definition=definition, start=start, nodes=nodes, edges=edges)


_OWN: dict[str, Kind] = {NEXT: "next", NONE: "none", UNCLEAR: "unclear", "answer": "answer"}


def _kind(trigger: str, state: State) -> Kind:
    if trigger in _OWN:
        return _OWN[trigger]
    if trigger.startswith("heard "):
        return "heard"
    if trigger.startswith("after:"):
        return "after"
    if trigger.startswith("at:"):
        return "at"
    if state.call is not None and trigger.rpartition(".")[0] == state.call.definition.name:
        return "return"
    return "event"
