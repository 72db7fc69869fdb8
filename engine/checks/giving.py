"""What verbs, flows and questions are given: nothing where something is needed, or not what a started flow takes."""

from __future__ import annotations

from engine.checks.outside import acts
from engine.checks.subject import Subject
from engine.findings import did_you_mean


def check(subject: Subject) -> None:
    _nothing(subject)
    _lists(subject)
    _starts(subject)
    _named(subject)


def _nothing(subject: Subject) -> None:
    """`null` is not a value: a verb that needs an argument fails on it, one that does not could be left alone."""
    for act in {act.at: act for act in acts(subject.chart) if act.kind == "do"}.values():
        verb = subject.registry.verbs[act.name]
        for name, value in act.args:
            if value.source == "None":
                needed = f"{act.name} needs it" if verb.arg(name).required else "leave it out instead"
                at = (*act.at, *name.split("."))
                subject.report("nothing-given", at, f'"{name}" is given nothing; {needed}.', key=True)
    for node in subject.chart.nodes.values():
        for name, value in node.state.call.args if node.state.call is not None else ():
            if value.source == "None":
                reason = f'"{name}" is given nothing; leave it out, or hand something over.'
                subject.report("nothing-given", (*node.at, "call", "with", name), reason, key=True)


def _lists(subject: Subject) -> None:
    """A list that comes from elsewhere may be empty."""
    for node in subject.chart.nodes.values():
        ask = node.state.ask
        if ask is not None and ask.source and not ask.none:
            reason = f"{ask.source} may have nothing to choose from, and nothing is done then."
            hint = "Add `none:` with the state to go to."
            subject.report("none-unhandled", (*node.at, "ask", "choices"), reason, hint, key=True)


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


def _named(subject: Subject) -> None:
    """What a verb names of the business's own is there, where it is known whose business it is."""
    known = subject.limits.endpoints
    if known is None:
        return
    for act in {act.at: act for act in acts(subject.chart) if act.kind == "do"}.values():
        for name, value in act.args:
            if subject.registry.verbs[act.name].arg(name).names == "endpoint":
                written = str(value.read(None)[0])
                if written not in known:
                    hint = did_you_mean(written, known) or "Add it in the settings first."
                    reason = f'The business has no endpoint "{written}".'
                    subject.report("unknown-endpoint", (*act.at, name), reason, hint)
