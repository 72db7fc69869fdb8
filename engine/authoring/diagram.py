"""A flow or lifecycle as a picture: states and the ways between them, each with its place in the text."""

from __future__ import annotations

import msgspec

from engine.chart import Chart, Edge, chart
from engine.definition import Definition
from engine.document import At, load

_SHOWN = {"unclear": "unclear", "next": "", "none": "nothing to choose"}


class Box(msgspec.Struct, frozen=True, kw_only=True):
    """A state. `trap`: no way leads from it to an end; `reached`: a way leads to it from the start."""

    id: str
    line: int
    end_line: int
    kind: str  # ask, call, final, pass, wait
    start: bool
    reached: bool
    trap: bool
    calls: str = ""


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One or more rules from a state to another. `label` is what it takes, short; `lines` where the rules stand."""

    source: str
    target: str
    label: str
    lines: tuple[int, ...]
    guards: tuple[str, ...] = ()


class Diagram(msgspec.Struct, frozen=True, kw_only=True):
    """`interrupts` stand at every state and would cross every line: they are listed apart."""

    name: str
    kind: str
    boxes: tuple[Box, ...]
    ways: tuple[Way, ...]
    interrupts: tuple[Way, ...] = ()


def diagram(definition: Definition) -> Diagram:
    """The picture of a definition that compiled."""
    drawn = chart(definition)
    places = load(definition.source, definition.file)

    def line(at: At) -> int:
        return places.place(at, key=True).line

    reached, ending = drawn.reached(), _ending(drawn)
    boxes = []
    for name, node in drawn.nodes.items():
        place = places.place(("states", name))
        boxes.append(
            Box(
                id=name, line=line(("states", name)), end_line=max(place.end_line, line(("states", name))),
                kind=_kind(drawn, name), start=name == drawn.start, reached=name in reached,
                trap=name in reached and name not in ending,
                calls=node.state.call.definition.name if node.state.call is not None else "",
            )
        )  # fmt: skip
    joined: dict[tuple[str, str], list[Edge]] = {}
    everywhere: dict[str, Edge] = {}
    for edge in drawn.edges:
        if edge.target is None:
            continue
        if edge.at[:1] == ("anywhere",):
            everywhere.setdefault(edge.rule.path, edge)
        else:
            joined.setdefault((edge.source, edge.target), []).append(edge)
    ways = [_way(edges, [line(edge.at) for edge in edges]) for edges in joined.values()]
    interrupts = [_interrupt(definition, edge, line(edge.at)) for edge in everywhere.values()]
    return Diagram(
        name=definition.name, kind=definition.kind, boxes=tuple(boxes), ways=tuple(ways), interrupts=tuple(interrupts)
    )


def _way(edges: list[Edge], lines: list[int]) -> Way:
    labels = dict.fromkeys(_label(edge) for edge in edges)
    guards = dict.fromkeys(edge.guard.source for edge in edges if edge.guard is not None)
    return Way(
        source=edges[0].source, target=edges[0].target or "", label=", ".join(filter(None, labels)),
        lines=tuple(dict.fromkeys(lines)), guards=tuple(guards),
    )  # fmt: skip


def _interrupt(definition: Definition, edge: Edge, line: int) -> Way:
    phrases = dict(definition.hears).get(edge.rule.path, ())
    return Way(source="", target=edge.target or "", label=", ".join(phrases) or edge.trigger, lines=(line,))


def _label(edge: Edge) -> str:
    if edge.kind == "after":
        return f"after {edge.trigger.removeprefix('after:')}"
    if edge.kind == "at":
        return "at a time"
    return _SHOWN.get(edge.kind, edge.trigger)


def _kind(drawn: Chart, name: str) -> str:
    state = drawn.nodes[name].state
    if state.final:
        return "final"
    if state.call is not None:
        return "call"
    if state.ask is not None:
        return "ask"
    return "wait" if drawn.nodes[name].rests else "pass"


def _ending(drawn: Chart) -> set[str]:
    """The states from which some way leads to an end; all of them where nothing is meant to end."""
    ending = {name for name, node in drawn.nodes.items() if node.state.final} or set(drawn.nodes)
    growing = True
    while growing:
        more = {edge.source for edge in drawn.edges if edge.target in ending} - ending
        ending |= more
        growing = bool(more)
    return ending
