"""When the platform is not as we left it: edited by hand, or deleted. What is there counts, whoever put it there.

Our records follow the platform, the ledger counts the larger budget, the change is a step like any other (so that
the autopilot's cooldown begins), and both machines hear of it, which puts it into the journal.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from ads import bids, campaigns, steps
from ads.ledger import day_of, written
from ads.platform import State
from ads.running import switched
from engine.model import Event
from runtime.verbs import Post
from storage.store import Document, Op, Update


def left(variations: Sequence[Document], variation: Document) -> int:
    """How many of a campaign are on the platform beside this one."""
    there = [each for each in variations if each["status"] not in (campaigns.DRAFT, campaigns.GONE)]
    return sum(1 for each in there if each["_id"] != variation["_id"])


def adopted(
    campaign: Document, variation: Document, found: State, now: datetime, others: int
) -> tuple[tuple[Op, ...], tuple[Post, ...]]:  # fmt: skip
    """Follow what was found; `others` as `left` counts them."""
    if found.status == "deleted":
        return gone(campaign, variation, now, others)
    known = campaigns.known_state(variation, campaign["currency"])
    budget = int(variation["budget"]) if found.budget is None else found.budget.amount
    what = ", ".join(known.differences(found)) if known is not None else "everything"
    live = campaigns.most_live(found.status, budget, campaigns.unanswered(variation, now))
    changes: dict[str, Any] = {
        "status": found.status,
        "budget": budget,
        "known": campaigns.kept_state(found),
        "external": dict(found.ref.external) or dict(variation.get("external") or {}),
        "unsure": False,
        "edited_at": now,
        **steps.changed(steps.BUDGET, variation, budget, now),
        **bids.stepped(variation, None if found.bid is None else found.bid.amount, now),
        **switched(variation, found.status, now),
    }
    data = {
        "variation": variation["_id"],
        "what": what,
        "status": found.status,
        "budget": campaigns.money(campaign, budget),
    }
    return _ops(campaign, variation, changes, live, now), _told(variation, Event(name="ads.found_edited", data=data))


def gone(
    campaign: Document, variation: Document, now: datetime, left: int
) -> tuple[tuple[Op, ...], tuple[Post, ...]]:  # fmt: skip
    """It is no more, and spends no more; what it may have spent today still counts. `left` is how many others are."""
    changes = {"status": campaigns.GONE, "unsure": False, "gone_at": now, **switched(variation, campaigns.GONE, now)}
    event = Event(name="ads.found_gone", data={"variation": variation["_id"], "left": left})
    return _ops(campaign, variation, changes, 0, now), _told(variation, event)


def _ops(
    campaign: Document, variation: Document, changes: dict[str, Any], live: int, now: datetime
) -> tuple[Op, ...]:  # fmt: skip
    counted = campaigns.ledger_of(campaign).with_budget(variation["_id"], live, day_of(now, campaign["zone"]))
    return (
        Update("campaigns", campaign["_id"], {"set": {"ledger": written(counted)}}, expect=campaign["version"]),
        Update("variations", variation["_id"], {"set": changes}, expect=variation["version"]),
    )


def _told(variation: Document, event: Event) -> tuple[Post, ...]:
    """A variation that was never launched has no machine yet."""
    posts = [Post(machine=campaigns.machine_of(variation["campaign"]), event=event)]
    if variation["status"] != campaigns.DRAFT:
        posts.append(Post(machine=campaigns.variation_machine(variation["_id"]), event=event))
    return tuple(posts)
