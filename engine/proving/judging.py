"""One promise of a flow or lifecycle, judged: searched, and where it seems broken, shown on the engine.

A proof that takes nothing for granted about when events come is the best one. Only where that fails it is taken for
granted that an answer comes after what it answers, and the verdict says so.
"""

from __future__ import annotations

from typing import Any

import msgspec

from engine.promises import Promise
from engine.proving import assuming
from engine.proving.confirming import NOW, Conversation, confirm
from engine.proving.retracing import Retrace
from engine.proving.search import Bounds, Search
from engine.proving.subject import Subject
from engine.proving.verdict import Verdict
from engine.proving.worlds import Trace
from engine.proving.writing import Understand, as_test, story

COARSE = "it may be broken where data is left aside"


class Case(msgspec.Struct, frozen=True):
    """A promise under judgement, and how much may be spent on it."""

    subject: Subject
    promise: Promise
    bounds: Bounds
    understand: Understand | None = None
    causal: bool = False  # whether answers are taken to come only after what they answer
    coarse: bool = False  # whether data is forgotten between two events: quick, and enough for most proofs

    def search(self) -> Search:
        return Search(self.subject, self.promise, self.bounds, causal=self.causal, coarse=self.coarse)

    def verdict(self, places: int, **found: Any) -> Verdict:
        definition = self.subject.definition
        blank = Verdict(
            definition=f"{definition.kind}:{definition.name}", file=definition.file,
            line=assuming.line(definition, self.promise), promise=self.promise.text, answer="undecided",
            assumed=assuming.assumed(self.subject, self.promise, causal=self.causal), places=places,
        )  # fmt: skip
        return msgspec.structs.replace(blank, **found)

    def broken(self, places: int, found: Conversation, why: str = "", last: str = "") -> Verdict:
        told = (*story(self.subject, found), *([last] if last else []))
        test = as_test(self.subject, self.promise, found, self.understand)
        return self.verdict(places, answer="broken", why=why, conversation=told, test=test)


def judge(case: Case) -> Verdict:
    """The verdict on a promise of the form never or at_most."""
    search = case.search()
    unshown = 0
    for trace in search.run():
        if case.coarse:
            return case.verdict(len(search.came), why=COARSE)
        found = shown(case, trace)
        if found is not None:
            return case.broken(len(search.came), found)
        unshown += 1
    if search.why or unshown:
        why = search.why or f"{unshown} ways seem to break it, but no facts were found that lead there"
        return case.verdict(len(search.came), why=why)
    return case.verdict(len(search.came), answer="proved")


def shown(case: Case, trace: Trace) -> Conversation | None:
    """A conversation that takes this way, played on the engine."""
    retrace = Retrace(case.subject, case.promise, trace, NOW)
    for example in retrace.examples([]):
        found = confirm(retrace, example)
        if found is not None:
            return found
    return None
