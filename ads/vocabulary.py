"""What YAML may ask of the ads room. Declarations only; `ads.verbs` carries them out."""

from __future__ import annotations

from datetime import timedelta

from ads.records import AD_CAMPAIGN, AD_FACTS, AD_GUARDRAIL, AD_PERIOD, AD_STEP
from engine.registry import Arg, EventKind, Role, Verb, Vocabulary

_CAMPAIGN = {"campaign": Arg(type="text", doc="The campaign's id.")}
_VARIATION = {"variation": Arg(type="text", doc="The variation's id.")}
_CHANGE = {"change": Arg(type="text", doc="The change's id.")}
_WHY = Arg(type="text", required=False, doc="The reason, in words for the owner.")
_DONE = {"change": "text", "variation": "text", "kind": "text", "reason": "text"}
_CAP = "Always held back by what no YAML can lift: the caps, and the approvals."

VOCABULARY = Vocabulary(
    roles=(
        Role(name="campaign", doc="The campaign that a variation or a change belongs to."),
        Role(name="variation", doc="The variation that a change is about."),
    ),
    records=(AD_FACTS, AD_PERIOD, AD_GUARDRAIL, AD_STEP, AD_CAMPAIGN),
    verbs=(
        Verb(
            name="ads.check_launch",
            sort="change",
            args=_CAMPAIGN,
            answers={"ads.launchable": {}, "ads.not_launchable": {"reason": "text"}},
            doc="Whether a campaign may be launched: caps, account, currency, variations. No cap, no launch.",
        ),
        Verb(
            name="ads.launch",
            sort="change",
            args=_CAMPAIGN,
            answers={"ads.not_launchable": {"reason": "text"}},
            moves_money=True,
            doc=f"Ask for a change `launch` for each of the campaign's variations. {_CAP}",
        ),
        Verb(
            name="ads.collect",
            sort="action",
            args=_CAMPAIGN,
            answers={"ads.collected": {"hours": "count"}, "ads.not_collected": {"reason": "text"}},
            answers_within=timedelta(minutes=10),
            doc="Fetch the platform's hourly reports, now and then how many people saw the ads, and look for what was "
            "edited there by hand.",
        ),
        Verb(
            name="ads.look",
            sort="change",
            args=_CAMPAIGN,
            doc="Gather the facts of every variation that runs, or is odd; each hears them as `ads.looked`.",
        ),
        Verb(
            name="ads.measure",
            sort="change",
            args=_CAMPAIGN,
            answers={"ads.measured": {"facts": "ad_campaign"}},
            doc="Gather what `pacing` and `rebalance` are asked with.",
        ),
        Verb(
            name="ads.slow",
            sort="change",
            args={
                **_CAMPAIGN,
                "factor": Arg(type="number", doc="Budgets are multiplied by it; 0 pauses them until another day."),
                "decision": Arg(type="record", required=False, doc="What a table answered, kept with the changes."),
                "reason": _WHY,
            },
            doc=f"Ask for less of each variation that runs. {_CAP}",
        ),
        Verb(
            name="ads.share_out",
            sort="change",
            args={
                **_CAMPAIGN,
                "decision": Arg(type="record", required=False, doc="What `rebalance` answered, to be kept."),
            },
            doc="Divide the campaign's budget among its variations; each whose share is to change hears "
            "`ads.share`.",
        ),
        Verb(
            name="ads.report",
            sort="change",
            args=_CAMPAIGN,
            doc="Keep the day's report of the campaign.",
        ),
        Verb(
            name="ads.mark",
            sort="change",
            args={
                **_CAMPAIGN,
                "state": Arg(
                    type="text",
                    one_of=("draft", "waiting_for_approval", "launching", "active", "paused", "ended"),
                    doc="Where it stands now.",
                ),
                "reason": _WHY,
            },
            doc="Write down where the campaign stands, for lists and reports.",
        ),
        Verb(
            name="ads.stage",
            sort="change",
            args={
                **_VARIATION,
                "stage": Arg(
                    type="text",
                    one_of=("testing", "kept", "scaled", "killed", "fatigued", "rotated"),
                    doc="What became of it.",
                ),
                "reason": _WHY,
            },
            doc="Write down what became of a variation, with the reason.",
        ),
        Verb(
            name="ads.stop",
            sort="change",
            args={**_CAMPAIGN, "reason": _WHY},
            doc="Ask for a change `pause` for every variation that may be spending.",
        ),
        Verb(
            name="ads.alert",
            sort="change",
            args={
                **_VARIATION,
                "decision": Arg(type="record", doc="What the table `anomaly` answered."),
                "row": Arg(type="text", required=False, doc="The row that did."),
                "reason": _WHY,
            },
            doc="Tell the business's people what is odd, as a task, once; after `go_on` or `watch` the task is over.",
        ),
        Verb(
            name="ads.propose",
            sort="change",
            args={
                **_VARIATION,
                "kind": Arg(type="text", one_of=("budget", "bid", "pause", "resume"), doc="What is to change."),
                "change_pct": Arg(type="number", required=False, doc="A budget's or bid's step: 20 is a fifth more."),
                "budget": Arg(type="money", required=False, doc="Instead of a step: the new daily budget."),
                "bid": Arg(
                    type="money", required=False,
                    doc="Instead of a step: the most that a result may cost on average; 0 for the lowest cost.",
                ),
                "limit": Arg(type="money", required=False, doc="A raise goes no further than this."),
                "decision": Arg(type="record", required=False, doc="What a table answered, kept with the change."),
                "reason": _WHY,
            },
            answers={"ads.not_proposed": {"reason": "text"}},
            doc=f"Ask for a change of a variation; it lives in the lifecycle `ad_change`. {_CAP}",
        ),
        Verb(
            name="ads.weigh",
            sort="change",
            args=_CHANGE,
            answers={
                "ads.weighed": {"step": "ad_step", "guardrail": "ad_guardrail"},
                "ads.moot": {"reason": "text"},
            },
            doc="What a change comes to, for the table `ad_guardrails`; `ads.moot` when nothing is left to do.",
        ),
        Verb(
            name="ads.rehearse",
            sort="action",
            args=_CHANGE,
            answers={"ads.rehearsed": {"requests": "count"}, "ads.failed": {"reason": "text", "code": "text"}},
            answers_within=timedelta(minutes=30),
            doc="Read the state before, and have the platform validate the change without making it.",
        ),
        Verb(
            name="ads.ask_approval",
            sort="change",
            args={**_CHANGE, "reason": _WHY},
            doc="Put it before a person who may approve.",
        ),
        Verb(
            name="ads.execute",
            sort="action",
            args=_CHANGE,
            answers={
                "ads.executed": {"change": "text"},
                "ads.held_back": {"reason": "text", "code": "text"},
                "ads.failed": {"reason": "text", "code": "text"},
            },
            answers_within=timedelta(hours=12),
            moves_money=True,
            doc=f"Make the change, and read it back. {_CAP}",
        ),
        Verb(
            name="ads.settle",
            sort="change",
            args={
                **_CHANGE,
                "outcome": Arg(
                    type="text", one_of=("done", "held_back", "declined", "expired", "failed", "moot"),
                    doc="How it ended.",
                ),
                "reason": _WHY,
            },
            doc="Close a change. Its variation and campaign hear `ads.changed` or `ads.unchanged`.",
        ),
        Verb(
            name="ads.plan_report",
            sort="change",
            answers={"ads.report_planned": {"due": "datetime"}, "ads.report_off": {}},
            doc="When the daily report is due next, by the business's clock and its settings.",
        ),
        Verb(
            name="ads.send_report",
            sort="change",
            answers={"ads.report_sent": {"people": "count"}},
            doc="Start `flow:ad_report` with each of the owner's numbers, once a day; with nobody where no ad ran.",
        ),
    ),
    events=(
        EventKind(name="ads.report_paced", doc="For the reports: the owner chose another hour, or other days."),
        EventKind(name="ads.submitted", doc="For the campaign: its owner wants it launched."),
        EventKind(name="ads.approved", fields={"by": "text"}, doc="Somebody who may has approved."),
        EventKind(name="ads.declined", fields={"by": "text", "reason": "text"}, doc="Somebody said no."),
        EventKind(name="ads.pause_asked", fields={"reason": "text"}, doc="Somebody, or something, wants it paused."),
        EventKind(name="ads.resume_asked", fields={"reason": "text"}, doc="A person wants it running again."),
        EventKind(name="ads.end_asked", fields={"reason": "text"}, doc="A person wants it to end."),
        EventKind(
            name="ads.paced",
            fields=dict.fromkeys(("watch_every", "pace_every", "rebalance_every", "report_every"), "duration"),
            doc="For the campaign: another cadence.",
        ),
        EventKind(
            name="ads.looked",
            fields={"facts": "ad_facts", "guardrail": "ad_guardrail", "row": "text", "because": "text"},
            doc="For the variation: the facts of this moment. `row` and `because` are what `anomaly` makes of them.",
        ),
        EventKind(
            name="ads.share",
            fields={"budget": "money", "reason": "text", "decision": "record", "facts": "ad_facts"},
            doc="For the variation: what the campaign's budget was divided to.",
        ),
        EventKind(name="ads.changed", fields=_DONE, doc="For variation and campaign: a change was made and read back."),
        EventKind(
            name="ads.unchanged",
            fields={**_DONE, "outcome": "text"},
            doc="For variation and campaign: a change was not made.",
        ),
        EventKind(
            name="ads.found_edited",
            fields={"variation": "text", "what": "text", "status": "text", "budget": "money"},
            doc="Somebody edited it on the platform by hand; what it is now counts.",
        ),
        EventKind(
            name="ads.hour_corrected",
            fields={"variation": "text", "hour": "datetime", "why": "text", "changes": "record"},
            doc="For the variation: the platform changed its report of an hour that was told before.",
        ),
        EventKind(
            name="ads.found_gone",
            fields={"variation": "text", "left": "count"},
            doc="Somebody deleted it on the platform; so many others of its campaign are left there.",
        ),
    ),
)  # fmt: skip
