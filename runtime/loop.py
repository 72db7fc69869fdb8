"""The runtime as the server sees it: take in, work, recover, come to rest, close.

In one process everything is handed on in memory as soon as it is durable; nothing polls. With several worker
processes (`jobs.local` is False) a job says where to look, and the store decides who takes what.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from engine.registry import Registry
from runtime.batch import Batch
from runtime.carrying import carrier
from runtime.clock import Clock
from runtime.effects import Effects
from runtime.inbox import Inbound, Inbox, Received, lane_of, store_fresh
from runtime.jobs import EmbeddedJobs, Jobs
from runtime.message import SEND
from runtime.metrics import Metrics, Tally
from runtime.order import Order
from runtime.parts import Interpreter, Parts, Releases, Understand, Vaults
from runtime.places import Places
from runtime.retry import revive, revive_action
from runtime.routing import Router
from runtime.timers import Timers
from runtime.verbs import Handlers
from runtime.work import Work
from runtime.workers import Workers
from storage.store import Document, Insert, Op, Store

log = structlog.get_logger("runtime")

PAGE = 1000


class Wiring(msgspec.Struct, frozen=True, kw_only=True):
    """What the rooms around the runtime give it. `understand` is `language.understand` and `interpreter` is `engine`,
    unless they are given.
    """

    store: Store
    vault: Vaults
    releases: Releases
    handlers: Handlers
    router: Router
    registry: Registry | None = None
    understand: Understand | None = None
    interpreter: Interpreter | None = None


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`width`: pieces of work under way at once, `aside` those of verbs that are declared so. `works`: False for a
    process that only takes in.

    `lease_seconds` must be longer than `action_seconds`, or an action under way would be repeated.
    """

    width: int = 256
    aside: int = 8
    works: bool = True
    lease_seconds: float = 90.0
    action_seconds: float = 60.0
    attempts: int = 12
    sweep_seconds: float = 5.0


