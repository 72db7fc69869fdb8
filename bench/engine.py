"""How fast the engine is, beside its peers: a guarded ring of four states, and compiling a large flow.

Every peer does the same work: take an event, evaluate a guard on a counter, move to the next state, count
up. Only ours writes down the guard, the values it read, the change and a new snapshot. The runs are
interleaved, so that a slow moment of the machine hits all alike; each figure is its best round.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter
from typing import Any, TypedDict

import engine
from engine.model import Event
from engine.registry import EventKind, Registry, Vocabulary

STATES = ("a", "b", "c", "d")
ROUNDS = 7
NOW = datetime(2026, 1, 1, tzinfo=UTC)
REGISTRY = Registry([Vocabulary(events=(EventKind(name="tick"),))])


class Line(TypedDict):
    """One figure of `make bench`."""

    name: str
    value: float
    unit: str
    target: float | None
    peer: str | None
    ratio: float | None


def run() -> list[Line]:
    """All figures of this file, in under 20 seconds."""
    rates = _interleaved({"engine": (_ours(), 4000), **_peers()})
    ours = rates.pop("engine")
    lines: list[Line] = [_line("engine.step", ours, "steps/s", 50_000)]
    for name, rate in rates.items():
        target = 0.4 if name.startswith("transitions") else None
        lines.append(
            {
                "name": "engine.step against peer", "value": round(rate), "unit": "steps/s",
                "target": target, "peer": name, "ratio": round(ours / rate, 2),
            }
        )  # fmt: skip
    lines.append(_line("engine.compile 200 states", _compile_seconds(), "s", 0.5))
    return lines


def _line(name: str, value: float, unit: str, target: float) -> Line:
    shown = round(value, 3) if unit == "s" else round(value)
    return {"name": name, "value": shown, "unit": unit, "target": target, "peer": None, "ratio": None}


def _interleaved(contestants: dict[str, tuple[Callable[[int], None], int]]) -> dict[str, float]:
    """Steps a second of each: the best of `ROUNDS`, taken in turn."""
    best = dict.fromkeys(contestants, 0.0)
    for _ in range(ROUNDS):
        for name, (go, count) in contestants.items():
            began = perf_counter()
            go(count)
            best[name] = max(best[name], count / (perf_counter() - began))
    return best


def _ours() -> Callable[[int], None]:
    ring = zip(STATES, (*STATES[1:], STATES[0]), strict=True)
    states = "".join(
        f"  {source}:\n    on: {{tick: {{when: count >= 0, set: {{count: count + 1}}, to: {target}}}}}\n"
        for source, target in ring
    )
    text = f"lifecycle: ring\nversion: 1\ndata: {{count: {{type: number, default: 0}}}}\nstart: a\nstates:\n{states}"
    definition = engine.compile_release([engine.load(text)], REGISTRY).definitions["ring"]
    assert isinstance(definition, engine.Definition)
    start = engine.begin(definition, "bench", {}, {}, NOW).snapshot
    event = Event(name="tick")

    def go(count: int) -> None:
        snapshot = start
        for _ in range(count):
            snapshot = engine.step(definition, snapshot, event, NOW).snapshot
        assert snapshot.data["count"] == count

    return go


def _peers() -> dict[str, tuple[Callable[[int], None], int]]:
    """The peers that are installed (the `bench` extra), with how many steps each takes a round."""
    made: dict[str, tuple[Callable[[int], None], int]] = {}
    for package, make, count in (
        ("transitions", _transitions, 4000),
        ("sismic", _sismic, 300),
        ("python-statemachine", _statemachine, 300),
        ("langgraph", _langgraph, 60),
    ):
        try:
            made[f"{package} {version(package)}"] = (make(), count)
        except ImportError:
            continue
    return made


def _transitions() -> Callable[[int], None]:
    from transitions import Machine

    class Model:
        count = 0
        tick: Callable[[], bool]

        def ready(self) -> bool:
            return self.count >= 0

        def up(self) -> None:
            self.count += 1

    model = Model()
    machine = Machine(model, states=list(STATES), initial="a", auto_transitions=False)
    for source, target in zip(STATES, (*STATES[1:], STATES[0]), strict=True):
        machine.add_transition("tick", source, target, conditions="ready", before="up")

    def go(count: int) -> None:
        for _ in range(count):
            model.tick()

    return go


def _sismic() -> Callable[[int], None]:
    from sismic.interpreter import Interpreter
    from sismic.io import import_from_yaml

    ring = zip(STATES, (*STATES[1:], STATES[0]), strict=True)
    states = "".join(
        f"      - name: {source}\n        transitions:\n          - target: {target}\n            event: tick\n"
        f"            guard: count >= 0\n            action: count = count + 1\n"
        for source, target in ring
    )
    head = "statechart:\n  name: ring\n  preamble: count = 0\n  root state:\n    name: root\n    initial: a\n"
    chart = f"{head}    states:\n{states}"
    interpreter = Interpreter(import_from_yaml(chart))
    interpreter.execute()

    def go(count: int) -> None:
        for _ in range(count):
            interpreter.queue("tick")
            interpreter.execute_once()

    return go


def _statemachine() -> Callable[[int], None]:
    from statemachine import State, StateMachine

    class Ring(StateMachine):
        a = State(initial=True)
        b = State()
        c = State()
        d = State()
        tick = (
            a.to(b, cond="ready", on="up") | b.to(c, cond="ready", on="up")
            | c.to(d, cond="ready", on="up") | d.to(a, cond="ready", on="up")
        )  # fmt: skip
        count = 0

        def ready(self) -> bool:
            return self.count >= 0

        def up(self) -> None:
            self.count += 1

    ring = Ring()

    def go(count: int) -> None:
        for _ in range(count):
            ring.send("tick")

    return go


def _langgraph() -> Callable[[int], None]:
    from langgraph.graph import END, START, StateGraph

    class Held(TypedDict):
        at: str
        count: int

    def node(target: str) -> Callable[[Held], dict[str, Any]]:
        return lambda held: {"at": target, "count": held["count"] + 1}

    graph = StateGraph(Held)
    for source, target in zip(STATES, (*STATES[1:], STATES[0]), strict=True):
        graph.add_node(source, node(target))  # type: ignore[call-overload]
        graph.add_edge(source, END)
    graph.add_conditional_edges(START, lambda held: held["at"] if held["count"] >= 0 else END, [*STATES, END])
    compiled = graph.compile()

    def go(count: int) -> None:
        held: Any = {"at": "a", "count": 0}
        for _ in range(count):
            held = compiled.invoke(held)

    return go


def _compile_seconds() -> float:
    """From text to a release, of a text that nobody has read before: what is read once is remembered."""
    best = 1e9
    for number in range(ROUNDS):
        text = _large(number)
        began = perf_counter()
        engine.compile_release([engine.load(text)], REGISTRY)
        best = min(best, perf_counter() - began)
    return best


def _large(number: int) -> str:
    """A flow of 200 states with questions, guards, timers and two languages; no text or guard as in another one."""
    states, texts = [], []
    for each in range(200 * number, 200 * (number + 1)):
        texts.append(f'  ask_{each}: {{en: "Question {each}, {{{{ n }}}}?", sw: "Swali {each}, {{{{ n }}}}?"}}')
        target = f"s{each + 1}" if (each + 1) % 200 else "end"
        states.append(
            f"  s{each}:\n    ask: {{text: ask_{each}, type: number, save: n}}\n"
            f"    on:\n      answer:\n"
            f"        - {{when: event.value > {each} and tries.s{each} < 5, to: {target}}}\n"
            f"        - {{set: {{n: n + {each}}}, to: s{200 * number}}}\n"
            "    unclear: {tries: 2, then: end}\n    after: {2h: end}"
        )
    return (
        f"flow: large\nversion: 1\nlanguages: [en, sw]\ndata: {{n: {{type: number}}}}\nstart: s{200 * number}\ntexts:\n"
        + "\n".join(texts) + "\nstates:\n" + "\n".join(states) + "\n  end: {final: true}\n"
    )  # fmt: skip


if __name__ == "__main__":
    for figure in run():
        print(figure)
