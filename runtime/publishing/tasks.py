"""What a publication leaves to be done after its commit: machines to move to the new version, versions to drain.

Each is a row that was written with the swap, so that a crash loses nothing: whoever looks next goes on. Doing it means
putting an event into the inbox of each machine, under an id that makes the second time a no-op; the machine's own lane
then does the work, in order with everything else that happens to it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from engine.definition import Definition
from engine.migrating import MIGRATE
from engine.model import Event
from engine.outline import delay
from runtime.clock import Clock
from runtime.inbox import Inbox, lane_of, store_fresh
from runtime.publishing.impact import RUNNING, Impact
from runtime.publishing.outcome import Progress, Tell
from runtime.publishing.record import Publication
from runtime.release import EVERYONE, Published
from storage.store import Document, Op, Sort, Store, Update, Upsert

TASKS = "publishing"
SOURCE = "publishing"  # of the inbox rows
DRAINED = "drained"
DRAIN_WITHIN = "24h"
_PAGE = 50  # machines that are told at once: whoever writes meanwhile waits for no more than these
_PLACES: Sort = (("callers", 1), ("state", 1), ("org", 1))
_BREATH = 0.02  # seconds between two pages
_LATE = timedelta(seconds=60)  # for which a machine that began before the swap may still be on its way into the store

HandIn = Callable[[Sequence[Document]], Awaitable[None]]


class Vaults(Protocol):
    async def org(self, org_id: str) -> Any: ...


class Tasks:
    """`hand_in` passes rows on to this process's own lanes; without it, whoever works on the store finds them."""

    def __init__(
        self, store: Store, vault: Vaults, published: Published, inbox: Inbox, clock: Clock,
        hand_in: HandIn | None = None,
    ) -> None:  # fmt: skip
        self._store = store
        self._vault = vault
        self._published = published
        self._inbox = inbox
        self._clock = clock
        self._hand_in = hand_in

    # what there is to do

    async def of(self, org: str, record: Publication, impact: Impact, compiled: Any) -> list[Op]:
        """The rows that go into the commit of a swap."""
        ops: list[Op] = []
        roots = self._moves(impact, compiled)
        if roots:
            fields = {"org": org, "kind": "move", "state": "open", "at": record.at, "number": record.number}
            more = {"roots": roots, "until": record.at + _LATE}
            ops.append(Upsert(TASKS, f"{org}/{record.number}/move", {"set_on_insert": {**fields, **more}}))
        drained = {group.root: group for group in impact.groups if group.fate == "drain"}
        for root, group in drained.items():
            within = str(compiled.definitions[group.definition].content.get("drain_within", DRAIN_WITHIN))
            old = await self._published.by_hash(root)
            ops.append(self.draining(org, old, record.at + delay(within), record.number, record.at))
        return ops

    @staticmethod
    def _moves(impact: Impact, compiled: Any) -> dict[str, Document]:
        """By root hash, where its machines go: what was counted, and what is in force until now, since a machine may
        begin on that this very moment."""
        roots: dict[str, Document] = {}
        for name, before, after in impact.changed:
            new = compiled.definitions.get(name)
            if before and after and isinstance(new, Definition) and _moves_some(new):
                roots[before] = {"to": after, "definition": name}
        for group in impact.groups:
            if group.fate == "migrate" and not group.refused:
                roots[group.root] = {"to": group.to, "definition": group.definition}
        return roots

    async def pending(self, org: str) -> dict[str, str]:
        """Versions whose machines are on their way already, by an earlier publication: hash to hash."""
        ways: dict[str, str] = {}
        for row in await self._open(org):
            if row["kind"] == "move":
                ways |= {root: way["to"] for root, way in row["roots"].items()}
        return ways

    async def ending(self, org: str) -> list[Op]:
        """For the commit of a rollback: nobody is moved any more to what is taken back."""
        changes = {"set": {"state": "done", "done_at": self._clock.now()}}
        return [Update(TASKS, row["_id"], changes) for row in await self._open(org) if row["kind"] == "move"]

    def draining(self, org: str, definition: Any, due: datetime, number: int, at: datetime) -> Op:
        """A row that is there already (somebody drains what the file drains) gets the new time."""
        fields = {
            "kind": "drain", "state": "open", "at": at, "number": number, "due": due, "until": at + _LATE,
            "root": definition.hash, "of_version": definition.version,
            "roots": {definition.hash: {"to": "", "definition": f"{definition.kind}:{definition.name}"}},
        }  # fmt: skip
        return Upsert(TASKS, f"{org}/{definition.hash}/drain", {"set": fields, "set_on_insert": {"org": org}})

    async def _open(self, org: str = "") -> list[Document]:
        where: Document = {"state": "open", "kind": {"in": ["move", "drain"]}, **({"org": org} if org else {})}
        return await self._store.find(TASKS, where, sort=[("at", 1)], limit=1000, everyone=True)

    # doing it

    async def look(self, tell: Tell | None = None) -> int:
        """Go on with whatever is open; how many machines were told."""
        rows = await self._open()
        ways: dict[str, list[Document]] = {}
        for row in rows:
            for root in row["roots"]:
                ways.setdefault(root, []).append(row)
        told, running = 0, set()
        async for machines in self._machines(list(ways)) if ways else _nothing():
            for row, mine in self._sorted(machines, ways):
                running.add(row["_id"])
                told += await (self._move(row, mine) if row["kind"] == "move" else self._drain(row, mine))
            if tell is not None:
                tell(Progress(stage="moving", text="told to move", done=told, total=told))
            if self._hand_in is not None and len(machines) == _PAGE:
                await asyncio.sleep(_BREATH)
        for row in rows:
            if row["_id"] not in running and self._clock.now() > row["until"]:
                await self._done(row)
        return told

    def _sorted(
        self, machines: Sequence[Document], ways: Mapping[str, list[Document]]
    ) -> Iterator[tuple[Document, list[Document]]]:
        """The machines that each row concerns: of its org, and on a version that is not in force for them."""
        found: dict[str, tuple[Document, list[Document]]] = {}
        for machine in machines:
            for row in ways[machine["root"]]:
                ours = row["org"] in (EVERYONE, machine["org"])
                if (
                    ours
                    and self._target(machine["org"], row["roots"][machine["root"]]["definition"]) != machine["root"]
                ):
                    found.setdefault(row["_id"], (row, []))[1].append(machine)
        yield from found.values()

    async def _move(self, row: Document, machines: Sequence[Document]) -> int:
        """An older publication's moves are made as well: a newer one goes on from where they lead."""
        ways: dict[str, Document] = row["roots"]
        return await self._tell(
            machines, f"move/{row['number']}", lambda m: Event(name=MIGRATE, data={"to": ways[m["root"]]["to"]})
        )

    async def _drain(self, row: Document, machines: Sequence[Document]) -> int:
        """Nothing until it is due; then a person gets what still runs. What is parked waits for one already."""
        if row["due"] > self._clock.now():
            return 0
        live = [machine for machine in machines if machine["status"] == "live"]
        return await self._tell(live, f"drain/{row['number']}", lambda m: Event(name=DRAINED, data={}))

    def _target(self, org: str, definition: str) -> str:
        found = self._published.named(org, definition)
        return found.hash if found is not None else ""

    async def _machines(self, roots: list[str]) -> AsyncIterator[list[Document]]:
        """In the order of the index, so that a page costs the same however many machines there are."""
        for root in roots:
            for status in RUNNING:
                after: list[Any] | None = None
                while page := await self._store.find(
                    "machines", {"status": status, "root": root}, sort=_PLACES, limit=_PAGE, after=after, everyone=True
                ):
                    yield page
                    last = page[-1]
                    after = [last["callers"], last["state"], last["org"], last["_id"]]

    async def _tell(self, machines: Sequence[Document], key: str, event: Callable[[Document], Event]) -> int:
        rows = [
            self._inbox.told(
                machine["org"], machine["_id"], event(machine), lane_of(machine["contact"], machine["_id"]), key,
                SOURCE, await self._vault.org(machine["org"]), self._clock.now(),
            )
            for machine in machines
        ]  # fmt: skip
        fresh = await store_fresh(self._store, rows) if rows else []
        if fresh and self._hand_in is not None:
            await self._hand_in(fresh)
        return len(fresh)

    async def _done(self, row: Document) -> None:
        changes = {"set": {"state": "done", "done_at": self._clock.now()}}
        await self._store.commit([Update(TASKS, row["_id"], changes)])


async def _nothing() -> AsyncIterator[list[Document]]:
    for _ in ():
        yield []


def _moves_some(definition: Definition) -> bool:
    """Whether it, or a flow that it calls, moves machines that run."""
    return any(each.on_publish == "migrate" for each in definition.reachable.values())
