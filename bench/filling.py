"""Fills a store with conversations that wait for an answer, as if as many people had each written once.

One conversation per business is had for real, through the webhook; the others are made after its pattern with the
rooms' own functions: contacts with keys of their own, sealed snapshots, armed timers. What was said is copied as it
stands sealed, since nobody opens it again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec

from bench.crowd import phone_of, signature, webhook
from bench.house import House, org_of
from composition.house import House as Rooms
from composition.house import built
from crm import contacts
from crm.identity import Identity
from runtime import machines
from runtime.inbox import lane_of
from runtime.machines import Machine
from runtime.routing import conversation_id
from storage.store import Document, Insert, Op, OrgStore
from storage.vault import OrgVault

CHANNEL = "whatsapp"
CHUNK = 400


class Pattern(msgspec.Struct, frozen=True):
    """One conversation that was had for real."""

    contact: str
    conversation: Document
    machine: Machine
    timers: list[Document]
    messages: list[Document]
    journal: list[Document]


async def fill(house: House, conversations: int, businesses: int) -> None:
    """Make the first so many customers of `bench.crowd`, each with the first question before them."""
    async with built(house.settings) as rooms:
        await rooms.runtime.start()
        for place in range(businesses):
            await greet(rooms, place)
        await rooms.runtime.idle()
        await rooms.runtime.close()
        for business in range(businesses):
            store, vault = rooms.store.org(org_of(business)), await rooms.vault.org(org_of(business))
            pattern = await pattern_of(store, vault)
            places = range(business + businesses, conversations, businesses)
            for first in range(0, len(places), CHUNK):
                await _chunk(store, vault, pattern, places[first : first + CHUNK])


async def greet(rooms: Rooms, place: int) -> None:
    body = webhook(phone_of(place), "Wanjiku Kamau", place, 1, {"type": "text", "text": {"body": "Hello"}})
    answer = await rooms.webhook.post(body, f"sha256={signature(body)}", rooms.clock.now())
    if answer.status != 200:
        raise RuntimeError(f"the webhook was answered {answer.status}: {answer.body}")


async def pattern_of(store: OrgStore, vault: OrgVault) -> Pattern:
    (conversation,) = await store.find("conversations", {}, limit=2)
    (id,) = conversation["floor"]
    document = await store.get("machines", id)
    assert document is not None
    await vault.ensure(conversation["contact"])
    mine = {"machine": id}
    return Pattern(
        contact=conversation["contact"],
        conversation=conversation,
        machine=machines.read(document, vault),
        timers=await store.find("timers", {**mine, "state": "armed"}, limit=20),
        messages=await store.find("messages", {"contact": conversation["contact"]}, limit=20),
        journal=await store.find("journal", mine, limit=20),
    )


async def _chunk(store: OrgStore, vault: OrgVault, pattern: Pattern, places: range) -> None:
    now = datetime.now(UTC)
    identities = [Identity(phone=f"+{phone_of(place)}", name="Wanjiku Kamau") for place in places]
    met = await asyncio.gather(*(contacts.meet(store, vault, each, now, language="en") for each in identities))
    await store.commit(
        [
            op
            for place, each in zip(places, met, strict=True)
            for op in (*each.ops, *conversation_ops(store.id, vault, pattern, place, each.id, now))
        ]
    )


def conversation_ops(
    org: str, vault: OrgVault, pattern: Pattern, place: int, contact: str, now: datetime
) -> Iterator[Op]:
    id, conversation = f"{org}/bench/{place}", conversation_id(contact, CHANNEL)
    of_pattern = pattern.machine.snapshot
    snapshot = msgspec.structs.replace(of_pattern, machine=id, about={**of_pattern.about, "contact": contact})
    machine = msgspec.structs.replace(pattern.machine, snapshot=snapshot, subject=contact, conversation=conversation)
    own = {"contact": contact, "conversation": conversation}
    yield machines.insert(machine, org, vault, now)
    yield Insert("conversations", {**_new(pattern.conversation, conversation), "contact": contact, "floor": [id]})
    for number, timer in enumerate(pattern.timers):
        fresh = _new(timer, f"{id}/timer{number}")
        yield Insert("timers", {**fresh, "machine": id, "lane": lane_of(contact, id)})
    for number, message in enumerate(pattern.messages):
        yield Insert(
            "messages", {**_new(message, f"{id}/message{number}"), **own, "provider_id": f"wamid.{id}.{number}"}
        )
    for entry in pattern.journal:
        yield Insert("journal", {**_new(entry, f"{id}/{entry['seq']}"), "machine": id, "subject": contact})


def _new(document: Document, id: str) -> dict[str, Any]:
    """A document of the pattern under another id, as it was before the store kept it."""
    return {**{field: value for field, value in document.items() if field != "version"}, "_id": id}
