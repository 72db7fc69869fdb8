"""Dangerous edits of the YAML about ads, each of which must break a promise: (file, what, to what, which promise)."""

from __future__ import annotations

PAUSING = "past: run, to: reporting}\n    on:\n      ads.pause_asked: {set: {reason: event.reason}"  # of `active`
LAUNCH, CAMPAIGN = "flows/launch.yaml", "flows/lifecycles/campaign.yaml"
CHANGE, TELLING = "flows/lifecycles/ad_change.yaml", "flows/lifecycles/conversion.yaml"
VARIATION = "flows/lifecycles/variation.yaml"
GUARDRAILS, BRAKES = "rules/ad_guardrails.yaml", "rules/ad_brakes.yaml"

EDITS = {
    "launched on a page nobody looked at": (
        LAUNCH,
        '- {set: {found: "\'\'"}, say: address_unclear, to: choosing_page}',
        "- {to: drafting}",
        "page was looked at",
    ),
    "launched without ads": (
        LAUNCH,
        "- {when: event.ready, set: {page: event.page}, to: drafting}",
        "- {when: event.ready, set: {page: event.page}, to: capping_day}",
        "passed the platform's limits",
    ),
    "launched without a price": (
        LAUNCH, "on: {answer: reckoning}", "on: {answer: choosing_platform}", "what a booking may cost",
    ),
    "approved before it was handed in": (
        LAUNCH,
        '- {when: event.value == "launch", to: submitting}',
        '- {when: event.value == "launch", to: approving}',
        "was not handed in",
    ),
    "launched without an approval": (
        CAMPAIGN, "ads.launchable: waiting_for_approval", "ads.launchable: launching", "without an approval",
    ),
    "launched without caps": (
        CAMPAIGN, "ads.submitted: checking", "ads.submitted: waiting_for_approval", "without caps",
    ),
    "a pause that is not heard": (
        CAMPAIGN,
        "  stopping:\n    do: {ads.stop: {campaign: campaign, reason: reason}}\n",
        "  stopping:\n",
        "is heard",
    ),
    "a pause that is heard and forgotten": (
        CAMPAIGN, f"{PAUSING}, to: stopping}}", f"{PAUSING}}}", "is heard",
    ),
    "counted as killed while it still runs": (
        VARIATION,
        "kind: pause, decision: verdict, reason: reason}}, to: resting",
        "kind: pause, decision: verdict, reason: reason}}, to: killed",
        "None counts as killed",
    ),
    "counted as replaced while it still runs": (
        VARIATION,
        "decision: wear, reason: reason}}, to: resting",
        "decision: wear, reason: reason}}, to: rotated",
        "None counts as replaced",
    ),
    "waits for room while it still buys": (
        VARIATION,
        "decision: brake, reason: brake.reason}}, to: resting",
        "decision: brake, reason: brake.reason}}, to: waiting",
        "None waits for room",
    ),
    "changed without a rehearsal": (
        CHANGE,
        '- {when: \'verdict.verdict == "go"\', to: rehearsing}',
        '- {when: \'verdict.verdict == "go"\', to: executing}',
        "has not validated",
    ),
    "changed without being asked for": (CHANGE, "      48h: expired", "      48h: reweighing", "not made without one"),
    "changed without being weighed": (CHANGE, "start: weighing", "start: executing", "did not weigh"),
    "changed again and again": (
        CHANGE,
        "ads.failed: {set: {reason: event.reason}, to: failed}\n    after:\n      13h",
        "ads.failed: reweighing\n    after:\n      13h",
        "asked for once",
    ),
    "waited for without an end": (CHANGE, "      48h: expired", "      72h: expired", "longer than two days"),
    "told too late": (TELLING, "      4d: lapsed", "      9d: lapsed", "always: telling"),
    "told though skipped": (TELLING, "conversions.skipped: skipped", "conversions.skipped: told", "never: told"),
    "losing far too much": (
        BRAKES,
        "- id: runaway_cpa\n    when: conversions >=",
        "- id: runaway_cpa\n    when: conversions >",
        "loses far too much",
    ),
    "bought though nobody can be served": (
        BRAKES, "when: capacity_left <= 0", "when: capacity_left < 0", "cannot be served",
    ),
    "more allowed than the cap": (
        GUARDRAILS, "allowed: {expr: exposure}", "allowed: {expr: exposure + exposure}", "above the daily cap",
    ),
    "above a cap": (GUARDRAILS, "when: raises == False", "when: 'raises == False or by_person'", "above a cap"),
    "a large step by nobody": (
        GUARDRAILS, "when: raises == False", "when: raises == False or data_ok", "without an approval",
    ),
    "any price for a customer, and nobody asked": (
        GUARDRAILS, "when: raises == False", "when: raises == False or lifts", "No bid is taken away",
    ),
    "a bid changed while it cools down": (
        GUARDRAILS,
        "when: 'kind in [\"budget\", \"bid\"] and not by_person and hours_since_change",
        "when: 'kind == \"budget\" and not by_person and hours_since_change",
        "while it cools down",
    ),
    "changed while it cools down": (
        GUARDRAILS,
        "hours_since_change < guardrail.cooldown_hours'\n",
        "hours_since_change < 1'\n",
        "while it cools down",
    ),
    "more often than the platform takes it": (
        GUARDRAILS,
        "changes_last_hour >= guardrail.changes_per_hour'\n",
        "changes_last_hour > guardrail.changes_per_hour'\n",
        "than the platform takes it",
    ),
    "a report that nobody may read": (
        "flows/ad_report.yaml", "after:\n      1m: left", "after:\n      1m: told", "who may read it",
    ),
    "a report where none is wanted": (
        "flows/lifecycles/ad_report.yaml", "ads.report_off: silent", "ads.report_off: sending", "that was not planned",
    ),
}  # fmt: skip
