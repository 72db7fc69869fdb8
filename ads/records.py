"""The records that the ads room gives to tables: what is known of an ad, a campaign, a change, and what is allowed."""

from __future__ import annotations

from engine.registry import Record

AD_PERIOD = Record(
    name="ad_period",
    fields={
        "spend": "money", "revenue": "money", "profit": "money",
        "conversions": "count", "clicks": "count", "impressions": "count",
        "cpa": "money", "cpc": "money", "roas": "number", "ctr": "number",
    },
    label="spend",
    doc="A variation's figures of some days by the ad account's clock: today, yesterday, or the whole days before "
    "today. Orders and money count for the day of the click that brought them.",
)  # fmt: skip
AD_FACTS = Record(
    name="ad_facts",
    fields={
        "angle": "text",
        "spend": "money", "revenue": "money", "margin": "money", "profit": "money",
        "conversions": "count", "clicks": "count", "impressions": "count",
        "cpa": "money", "max_cpa": "money", "roas": "number", "break_even_roas": "number",
        "chance_to_win": "probability", "chance_profitable": "probability", "expected_loss": "money",
        "best_by_now": "yes_no", "worse_by_now": "yes_no", "wanted_change_pct": "number",
        "hours_running": "number", "hours_since_change": "number", "budget": "money", "capacity_left": "count",
        "bid": "money", "hours_since_bid_change": "number",
        "reporting_factor": "number", "data_ok": "yes_no",
        "spend_today": "money", "velocity": "number", "cpc": "money", "ctr": "number", "frequency": "number",
        "running": "yes_no", "reported": "yes_no", "hours_since_report": "number", "currency_same": "yes_no",
        "shrunk": "number", "spend_factor": "number", "spend_surprise": "number", "delivery_surprise": "number",
        "silence_surprise": "number", "click_price_surprise": "number",
        "impressions_recent": "count", "ctr_change": "number", "chance_fatigued": "probability",
        "still_pays": "yes_no",
        "today": "ad_period", "yesterday": "ad_period",
        "last_3d": "ad_period", "last_7d": "ad_period", "last_28d": "ad_period",
    },
    label="angle",
    doc="What is known of a variation at a moment, for the tables `keep_kill_scale`, `anomaly`, `fatigue` and "
    "`ad_brakes`. Money is what the server itself measured, spend what the platform reports. `velocity` is 2 when it "
    "spends twice as fast as its budget would over the day; `frequency` is how often each person saw it on "
    "average, over the last seven whole days, where the platform tells. `bid` is the most that a result may cost on "
    "average, by the platform's own count; none where it is bought at the lowest cost. What is not known is nothing.",
)  # fmt: skip
AD_GUARDRAIL = Record(
    name="ad_guardrail",
    fields={
        "min_conversions": "count", "cooldown_hours": "number", "largest_step_pct": "number",
        "approval_pct": "number", "cpa_multiple": "number", "velocity_limit": "number", "changes_per_hour": "count",
    },
    label="approval_pct",
    doc="What the business allows its autopilot: its own settings, else the defaults of `ads.policy`.",
)  # fmt: skip
AD_STEP = Record(
    name="ad_step",
    fields={
        "kind": "text", "raises": "yes_no", "lifts": "yes_no", "capped": "yes_no",
        "by_person": "yes_no", "approved": "yes_no",
        "exposure": "money", "daily_cap": "money", "month": "money", "monthly_cap": "money",
        "change_pct": "number", "changes_last_hour": "count", "hours_since_change": "number",
        "conversions": "count", "data_ok": "yes_no",
    },
    label="kind",
    doc="A change that somebody wants. `exposure` is what the campaign may have spent today once it is made, `month` "
    "this month's spend with it; `kind` is launch, budget, bid, pause, resume, end or rollback. `raises`: more may be "
    "spent afterwards, or more for a customer; `lifts`: its bid is taken away. A bid has steps and times of its own.",
)  # fmt: skip
AD_CAMPAIGN = Record(
    name="ad_campaign",
    fields={
        "spent_today": "money", "expected_today": "money", "daily_cap": "money", "spent_month": "money",
        "monthly_cap": "money", "variations": "count", "hours_running": "number", "hours_since_change": "number",
        "clicks": "count", "conversions": "count", "known_margin": "yes_no", "data_ok": "yes_no",
    },
    label="variations",
    doc="What is known of a campaign, for the tables `pacing` and `rebalance`. What is not known is nothing.",
)  # fmt: skip
