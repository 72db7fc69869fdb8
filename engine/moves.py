"""Where each state and each datum of one version of a definition goes in another: the plan of a migration.

The publisher reads it before the swap, with the number of machines that stand in each state; `engine.migrating`
carries it out, one machine at a time.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import msgspec

from engine import types
from engine.asking import Ask
from engine.chart import chart
from engine.definition import Definition, State
from engine.types import Shape

Convert = Callable[[Any], Any]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why a machine that stands in `state` cannot be moved. With `state` empty, none can."""

    state: str
    code: str
    reason: str


class Moves(msgspec.Struct, frozen=True, kw_only=True):
    """From `old` to `new`. `states` has every state that has a place; `refused` says why the others have none.

    `data` are the names that are kept, old to new; `forgets` those that are let go of.
    """

    old: Definition
    new: Definition
    states: dict[str, str]
    refused: dict[str, Refusal]
    data: dict[str, str]
    forgets: tuple[str, ...]
    converts: dict[str, Convert]  # by old name, where the type changed

    def refusal(self, state: str) -> Refusal | None:
        """Why a machine in this state cannot be moved, if so."""
        return self.refused.get("") or self.refused.get(state)

    def renamed(self, state: str) -> bool:
        return self.states.get(state, state) != state


@lru_cache(maxsize=64)
def moves(old: Definition, new: Definition) -> Moves:
    """By the new version's `migrate:`; what it does not name keeps its name."""
    if old.hash == new.hash:
        same = {name: name for name in old.states}
        return Moves(old=old, new=new, states=same, refused={}, data=_kept(old), forgets=(), converts={})
    written = new.migrate.get("states") or {}
    states: dict[str, str] = {}
    refused: dict[str, Refusal] = {}
    data, forgets, converts, wrong = _data(old, new)
    if wrong is not None:
        refused[""] = wrong
    heard = {definition: _heard(definition) for definition in (old, new)}
    for name, state in old.states.items():
        target = str(written.get(name, name))
        there = new.states.get(target)
        refusal = _absent(name, new) if there is None else _unlike(state, there)
        if refusal is None and name not in written:
            refusal = _deaf(state, target, heard[old][name], heard[new][target])
        if refusal is not None:
            refused[name] = refusal
        else:
            states[name] = target
    return Moves(old=old, new=new, states=states, refused=refused, data=data, forgets=tuple(forgets), converts=converts)


def _kept(definition: Definition) -> dict[str, str]:
    return {name: name for name in definition.shapes}


def _refuse(state: State | str, code: str, reason: str) -> Refusal:
    return Refusal(state=state if isinstance(state, str) else state.name, code=code, reason=reason)


def _absent(name: str, new: Definition) -> Refusal:
    reason = (
        f'Version {new.version} has no state "{name}". Say what it is called now: migrate: {{states: {{{name}: …}}}}.'
    )
    return _refuse(name, "state-gone", reason)


def _unlike(old: State, new: State) -> Refusal | None:
    """What keeps a machine that waits in one state from waiting in the other, without anybody noticing."""
    where = f'"{old.name}" becomes "{new.name}"' if old.name != new.name else f'"{old.name}"'
    if new.final and not old.final:
        return _refuse(old, "moved-to-an-end", f"{where}, which is final: a machine that waits would end unheard.")
    called, calls = _flow(old), _flow(new)
    if called != calls:
        return _refuse(old, "calls-differ", f"{where}, which calls {calls or 'no flow'} and not {called or 'none'}.")
    if (old.ask is None) != (new.ask is None):
        said = "puts a question that nobody was asked" if new.ask is not None else "takes no answer to what was asked"
        return _refuse(old, "questions-differ", f"{where}, which {said}.")
    if old.ask is not None and new.ask is not None:
        return _asks(old, where, old.ask, new.ask)
    return None


def _flow(state: State) -> str:
    return state.call.definition.name if state.call is not None else ""


def _asks(state: State, where: str, old: Ask, new: Ask) -> Refusal | None:
    if old.type != new.type:
        return _refuse(state, "questions-differ", f"{where}, which asks for {new.type} and not for {old.type}.")
    listed = {option[0] for option in new.options}
    if old.options and new.options and not listed & {option[0] for option in old.options}:
        return _refuse(state, "questions-differ", f"{where}, which offers none of the choices that people see.")
    return None


def _heard(definition: Definition) -> dict[str, set[str]]:
    """The events that each state listens for, those of `anywhere` among them."""
    nodes = chart(definition).nodes.values()
    return {node.name: {edge.trigger for edge in node.edges if edge.kind == "event"} for node in nodes}


def _deaf(old: State, target: str, before: set[str], after: set[str]) -> Refusal | None:
    """An answer under way (a payment, say) must find somebody who listens, unless the file maps the state itself."""
    lost = sorted(before - after)
    if not lost or not any(act.kind == "do" for act in old.acts):
        return None
    events = ", ".join(lost)
    reason = (
        f'"{old.name}" waits for {events}, which "{target}" no longer hears: an answer under way would be lost. '
        f"If that is meant, map the state: migrate: {{states: {{{old.name}: {target}}}}}."
    )
    return _refuse(old, "answer-lost", reason)


def _data(old: Definition, new: Definition) -> tuple[dict[str, str], list[str], dict[str, Convert], Refusal | None]:
    written = new.migrate.get("data") or {}
    kept: dict[str, str] = {}
    forgets: list[str] = []
    converts: dict[str, Convert] = {}
    wrong: Refusal | None = None
    for name, shape in old.shapes.items():
        target = written.get(name, name)
        if target is None or target not in new.shapes:
            forgets.append(name)
            continue
        convert = conversion(shape, new.shapes[target])
        if convert is None:
            reason = (
                f'"{name}" is {shape.name} and would have to become {new.shapes[target].name}. '
                f"Give the new one another name, or let the old value go: migrate: {{data: {{{name}: null}}}}."
            )
            wrong = wrong or _refuse("", "data-differs", reason)
            continue
        kept[name] = target
        if convert is not _same:
            converts[name] = convert
    missing = sorted(name for name in new.takes - set(kept.values()) if not _optional(new, name))
    if missing and wrong is None:
        reason = f"The new version takes {', '.join(missing)}, which nobody gave the machines that run."
        wrong = _refuse("", "takes-missing", f"{reason} Make it optional, or map it from what they remember.")
    return kept, forgets, converts, wrong


def _optional(definition: Definition, name: str) -> bool:
    written = (definition.content.get("takes") or {}).get(name)
    return isinstance(written, dict) and bool(written.get("optional"))


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Any:
    return None if value is None else str(value)


def _only(value: Any) -> Any:
    return None if value is None else [value]


def conversion(old: Shape, new: Shape) -> Convert | None:
    """How a value of one type becomes one of another without a guess; None where it cannot.

    A name becomes text, a number or a yes/no is written out, one thing becomes a list of one.
    """
    if old.name == "number" and new.name == "count":
        return None  # a fraction is no count
    if types.fits(old, new):
        return _same
    if new.base == "text" and old.base == "number":
        return _text
    if new.base == "list" and new.item is not None and types.fits(old, new.item):
        return _only
    return None
