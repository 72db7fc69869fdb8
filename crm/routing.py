"""Who writes, and what begins: implements `runtime.routing.Router`.

A sender becomes a contact (made if new), the message is kept, the conversation's window moves on, and a
decision table says which flow starts when nothing is under way. What is no message (an edit, a change of
number, a "stop" inside WhatsApp) only changes what we know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from crm import capture, contacts, identity, messages, owners, tongue
from crm.contacts import Met
from crm.flows import machine_of
from crm.identity import Identity
from engine.model import Decision, Event
from runtime.decisions import kept
from runtime.inbox import Inbound
from runtime.routing import Routed, conversation_id
from runtime.verbs import Start
from storage.store import Document, Op, OrgStore, Update, Upsert
from storage.vault import OrgVault

WINDOW = timedelta(hours=24)
LONG_AGO = 24 * 365 * 10  # hours since the last message of somebody who never wrote
FOR_AGENT = "message.for_agent"

Decide = Callable[[str, dict[str, Any]], Decision | None]
ReadReferral = Callable[[dict[str, Any]], dict[str, Any]]


class Router:
    """`decide` asks the table `routing`: its facts are those of `facts`; it gives `flow`, `interrupt`, `past_agent`.

    `read_referral` reads a click-to-WhatsApp referral into the fields of a `Click` (`ads.clicks.of_referral`).
    """

    def __init__(self, decide: Decide, read_referral: ReadReferral) -> None:
        self._decide = decide
        self._read_referral = read_referral

    async def route(self, inbound: Inbound, store: OrgStore, vault: OrgVault, now: datetime) -> Routed:
        sender = inbound.sender or {}
        who = identity.of_sender(sender)
        if who.empty:
            return Routed(contact="", channel=inbound.source)
        met = await contacts.meet(store, vault, who, now)
        if inbound.event.name == "message":
            return await self._message(inbound, store, vault, now, met)
        ops = await _noted(inbound, store, vault, now, met, who)
        return Routed(contact=met.id, channel=inbound.source, ops=(*met.ops, *ops), event=inbound.event)

    async def _message(self, inbound: Inbound, store: OrgStore, vault: OrgVault, now: datetime, met: Met) -> Routed:
        id = conversation_id(met.id, inbound.source)
        conversation = await store.get("conversations", id)
        org = await store.get("orgs", store.id) or {}
        text = str(inbound.event.data.get("text") or "")
        code = capture.code_in(text)
        language = _language(org, met.contact, conversation, capture.without_code(text))
        written = _written(inbound, now)
        referral = (inbound.sender or {}).get("referral")
        ops: list[Op] = list(met.ops)
        ops += await self._credited(store, inbound, met, code, referral, now)
        ops += await messages.stored(store, vault, inbound, contact=met.id, conversation=id, at=written)
        number = str((inbound.sender or {}).get("number") or "")
        ops.append(_window(id, met.id, inbound.source, number, conversation, written, language))
        if language != met.contact.get("language"):
            ops.append(Update("contacts", met.id, {"set": {"language": language}}))
        routed = Routed(contact=met.id, channel=inbound.source, ops=tuple(ops), language=language)
        event = _said(inbound.event, capture.without_code(text)) if code else inbound.event
        facts = await _facts(store, met, conversation, event, now)
        facts["owner"] = owners.is_owner(vault, org, met.contact) or bool(met.contact.get("member"))
        via = "ad" if referral else "link" if code else ""
        decision = self._decide(inbound.org, facts | {"language": language, "via": via})
        if decision is not None:
            await vault.ensure(met.id)
            key = f"{inbound.source}/{inbound.id}"
            routed = _with(routed, kept(decision, key=key, subject=met.id, at=now, vault=vault))
        result = decision.result if decision is not None else None
        decided = result if isinstance(result, Mapping) else {}
        by_agent = conversation is not None and conversation.get("handler") == "agent"
        if by_agent and not decided.get("past_agent"):
            return msgspec.structs.replace(routed, event=_renamed(inbound.event))
        start = _start(inbound, met, str(decided.get("flow") or ""))
        return msgspec.structs.replace(routed, event=event, start=start, interrupt=bool(decided.get("interrupt")))

    async def _credited(
        self, store: OrgStore, inbound: Inbound, met: Met, code: str, referral: Any, now: datetime
    ) -> list[Op]:
        if isinstance(referral, dict):
            key = messages.message_id(inbound.org, inbound.source, inbound.id)
            return capture.from_ad(store, met.contact, self._read_referral(referral), key, now)
        return await capture.credit(store, met.contact, code, now) if code else []


async def _facts(
    store: OrgStore, met: Met, conversation: Document | None, event: Event, now: datetime
) -> dict[str, Any]:
    """What the table may ask about: the person, their bookings, and what they wrote."""
    last = conversation.get("last_in") if conversation else None
    ahead = {"contact": met.id, "state": {"in": ["held", "confirmed"]}, "end": {"gt": now}}
    return {
        "new": met.new,
        "known": bool(met.contact.get("visits")) or not met.new,
        "opted_out": bool(met.contact.get("opted_out")),
        "visits": met.contact.get("visits", 0),
        "has_booking": not met.new and bool(await store.find("bookings", ahead, limit=1)),
        "kind": str(event.data.get("kind", "")),
        "text": str(event.data.get("text") or "").strip(" \t\n.!*").lower(),
        "hours_since_last": int((now - last).total_seconds() // 3600) if last else LONG_AGO,
    }


def _with(routed: Routed, op: Op) -> Routed:
    return msgspec.structs.replace(routed, ops=(*routed.ops, op))


def _start(inbound: Inbound, met: Met, flow: str) -> Start | None:
    if not flow:
        return None
    return Start(
        definition=f"flow:{flow}",
        machine=machine_of(flow, inbound.org, f"{inbound.source}/{inbound.id}"),
        contact=met.id,
        channel=inbound.source,
    )


def _written(inbound: Inbound, now: datetime) -> datetime:
    """When the person wrote, by the provider's clock; never later than now."""
    sent = inbound.event.data.get("sent_at")
    return min(sent, now) if isinstance(sent, datetime) else now


