"""Everything that the dispatcher has to know before it may send: who, where, on which terms, right now.

Read anew for each attempt, since a message may have waited: the person may have opted out meanwhile, an
agent may have taken over, the window may have closed.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from channels import window
from channels.channel import Address, Channel
from channels.outgoing import Category, OutgoingMessage
from channels.policy import CONVERSING, Situation
from runtime.routing import conversation_id
from runtime.verbs import Context
from storage.errors import Unreadable
from storage.store import Document

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_NAIROBI = "Africa/Nairobi"

Reach = Callable[[Context, Document], Awaitable[Address]]
"""Where a contact is on the conversation's channel: unseals the contact's document."""

Connect = Callable[[Context, Document, Document], Awaitable[Channel | None]]
"""The org's channel for a conversation (org document, conversation document); None if it has none."""


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    org: Document
    contact: Document
    conversation: Document
    channel: Channel
    address: Address
    zone: ZoneInfo


class Absent(Exception):
    """There is nobody, or nothing, to send with: the contact was erased, the channel is not set up."""


async def set_the_scene(ctx: Context, reach: Reach, connect: Connect) -> Scene:
    """Raises `Absent`."""
    org = await ctx.store.get("orgs", ctx.org)
    contact = await _contact(ctx)
    if org is None or contact is None:
        raise Absent("the contact is not known (any more)")
    name = str(ctx.machine.about.get("channel") or "whatsapp")
    key = conversation_id(contact["_id"], name)
    conversation = await ctx.store.get("conversations", key) or {"_id": key, "contact": contact["_id"], "channel": name}
    channel = await connect(ctx, org, conversation)
    if channel is None:
        raise Absent(f"channel {name!r} is not set up")
    try:
        await ctx.vault.ensure(contact["_id"])
        address = await reach(ctx, contact)
    except Unreadable as error:
        raise Absent("the contact was erased") from error
    if not address.key:
        raise Absent(f"the contact has no address on {name!r}")
    return Scene(org=org, contact=contact, conversation=conversation, channel=channel, address=address, zone=_zone(org))


async def _contact(ctx: Context) -> Document | None:
    """The contact, or the one that it was found to be the same person as."""
    contact = await ctx.store.get("contacts", ctx.contact) if ctx.contact else None
    if contact is not None and contact.get("merged_into"):
        return await ctx.store.get("contacts", contact["merged_into"])
    return contact


async def situation(ctx: Context, scene: Scene, message: OutgoingMessage, category: Category) -> Situation:
    """The facts to judge by. What was begun lately is counted only for what the business begins."""
    now, conversation = ctx.now, scene.conversation
    written = conversation.get("last_in")
    since = now - written if isinstance(written, datetime) else None
    conversing = since is not None and since <= CONVERSING and category != "marketing"
    replying = category == "service" or conversing
    began, promoted = (0, 0) if replying else await _counts(ctx, scene.contact["_id"], category)
    return Situation(
        now=now,
        zone=scene.zone,
        category=category,
        replying=replying,
        window_open=window.is_open(_moment(conversation.get("window_until")), now),
        opted_out=bool(scene.contact.get("opted_out")),
        marketing_stopped=bool(scene.contact.get("marketing_stopped")),
        agent_answers=conversation.get("handler") == "agent" and not _announces(ctx, conversation, category),
        by_agent=message.sender == "agent",
        sent_today=began,
        marketing_this_week=promoted,
        minutes_since_written=int(since.total_seconds() // 60) if since is not None else None,
    )


def _announces(ctx: Context, conversation: Document, category: Category) -> bool:
    """What may be said though a person answers.

    The very step that hands over may still say so: the handoff noted which step asked for it. And the first words of
    what the business begins about a booking (a reminder, a receipt, that it was moved by hand): whoever talks with a
    person wants to know that too. Whatever goes on from there, and every promotion, keeps silent.
    """
    step = step_of(ctx.key)
    return conversation.get("handoff_step") == step or (category == "utility" and step.endswith("#1"))


def step_of(key: str) -> str:
    """The step ("<machine>#<seq>") of a verb's key ("<machine>/<seq>/<verb>"); a handoff notes it in `handoff_step`."""
    machine, _, seq = key.rpartition("/")[0].rpartition("/")
    return f"{machine}#{seq}"


async def _counts(ctx: Context, contact: str, category: Category) -> tuple[int, int]:
    counted = {"contact": contact, "direction": "out", "began": True, "status": {"ne": "withheld"}}
    began = await ctx.store.count("messages", {**counted, "at": {"gt": ctx.now - _DAY, "lte": ctx.now}})
    if category != "marketing":
        return began, 0
    week = {"gt": ctx.now - _WEEK, "lte": ctx.now}
    return began, await ctx.store.count("messages", {**counted, "category": "marketing", "at": week})


def _moment(value: Any) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _zone(org: Document) -> ZoneInfo:
    try:
        return ZoneInfo(str(org.get("zone") or _NAIROBI))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo(_NAIROBI)
