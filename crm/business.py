"""The ambient fact `business`: what texts and guards may say about the business itself."""

from __future__ import annotations

from typing import Any

from runtime.verbs import Context

FIELDS = ("phone", "address", "map_url", "review_url", "agent_phone")


async def business(ctx: Context, args: dict[str, Any]) -> dict[str, Any]:
    """The record `business`. What the owner has not filled in is None."""
    org = await ctx.store.get("orgs", ctx.org) or {}
    return {
        "id": ctx.org,
        "name": org.get("name", ""),
        "zone": org.get("zone", "Africa/Nairobi"),
        "currency": org.get("currency", "KES"),
        "languages": list(org.get("languages") or ("en",)),
        **{field: org.get(field) or None for field in FIELDS},
    }
