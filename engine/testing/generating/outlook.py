"""What can be said of a search before it begins: what nothing leads to, and which facts a guard wants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.chart import Chart, Edge, Node
from engine.definition import Definition
from engine.logic import Space, possible
from engine.registry import Registry
from engine.scope import ExpressionError
from engine.testing.coverage import Item
from engine.types import Shape, Types

Example = tuple[str, dict[str, Any]]  # the trigger of a rule, and facts with which its guard holds
Hopeless = dict[str, str]  # path -> why it cannot be reached


def examples(drawn: Chart, missing: Iterable[Item], registry: Registry, known: Types) -> tuple[list[Example], Hopeless]:
    """Facts for each guard that was not passed, and the rules whose guards no facts can pass."""
    found: list[Example] = []
    impossible: Hopeless = {}
    paths = {item.path for item in missing if item.kind == "transitions"}
    for node in drawn.nodes.values():
        for edge in node.edges:
            wanted = _wanted(node, edge)
            if edge.rule.path not in paths or not wanted:
                continue
            try:
                space = Space(_shapes(drawn.definition, edge.trigger, node.name, registry, known), known)
                verdict = possible(space, wanted)
            except (ExpressionError, KeyError):
                continue
            if verdict.answer == "yes":
                found.append((edge.trigger, verdict.example))
            elif verdict.answer == "no":
                impossible[edge.rule.path] = "its guard cannot hold here, whatever the facts"
    return found, impossible


def hopeless(drawn: Chart) -> Hopeless:
    """What no search can reach, because nothing in the file leads there."""
    reached = drawn.reached()
    lost = {f"states.{name}": "no rule leads to it" for name in drawn.nodes if name not in reached}
    for edge in drawn.edges:
        if edge.source not in reached and edge.rule.path.startswith("states."):
            lost[edge.rule.path] = f"no rule leads to {edge.source}"
    said = {key for name in reached for key in _says(drawn.nodes[name])}
    silent = {f"texts.{key}": "nothing says it" for key in drawn.definition.texts if key not in said}
    return lost | silent


def _wanted(node: Node, edge: Edge) -> list[tuple[Any, bool]]:
    """The guards that are tried before a rule do not hold, its own does."""
    edges = node.on(edge.trigger)
    before = [(other.guard, False) for other in edges[: edges.index(edge)] if other.guard is not None]
    return [*before, (edge.guard, True)] if edge.guard is not None else list(before)


def _says(node: Node) -> set[str]:
    """The keys of the texts that a state, its rules and its question may say."""
    acts = (*node.acts, *(act for edge in node.edges for act in edge.acts))
    said = {act.name for act in acts if act.kind == "say"}
    ask = node.state.ask
    if ask is not None:
        said |= {ask.text, ask.again or "", ask.between or "", *(key for _, _, key in ask.options)}
    return said


def _shapes(
    definition: Definition, trigger: str, state: str, registry: Registry, known: Types
) -> Mapping[str, Shape]:  # fmt: skip
    shapes = dict(definition.shapes)
    shapes |= {name: known.shape(ambient.type) for name, ambient in registry.ambients.items()}
    kind = registry.events.get(trigger)
    fields: dict[str, Any] = dict(kind.fields) if kind is not None else {}
    ask = definition.states[state].ask
    if trigger == "answer" and ask is not None:
        fields = {**dict.fromkeys(("how", "choice", "text"), "text"), "value": "any"}
        if ask.choices is None:
            fields["value"] = ask.shape
    shapes |= {f"event.{name}": known.shape(written) for name, written in fields.items()}
    shapes |= {f"tries.{name}": known.shape("count") for name in definition.states}
    return {**shapes, "now": known.shape("datetime")}
