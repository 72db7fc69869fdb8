"""What a verdict rests on, in words: a proof says what it took for granted."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition import Definition
from engine.document import load
from engine.findings import Findings
from engine.promises import Promise
from engine.proving.subject import Subject
from engine.tables import Table


def line(definition: Definition | Table, promise: Promise) -> int:
    """The line of a promise in its file."""
    try:
        return load(definition.source, definition.file).place(promise.at).line
    except Findings:
        return 1


def assumed(subject: Subject, promise: Promise, *, causal: bool) -> tuple[str, ...]:
    """What is taken for granted, beyond that the engine does what it should."""
    return tuple(_assumed(subject, promise, causal))


def _assumed(subject: Subject, promise: Promise, causal: bool) -> Iterator[str]:
    definition = subject.definition
    if definition.needed:
        yield f"whoever starts it gives {_listed(sorted(definition.needed))}"
    read = {path for plan in subject.plans.values() for guard in plan.guards for path in guard.reads}
    if promise.when is not None:
        read |= set(promise.when.reads)
    if read & {"business.currency", "business.zone"}:
        yield "the business's currency and time zone are known and do not change"
    if causal and subject.causes:
        pairs = (f"{name} after {' or '.join(sorted(verbs))}" for name, verbs in sorted(subject.causes.items()))
        yield f"answers come only after what they answer: {', '.join(pairs)}"
    if promise.form in ("leaves", "follows"):
        yield "timers fire when they are due, and no step stops with an error"
    names = {plan.shapes[name].name for plan in subject.plans.values() for name in plan.paths}
    if names & {"count", "probability"}:
        yield "counts are not negative, probabilities lie between 0 and 1"
    if definition.on_publish == "migrate":
        yield "what a conversation did in an older version of this file is not looked at"
    if any(happening.kind == "says" for happening in promise.what):
        yield (
            "what other machines say to this person is the dispatcher's to hold back: it asks at each sending whether "
            "they opted out"
        )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
