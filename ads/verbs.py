"""The ads room's verbs, bound: composed once by the server with the platforms, the guardrails' table and the facts."""

from __future__ import annotations

from ads import alerting, starting
from ads.changes import Changes
from ads.collecting import Collector
from ads.dispatcher import Dispatcher
from ads.looking import Looking
from ads.pacing import Pacing
from ads.report.morning import Morning, Owners, nobody
from runtime.verbs import Bound


def bind(
    changes: Changes, looking: Looking, pacing: Pacing, dispatcher: Dispatcher, collector: Collector,
    owners: Owners = nobody,
) -> list[Bound]:  # fmt: skip
    """Everything that `ads.vocabulary` declares, with the coroutine that carries it out."""
    morning = Morning(owners)
    return [
        Bound("ads.check_launch", starting.check_launch),
        Bound("ads.launch", starting.launch),
        Bound("ads.mark", starting.mark),
        Bound("ads.stop", starting.stop),
        Bound("ads.collect", collector.collect),
        Bound("ads.look", looking.look),
        Bound("ads.measure", pacing.measure),
        Bound("ads.slow", pacing.slow),
        Bound("ads.share_out", looking.share_out),
        Bound("ads.report", looking.report),
        Bound("ads.alert", alerting.alert),
        Bound("ads.plan_report", morning.plan),
        Bound("ads.send_report", morning.send),
        Bound("ads.stage", changes.stage),
        Bound("ads.propose", changes.propose),
        Bound("ads.weigh", changes.weigh),
        Bound("ads.rehearse", dispatcher.rehearse),
        Bound("ads.ask_approval", changes.ask_approval),
        Bound("ads.execute", dispatcher.execute),
        Bound("ads.settle", changes.settle),
    ]
