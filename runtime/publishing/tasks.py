"""What a publication leaves to be done after its commit: machines to move to the new version, versions to drain.

Each is a row that was written with the swap, so that a crash loses nothing: whoever looks next goes on. Doing it means
putting an event into the inbox of each machine, under an id that makes the second time a no-op; the machine's own lane
then does the work, in order with everything else that happens to it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
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
from storage.store import Document, Op, Store, Update, Upsert

TASKS = "publishing"
SOURCE = "publishing"  # of the inbox rows
DRAINED = "drained"
DRAIN_WITHIN = "24h"
_PAGE = 200
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
        roots = await self._moves(org, impact, compiled)
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

    async def _moves(self, org: str, impact: Impact, compiled: Any) -> dict[str, Document]:
        """By root hash, where its machines go: what was counted, what is in force until now (a machine may begin on it
        this very moment), and what an earlier publication has not finished moving."""
        roots: dict[str, Document] = {}
        for name, before, after in impact.changed:
            new = compiled.definitions.get(name)
            if before and after and isinstance(new, Definition) and _moves_some(new):
                roots[before] = {"to": after, "definition": name}
        for group in impact.groups:
            if group.fate == "migrate" and not group.refused:
                roots[group.root] = {"to": group.to, "definition": group.definition}
        for row in await self._open(org):
            for root, way in (row.get("roots") or {}).items():
                new = compiled.definitions.get(way["definition"])
                if isinstance(new, Definition) and new.hash != root and _moves_some(new):
                    roots.setdefault(root, {"to": new.hash, "definition": way["definition"]})
        return roots

    def draining(self, org: str, definition: Any, due: datetime, number: int, at: datetime) -> Op:
        fields = {
            "org": org, "kind": "drain", "state": "open", "at": at, "number": number, "due": due,
            "root": definition.hash, "definition": f"{definition.kind}:{definition.name}",
            "of_version": definition.version,
        }  # fmt: skip
        org = fields.pop("org")
        return Upsert(TASKS, f"{org}/{definition.hash}/drain", {"set": fields, "set_on_insert": {"org": org}})

    async def _open(self, org: str = "") -> list[Document]:
        where: Document = {"state": "open", "kind": {"in": ["move", "drain"]}, **({"org": org} if org else {})}
        return await self._store.find(TASKS, where, sort=[("at", 1)], limit=1000, everyone=True)

    # doing it

    async def look(self, tell: Tell | None = None) -> int:
        """Go on with whatever is open; how many machines were told."""
        told = 0
        for row in await self._open():
            told += await (self._move(row, tell) if row["kind"] == "move" else self._drain(row))
        return told

    async def _move(self, row: Document, tell: Tell | None) -> int:
        ways: dict[str, Document] = {
            root: way for root, way in row["roots"].items() if self._target(row["org"], way["definition"]) == way["to"]
        }
        told = seen = 0
        if ways:
            async for machines in self._machines(row["org"], list(ways), RUNNING):
                seen += len(machines)
                mine = [m for m in machines if self._is_for(m, ways[m["root"]]["definition"], ways[m["root"]]["to"])]
                key = f"move/{row['number']}"
                told += await self._tell(mine, key, lambda m: Event(name=MIGRATE, data={"to": ways[m["root"]]["to"]}))
                if tell is not None:
                    tell(Progress(stage="moving", text="told to move", done=told, total=seen))
        if not told and (not ways or self._clock.now() > row["until"]):
            await self._done(row)
        return told

    async def _drain(self, row: Document) -> int:
        """Nothing until it is due; then a person gets what still runs."""
        if self._target(row["org"], row["definition"]) == row["root"]:
            await self._done(row)  # it was put in force again
            return 0
        told = seen = 0
        due = row["due"] <= self._clock.now()
        async for machines in self._machines(row["org"], [row["root"]], ("live",)):
            mine = [m for m in machines if not self._is_for(m, row["definition"], row["root"])]
            seen += len(mine)
            if due:
                told += await self._tell(mine, f"drain/{row['number']}", lambda m: Event(name=DRAINED, data={}))
        if not seen and (due or self._clock.now() > row["at"] + _LATE):
            await self._done(row)
        return told

    def _target(self, org: str, definition: str) -> str:
        found = self._published.named(org, definition)
        return found.hash if found is not None else ""

    def _is_for(self, machine: Document, definition: str, hash: str) -> bool:
        """Whether a new machine of that org would start on this very version."""
        return self._target(machine["org"], definition) == hash

    async def _machines(self, org: str, roots: list[str], status: Sequence[str]) -> AsyncIterator[list[Document]]:
        where: Document = {"status": {"in": list(status)}, "root": {"in": roots}}
        if org != EVERYONE:
            where["org"] = org
        after: list[Any] | None = None
        while page := await self._store.find(
            "machines", where, sort=[("_id", 1)], limit=_PAGE, after=after, everyone=True
        ):
            yield page
            after = [page[-1]["_id"]]

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


def _moves_some(definition: Definition) -> bool:
    """Whether it, or a flow that it calls, moves machines that run."""
    return any(each.on_publish == "migrate" for each in definition.reachable.values())
