"""The money in a change, alike at each platform: its currencies, what it may be set on, how urgent the change is."""

from __future__ import annotations

from ads.failures import Refused
from ads.pace import Urgency
from ads.platform import Change, Ref, State


def currencies(change: Change) -> frozenset[str]:
    return frozenset(amount.currency for amount in (change.budget, change.bid) if amount is not None)


def urgency(change: Change) -> Urgency:
    """What only stops spending is never held back."""
    return "stop" if change.status in ("paused", "deleted") and not currencies(change) else "change"


def check(platform: str, ref: Ref, change: Change) -> None:
    """Raises Refused for amounts that a campaign cannot have."""
    if ref.kind == "campaign" and change.budget is not None:
        raise Refused(f"ads.{platform}.budget", "The budget belongs to the variations", field="budget")
    if ref.kind == "campaign" and change.bid is not None:
        raise Refused(f"ads.{platform}.bid", "The bid belongs to the variations", field="bid")


def check_bid(platform: str, wanted: Change, state: State) -> None:
    """Raises Refused where somebody chose by hand what is no cost cap: it could not be put back, so it stays."""
    if wanted.bid is not None and state.bid is None:
        text = "Somebody chose another way of bidding on the platform: choose the lowest cost there first"
        raise Refused(f"ads.{platform}.bidding", text, field="bid")