class Runtime:
    """The heart. One per process; `start` before work, `close` to end well."""

    def __init__(
        self,
        wiring: Wiring,
        *,
        clock: Clock | None = None,
        jobs: Jobs | None = None,
        metrics: Metrics | None = None,
        options: Options | None = None,
    ) -> None:
        self.clock = clock or Clock()
        self.metrics = metrics or Tally()
        self._options = options or Options()
        self._jobs = jobs or EmbeddedJobs(self.clock)
        self._local = self._jobs.local
        order = Order(self.clock.now)
        self._parts = Parts(
            store=wiring.store,
            vault=wiring.vault,
            releases=wiring.releases,
            handlers=wiring.handlers,
            registry=wiring.registry,
            router=wiring.router,
            clock=self.clock,
            metrics=self.metrics,
            understand=wiring.understand or _understand(),
            interpreter=wiring.interpreter or _interpreter(),
            order=order,
            inbox=Inbox(order),
            places=Places(wiring.store),
            # A lone process has one name for ever, so that after a crash its own leases are its own again.
            worker="alone" if self._local else uuid.uuid4().hex,
            lease_seconds=self._options.lease_seconds,
            hands_over=not self._local,
        )
        self._workers = Workers(self._parts, self._options, self._follow, self._jobs)
        look = timedelta(hours=1) if self._local else timedelta(seconds=1)
        self._timers = Timers(wiring.store, self.clock, self._workers.fire, look_every=look)
        self._background: list[asyncio.Task[None]] = []
        self._closed = asyncio.Event()
        self._skipping = asyncio.Lock()

    # taking in

    async def receive(self, inbounds: Sequence[Inbound]) -> Received:
        """Store what is new, in one commit. When this returns, the provider may be told that it was taken."""
        parts, now = self._parts, self.clock.now()
        rows = [parts.inbox.inbound(item, await parts.vault.org(item.org), now) for item in inbounds]
        fresh = await store_fresh(parts.store, rows)
        duplicates = len(rows) - len(fresh)
        self.metrics.count("runtime_received", len(fresh))
        if duplicates:
            self.metrics.count("runtime_duplicates", duplicates)
        await self.hand_in(fresh)
        return Received(stored=len(fresh), duplicates=duplicates)

    async def hand_in(self, rows: Iterable[Document]) -> None:
        """Work on rows that are in the store: here, or by whoever takes the job."""
        for row in rows:
            if self._local:
                self._workers.inbox.put(row["lane"], Work("inbox", row))
            else:
                await self._jobs.enqueue("inbox", row["_id"], {"lane": row["lane"]})

    async def speak(self, org: str, machine: str, message: dict[str, Any], key: str, ops: Sequence[Op]) -> None:
        """Have a machine carry what a person of the business says; `ops` join the commit.

        In the machine's place a conversation's chain may stand (`runtime.carrying`). `key` is the action's idempotency
        key, in the form of a machine's own ("<machine>/<what>/message"): said a second time it is a `Conflict`.
        """
        scene = await self._parts.scene(org)
        speaker = await carrier(self._parts, scene, machine)
        if speaker is None:
            raise ValueError(f"{org} has no machine {machine!r} that could carry a message")
        row = Effects(self._parts).outgoing(scene, speaker, SEND, message, key)
        await scene.store.commit([*ops, Insert("outbox", row)])
        await self._follow(Batch(sends=[row]), row["lane"])

    async def _follow(self, batch: Batch, lane: str) -> None:
        """What was committed goes on at once; what concerns the same person before anything newer of that person."""
        if not self._local:
            await self.hand_in(batch.posts)
            for row in batch.sends:
                await self._jobs.enqueue("outbox", row["_id"], {"lane": row["lane"]})
        else:
            if batch.posts:
                family = {lane} | {lane_of(machine.subject, machine.snapshot.machine) for machine in batch.machines}
                self._workers.inbox.put_next(lane, [Work("inbox", row) for row in batch.posts if row["lane"] in family])
                await self.hand_in(row for row in batch.posts if row["lane"] not in family)
            for row in batch.sends:
                self._workers.send(row)
        if batch.timers:
            self._timers.armed(batch.timers)

    # living

    async def start(self) -> None:
        """Take up what was left, then timers and jobs. A process that only takes in has nothing to start."""
        if not self._options.works:
            return
        await self.recover()
        self._timers.start()
        handlers = {"inbox": self._workers.inbox_job, "outbox": self._workers.outbox_job}
        self._background.append(asyncio.create_task(self._jobs.run(handlers)))
        if not self._local:
            self._background.append(asyncio.create_task(self._sweep()))

    async def recover(self) -> int:
        """Finish what a crash left half done: events, actions. Timers come by themselves."""
        taken = 0
        for collection, states in (("inbox", ["new"]), ("outbox", ["new", "leased"])):
            after: list[Any] | None = None
            while True:
                rows = await self._parts.store.find(
                    collection,
                    {"state": {"in": states}},
                    sort=[("at", 1), ("order", 1)],
                    limit=PAGE,
                    after=after,
                    everyone=True,
                )
                taken += len(rows)
                await self._take_up(collection, rows)
                if len(rows) < PAGE:
                    break
                after = [rows[-1]["at"], rows[-1]["order"], rows[-1]["_id"]]
        if taken:
            log.info("taken up", rows=taken)
        return taken

    async def _take_up(self, collection: str, rows: Sequence[Document]) -> None:
        if collection == "inbox":
            await self.hand_in(rows)
            return
        now = self.clock.now()
        for row in rows:
            if self._local:
                self._workers.send(row)
            elif row["due"] <= now and (row["state"] == "new" or row["until"] <= now):
                await self._jobs.enqueue("outbox", f"{row['_id']}:{now.isoformat()}", {"lane": row["lane"]})

    async def _sweep(self) -> None:
        """With several workers: what a dead one left is found again."""
        while not self._closed.is_set():
            try:
                await asyncio.wait_for(self._closed.wait(), self._options.sweep_seconds)
            except TimeoutError:
                await self.recover()

    async def idle(self) -> None:
        """Until nothing is left to do now (what waits for a later moment does not count)."""
        while True:
            await self._workers.quiet()
            await self._timers.settled()
            await asyncio.sleep(0)
            if not self._workers.busy and not self._timers.busy:
                return

    async def skip(self, by: timedelta) -> None:
        """Move the clock forward, stopping at whatever falls due until all that follows from it is done.

        Two at once move one after the other, each by all of its own.
        """
        async with self._skipping:
            target = self.clock.now() + by
            await self.idle()
            while (due := await self._next_due()) is not None and due <= target:
                self.clock.move(max(due - self.clock.now(), timedelta()))
                self._timers.nudge()
                await self.idle()
            self.clock.move(max(target - self.clock.now(), timedelta()))
            await self.idle()

    async def _next_due(self) -> datetime | None:
        """The next timer, or the next time that an action is tried again."""
        again = await self._parts.store.find(
            "outbox",
            {"state": "new", "due": {"gt": self.clock.now()}},
            sort=[("due", 1)],
            limit=1,
            everyone=True,
        )
        moments = [await self._timers.next_due(), again[0]["due"] if again else None]
        return min((moment for moment in moments if moment is not None), default=None)

    async def close(self) -> None:
        """Finish the step and the action in hand; the rest stays in the store for the next start."""
        self._closed.set()
        await self._workers.close_inbox()
        await self._timers.close()
        await self._workers.close_outbox()
        await self._jobs.close()
        await asyncio.gather(*self._background, return_exceptions=True)

    # for an operator

    async def retry(self, org: str, machine: str) -> int:
        """Let a parked machine live again and give it the events that died meanwhile, in their order."""
        works = await revive(self._parts, org, machine)
        for work in works:
            if work.collection == "inbox":
                await self.hand_in([work.row])
        self._timers.nudge()
        return len(works)

    async def retry_action(self, org: str, id: str) -> bool:
        """Try a dead action again, under the same key. False when it is not dead."""
        row = await revive_action(self._parts, org, id)
        if row is not None:
            await self._take_up("outbox", [row])
        return row is not None


def _understand() -> Understand:
    import language

    understand: Any = language
    return understand.understand  # type: ignore[no-any-return]


def _interpreter() -> Interpreter:
    import engine

    interpreter: Any = engine
    return interpreter  # type: ignore[no-any-return]
