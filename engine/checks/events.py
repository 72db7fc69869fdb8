"""Events that nobody sends, tells that nobody hears, and answers of verbs that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator

from engine.acts import Act
from engine.chart import Edge, Node
from engine.checks.outside import acts
from engine.checks.subject import Subject


def check(subject: Subject) -> None:
    _unsent(subject)
    _unheard(subject)
    for node in subject.chart.nodes.values():
        if node.name in subject.reached:
            _answers(subject, node)
            _money(subject, node)
    _starts(subject)


def _unsent(subject: Subject) -> None:
    """An event that only a verb answers with, where nobody near asks for that verb."""
    answers: dict[str, list[str]] = {}
    for verb in subject.registry.verbs.values():
        for event in verb.answers:
            answers.setdefault(event, []).append(verb.name)
    asked = {act.name for act in acts(subject.chart) if act.kind == "do"} | subject.outside.asked
    seen: set[tuple[object, ...]] = set()
    for edge in subject.chart.edges:
        verbs = answers.get(edge.trigger) if edge.kind == "event" else None
        place = _event_at(edge)
        if verbs is None or edge.trigger in subject.outside.told or not asked.isdisjoint(verbs) or place in seen:
            continue
        seen.add(place)
        reason = f"{edge.trigger} answers {' or '.join(sorted(verbs))}, which is never asked for here."
        subject.report("unsent-event", place, reason, key=True)


def _event_at(edge: Edge) -> tuple[str | int, ...]:
    return (*edge.at, "on") if edge.at[0] == "anywhere" else tuple(edge.at[:4])


def _unheard(subject: Subject) -> None:
    seen: set[object] = set()
    for act in acts(subject.chart):
        if act.kind == "tell" and act.name not in subject.outside.heard and act.at not in seen:
            seen.add(act.at)
            reason = f"No flow or lifecycle here listens for {act.name}."
            subject.report("unheard-tell", (*act.at, "event"), reason)


def _asked_in(subject: Subject, node: Node) -> Iterator[Act]:
    """What was asked for when the machine comes to rest in a state: on entry, and by the rules that lead to it."""
    yield from (act for act in node.acts if act.kind == "do")
    for edge in subject.chart.into(node.name):
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


def _starts(subject: Subject) -> None:
    """`flows.start` must give what the flow takes, and nothing else."""
    for act in {act.at: act for act in acts(subject.chart)}.values():
        given = dict(act.args)
        if act.kind != "do" or act.name != "flows.start" or "flow" not in given:
            continue
        flow = str(given["flow"].read(None)[0])
        takes = subject.takes_of(flow)
        if takes is None:
            continue
        for name in given:
            if name != "flow" and name not in takes:
                subject.report("start-untaken", (*act.at, name), f'{flow} does not take "{name}".', key=True)
        for name, optional in takes.items():
            if name not in given and not optional:
                subject.report("start-lacks", act.at, f'{flow} takes "{name}", which is not given.', key=True)
