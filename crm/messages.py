"""What a customer wrote, kept for the console: sealed under their key, once per provider's id."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from runtime.inbox import Inbound
from storage.store import Document, Insert, Op, OrgStore, Update
from storage.vault import OrgVault

KEPT = ("text", "choice_title", "media", "location", "contacts", "form", "order", "emoji")


def message_id(org: str, source: str, provider_id: str) -> str:
    """A provider's id may hold a phone number; ours holds none."""
    return "in" + hashlib.sha256(f"{org}\0{source}\0{provider_id}".encode()).hexdigest()[:30]


async def stored(
    store: OrgStore, vault: OrgVault, inbound: Inbound, *, contact: str, conversation: str, at: datetime
) -> list[Op]:
    """The message as a document; nothing when it is there already."""
    id = message_id(inbound.org, inbound.source, inbound.id)
    if await store.get("messages", id) is not None:
        return []
    document: Document = {
        "_id": id,
        "contact": contact,
        "conversation": conversation,
        "channel": inbound.source,
        "direction": "in",
        "kind": str(inbound.event.data.get("kind", "")),
        "status": "received",
        "at": at,
        "sealed": _sealed(vault, contact, id, inbound.event.data),
    }
    return [Insert("messages", document)]


async def altered(store: OrgStore, vault: OrgVault, inbound: Inbound, *, contact: str, now: datetime) -> list[Op]:
    """An edit, a revocation or a reaction, noted on the message that it is about, if we have that."""
    target = inbound.event.data.get("target")
    id = message_id(inbound.org, inbound.source, str(target)) if target else ""
    known = await store.get("messages", id) if id else None
    if known is None or known["contact"] != contact:
        return []
    sets: dict[str, Any] = {f"{inbound.event.name.removeprefix('message.')}_at": now}
    if inbound.event.name == "message.edited":
        sets["sealed"] = _sealed(vault, contact, id, inbound.event.data)
    return [Update("messages", id, {"set": sets})]


def content(vault: OrgVault, message: Document) -> dict[str, Any]:
    """What was written, in the clear: `text` and what came with it. The contact's key must be loaded."""
    opened = vault.unseal(message["contact"], message["sealed"], aad=message["_id"].encode())
    return dict(json.loads(opened))


def _sealed(vault: OrgVault, contact: str, id: str, data: dict[str, Any]) -> str:
    kept = {name: data[name] for name in KEPT if data.get(name)}
    return vault.seal(contact, json.dumps(kept, default=str, ensure_ascii=False).encode(), aad=id.encode())
