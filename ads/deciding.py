"""What to do with every campaign's budget now: pure, from what was measured, by the tables in `rules/`.

For each campaign: `rebalance` says how its budget is shared out; the statistics say what each variation should have
and what is believed of it; `keep_kill_scale` says of each variation what is done about that. Nothing else decides:
whoever changes the tables changes what happens. Budgets never add up to more than the campaign's own.

    tables = Tables.of(release)
    (found,) = decide(tables, [campaign])
    for each in found.decisions: each.variation, each.decision, each.budget, each.row, each.because, each.facts

The same campaigns give the same decisions in any process: what is drawn at random is seeded by the facts themselves.
One campaign or ten thousand variations take the same way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec

from engine.release import Release
from engine.tables import Table
from engine.tables import decide as ask
from engine.values import Money

if TYPE_CHECKING:
    from ads.statistics.assessing import Assessment

SMALLEST = 0.01  # of the campaign's budget: what a share without a budget is compared with, and raised from


class Tables(msgspec.Struct, frozen=True):
    """The tables that decide, as published."""

    keep_kill_scale: Table
    rebalance: Table

    @classmethod
    def of(cls, release: Release) -> Tables:
        found = [release.definitions[f"rules:{name}"] for name in ("keep_kill_scale", "rebalance")]
        assert all(isinstance(each, Table) for each in found)
        return cls(*found)  # type: ignore[arg-type]


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """A variation's hours, the oldest first, all of one length within a campaign. Money in minor units.

    `orders` are those that our server verified, in the hour of their click, as known by now; `rate` is the daily
    budget at which the hour ran.
    """

    spend: Sequence[float]
    clicks: Sequence[float]
    orders: Sequence[float]
    rate: Sequence[float]


class Variation(msgspec.Struct, frozen=True, kw_only=True):
    """One variation at this moment. Amounts are totals since it began, in minor units; None is not known."""

    id: str
    hours: Hours
    budget: int  # a day
    impressions: int = 0
    revenue: int = 0
    margin: int | None = None  # earned by its orders before ads; None: orders × the offer's margin
    hours_running: float = 0.0
    hours_since_change: float | None = None
    live: bool = True


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign at this moment. `margin`, `max_cpa` and `break_even_roas` are those of `ads.profit.economics`.

    `budget` is what may be spent a day at most, over all variations. `delays` are the hours from click to order of the
    orders known so far, over all variations.
    """

    id: str
    currency: str
    budget: int
    margin: int | None
    max_cpa: int | None
    break_even_roas: float | None
    variations: tuple[Variation, ...]
    delays: Sequence[float] = ()
    capacity: int | None = None
    capacity_left: int | None = None
    reporting_factor: float | None = None
    data_ok: bool = True
    hours_running: float = 0.0
    hours_since_change: float | None = None


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What is done with a variation. `budget` is the daily one from now on; `facts` are all that the table was told."""

    variation: str
    decision: str  # keep, kill, scale, reduce, wait
    budget_change_pct: float
    budget: Money
    row: str
    because: str
    facts: dict[str, Any]


class Pass(msgspec.Struct, frozen=True, kw_only=True):
    """One campaign looked at once. `wanted`: the budgets that the statistics would give, by variation."""

    campaign: str
    method: str
    row: str
    because: str
    wanted: dict[str, Money]
    decisions: tuple[Decision, ...]


def decide(tables: Tables, campaigns: Sequence[Campaign]) -> tuple[Pass, ...]:
    """Raises what `engine.tables.decide` raises, where a table was changed so that it cannot be asked."""
    from ads.statistics import assessing  # numpy is loaded by who decides, not by who serves

    shared = [ask(tables.rebalance, _rebalance_facts(campaign)) for campaign in campaigns]
    ways = [
        assessing.Way(_text(each.result, "method"), each.result["floor"], each.result["boldness"]) for each in shared
    ]
    assessed = assessing.assess(campaigns, ways)
    return tuple(
        _passed(tables, campaign, found, decision)
        for campaign, found, decision in zip(campaigns, assessed, shared, strict=True)
    )


def _text(result: Any, name: str) -> str:
    return "hold" if result["decision"] == "hold" else str(result[name])


def total(figures: Any) -> float:
    """Of a list, or of an array, which has a quicker way."""
    return float(figures.sum() if hasattr(figures, "sum") else sum(figures))


def _rebalance_facts(campaign: Campaign) -> dict[str, Any]:
    live = [each for each in campaign.variations if each.live]
    return {
        "variations": len(live),
        "hours_running": campaign.hours_running,
        "hours_since_change": campaign.hours_since_change,
        "clicks": round(sum(total(each.hours.clicks) for each in live)),
        "conversions": round(sum(total(each.hours.orders) for each in live)),
        "known_margin": campaign.margin is not None,
        "data_ok": campaign.data_ok,
    }


def _passed(tables: Tables, campaign: Campaign, found: Assessment, shared: Any) -> Pass:
    decisions = []
    for place, variation in enumerate(campaign.variations):
        if variation.live:
            facts = facts_of(campaign, variation, found, place)
            decisions.append(_decided(tables, campaign, variation, facts))
    return Pass(
        campaign=campaign.id,
        method=_text(shared.result, "method"),
        row=shared.hit[0] if shared.hit else "",
        because=shared.because[0] if shared.because else "",
        wanted={
            each.id: Money(round(found.wanted[place]), campaign.currency)
            for place, each in enumerate(campaign.variations)
        },
        decisions=_within(campaign, decisions),
    )


def facts_of(campaign: Campaign, variation: Variation, found: Assessment, place: int) -> dict[str, Any]:
    """The facts of `keep_kill_scale` for one variation."""

    def money(amount: float | None) -> Money | None:
        return None if amount is None else Money(round(amount), campaign.currency)

    spend, orders = total(variation.hours.spend), round(total(variation.hours.orders))
    margin = variation.margin
    if margin is None and campaign.margin is not None:
        margin = orders * campaign.margin
    return {
        "spend": money(spend),
        "revenue": money(variation.revenue),
        "margin": money(margin),
        "profit": money(None if margin is None else margin - spend),
        "conversions": orders,
        "clicks": round(total(variation.hours.clicks)),
        "impressions": variation.impressions,
        "cpa": money(spend / orders) if orders else None,
        "max_cpa": money(campaign.max_cpa),
        "roas": round(variation.revenue / spend, 4) if spend else None,
        "break_even_roas": campaign.break_even_roas,
        "chance_to_win": found.chance_to_win[place],
        "chance_profitable": found.chance_profitable[place] if campaign.margin is not None else None,
        "expected_loss": money(found.expected_loss[place]) if campaign.margin is not None else None,
        "best_by_now": found.best[place],
        "worse_by_now": found.worse[place],
        "hours_running": variation.hours_running,
        "hours_since_change": variation.hours_since_change,
        "budget": money(variation.budget),
        "wanted_change_pct": _change(campaign, variation, found.wanted[place]),
        "capacity_left": campaign.capacity_left,
        "reporting_factor": campaign.reporting_factor,
        "data_ok": campaign.data_ok,
    }


def _change(campaign: Campaign, variation: Variation, wanted: float) -> float:
    """In per cent of the budget, or of the smallest one where it has none."""
    base = _base(campaign, variation)
    return round(100 * (wanted - variation.budget) / base, 1) if base else 0.0


def _base(campaign: Campaign, variation: Variation) -> float:
    return max(float(variation.budget), SMALLEST * campaign.budget)


def _decided(tables: Tables, campaign: Campaign, variation: Variation, facts: Mapping[str, Any]) -> Decision:
    answer = ask(tables.keep_kill_scale, facts)
    result = answer.result or {"decision": "keep", "budget_change_pct": 0}
    change = float(result["budget_change_pct"] or 0)
    budget = variation.budget + _base(campaign, variation) * change / 100
    return Decision(
        variation=variation.id,
        decision=str(result["decision"]),
        budget_change_pct=change,
        budget=Money(max(0, int(budget)), campaign.currency),
        row=answer.hit[0] if answer.hit else "",
        because=answer.because[0] if answer.because else "",
        facts=answer.facts,
    )


def _within(campaign: Campaign, decisions: list[Decision]) -> tuple[Decision, ...]:
    """Where the budgets would add up to more than the campaign's, the raises are cut first, then everything."""
    asked = {each.id: each for each in campaign.variations}
    before = {id: each.budget for id, each in asked.items()}
    total = sum(each.budget.amount for each in decisions)
    if total <= campaign.budget:
        return tuple(decisions)
    raises = {each.variation: max(0, each.budget.amount - before[each.variation]) for each in decisions}
    kept = total - sum(raises.values())
    share = max(0.0, (campaign.budget - kept) / sum(raises.values())) if any(raises.values()) else 0.0
    whole = min(1.0, campaign.budget / kept) if kept else 1.0
    cut = []
    for each in decisions:
        raised = raises[each.variation]
        amount = int((each.budget.amount - raised) * whole) + int(raised * share)
        budget = Money(amount, campaign.currency)
        pct = _change(campaign, asked[each.variation], amount)
        cut.append(msgspec.structs.replace(each, budget=budget, budget_change_pct=min(pct, each.budget_change_pct)))
    return tuple(cut)
