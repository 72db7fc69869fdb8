"""How long it takes to say what differs between two versions of a flow of 400 states and 2,000 lines.

Five things are changed: a timeout, a guard, a text, a target, and a state is renamed. `written` compares what is
written; `behaviour` also compiles both sides and walks them side by side. Both files were read before, as they are in
an editor, a console or a check that comes first; `cold` reads them as well.
"""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import Any

from bench.figures import Figure, figure
from engine.comparing import compare
from engine.comparing.sides import forget
from engine.registry import Registry

STATES = 400
ROUNDS = 5
EDITS = (
    ("s7:\n    ask: {text: ask_7, type: number, save: n}\n", "s7:\n    ask: {text: ask_8, type: number, save: n}\n"),
    ("tries.s50 < 5", "tries.s50 < 6"),
    ("Question 60, ", "Now question 60, "),
    ("when: event.value > 90 and tries.s90 < 5, to: s91", "when: event.value > 90 and tries.s90 < 5, to: s95"),
    ("after: {3h: end}  # s120", "after: {2h: end}  # s120"),
)


def large(states: int = STATES) -> str:
    """A flow with a question in each state, guards, timers and two languages: five lines a state."""
    texts = [f'  ask_{n}: {{en: "Question {n}, {{{{ n }}}}?", sw: "Swali {n}, {{{{ n }}}}?"}}' for n in range(states)]
    blocks = [
        f"  s{n}:\n    ask: {{text: ask_{n}, type: number, save: n}}\n"
        f"    on: {{answer: [{{when: event.value > {n} and tries.s{n} < 5, to: s{(n + 1) % states}}}, "
        f"{{set: {{n: n + 1}}, to: s0}}]}}\n    unclear: {{tries: 2, then: end}}\n    after: {{3h: end}}  # s{n}"
        for n in range(states)
    ]
    head = "flow: large\nversion: 1\nlanguages: [en, sw]\ndata: {n: {type: number}}\nstart: s0\ntexts:\n"
    return head + "\n".join(texts) + "\nstates:\n" + "\n".join(blocks) + "\n  end: {final: true}\n"


def edited(text: str) -> str:
    for before, after in EDITS:
        assert before in text, before
        text = text.replace(before, after)
    return text.replace("s333", "asking_333")


def run() -> list[Figure]:
    old = large()
    new = edited(old)
    registry = Registry([])

    def written() -> Any:
        return compare({"old": old}, {"new": new}, registry, behaviour=False)

    def behaviour() -> Any:
        return compare({"old": old}, {"new": new}, registry)

    def cold() -> Any:
        forget()
        return behaviour()

    found = behaviour()
    assert len(found.changes) == len(EDITS) + 1, [str(change) for change in found.changes]
    lines = old.count("\n")
    return [
        figure("diff.lines", lines, "lines"),
        figure("diff.written", _best(written), "ms", 300),
        figure("diff.behaviour", _best(behaviour), "ms", 300),
        figure("diff.cold", _best(cold, 2), "ms"),
    ]


def _best(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Milliseconds of the quickest round."""
    best = 1e9
    for _ in range(rounds):
        began = perf_counter()
        work()
        best = min(best, perf_counter() - began)
    return best * 1000


if __name__ == "__main__":
    for line in run():
        print(line)
