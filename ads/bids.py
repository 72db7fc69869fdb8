"""A variation's bid: the most that a result may cost on average, minor units; 0 is none, bought at the lowest cost.

A bid moves no cap: its variation spends no more than its budget. But a higher one, or none, lets more be spent for each
customer, so it is a raise like that of a budget, counted by steps and times of its own. None: somebody chose another
way of bidding on the platform, which is not ours to change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ads import law, steps
from ads.law import Breach, Caps

NO_BID = "it has no bid to change"
NOT_OURS = "somebody chose another way of bidding on the platform"


def of(variation: Mapping[str, Any]) -> int | None:
    kept = variation.get("bid", 0)
    return None if kept is None else int(kept)


def lifts(before: int | None, after: int | None) -> bool:
    """Whether it is taken away."""
    return bool(before) and after == 0


def raises(before: int | None, after: int | None) -> bool:
    """Whether a customer may cost more afterwards. The first bid only ever lowers that."""
    return bool(before) and after is not None and (after == 0 or after > (before or 0))


def _day_ago(variation: Mapping[str, Any], now: datetime) -> int | None:
    """The bid of a day ago, if it was changed since and there was one."""
    return steps.day_ago(steps.BID, variation, now) or None


def change_pct(variation: Mapping[str, Any], after: int | None, now: datetime) -> float:
    """How much more a customer may cost, in per cent: of the bid before, or of a day ago's if that makes it more."""
    before = of(variation)
    if not after or not before:
        return 0.0
    return law.change_pct(before, after, _day_ago(variation, now))


def changed_at(variation: Mapping[str, Any]) -> datetime | None:
    """When its bid was changed last, else when it began to run."""
    return variation.get("bid_changed_at") or variation.get("launched_at")


def stepped(variation: Mapping[str, Any], bid: int | None, now: datetime) -> dict[str, Any]:
    """What a variation remembers of a bid that was read just now."""
    return {"bid": bid, **steps.changed(steps.BID, variation, bid, now)}


def wanted(
    variation: Mapping[str, Any], now: datetime, largest_pct: float, *,
    bid: int | None = None, step_pct: float | None = None, limit: int | None = None,
) -> int | str:  # fmt: skip
    """What it should become: `bid`, or so many per cent more (a raise is cut to the largest step), no raise beyond
    `limit`. Or why that is no change. Never rounded up, and no step takes a bid away.
    """
    before = of(variation)
    if before is None:
        return NOT_OURS
    if bid is None and not before:
        return NO_BID
    after = bid if bid is not None else steps.more(before, step_pct or 0.0)
    if bid is None and after > before:
        after = max(before, min(after, steps.highest(before, _day_ago(variation, now), largest_pct)))
    if limit is not None and raises(before, after):
        after = max(before, limit if after == 0 else min(after, limit))
    if after == before or after < 0 or (bid is None and after == 0):
        return "nothing would change"
    return after


def breach(
    caps: Caps, variation: Mapping[str, Any], after: int | None, now: datetime, *, approved: bool, by_person: bool
) -> Breach | None:
    """The approvals that no table can lift: a raise above the campaign's percentage, and no bid at all any more."""
    if after is None or approved:
        return None
    if lifts(of(variation), after) and not by_person:
        return Breach(code="ads.law.approval", reason="taking a bid away needs an approval")
    return law.too_large(caps, change_pct(variation, after, now))
