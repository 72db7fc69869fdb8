"""Who writes because of an ad: a router around the router, which notes the conversation in the routing's own commit.

A conversation counts when a click brings it (a code in the first message, or an ad's referral), and when somebody
writes after their window had closed. Each message is noted at most once, by its provider's id.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from ads.truth import attribution, terms
from ads.truth.attribution import Adverts
from ads.truth.collecting import opened_agent, sealed_agent
from ads.truth.events import COLLECTION, NOBODY, Credit, Happened, credit_fields, kept, tally
from runtime.inbox import Inbound
from runtime.routing import Routed, Router, conversation_id
from storage.store import Document, Op, OrgStore, Update, Upsert

PAGES = 20  # pages of one click that are told who it was


class Arrivals:
    """Implements `runtime.routing.Router`: what `router` says, and what ads have to know of it."""

    def __init__(self, router: Router, adverts: Adverts) -> None:
        self._router = router
        self._adverts = adverts

    async def route(self, inbound: Inbound, store: OrgStore, vault: Any, now: datetime) -> Routed:
        routed = await self._router.route(inbound, store, vault, now)
        if inbound.event.name != "message" or not routed.contact:
            return routed
        clicks = await _clicks(store, routed.ops)
        at = _written(inbound, now)
        if not clicks and not await _begins(store, routed, at):
            return routed
        ops = await self._noted(store, vault, inbound, routed.contact, clicks, at)
        return msgspec.structs.replace(routed, ops=(*routed.ops, *ops))

    async def _noted(
        self, store: OrgStore, vault: Any, inbound: Inbound, contact: str, clicks: list[Document], at: datetime
    ) -> list[Op]:
        own = await terms.of(store)
        credit = await attribution.of_contact(store, self._adverts, contact, at, own.window, also=clicks)
        key = f"{inbound.source}/{inbound.id}"
        ops = [kept(store.id, Happened(kind="conversation", key=key, at=at, contact=contact, credit=credit))]
        for click in clicks:
            pages = await store.find(COLLECTION, {"visit": click["_id"], "contact": ""}, limit=PAGES)
            ops += [await _named(vault, page, contact, credit) for page in pages]
        for hashed in await _hashes(store, contact):
            told = await store.find(COLLECTION, {"who": hashed, "contact": ""}, limit=PAGES)
            ops += [await _named(vault, event, contact, NOBODY) for event in told]
        return ops


async def _named(vault: Any, event: Document, contact: str, credit: Credit) -> Op:
    """What nobody was known to have done is this person's from now on, and kept; what is sealed, under their key."""
    sets: Document = {"contact": contact}
    if credit is not NOBODY and not event.get("by"):
        sets |= credit_fields(credit, event["at"])
        sets["tally"] = tally(event["kind"], credit.variation, credit.campaign, event["offer"], event["currency"])
    if event.get("sealed") and not event.get("subject"):
        agent, address = opened_agent(vault, event)
        await vault.ensure(contact)
        sets |= {"sealed": sealed_agent(vault, contact, event["_id"], agent, address), "subject": contact}
    return Update(COLLECTION, event["_id"], {"set": sets, "unset": ["expires_at"]})


async def _hashes(store: OrgStore, contact: str) -> list[str]:
    person = await store.get("contacts", contact) or {}
    return [str(person[key]) for key in ("phone_key", "email_key") if person.get(key)]


async def _clicks(store: OrgStore, ops: Iterable[Op]) -> list[Document]:
    """The clicks that the routing credits to this person, as they will be."""
    found = []
    for op in ops:
        if isinstance(op, Upsert) and op.collection == "clicks":
            found.append({"_id": op.id, **dict(op.changes.get("set_on_insert", {}))})
        elif isinstance(op, Update) and op.collection == "clicks" and "matched_at" in op.changes.get("set", {}):
            click = await store.get("clicks", op.id)
            if click is not None:
                found.append({**click, **op.changes["set"]})
    return found


async def _begins(store: OrgStore, routed: Routed, at: datetime) -> bool:
    """Whether there was silence for so long that the window had closed."""
    conversation = await store.get("conversations", conversation_id(routed.contact, routed.channel))
    until = conversation.get("window_until") if conversation else None
    return until is None or until < at


def _written(inbound: Inbound, now: datetime) -> datetime:
    sent = inbound.event.data.get("sent_at")
    return min(sent, now) if isinstance(sent, datetime) else now
