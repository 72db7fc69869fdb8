"""A promise about what another machine hears: `unless: mpesa.result` in a flow that only hears `payment.confirmed`.

Such an event is known here by what its machine tells of it. The proof has two halves: this definition does nothing
unless it was told, and whoever tells it has heard the event before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

import msgspec

from engine.definition import Definition
from engine.promises import Happening, Promise
from engine.proving import judging
from engine.proving.judging import Case
from engine.proving.subject import Subject, told_by
from engine.proving.verdict import Verdict
from engine.release import Release

Judge = Callable[[Subject, Promise], Verdict]


def distant(subject: Subject, promise: Promise) -> tuple[Happening, ...]:
    """Events that excuse, and that neither the definition nor what it calls ever hears."""
    return tuple(each for each in promise.unless if each.kind == "hears" and each.name not in subject.heard)


def looks_across(release: Release, others: Collection[str]) -> frozenset[str]:
    """The definitions ("flow:booking") with a promise whose proof may rest on what one of the others tells."""
    found = set()
    machines = {f"{each.kind}:{each.name}": each for each in release.by_hash.values() if isinstance(each, Definition)}
    told = frozenset().union(*(told_by(each) for name, each in machines.items() if name in others))
    for name, definition in machines.items():
        heard = {trigger for each in definition.reachable.values() for trigger, _, _ in each.rules}
        excuses = {each.name for promise in definition.promised for each in promise.unless if each.kind == "hears"}
        if excuses - heard and told & heard:
            found.add(name)
    return frozenset(found)


def judge(case: Case, far: tuple[Happening, ...], judge_one: Judge) -> Verdict:
    """Both halves. A half that is broken comes with its own conversation."""
    tellers = _tellers(case.subject, {each.name for each in far})
    here = judge_one(case.subject, _nearer(case.promise, tellers))
    if here.answer != "proved":
        return here
    assumed = list(here.assumed)
    for event in _needed(case, tellers):
        for definition in tellers[event]:
            there = _half(case, event, definition, far, judge_one)
            name, said = f"{definition.kind}:{definition.name}", " or ".join(each.name for each in far)
            if there.answer != "proved":
                why = (
                    f"{event} comes from {name}, where it is not proved that it is told only after {said}. {there.why}"
                )
                return msgspec.structs.replace(
                    here, answer=there.answer, why=why.strip(), conversation=there.conversation, test=there.test
                )
            assumed.append(f"{event} comes only from {name}, which was proved to tell it only after {said}")
            assumed += [each for each in there.assumed if each not in assumed]
    return msgspec.structs.replace(here, assumed=tuple(assumed))


def _nearer(promise: Promise, events: Iterable[str]) -> Promise:
    told = tuple(Happening("hears", event) for event in sorted(events))
    return msgspec.structs.replace(promise, unless=(*promise.unless, *told))


def _needed(case: Case, tellers: dict[str, list[Definition]]) -> list[str]:
    """The told events that the proof here rests on, as far as a quick look tells."""
    needed = sorted(tellers)
    for event in sorted(tellers):
        others = [each for each in needed if each != event]
        rough = msgspec.structs.replace(case, promise=_nearer(case.promise, others), coarse=True)
        if judging.judge(rough).answer == "proved":
            needed = others
    return needed


def _half(case: Case, event: str, definition: Definition, far: tuple[Happening, ...], judge_one: Judge) -> Verdict:
    said = " or ".join(each.name for each in far)
    promise = Promise(
        form="never", at=case.promise.at, what=(Happening("tells", event),), unless=far,
        text=f"never: {{tells: {event}}}, unless: {said}",
    )  # fmt: skip
    return judge_one(case.subject.beside(definition), promise)


def _tellers(subject: Subject, events: set[str]) -> dict[str, list[Definition]]:
    """What is heard here and told by machines that all hear one of the events."""
    answers = {name for verb in subject.registry.verbs.values() for name in verb.answers}
    found: dict[str, list[Definition]] = {}
    for definition in subject.release.by_hash.values():
        if not isinstance(definition, Definition) or definition.hash in subject.plans:
            continue
        for event in sorted(told_by(definition) & subject.heard - answers):
            found.setdefault(event, []).append(definition)
    return {
        event: tellers for event, tellers in found.items()
        if all(events & {trigger for trigger, _, _ in teller.rules} for teller in tellers)
    }  # fmt: skip
