"""`leaves_within`, `leaves_by`, `within`: how long a machine can stay where something is due.

Events may come when they like, timers fire when they are due. So the longest stay is the longest way through the
places where it is due, where each visit to a state lasts until the first timer that surely ends it.
"""

from __future__ import annotations

import ast
from datetime import timedelta

from engine.logic.scene import both, opposite
from engine.promises import Promise
from engine.proving.confirming import NOW, Conversation, confirm, happenings
from engine.proving.judging import COARSE, Case
from engine.proving.longest import Way, longest
from engine.proving.retracing import Retrace
from engine.proving.search import Search
from engine.proving.subject import Subject
from engine.proving.verdict import Verdict
from engine.proving.worlds import Place, Trace, here
from engine.testing.machine import Taken

_LONG = timedelta(days=400)  # of silence, to show that nothing ever leads on


def judge(case: Case) -> Verdict:
    """The verdict on a promise of the form leaves or follows."""
    search = case.search()
    for _ in search.run():
        raise AssertionError("time breaks nothing on the way")
    if search.why:
        return case.verdict(len(search.came), why=search.why)
    if case.promise.by is not None:
        return case.verdict(len(search.came), why=COARSE) if case.coarse else _by(case, search)
    within = case.promise.within
    assert within is not None
    due = {place for place in search.came if is_due(case.subject, case.promise, place)}
    way = longest(search, due)
    if way.length is not None and way.length <= within:
        return case.verdict(len(search.came), answer="proved")
    if case.coarse:
        return case.verdict(len(search.came), why=COARSE)
    return _too_long(case, search, due, way, within)


def is_due(subject: Subject, promise: Promise, place: Place) -> bool:
    """Whether the clock runs there."""
    if promise.form == "follows":
        return bool(place.watch[0])
    return any(here(subject.plans, place, happening.name) for happening in promise.what)


def _too_long(case: Case, search: Search, due: set[Place], way: Way, within: timedelta) -> Verdict:
    """Shows a conversation that stays too long: by silence, or along the longest way."""
    places = len(search.came)
    for place in way.silent:
        found = _silence(case, search.trace(place), within)
        if found is not None:
            return case.broken(places, found, why=f"nothing leads on within {_said(within)}")
    found = _along(case, search, way, within) if way.places else None
    if found is not None:
        return case.broken(places, found, why=f"it can last longer than {_said(within)}")
    longest_said = _said(way.length) if way.length is not None else "without end"
    return case.verdict(places, why=f"it may last {longest_said}, but no conversation was found that shows it")


def _silence(case: Case, trace: Trace, silence: timedelta) -> Conversation | None:
    retrace = Retrace(case.subject, case.promise, trace, NOW)
    for example in retrace.examples([]):
        found = confirm(retrace, example, silence)
        if found is not None and _still(case, found):
            return found
    return None


def _still(case: Case, found: Conversation) -> bool:
    """Whether what is due was still due when the silence ended."""
    after = found.taken[len(found.deeds) :]
    if case.promise.form == "follows":
        names = {(each.kind, each.name) for each in case.promise.what}
        return not any(names & set(happenings(case.subject, taken)) for taken in after)
    return all(any(name in _stands(case.subject, taken) for name in _states(case.promise)) for taken in after)


def _states(promise: Promise) -> list[str]:
    return [happening.name for happening in promise.what]


def _stands(subject: Subject, taken: Taken) -> set[str]:
    """The states on the stack after a step, as promises name them."""
    here = taken.step.snapshot
    flows = [*((frame.definition, frame.state) for frame in here.frames), (here.definition, here.state)]
    names = {f"{subject.definition.reachable[hash].name}.{state}" for hash, state in flows}
    return names | {flows[0][1]}


