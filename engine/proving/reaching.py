"""`reachable`: wherever a machine waits, a word of the person leads to a state."""

from __future__ import annotations

from engine import stepping
from engine.model import Event
from engine.promises import Happening
from engine.proving.confirming import NOW, Conversation, confirm, happenings
from engine.proving.judging import COARSE, Case
from engine.proving.retracing import Retrace
from engine.proving.search import Search
from engine.proving.verdict import Verdict
from engine.proving.watching import matches
from engine.proving.worlds import Happened, Place, here
from engine.testing.machine import Taken


def judge(case: Case) -> Verdict:
    """Looks at every place where the machine waits."""
    search = case.search()
    for _ in search.run():
        raise AssertionError("reaching breaks nothing on the way")
    if search.why:
        return case.verdict(len(search.came), why=search.why)
    target = case.promise.what[0].name
    unshown = ""
    for place in search.came:
        if place.done or _excepted(case, place) or _reaches(search, place, target):
            continue
        if case.coarse:
            return case.verdict(len(search.came), why=COARSE)
        where = place.levels[-1].state
        found = _shown(case, search, place, target)
        if found is not None:
            last = f"no word leads to {target} from here"
            return case.broken(len(search.came), found, why=f"no word leads from {where} to {target}", last=last)
        unshown = unshown or f"whether a word leads from {where} to {target} could not be shown either way"
    return case.verdict(len(search.came), answer="undecided" if unshown else "proved", why=unshown)


def _excepted(case: Case, place: Place) -> bool:
    flows = [case.subject.plans[level.plan].name for level in place.levels]
    names = [place.levels[0].state, *(f"{flow}.{level.state}" for flow, level in zip(flows, place.levels, strict=True))]
    return any(matches(Happening("enters", name), case.promise.besides) for name in names)


def _reaches(search: Search, place: Place, target: str) -> bool:
    """Whether the machine is there, or a word surely leads there. A phrase belongs to the innermost who hears it."""
    if here(search.subject.plans, place, target):
        return True
    taken: set[str] = set()
    for index in range(len(place.levels) - 1, -1, -1):
        definition = search.subject.plans[place.levels[index].plan].definition
        for key, phrases in definition.hears:
            free = {phrase.casefold() for phrase in phrases} - taken
            taken |= free
            if free and _leads(search, place, Happened("heard", f"heard {key}", index), target):
                return True
    return False


def _leads(search: Search, place: Place, event: Happened, target: str) -> bool:
    world = search.world(place)
    _, left = search.walk.unfired(world, event)
    if left:
        return False
    worlds = search.walk.take(search.world(place), event)
    return bool(worlds) and all(("enters", target) in each.seen for each in worlds)


def _shown(case: Case, search: Search, place: Place, target: str) -> Conversation | None:
    """A conversation that comes to this place, from where no word leads on, whichever is said."""
    retrace = Retrace(case.subject, case.promise, search.trace(place), NOW)
    for example in retrace.examples([]):
        found = confirm(retrace, example)
        if found is not None and not _heard(case, found, target):
            return found
    return None


def _heard(case: Case, found: Conversation, target: str) -> bool:
    definition = case.subject.definition
    before = found.taken[-1]
    answers = {name: value for deed in found.deeds for name, value in deed.given.items()}
    for key, _ in stepping.expectation(definition, before.step.snapshot).hears:
        event = Event(name="heard", data={"key": key})
        step = stepping.step(definition, before.step.snapshot, event, before.step.at, _Answers(answers))
        if ("enters", target) in happenings(case.subject, Taken(before.step.snapshot, step)):
            return True
    return False


class _Answers(dict[str, object]):
    """What the world answered before; to a question with arguments as to the question."""

    def __contains__(self, key: object) -> bool:
        return True

    def __getitem__(self, key: str) -> object:
        return self.get(key, self.get(key.partition("{")[0]))
