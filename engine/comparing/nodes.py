"""A state of a compiled chart as it is seen from outside: what happens on entry, and what each trigger leads to.

The old side is read with the new names, so that equal nodes are equal values.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.acts import Act
from engine.chart import Chart, Edge, Node
from engine.comparing import guards
from engine.comparing.blocks import Deed, Names
from engine.comparing.firsts import Case
from engine.comparing.words import duration, listed, pretty, seconds, shortened, value
from engine.comparing.words import trigger as said_trigger
from engine.definition import NEXT, Again

Trigger = tuple[Any, ...]  # ("event", "payment.failed"), ("after", 900), ("at", "booking.start", "skip", 0)


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A question: its text, what sort of answer, what may be picked, where the answer is kept."""

    text: str
    type: str
    choices: tuple[str, ...]
    save: str


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What happens when a state is entered, apart from what is asked of its rules."""

    deeds: tuple[Deed, ...]
    ask: Asking | None
    call: Any
    end: str  # the state's name, where a caller may hear it

    @property
    def key(self) -> Any:
        return (tuple(deed.key for deed in self.deeds), self.rest)

    @property
    def rest(self) -> Any:
        return (self.ask, self.call, self.end)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule comes to: its deeds, and the state that is entered by its own name (None: it stays)."""

    deeds: tuple[Deed, ...]
    target: str | None
    place: tuple[str | int, ...]
    again: tuple[Any, ...] = ()  # for an unclear answer that is asked once more: how often, and how

    @property
    def key(self) -> Any:
        return (tuple(deed.key for deed in self.deeds), self.again)


class Nodes:
    """One side's chart, read with `names`."""

    def __init__(self, chart: Chart, names: Names) -> None:
        self.chart = chart
        self.names = names
        self.content = chart.definition.content
        self._entries: dict[str, Entry] = {}
        self._triggers: dict[str, dict[Trigger, tuple[Case, ...]]] = {}

    def entry(self, name: str) -> Entry:
        found = self._entries.get(name)
        if found is None:
            found = self._entries[name] = self._entry(self.chart.nodes[name])
        return found

    def triggers(self, name: str) -> dict[Trigger, tuple[Case, ...]]:
        """The cases of each trigger, in the order of trying. What a person says by chance is left to `phrases`."""
        found = self._triggers.get(name)
        if found is None:
            found = self._triggers[name] = self._cases(self.chart.nodes[name])
        return found

    def ways(self) -> dict[str, tuple[str, ...]]:
        """The shortest way of events to each state that can be reached, guards taken as they come."""
        found: dict[str, tuple[str, ...]] = {self.chart.start: ()}
        waiting = [self.chart.start]
        for name in waiting:  # grows while it is walked: breadth first
            for trigger, cases in self.triggers(name).items():
                for case in cases:
                    target = case.item.target
                    if target is not None and target not in found:
                        found[target] = (*found[name], *step(trigger, case))
                        waiting.append(target)
        return found

    def phrases(self) -> dict[str, Trigger]:
        """What may be said anywhere -> the trigger that it is."""
        found: dict[str, Trigger] = {}
        for key, phrases in self.chart.definition.hears:
            for phrase in phrases:
                found.setdefault(phrase, ("heard", key))
        return found

    def _entry(self, node: Node) -> Entry:
        written: Mapping[str, Any] = (self.content["states"].get(node.name)) or {}
        return Entry(
            deeds=self.deeds(node.acts),
            ask=self._asked(written.get("ask")),
            call=self._called(node),
            end=self.state(node.name) if node.state.final else "",
        )

    def state(self, name: str) -> str:
        return self.names.states.get(name, name)

    def _asked(self, ask: Mapping[str, Any] | None) -> Asking | None:
        if ask is None:
            return None
        texts, choices = self.names.texts, ask.get("choices")
        offered: tuple[str, ...] = ()
        if isinstance(choices, list):
            offered = tuple(_choice(item, texts) for item in choices)
        elif choices is not None:
            given = sorted((key, self.names.expression(item)) for key, item in (choices.get("with") or {}).items())
            told = ", ".join(f"{key}: {pretty(item)}" for key, item in given)
            source = self.names.data.get(choices["from"], choices["from"])
            offered = (f"{source} with {told}" if told else str(source),)
        save = ask.get("save")
        return Asking(
            text=texts.get(ask["text"], ask["text"]),
            type=ask.get("type") or ("choice" if choices is not None else "text"),
            choices=offered,
            save=self.names.data.get(save, save) if save is not None else "",
        )

    def _called(self, node: Node) -> Any:
        call = node.state.call
        if call is None:
            return None
        flow = call.definition.name
        args = tuple(sorted((name, self.names.expression(value.source)) for name, value in call.args))
        save = self.names.data.get(call.save, call.save) if call.save else None
        return (self.names.flows.get(flow, flow), args, save)

    def deeds(self, acts: tuple[Act, ...]) -> tuple[Deed, ...]:
        made = [self._deed(act) for act in acts]
        settings = [deed for deed in made if deed.kind == "set"]
        read = {name for deed in settings for name in guards.names(deed.args[0][1])}
        if not any(deed.name in read for deed in settings):
            settings.sort(key=lambda deed: deed.name)
        return (*settings, *(deed for deed in made if deed.kind != "set"))

    def _deed(self, act: Act) -> Deed:
        name, to = act.name, act.to
        if act.kind == "set":
            name = self.names.data.get(name, name)
        elif act.kind == "say":
            name = self.names.texts.get(name, name)
        elif act.kind == "decide":
            name, to = self.names.tables.get(name, name), self.names.data.get(to, to)
        args = tuple(sorted((arg, self.names.expression(value.source)) for arg, value in act.args))
        return Deed(kind=act.kind, name=name, args=args, to=to, at=act.at)

    def _cases(self, node: Node) -> dict[Trigger, tuple[Case, ...]]:
        found: dict[Trigger, list[Case]] = {}
        for edge in node.edges:
            found.setdefault(self._trigger(node, edge), []).append(self._case(edge))
        for name, _ in node.state.delays:  # a timer without rules would still be heard
            found.setdefault(("after", _seconds(name)), [])
        return {trigger: tuple(cases) for trigger, cases in found.items()}

    def _trigger(self, node: Node, edge: Edge) -> Trigger:
        if edge.kind == "after":
            return ("after", _seconds(edge.trigger))
        if edge.kind == "at":
            moment = next(one for one in node.state.moments if one.name == edge.trigger)
            time = self.names.expression(moment.time.source)
            times = [self.names.expression(one.time.source) for one in node.state.moments]
            index = times[: node.state.moments.index(moment)].count(time)  # two timers may name the same moment
            return ("at", time, moment.past, index)
        if edge.kind == "heard":
            return ("heard", edge.trigger.removeprefix("heard "))
        return ("event", self.names.event(edge.trigger))

    def _case(self, edge: Edge) -> Case:
        rule, guard = edge.rule, edge.guard
        again: tuple[Any, ...] = ()
        if isinstance(rule, Again):
            unclear = (self.content["states"].get(edge.source) or {}).get("unclear") or {}
            keys = (unclear.get(key) for key in ("ask", "between"))
            again = (rule.tries, *(self.names.texts.get(key, key) if key else None for key in keys))
        outcome = Outcome(deeds=self.deeds(edge.acts), target=edge.target, place=edge.at, again=again)
        if guard is None:
            return Case(guard=None, key=f"again {again}" if again else "", item=outcome)
        if not (self.names.data or self.names.states):
            return Case(guard=guard, key=guards.canonical(guard.source), item=outcome)
        source = guards.renamed(guard.source, self.names.data, self.names.states)
        return Case(guard=source, key=guards.canonical(source), item=outcome)


