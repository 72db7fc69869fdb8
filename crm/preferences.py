"""What a contact wants of us: to be left alone, to be called by another name, to pay from another phone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm import contacts, identity
from crm.handoff import conversation_of, step_of
from engine.model import Event
from runtime.verbs import Changed, Context
from storage.store import Document, Op, Update


async def contact(ctx: Context, args: dict[str, Any]) -> dict[str, Any]:
    """The ambient fact `contact`: the person that the machine is about; empty when it is about nobody."""
    document = await contacts.find(ctx.store, ctx.contact)
    if document is None:
        return contacts.record(ctx.vault, {"_id": ctx.contact})
    await ctx.vault.ensure(document["_id"])
    return contacts.record(ctx.vault, document, ctx.now)


async def opt_out(ctx: Context, args: dict[str, Any]) -> Changed:
    """Nothing but answers goes to them from now on; the dispatcher judges by this at the moment of sending."""
    return await _set(ctx, {"opted_out": True, "opted_out_at": ctx.now})


async def opt_in(ctx: Context, args: dict[str, Any]) -> Changed:
    """They want to hear from us again; WhatsApp's own "stop" stays until WhatsApp says otherwise."""
    return await _set(ctx, {"opted_out": False, "opted_in_at": ctx.now})


def wants_no_answer(contact: Document, conversation: Document, now: datetime) -> bool:
    """Whether not even a person may write: they opted out, and have not written since, or too long ago to be answered.

    Merged contacts may lack the time at which one of the two said no: then the open window decides.
    """
    if not contact.get("opted_out"):
        return False
    written, said_no = conversation.get("last_in"), contact.get("opted_out_at")
    until = conversation.get("window_until")
    if written is None or until is None or until <= now:
        return True
    return said_no is not None and written <= said_no


async def update(ctx: Context, args: dict[str, Any]) -> Changed:
    """Change what is given. What has not the shape of a phone or an address is refused, and nothing changes."""
    document = await contacts.find(ctx.store, ctx.contact)
    if document is None:
        return Changed()
    fields, wrong = _read(args)
    if wrong:
        return Changed(event=Event(name="contacts.refused", data={"field": wrong}))
    ops: list[Op] = []
    if fields:
        ops += await contacts.changed(ctx.vault, document, fields)
    language = str(args.get("language") or "")
    if language:
        ops.append(Update("contacts", document["_id"], {"set": {"language": language}}))
    return Changed(ops=tuple(ops), language=language)


def _read(args: dict[str, Any]) -> tuple[dict[str, str], str]:
    readers = {"name": identity.name, "paying_phone": identity.phone, "email": identity.email}
    fields: dict[str, str] = {}
    for field, reader in readers.items():
        given = args.get(field)
        if given is None:
            continue
        fields[field] = reader(str(given))
        if not fields[field]:
            return {}, field
    return fields, ""


async def _set(ctx: Context, fields: dict[str, Any]) -> Changed:
    document = await contacts.find(ctx.store, ctx.contact)
    if document is None:
        return Changed()
    return Changed(ops=(Update("contacts", document["_id"], {"set": fields}), *await _past_the_agent(ctx)))


async def _past_the_agent(ctx: Context) -> list[Op]:
    """While a person answers the bot is silent, but this very step may say that it did what it was told."""
    conversation = await ctx.store.get("conversations", conversation_of(ctx))
    if conversation is None or conversation.get("handler") != "agent":
        return []
    return [Update("conversations", conversation["_id"], {"set": {"handoff_step": step_of(ctx)}})]
