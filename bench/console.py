"""The console's lists over a store as a busy business has it after years: pages of conversations and of the journal.

20,000 conversations and a million journal entries of one business, made after one that was had for real, with keys,
sealed texts and chains of their own. Each page is asked for over HTTP as a signed-in owner asks, one after the other,
each time for another place: filters, searches, pages far down, one conversation, one machine's life.
"""

from __future__ import annotations

import asyncio
import os
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import uvloop
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from bench.crowd import phone_of
from bench.figures import Figure, figure, percentile
from bench.filling import CHANNEL, Pattern, conversation_ops, greet, pattern_of
from bench.house import House, org_of
from composition.house import House as Rooms
from composition.house import built
from crm import contacts
from crm.identity import Identity
from people import arriving, sessions
from people.users import Users
from runtime.journal import entry_hash, unsealed
from runtime.release import EVERYONE
from runtime.routing import conversation_id
from server import house_doors
from storage.store import Document, Insert, Op, OrgStore, Update
from storage.vault import OrgVault
from web import doors
from web.console.gate import COOKIE

ENTRIES = int(os.environ.get("BENCH_ENTRIES", "1000000"))
A_MACHINE = 50
CHUNK = 40
ASKED = 60
TARGET = 100.0  # ms, at the 95th percentile
EVENTS = ("answer", "after", "unclear", "lead.noted", "heard")
RARE = "payment.disputed"
ORG = org_of(0)


