"""Events that nobody sends, tells that nobody hears, and answers of verbs that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.acts import Act
from engine.chart import Edge, Node
from engine.checks.outside import acts
from engine.checks.subject import Subject


def check(subject: Subject) -> None:
    if subject.outside.whole:
        _unsent(subject)
    _unheard(subject)
    for node in subject.chart.nodes.values():
        if node.name in subject.reached:
            _answers(subject, node)
            _money(subject, node)


def _unsent(subject: Subject) -> None:
    """An event that only a tell sends and nobody tells, or that answers a verb which nobody near asks for."""
    answers: dict[str, list[str]] = {}
    for verb in subject.registry.verbs.values():
        for event in verb.answers:
            answers.setdefault(event, []).append(verb.name)
    asked = {act.name for act in acts(subject.chart) if act.kind == "do"} | subject.outside.asked
    seen: set[tuple[object, ...]] = set()
    for edge in subject.chart.edges:
        place = _event_at(edge)
        if edge.kind != "event" or edge.trigger in subject.outside.told or place in seen:
            continue
        kind, verbs = subject.registry.events.get(edge.trigger), answers.get(edge.trigger, [])
        if kind is not None and kind.told:
            seen.add(place)
            subject.report("unsent-event", place, f"No flow or lifecycle here tells {edge.trigger}.", key=True)
        elif verbs and asked.isdisjoint(verbs):
            seen.add(place)
            reason = f"{edge.trigger} answers {' or '.join(sorted(verbs))}, which is never asked for here."
            subject.report("unsent-event", place, reason, key=True)


def _event_at(edge: Edge) -> tuple[str | int, ...]:
    return (*edge.at, "on") if edge.at[0] == "anywhere" else tuple(edge.at[:4])


def _unheard(subject: Subject) -> None:
    seen: set[object] = set()
    for act in acts(subject.chart):
        if (
            act.kind == "tell"
            and subject.outside.whole
            and act.name not in subject.outside.heard
            and act.at not in seen
        ):
            seen.add(act.at)
            reason = f"No flow or lifecycle here listens for {act.name}."
            subject.report("unheard-tell", (*act.at, "event"), reason)
        kind = subject.registry.events.get(act.name) if act.kind == "tell" else None
        lacking = [name for name in kind.fields if name not in dict(act.args)] if kind is not None else []
        if lacking and (act.at, "with") not in seen:
            seen.add((act.at, "with"))
            reason = (
                f"{act.name} has {' and '.join(lacking)}, which is not given: whoever hears it finds nothing there."
            )
            subject.report("tell-lacks", act.at, reason, key=True)


def _asked_in(subject: Subject, node: Node) -> Iterator[Act]:
    """What was asked for when the machine comes to rest in a state: on entry, and by the rules that lead to it."""
    yield from (act for act in node.acts if act.kind == "do")
    for edge in subject.into[node.name]:
        yield from (act for act in edge.acts if act.kind == "do")


def _answers(subject: Subject, node: Node) -> None:
    """A change answers at once. Where one of its answers is waited for, all are."""
    triggers = {edge.trigger for edge in node.edges}
    for act in {act.at: act for act in _asked_in(subject, node)}.values():
        verb = subject.registry.verbs[act.name]
        missing = [event for event in verb.answers if event not in triggers]
        if verb.sort == "change" and missing and len(missing) < len(verb.answers):
            reason = f"{act.name} may answer {' or '.join(missing)}, and nothing is done then."
            subject.report(
                "answer-missing", ["states", node.name, "on"], reason, f"Add `on: {{{missing[0]}: …}}`.", key=True
            )


def _money(subject: Subject, node: Node) -> None:
    """Money moves only where somebody waits for what becomes of it."""
    for act in _asked_in(subject, node):
        _awaited(subject, act, node)
    for edge in node.edges:
        if edge.target is None:
            for act in edge.acts:
                if act.kind == "do":
                    _awaited(subject, act, node)


def _awaited(subject: Subject, act: Act, node: Node) -> None:
    verb = subject.registry.verbs[act.name]
    if not verb.moves_money or not verb.answers:
        return
    if not node.rests:
        reason = f'{act.name} moves money, and "{node.name}" does not wait for what becomes of it.'
    elif not any(edge.trigger in verb.answers for edge in node.edges):
        reason = f'{act.name} moves money, and "{node.name}" does not listen for {" or ".join(verb.answers)}.'
    else:
        return
    subject.report("money-unwatched", act.at, reason, "Ask for it in a state that waits for its answers.", key=True)