def _window(
    id: str, contact: str, channel: str, number: str, conversation: Document | None, written: datetime, language: str
) -> Op:
    """A message that comes late, behind a newer one, moves the window back for nobody.

    `number` is the business's own that was written to: the answer goes out from it.
    """
    sets: Document = {"language": language} | ({"number": number} if number else {})
    last = conversation.get("last_in") if conversation else None
    if last is None or last < written:
        sets |= {"last_in": written, "window_until": written + WINDOW}
    fresh = {"contact": contact, "channel": channel, "handler": "bot", "floor": []}
    return Upsert("conversations", id, {"set": sets, "set_on_insert": fresh})


def _language(org: Document, contact: Document, conversation: Document | None, text: str) -> str:
    """What they were spoken to in before; for the first words, or when nothing is under way, what they write in."""
    spoken = list(org.get("languages") or ("en",))
    known = str(contact.get("language") or "")
    if known and conversation is not None and conversation.get("floor"):
        return known
    guessed = tongue.guess(text)
    return guessed if guessed in spoken else known or str(spoken[0])


def _renamed(event: Event) -> Event:
    """A person answers: the message is kept, and moves no flow."""
    return Event(name=FOR_AGENT, data=event.data, id=event.id)


def _said(event: Event, text: str) -> Event:
    return msgspec.structs.replace(event, data={**event.data, "text": text})


async def _noted(
    inbound: Inbound, store: OrgStore, vault: OrgVault, now: datetime, met: Met, who: Identity
) -> list[Op]:
    """What an event that is no message changes."""
    name, data = inbound.event.name, inbound.event.data
    if name == "preference.changed" and data.get("category") == "marketing_messages":
        return [Update("contacts", met.id, {"set": {"marketing_stopped": data.get("value") == "stop"}})]
    if name == "identity.changed":
        return await _identity_changed(store, vault, data.get("system") or {}, met, who)
    if name.startswith("message."):
        await vault.ensure(met.id)
        return await messages.altered(store, vault, inbound, contact=met.id, now=now)
    return []


async def _identity_changed(
    store: OrgStore, vault: OrgVault, system: dict[str, Any], met: Met, who: Identity
) -> list[Op]:
    """A new number or user id of the same person. One that another contact already has is left to the next message,
    which shows both and merges them."""
    fresh = {
        "phone": identity.phone(f"+{str(system.get('phone') or '').lstrip('+')}"),
        "user_id": identity.user_id(str(system.get("user_id") or "")),
    }
    fields = {name: value for name, value in fresh.items() if value and value != getattr(who, name)}
    hashes = identity.keys(vault, Identity(**fields))
    for field, value in hashes.items():
        if await store.find("contacts", {field: value}, limit=1):
            return []
    return await contacts.changed(vault, met.contact, fields) if fields else []
