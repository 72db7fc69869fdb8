"""What the tests ask of every platform, in a word each."""

from __future__ import annotations

from ads.platform import Change, Platform, Receipt, Ref, State
from engine.values import Money


async def pause(platform: Platform, ref: Ref, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
    return await platform.change(ref, Change(status="paused"), expect=expect, dry_run=dry_run)


async def resume(platform: Platform, ref: Ref, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
    return await platform.change(ref, Change(status="active"), expect=expect, dry_run=dry_run)


async def set_budget(
    platform: Platform, ref: Ref, budget: Money, *, expect: State | None = None, dry_run: bool = False
) -> Receipt:
    return await platform.change(ref, Change(budget=budget), expect=expect, dry_run=dry_run)


async def set_bid(
    platform: Platform, ref: Ref, bid: Money, *, expect: State | None = None, dry_run: bool = False
) -> Receipt:
    return await platform.change(ref, Change(bid=bid), expect=expect, dry_run=dry_run)


async def restore(platform: Platform, state: State, *, dry_run: bool = False) -> Receipt:
    """Back to a state that was read before: status, budget, name and bid as they were then."""
    change = Change(status=state.status, budget=state.budget, name=state.name, bid=state.bid)
    return await platform.change(state.ref, change, dry_run=dry_run)