async def _fill(rooms: Rooms) -> list[str]:
    """The contacts of the conversations that were made."""
    await rooms.runtime.start()
    await greet(rooms, 0)
    await rooms.runtime.idle()
    await rooms.runtime.close()
    store, vault = rooms.store.org(ORG), await rooms.vault.org(ORG)
    pattern = await pattern_of(store, vault)
    bodies = [unsealed(entry, vault) for entry in pattern.journal]
    hashes = [
        row["_id"] for row in await rooms.store.find("definitions", {"org": EVERYONE, "name": "booking"}, limit=5)
    ]
    made: list[str] = []
    began = datetime.now(UTC) - timedelta(days=700)
    for first in range(1, ENTRIES // A_MACHINE + 1, CHUNK):
        places = range(first, min(first + CHUNK, ENTRIES // A_MACHINE + 1))
        made += await _chunk(store, vault, pattern, bodies[0], hashes[0], places, began)
    return made


async def _chunk(
    store: OrgStore, vault: OrgVault, pattern: Pattern, body: bytes, definition: str, places: range, began: datetime
) -> list[str]:
    people = [Identity(phone=f"+{phone_of(place)}", name=f"Wanjiku {place}") for place in places]
    met = await asyncio.gather(*(contacts.meet(store, vault, each, began, language="en") for each in people))
    ops: list[Any] = []
    for place, each in zip(places, met, strict=True):
        ops += each.ops
        made = conversation_ops(ORG, vault, pattern, place, each.id, began)
        ops += [_own(op, vault, each.id) for op in made if not _is(op, "journal")]
        wrote = began + timedelta(minutes=50 * place)
        talk = conversation_id(each.id, CHANNEL)
        late = {"last_in": wrote, "window_until": wrote + timedelta(hours=24), "handler": _handler(place)}
        ops.append(Update("conversations", talk, {"set": late}))
        chain = _chain(vault, body, definition, f"{ORG}/bench/{place}", each.id, wrote)
        ops += [Insert("journal", entry) for entry in chain]
        last = {"seq": chain[-1]["seq"], "hash": chain[-1]["hash"], "at": chain[-1]["at"]}
        ops.append(Update("machines", f"{ORG}/bench/{place}", {"set": last}))
    await store.commit(ops)
    return [each.id for each in met]


def _is(op: Op, collection: str) -> bool:
    return isinstance(op, Insert) and op.collection == collection


def _own(op: Op, vault: OrgVault, contact: str) -> Op:
    """A message is opened when it is shown: sealed under its own person's key, then."""
    if not isinstance(op, Insert) or op.collection != "messages":
        return op
    said = b'{"text":"Karibu! What would you like to book?"}'
    return Insert("messages", {**op.document, "sealed": vault.seal(contact, said, aad=op.document["_id"].encode())})


def _handler(place: int) -> str:
    return "agent" if place % 500 == 0 else "bot"


def _chain(
    vault: OrgVault, body: bytes, definition: str, machine: str, subject: str, began: datetime
) -> list[Document]:
    """A machine's entries, each sealed under its person's key and bound to the one before."""
    entries: list[Document] = []
    prev = ""
    for seq in range(1, A_MACHINE + 1):
        id = f"{machine}/{seq}"
        rare = seq == A_MACHINE and machine.endswith("777")
        entry: Document = {
            "_id": id, "org": ORG, "kind": "step", "machine": machine, "seq": seq,
            "at": (began + timedelta(minutes=seq)).replace(microsecond=0), "definition": definition,
            "event": RARE if rare else EVENTS[seq % len(EVENTS)], "cause": "", "source": "choosing_offer",
            "target": "choosing_day", "outcome": "moved", "subject": subject, "prev": prev,
        }  # fmt: skip
        entry["sealed"] = vault.seal(subject, body, aad=id.encode())
        entry["hash"] = prev = entry_hash(entry)
        entries.append(entry)
    return entries


class Browser:
    """A signed-in owner."""

    def __init__(self, server: TestServer, session: ClientSession) -> None:
        self._server, self._session = server, session

    async def timed(self, path: str) -> float:
        began = time.perf_counter()
        async with self._session.get(self._server.make_url(path), allow_redirects=False) as answer:
            await answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} was answered {answer.status}")
        return (time.perf_counter() - began) * 1000


def _pages(made: list[str], chance: random.Random) -> dict[str, Callable[[], str]]:
    """An address by the figure's name; each call gives another place."""
    talks, book = f"/o/{ORG}/conversations", f"/o/{ORG}/journal"
    began = datetime.now(UTC) - timedelta(days=700)

    def place() -> int:
        return chance.randrange(1, len(made))

    def far() -> str:
        return quote((began + timedelta(minutes=50 * place())).isoformat())

    def machine() -> str:
        return quote(f"{ORG}/bench/{place()}")

    return {
        "conversations": lambda: talks,
        "conversations.needs": lambda: f"{talks}?which=needs",
        "conversations.far": lambda: f"{talks}?after={far()}~{made[place()]}-{CHANNEL}",
        "conversations.phone": lambda: f"{talks}?q=%2B{phone_of(place())}",
        "conversation": lambda: f"{talks}/{made[place()]}-{CHANNEL}",
        "conversation.live": lambda: f"/api/v1/orgs/{ORG}/conversations/{made[place()]}-{CHANNEL}/live",
        "journal": lambda: book,
        "journal.far": lambda: f"{book}?after={far()}~x",
        "journal.event": lambda: f"{book}?event=answer&after={far()}~x",
        "journal.rare": lambda: f"{book}?event={RARE}",
        "journal.flow": lambda: f"{book}?flow=booking&after={far()}~x",
        "journal.time": lambda: f"{book}?ends={far()}",
        "journal.machine": lambda: f"{book}?machine={machine()}",
        "journal.entry": lambda: f"{book}/entry?id={machine()}%2F7",
        "journal.life": lambda: f"{book}/machine?id={machine()}",
    }


async def _measure(folder: Path) -> list[Figure]:
    house = House(folder, "http://127.0.0.1:9")
    await house.furnish(1)
    chance, figures = random.Random(4), []
    async with built(house.settings) as rooms:
        made = await _fill(rooms)
        now = datetime.now(UTC)
        users = Users(rooms.store, rooms.vault)
        owner = await arriving.let_in(rooms.store, users, "owner@bench.example", "Amina", [ORG], "owner", now)
        token, _ = await sessions.begin(rooms.store, owner.id, now, strong=True)
        async with (
            TestServer(doors.build(house_doors(rooms))) as server,
            ClientSession(cookie_jar=CookieJar(unsafe=True)) as session,
        ):
            session.cookie_jar.update_cookies({COOKIE: token}, server.make_url("/"))
            browser = Browser(server, session)
            for name, page in _pages(made, chance).items():
                took = [await browser.timed(page()) for _ in range(ASKED)]
                figures.append(figure(f"console.{name}.p95", percentile(took, 0.95), "ms", TARGET))
    return figures


def run() -> list[Figure]:
    """All figures of the console's lists."""
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        return uvloop.run(_measure(Path(folder)))


if __name__ == "__main__":
    for line in run():
        print(line)
