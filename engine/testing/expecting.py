"""Compares what happened in a step of a test with its `expect`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.findings import Finding, did_you_mean
from engine.model import Do, Tell
from engine.testing.differing import differs, shown
from engine.testing.machine import Machine, Taken
from engine.testing.suite import Suite
from engine.testing.values import Values
from engine.yamltree import Node

Compared = tuple[Any, Any, bool]  # expected, came, whether they agree


class Expecting:
    """Looks at what a machine came to. `taken` are the steps that one step of the test set off."""

    def __init__(self, suite: Suite, values: Values, language: str, machine: Machine) -> None:
        self.suite = suite
        self.values = values
        self.language = language
        self.machine = machine
        self._compare: dict[str, Callable[[Node, list[Taken]], Compared]] = {
            "texts": self._texts, "wording": self._wording, "state": self._state, "data": self._data,
            "does": self._does, "tells": self._tells, "decisions": self._decisions, "choices": self._choices,
            "outcome": self._outcome, "done": self._done,
        }  # fmt: skip

    def compare(self, expect: Node | None, taken: list[Taken]) -> list[Finding]:
        if expect is None or expect.value is None:
            return []
        found: list[Finding] = []
        for key, node in expect.value.items():
            wanted, came, agree = self._compare[key](node, taken)
            if not agree:
                reason = f"{key}: expected {shown(wanted)}; came {shown(came)}."
                found.append(self.suite.finding(f"other-{key}", node.place, reason))
        return found

    def _texts(self, node: Node, taken: list[Taken]) -> Compared:
        came = [say.key for each in taken for say in each.step.says]
        wanted = _listed(self.values.read(node))
        known = {key for flow in self.machine.definition.reachable.values() for key in flow.texts}
        for key in wanted:
            if key not in known:
                self.suite.refuse(
                    "unknown-text", node.place, f'There is no text "{key}".', did_you_mean(str(key), known)
                )
        return wanted, came, wanted == came

    def _wording(self, node: Node, taken: list[Taken]) -> Compared:
        came = "\n\n".join(say.text for each in taken for say in each.step.says)
        wanted = _listed(self.values.spoken(node, self.language))
        return wanted, came, all(str(part) in came for part in wanted)

    def _state(self, node: Node, taken: list[Taken]) -> Compared:
        """`choosing_day`, or with the flow that was called: `deposit.paying`."""
        assert self.machine.snapshot is not None
        state, flow = self.machine.snapshot.state, self.machine.running.name
        wanted = str(node.value)
        named = f"{flow}.{state}" if "." in wanted else state
        states = {name for each in self.machine.definition.reachable.values() for name in each.states}
        bare = wanted.rpartition(".")[2]
        if bare not in states:
            self.suite.refuse("unknown-state", node.place, f'There is no state "{bare}".', did_you_mean(bare, states))
        return wanted, named if wanted != named else state, wanted == named

    def _data(self, node: Node, taken: list[Taken]) -> Compared:
        assert self.machine.snapshot is not None
        running, data = self.machine.running, self.machine.snapshot.data
        wanted = self.values.record(node, dict(running.shapes), f"The data of {running.name}")
        return wanted, {name: data.get(name) for name in wanted}, not differs(wanted, data)

    def _does(self, node: Node, taken: list[Taken]) -> Compared:
        dos = [do for each in taken for do in each.step.dos]
        wanted = _listed(self.values.read(node))
        agree = len(wanted) == len(dos) and all(map(_is_do, wanted, dos))
        return wanted, [{do.verb: do.args} for do in dos], agree

    def _tells(self, node: Node, taken: list[Taken]) -> Compared:
        tells = [tell for each in taken for tell in each.step.tells]
        wanted = _listed(self.values.read(node))
        agree = len(wanted) == len(tells) and all(map(_is_tell, wanted, tells))
        return wanted, [{"to": tell.to, "event": tell.event, "with": tell.data} for tell in tells], agree

    def _decisions(self, node: Node, taken: list[Taken]) -> Compared:
        """Rows that decided, in order: [mpesa_results.cancelled]."""
        came = [f"{made.table}.{row}" for each in taken for made in each.step.decisions for row in made.hit]
        wanted = _listed(self.values.read(node))
        return wanted, came, wanted == came

    def _choices(self, node: Node, taken: list[Taken]) -> Compared:
        """The ids that may be picked now."""
        asked = self.machine.snapshot.asked if self.machine.snapshot is not None else None
        came = [choice.id for choice in asked.choices] if asked is not None else []
        wanted = [str(id) for id in _listed(self.values.read(node))]
        return wanted, came, wanted == came

    def _outcome(self, node: Node, taken: list[Taken]) -> Compared:
        """Of the event itself, not of what it set off."""
        came = taken[0].step.outcome if taken else "nothing happened"
        return node.value, came, node.value == came

    def _done(self, node: Node, taken: list[Taken]) -> Compared:
        came = self.machine.snapshot is not None and self.machine.snapshot.done
        return node.value, came, node.value is came


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _is_do(wanted: Any, do: Do) -> bool:
    if isinstance(wanted, dict):
        return set(wanted) == {do.verb} and not differs(wanted[do.verb] or {}, do.args)
    return bool(wanted == do.verb)


def _is_tell(wanted: Any, tell: Tell) -> bool:
    """An event's name, {event: {field: value}}, or {to: role, event: name, with: {field: value}}."""
    if isinstance(wanted, dict) and "event" in wanted:
        named = wanted["event"] == tell.event and wanted.get("to", tell.to) == tell.to
        return named and not differs(wanted.get("with") or {}, tell.data)
    if isinstance(wanted, dict):
        return set(wanted) == {tell.event} and not differs(wanted[tell.event] or {}, tell.data)
    return bool(wanted == tell.event)
