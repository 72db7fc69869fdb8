"""How fast `aais check` is on one large flow: 400 states, 2,000 lines, texts in two languages, a guard in every state.

Cold: a process that has checked nothing yet. Warm: the same process again after one line was edited, as an editor, the
console or the watcher has it: what was read, compiled and judged before is known, and the edited line is not.
"""

from __future__ import annotations

from time import perf_counter, process_time

from bench.figures import Figure, figure
from composition.definitions import limits, registry
from engine.checks import check_sources

STATES = 400
ROUNDS = 7


def run() -> list[Figure]:
    """All figures of this file, in a few seconds."""
    rooms, shown = registry(), limits()
    text = flow()
    began = perf_counter()
    assert check_sources({"large.yaml": text}, rooms, shown) == ()
    cold = perf_counter() - began
    times, worked = [], []
    for edit in range(ROUNDS):
        state = 37 + 50 * edit
        edited = text.replace(f"visits > {state} ", f"visits > {state + 1000} ")
        assert edited != text
        began, worked_before = perf_counter(), process_time()
        assert check_sources({"large.yaml": edited}, rooms, shown) == ()
        times.append(perf_counter() - began)
        worked.append(process_time() - worked_before)
    return [
        figure("check.cold 400 states", cold * 1000, "ms"),
        figure("check.warm 400 states", min(times) * 1000, "ms", 150),
        figure("check.warm.cpu 400 states", min(worked) * 1000, "ms"),
    ]


def flow(states: int = STATES) -> str:
    """A flow that goes through so many questions, five lines each, with nothing to find in it."""
    questions = states // 4
    texts = [
        f'  question_{n}: {{en: "Question {n} for {{{{ contact.first_name }}}}?", '
        f'sw: "Swali la {n} kwa {{{{ contact.first_name }}}}?"}}'
        for n in range(questions)
    ]
    lines = [
        "flow: large", "version: 1", "title: A long questionnaire", "languages: [en, sw]", "data:",
        "  answer: {type: text}", "  visits: {type: count, default: 0}", "texts:", *texts, "start: state_0", "states:",
    ]  # fmt: skip
    for n in range(states - 1):
        then = f"state_{n + 1}" if n < states - 2 else "end"
        done = f"{{when: visits > {n} and known(answer), set: {{visits: visits + 1}}, to: end}}"
        lines += [
            f"  state_{n}:",
            f"    ask: {{text: question_{n % questions}, save: answer}}",
            f"    on: {{answer: [{done}, {{to: {then}}}]}}",
            "    unclear: {tries: 2, then: end}",
            "    after: {24h: end}",
        ]
    return "\n".join([*lines, "  end: {final: true}"]) + "\n"