def _seconds(timer: str) -> int:
    return seconds(timer.removeprefix("after:"))


def trigger_said(trigger: Trigger) -> str:
    """ "after 15 min", "payment.failed", "“agent”"."""
    kind, name = trigger[0], trigger[1]
    if kind == "after":
        return f"after {duration(name)}"
    if kind == "at":
        return f"at {pretty(name)}"
    return f"“{name}”" if kind == "hears" else said_trigger(name)


def step(trigger: Trigger, case: Case | None = None) -> tuple[str, ...]:
    """One step of a way, with its guard: nothing for what follows by itself."""
    if trigger == ("event", NEXT):
        return ()
    guard = f" if {shortened(pretty(case.key))}" if case is not None and case.guard is not None else ""
    return (f"{trigger_said(trigger)}{guard}",)


def entry_said(entry: Entry, *, full: bool = False) -> str:
    """What a person notices on entry, beyond the deeds; in full with where answers are kept."""
    parts = []
    if entry.ask is not None:
        ask = entry.ask
        offered = listed([item if full else item.partition(" (")[0] for item in ask.choices])
        kept = f", kept in {ask.save}" if ask.save else ""
        more = f"{ask.type}: {offered}{kept}" if full else offered
        parts.append(f"asks {ask.text}" + (f" ({more})" if more else ""))
    if entry.call is not None:
        flow, args, save = entry.call
        given = ", ".join(f"{name}: {pretty(source)}" for name, source in args)
        kept = f", kept in {save}" if full and save else ""
        parts.append(f"calls {flow}" + (f" ({given}{kept})" if given or kept else ""))
    if entry.end:
        parts.append(f"ends in {entry.end}")
    return ", ".join(parts)


def _choice(written: Mapping[str, Any], texts: Mapping[str, str]) -> str:
    """ "again (send_again)", with its value where it has one."""
    key = written.get("text")
    label = f"{texts.get(key, key)}" if key is not None else ""
    meant = f" = {value(written['value'])}" if "value" in written else ""
    return f"{written['id']} ({label}{meant})" if label or meant else str(written["id"])
