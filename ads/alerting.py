"""What is odd about an ad, as a task for a person: once when it begins, and taken back when all is well again.

Nothing to do while nothing changed: a look that finds the same oddity again says nothing. One task for each campaign
and row of the table, since a broken tracking is odd in all of its ads at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ads import campaigns
from runtime.verbs import Changed, Context
from storage.store import Document, Op, Update, Upsert

KIND = "ads.odd"
ODD = ("hold", "ask", "pause")


def task_id(campaign: str, row: str) -> str:
    return f"{KIND}:{campaign}/{row}"


async def alert(ctx: Context, args: dict[str, Any]) -> Changed:
    """`ads.alert`. What is odd is noted at the campaign, since the same step may claim the variation for a change."""
    variation = await campaigns.variation(ctx.store, str(args["variation"]))
    campaign = await campaigns.one(ctx.store, variation["campaign"])
    decision = args["decision"] if isinstance(args.get("decision"), dict) else {}
    row, reason = str(args.get("row") or decision.get("decision") or ""), str(args.get("reason") or "")
    standing, place = odd(campaign, variation), f"oddities.{variation['_id']}"
    if str(decision.get("decision")) not in ODD:
        ended = [Update("campaigns", campaign["_id"], {"unset": [place]})] if standing else []
        return Changed(ops=(*ended, *await _over(ctx, campaign, variation)))
    if standing.get("row") == row:
        return Changed()
    noted = {"row": row, "decision": decision["decision"], "reason": reason, "at": ctx.now}
    task = {
        "kind": KIND, "state": "open", "contact": "", "campaign": campaign["_id"], "at": ctx.now,
        "ref": f"{campaign['name']} {variation['angle']}", "note": reason or row,
    }  # fmt: skip
    ops: list[Op] = [
        *await _over(ctx, campaign, variation),
        Update("campaigns", campaign["_id"], {"set": {place: noted}}),
        Upsert("tasks", task_id(campaign["_id"], row), {"set": task}),
    ]
    return Changed(ops=tuple(ops))


def odd(campaign: Mapping[str, Any], variation: Mapping[str, Any]) -> dict[str, Any]:
    """What stands as odd of a variation: row, decision, reason, at; nothing if nothing does."""
    found: dict[str, Any] = (campaign.get("oddities") or {}).get(variation["_id"]) or {}
    return found


async def _over(ctx: Context, campaign: Document, variation: Document) -> list[Op]:
    """The task of what was odd, unless another ad of the campaign still is in the same way."""
    standing = odd(campaign, variation)
    others = {id: each for id, each in (campaign.get("oddities") or {}).items() if id != variation["_id"]}
    if not standing or any(each.get("row") == standing["row"] for each in others.values()):
        return []
    task = await ctx.store.get("tasks", task_id(campaign["_id"], str(standing["row"])))
    if task is None or task["state"] != "open":
        return []
    done = {"state": "done", "done_at": ctx.now, "note": f"{task['note']} (over by itself)"}
    return [Update("tasks", task["_id"], {"set": done}, expect=task["version"])]
