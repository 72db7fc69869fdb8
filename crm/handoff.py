"""Giving a conversation to a person, and taking it back.

While `conversations.handler` is "agent" the bot answers nothing (the dispatcher withholds it) and what the
customer writes moves no flow (`crm.routing`); it waits in the inbox of the console, with a task beside it.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from crm import identity
from crm.sealed import sealed
from engine.model import Event
from runtime.routing import conversation_id
from runtime.verbs import Changed, Context, Post
from storage.store import Insert, Op, OrgStore, Update, Upsert
from storage.vault import OrgVault

CLOSED = "handoff.closed"


async def request(ctx: Context, args: dict[str, Any]) -> Changed:
    """Give the conversation to a person: the floor is theirs, and a task says why."""
    conversation = conversation_of(ctx)
    if not conversation:
        return Changed()
    fields = {"contact": ctx.contact, "channel": _channel(ctx)}
    task = await _task(ctx, conversation, str(args.get("reason") or ""))
    return Changed(
        ops=(
            Upsert(
                "conversations",
                conversation,
                {
                    "set": {"handler": "agent", "handed_at": ctx.now, "handoff_step": step_of(ctx)},
                    "set_on_insert": fields,
                },
            ),
            task,
        )
    )


async def close(ctx: Context, args: dict[str, Any]) -> Changed:
    """The bot answers again. The machines that wait in the conversation hear `handoff.closed`."""
    ops, posts = await closing(ctx.store, conversation_of(ctx), ctx.now)
    return Changed(ops=tuple(ops), posts=tuple(post for post in posts if post.machine != ctx.machine.machine))


async def closing(store: OrgStore, conversation: str, now: datetime) -> tuple[list[Op], list[Post]]:
    """What taking a conversation back comes to: for the verb, and for the console's button."""
    document = await store.get("conversations", conversation) if conversation else None
    if document is None or document.get("handler") != "agent":
        return [], []
    free = {"handler": "bot", "agent": "", "closed_at": now}
    ops: list[Op] = [Update("conversations", conversation, {"set": free}, expect=document["version"])]
    open_tasks = await store.find("tasks", {"conversation": conversation, "kind": "handoff", "state": "open"})
    ops += [Update("tasks", task["_id"], {"set": {"state": "done", "done_at": now}}) for task in open_tasks]
    # one that this closing is about, so that a later one is another event
    id = f"{CLOSED}:{conversation}:{document['version']}"
    return ops, [Post(machine=machine, event=Event(name=CLOSED, id=id)) for machine in document.get("floor") or ()]


async def bot_answers(store: OrgStore, vault: OrgVault, sender: dict[str, Any], channel: str) -> bool:
    """Whether the bot, and no person, has the conversation with this sender."""
    for field, value in identity.keys(vault, identity.of_sender(sender)).items():
        for contact in await store.find("contacts", {field: value}, limit=1):
            conversation = await store.get("conversations", conversation_id(contact["_id"], channel))
            return conversation is None or conversation.get("handler") != "agent"
    return True


def step_of(ctx: Context) -> str:
    """What the dispatcher reads in `handoff_step`: this very step may still speak, though a person answers."""
    return f"{ctx.machine.machine}#{ctx.machine.seq}"


def conversation_of(ctx: Context) -> str:
    return conversation_id(ctx.contact, _channel(ctx)) if ctx.contact else ""


async def _task(ctx: Context, conversation: str, reason: str) -> Op:
    id = "handoff:" + hashlib.sha256(f"{ctx.org}\0{ctx.key}".encode()).hexdigest()[:24]
    await ctx.vault.ensure(ctx.contact)
    task = {
        "_id": id,
        "kind": "handoff",
        "state": "open",
        "contact": ctx.contact,
        "conversation": conversation,
        "flow": ctx.machine.name,
        "sealed": sealed(ctx.vault, ctx.contact, {"reason": reason}),
        "at": ctx.now,
    }
    return Insert("tasks", task)


def _channel(ctx: Context) -> str:
    return str(ctx.machine.about.get("channel") or "whatsapp")
