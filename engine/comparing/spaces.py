"""The facts that the guards of two charts may read, trigger by trigger, as the prover wants them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine import types
from engine.asking import Ask
from engine.comparing import guards
from engine.comparing.blocks import Names
from engine.comparing.firsts import Guard
from engine.definition import Definition
from engine.logic import Space
from engine.registry import Registry
from engine.scope import Expression
from engine.types import Shape, Types, UnknownType


class Spaces:
    """Names are the new ones. A datum that has another type on each side may be anything."""

    def __init__(self, old: Definition, new: Definition, names: Names, registry: Registry, known: Types) -> None:
        self.old = old
        self.new = new
        self.registry = registry
        self.types = known
        was = {names.data.get(name, name): shape for name, shape in old.shapes.items()}
        self.retyped = sorted(name for name, shape in was.items() if new.shapes.get(name, shape).name != shape.name)
        ambients = {name: self._shape(ambient.type) for name, ambient in registry.ambients.items()}
        self.base: dict[str, Shape] = {**ambients, **was, **new.shapes, "now": types.DATETIME}
        self.base |= dict.fromkeys(self.retyped, types.ANY)
        self.base |= {f"tries.{state}": types.SIMPLE["count"] for state in (*old.states, *new.states)}
        self.certain = frozenset(ambients)
        self.plain = Space(self.base, known, self.certain)
        self._made: dict[Any, Space] = {}

    def _shape(self, written: Any) -> Shape:
        try:
            return self.types.shape(written)
        except UnknownType:
            return types.ANY

    def at(self, event: str, old: str, new: str) -> Space:
        """The space of the rules under one event, in a pair of states."""
        key = (event, old, new) if event == "answer" else event
        found = self._made.get(key)
        if found is None:
            fields = self._fields(event, old, new)
            shapes = {**self.base, **{f"event.{name}": shape for name, shape in fields.items()}}
            certain = {*self.certain, *(["event.value", "event.how"] if event == "answer" else [])}
            found = self._made[key] = Space(shapes, self.types, certain) if fields else self.plain
        return found

    def _fields(self, event: str, old: str, new: str) -> Mapping[str, Shape]:
        if event == "answer":
            words = dict.fromkeys(("how", "text", "choice"), types.TEXT)
            one, two = _answer(self.old.states[old].ask), _answer(self.new.states[new].ask)
            return {**words, "value": one if one == two else types.ANY}
        known = self.registry.events.get(event)
        if known is not None:
            return {name: self._shape(written) for name, written in known.fields.items()}
        flow = event.rpartition(".")[0]
        callee = self.new.callees.get(flow) or self.old.callees.get(flow)
        return callee.shapes if callee is not None else {}

    @staticmethod
    def shown(facts: Mapping[str, Any], sources: Iterable[Guard | None]) -> dict[str, Any]:
        """Only what these expressions read, records taken apart."""
        read: set[str] = set()
        for guard in sources:
            if guard is not None:
                read |= guards.roots(guard.source if isinstance(guard, Expression) else guard)
        found: dict[str, Any] = {}
        for name, value in facts.items():
            if name not in read:
                continue
            if isinstance(value, dict) and value:
                found |= {f"{name}.{field}": item for field, item in value.items()}
            else:
                found[name] = value
        return found


def _answer(ask: Ask | None) -> Shape:
    """What an answer to this question may be."""
    if ask is None:
        return types.ANY
    if ask.options:
        values = [id if value is None else value for id, value, _ in ask.options]
        if ask.type == "choice" and all(isinstance(value, str) for value in values):
            return types.TEXT
        return types.YES_NO if all(isinstance(value, bool) for value in values) else types.ANY
    return types.ANY if ask.choices is not None else ask.shape
