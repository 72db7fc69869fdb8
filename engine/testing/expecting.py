"""Compares what happened in a step of a test with its `expect`."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import msgspec

from engine.findings import Finding, did_you_mean
from engine.model import Choice, Do, Tell
from engine.testing.differing import differs, shown
from engine.testing.journaling import Record, records
from engine.testing.machine import Machine, Taken
from engine.testing.suite import JOURNAL, Suite
from engine.testing.values import Values, listed
from engine.yamltree import Node

Compared = tuple[Any, Any, bool]  # expected, came, whether they agree


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that came otherwise than expected, or a test that is wrong itself (then nothing was compared)."""

    finding: Finding
    expected: str = ""
    came: str = ""


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
            "outcome": self._outcome, "done": self._done, "journal": self._journal, "timers": self._timers,
        }  # fmt: skip

    def compare(self, expect: Node | None, taken: list[Taken]) -> list[Failure]:
        if expect is None or expect.value is None:
            return []
        found: list[Failure] = []
        for key, node in expect.value.items():
            if key == "not":
                found += self._not(node, taken)
                continue
            wanted, came, agree = self._compare[key](node, taken)
            if not agree:
                found.append(failure(self.suite, f"other-{key}", key, node, wanted, came))
        return found

    def _not(self, node: Node, taken: list[Taken]) -> list[Failure]:
        """What must be absent: each item alone, wherever it would stand."""
        found: list[Failure] = []
        for key, inner in node.value.items():
            for item in inner.value if isinstance(inner.value, list) else [inner]:
                wanted, came = self._absent(key, item, taken)
                if came is not None:
                    reason = f"{key}: {shown(wanted)} was not to be; it came."
                    finding = self.suite.finding(f"other-not-{key}", item.place, reason)
                    found.append(Failure(finding=finding, expected=f"not {shown(wanted)}", came=shown(came)))
        return found

    def _absent(self, key: str, item: Node, taken: list[Taken]) -> tuple[Any, Any]:
        """The unwanted thing, and what came that is it (None if nothing did)."""
        wanted = self.values.spoken(item, self.language) if key == "wording" else self.values.read(item)
        if key == "texts":
            self._known("text", wanted, self._text_keys(), item)
            return wanted, next((key for key in _said(taken) if key == wanted), None)
        if key == "wording":
            return wanted, next((text for text in _worded(taken) if str(wanted) in text), None)
        if key == "state":
            _, came, agree = self._state(item, taken)
            return wanted, came if agree else None
        if key == "does":
            dos = [do for each in taken for do in each.step.dos]
            return wanted, next(({do.verb: do.args} for do in dos if _is_do(wanted, do)), None)
        if key == "tells":
            tells = [tell for each in taken for tell in each.step.tells]
            return wanted, next(({tell.event: tell.data} for tell in tells if _is_tell(wanted, tell)), None)
        came = _decided(taken) if key == "decisions" else [name for name, _ in self.machine.armed()]
        return wanted, next((name for name in came if name == str(wanted)), None)

    def _text_keys(self) -> Collection[str]:
        return {key for flow in self.machine.definition.reachable.values() for key in flow.texts}

    def _known(self, what: str, name: Any, known: Collection[str], node: Node) -> None:
        if name not in known:
            reason = f'There is no {what} "{name}".'
            self.suite.refuse(f"unknown-{what}", node.place, reason, did_you_mean(str(name), known))

    def _texts(self, node: Node, taken: list[Taken]) -> Compared:
        came, wanted = _said(taken), listed(self.values.read(node))
        for key in wanted:
            self._known("text", key, self._text_keys(), node)
        return wanted, came, wanted == came

    def _wording(self, node: Node, taken: list[Taken]) -> Compared:
        came = "\n\n".join(_worded(taken))
        wanted = listed(self.values.spoken(node, self.language))
        return wanted, came, all(str(part) in came for part in wanted)

    def _state(self, node: Node, taken: list[Taken]) -> Compared:
        """`choosing_day`, or with the flow that was called: `deposit.paying`."""
        assert self.machine.snapshot is not None
        state, flow = self.machine.snapshot.state, self.machine.running.name
        wanted = str(node.value)
        named = f"{flow}.{state}" if "." in wanted else state
        states = {name for each in self.machine.definition.reachable.values() for name in each.states}
        self._known("state", wanted.rpartition(".")[2], states, node)
        return wanted, named if wanted != named else state, wanted == named

    def _data(self, node: Node, taken: list[Taken]) -> Compared:
        assert self.machine.snapshot is not None
        running, data = self.machine.running, self.machine.snapshot.data
        wanted = self.values.record(node, dict(running.shapes), f"The data of {running.name}")
        return wanted, {name: data.get(name) for name in wanted}, not differs(wanted, data)

    def _does(self, node: Node, taken: list[Taken]) -> Compared:
        dos = [do for each in taken for do in each.step.dos]
        wanted = listed(self.values.read(node))
        agree = len(wanted) == len(dos) and all(map(_is_do, wanted, dos))
        return wanted, [{do.verb: do.args} for do in dos], agree

    def _tells(self, node: Node, taken: list[Taken]) -> Compared:
        tells = [tell for each in taken for tell in each.step.tells]
        wanted = listed(self.values.read(node))
        agree = len(wanted) == len(tells) and all(map(_is_tell, wanted, tells))
        return wanted, [{"to": tell.to, "event": tell.event, "with": tell.data} for tell in tells], agree

    def _decisions(self, node: Node, taken: list[Taken]) -> Compared:
        """Rows that decided, in order: [mpesa_results.cancelled]."""
        came, wanted = _decided(taken), listed(self.values.read(node))
        return wanted, came, wanted == came

    def _choices(self, node: Node, taken: list[Taken]) -> Compared:
        """What may be picked now: ids, or {id: a part of its label}."""
        asked = self.machine.snapshot.asked if self.machine.snapshot is not None else None
        choices = asked.choices if asked is not None else ()
        items = node.value if isinstance(node.value, list) else [] if node.value is None else [node]
        wanted = [self._choice(item) for item in items]
        agree = len(wanted) == len(choices) and all(map(_is_choice, wanted, choices))
        labelled = any(label is not None for _, label in wanted)
        came: list[Any] = [{choice.id: choice.label} if labelled else choice.id for choice in choices]
        return [id if label is None else {id: label} for id, label in wanted], came, agree

    def _choice(self, item: Node) -> tuple[str, str | None]:
        if not isinstance(item.value, dict):
            return str(item.value), None
        ((id, label),) = item.value.items()
        return str(id), str(self.values.spoken(label, self.language))

    def _outcome(self, node: Node, taken: list[Taken]) -> Compared:
        """Of the event itself, not of what it set off."""
        came = taken[0].step.outcome if taken else "nothing happened"
        return node.value, came, node.value == came

    def _done(self, node: Node, taken: list[Taken]) -> Compared:
        came = self.machine.snapshot is not None and self.machine.snapshot.done
        return node.value, came, node.value is came

    def _journal(self, node: Node, taken: list[Taken]) -> Compared:
        """Every transition in order; of each what is mentioned. {} is any."""
        came = list(records(self.machine.definition, taken))
        wanted = listed(self.values.read(node))
        agree = len(wanted) == len(came) and all(map(_is_record, wanted, came))
        looked = {key for record in wanted for key in record} | {"from", "to", "on"}
        keys = [key for key in JOURNAL if key in looked]
        return wanted, [{key: record.field(key) for key in keys} for record in came], agree

    def _timers(self, node: Node, taken: list[Taken]) -> Compared:
        """What is running, soonest first: [2h, 24h]; or when it falls due: {2h: 30m, "at[0]": 2026-11-20T10:00}."""
        armed = self.machine.armed()
        if not isinstance(node.value, dict):
            wanted = [str(name) for name in listed(self.values.read(node))]
            return wanted, [name for name, _ in armed], wanted == [name for name, _ in armed]
        due = {name: self.values.due(inner, self.machine.now) for name, inner in node.value.items()}
        came = dict(armed)
        wanted_by = {name: str(inner.value) for name, inner in node.value.items()}
        return wanted_by, {name: self.values.left(at, self.machine.now) for name, at in armed}, due == came


def failure(suite: Suite, code: str, key: str, node: Node, wanted: Any, came: Any) -> Failure:
    """What is said of something that came otherwise."""
    finding = suite.finding(code, node.place, f"{key}: expected {shown(wanted)}; came {shown(came)}.")
    return Failure(finding=finding, expected=shown(wanted), came=shown(came))


def _said(taken: list[Taken]) -> list[str]:
    return [say.key for each in taken for say in each.step.says]


def _worded(taken: list[Taken]) -> list[str]:
    """What was said. An amount's space does not break; in a test it is written like any other."""
    return [say.text.replace("\u00a0", " ") for each in taken for say in each.step.says]


def _decided(taken: list[Taken]) -> list[str]:
    return [f"{made.table}.{row}" for each in taken for made in each.step.decisions for row in made.hit]


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


def _is_choice(wanted: tuple[str, str | None], choice: Choice) -> bool:
    id, label = wanted
    return id == choice.id and (label is None or label in choice.label)


def _is_record(wanted: dict[str, Any], record: Record) -> bool:
    for key, value in wanted.items():
        came = record.field(key)
        if key == "because":
            if " ".join(str(value or "").split()) != " ".join(came.split()):
                return False
        elif differs(value, came):
            return False
    return True