def _along(case: Case, search: Search, way: Way, within: timedelta) -> Conversation | None:
    """Each event at the last moment, so that the way takes as long as it can."""
    begun = len(search.trace(way.places[0])) - 1
    trace = (*search.trace(way.places[0]), *way.strides)
    retrace = Retrace(case.subject, case.promise, trace, NOW)
    world = retrace.walked
    if world is None:
        return None
    scene = retrace.scene
    end = scene.variable("end", retrace.now(world).shape, certain=True)
    world.step, last = begun, world.step
    deadline = scene.later(retrace.now(world), within // timedelta(microseconds=1))
    world.step = last
    more = [scene.not_after(deadline, end), scene.not_after(retrace.now(world), end)]
    more += [retrace.waits(timer, end) for timer in retrace.live(world)]
    for example in retrace.examples(more):
        silence = example.value(end) - example.value(retrace.now(world))
        found = confirm(retrace, example, silence)
        if found is not None and _still(case, found):
            return found
    return None


def _by(case: Case, search: Search) -> Verdict:
    """A state with a timer at that very moment, which surely leads on; and the moment is known there."""
    promise, places = case.promise, len(search.came)
    assert promise.by is not None
    state = promise.what[0].name
    node = case.subject.root.chart.nodes.get(state)
    wanted = ast.unparse(ast.parse(promise.by.source.strip(), mode="eval"))
    moments = [
        moment for moment in (node.state.moments if node is not None else ())
        if ast.unparse(ast.parse(moment.time.source.strip(), mode="eval")) == wanted
    ]  # fmt: skip
    names = {path.partition(".")[0] for path in promise.by.reads}
    changes = node is not None and any(
        edge.target is None and any(act.name in names for act in edge.acts if act.kind == "set") for edge in node.edges
    )
    if not moments or changes:
        return case.verdict(places, why=f"{state} has no timer at {promise.by.source} that the prover understands")
    for place in [place for place in search.came if place.levels[0].state == state]:
        leads = _leads_on(search, place, moments[0].name)
        if leads and moments[0].past == "run" and not _unknown(case, search, place):
            continue
        moment = promise.by.source
        why = f"{moment} may not be known, or be past" if leads else f"what happens at {moment} does not lead on"
        found = _stays(case, search, place, armed=not leads)
        if found is not None:
            return case.broken(places, found, why=f"{why}, and so {state} may last")
        return case.verdict(places, why=why)
    return case.verdict(places, answer="proved")


def _leads_on(search: Search, place: Place, timer: str) -> bool:
    edges = [edge for edge in search.edges[place] if edge.stride.event.name == timer and edge.stride.event.level == 0]
    return bool(edges) and all(edge.visits > 0 for edge in edges)


def _unknown(case: Case, search: Search, place: Place) -> bool:
    """Whether the moment may be unknown there, in a case that the promise is about."""
    world = search.world(place)
    promise = case.promise
    assert promise.by is not None
    if promise.when is not None:
        judged = search.walk.judged(world, promise.when, True)
        if judged is None:
            return False
        world = judged
    term = search.walk.read(world, 0, promise.by)
    return search.walk.assume(world, ("unknown", term.key), opposite(search.walk.scene.known(term)))


def _stays(case: Case, search: Search, place: Place, *, armed: bool) -> Conversation | None:
    """A conversation that comes there and stays, long after the moment, or where no timer was set for it."""
    assert case.promise.by is not None
    retrace = Retrace(case.subject, case.promise, search.trace(place), NOW)
    world = retrace.walked
    if world is None:
        return None
    scene = retrace.scene
    timers = retrace.live(world)
    more = [opposite(timer.armed) for timer in timers]
    if armed:
        soon = scene.later(retrace.now(world), _LONG // timedelta(microseconds=2))
        more = [both(timer.armed, scene.before(timer.due, soon)) for timer in timers]
    if case.promise.when is not None:
        more.append(scene.holds(retrace.read(world, 0, case.promise.when), True))
    for example in retrace.examples(more):
        found = confirm(retrace, example, _LONG)
        if found is not None and _still(case, found):
            return found
    return None


def _said(passed: timedelta) -> str:
    seconds = int(passed.total_seconds())
    for word, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {word}{'s' if seconds != size else ''}"
    return f"{seconds} seconds"
