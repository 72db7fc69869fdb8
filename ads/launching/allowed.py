"""Who may do what in a guided launch: asked anew by every verb, since a conversation outlives a role.

`May` is given by the composition, which knows the owner's numbers and the people of the console.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from engine.model import Event
from runtime.verbs import Acted, Changed, Context

READ, CHANGE, APPROVE = "ads.read", "ads.change", "ads.approve"  # as in people/roles.py
NOT_ALLOWED = Event(name="launch.not_allowed")

May = Callable[[Context, str], Awaitable[bool]]
"""Whether the person whom the machine talks with has a permission."""

Change = Callable[[Context, dict[str, Any]], Awaitable[Changed]]
Action = Callable[[Context, dict[str, Any]], Awaitable[Acted]]


def changing(may: May, permission: str, change: Change) -> Change:
    async def allowed(ctx: Context, args: dict[str, Any]) -> Changed:
        return await change(ctx, args) if await may(ctx, permission) else Changed(event=NOT_ALLOWED)

    return allowed


def acting(may: May, permission: str, action: Action) -> Action:
    async def allowed(ctx: Context, args: dict[str, Any]) -> Acted:
        return await action(ctx, args) if await may(ctx, permission) else Acted(event=NOT_ALLOWED)

    return allowed
