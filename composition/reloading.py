"""A request to read the folders again, as a row in a store that processes share: one of them takes it, once."""

from __future__ import annotations

import asyncio
import uuid

import msgspec

from composition.checkout import NoCheckout
from composition.desk import Desk
from runtime.clock import Clock
from runtime.faults import fault
from runtime.publishing.publisher import Wrong
from runtime.publishing.tasks import TASKS
from runtime.release import EVERYONE
from storage.store import Insert, Store, Update

RELOAD = "reload"
SECONDS = 180.0  # for which somebody who asked waits


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: an outcome's status (or "failed"), and in a sentence why."""

    status: str
    number: int
    why: str


class Reloading:
    """The server's side: looked at with each beat of `Following`."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._at_it: asyncio.Task[None] | None = None

    async def look(self) -> None:
        if self._at_it is not None and not self._at_it.done():
            return
        row = await self._store.claim(
            TASKS, {"kind": RELOAD, "state": "open"}, {"set": {"state": "taken"}}, sort=[("at", 1)]
        )
        if row is not None:  # judging takes a while, and what else beats must not wait for it
            self._at_it = asyncio.create_task(self._take(row["_id"], row["by"], row["why"]))

    async def _take(self, id: str, by: str, why: str) -> None:
        try:
            outcome = await self._desk.reload(by, why)
            said = {"status": outcome.status, "number": outcome.number, "said": outcome.why}
        except (Wrong, NoCheckout, OSError) as error:
            said = {"status": "failed", "number": 0, "said": str(error)}
        except Exception as error:  # whoever asked is to hear of it
            said = {"status": "failed", "number": 0, "said": fault(error)}
        changes = {"set": {"state": "done", "done_at": self._clock.now(), **said}}
        await self._store.commit([Update(TASKS, id, changes)])


async def ask(store: Store, by: str, why: str, *, seconds: float = SECONDS) -> Answer:
    """The other side: ask, and wait for what came of it."""
    id = f"{EVERYONE}/{RELOAD}/{uuid.uuid4().hex}"
    fields = {"org": EVERYONE, "kind": RELOAD, "state": "open", "at": Clock().now(), "by": by, "why": why}
    await store.commit([Insert(TASKS, {"_id": id, **fields})])
    for _ in range(int(seconds / 0.2)):
        row = await store.get(TASKS, id)
        if row is not None and row["state"] == "done":
            return Answer(status=row["status"], number=row["number"], why=row["said"])
        await asyncio.sleep(0.2)
    return Answer(status="failed", number=0, why="no server took the request; does `aais serve` run on this store?")
