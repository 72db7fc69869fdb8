"""Which definitions are in force, and every one that ever was: published sources are kept, so that a machine goes on
with the version that it started with, also after a restart with newer files.

What is in force is what the store's pointers say. This process knows it by heart and changes it between two commits;
another process's swap is seen by `refresh`. Compiling is done in a thread, so that nobody's conversation waits for it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

import msgspec

from runtime.clock import Clock
from runtime.publishing.pointer import POINTERS, Pointer, of_row, read_pointer
from runtime.publishing.record import Publication, entered
from runtime.publishing.sources import Sources, read_row
from storage.store import Op, Store, Upsert

EVERYONE = "aais"  # whose the shipped definitions are, where an org has none of its own
ROOM = 48  # releases that are kept compiled besides those in force; an older one is compiled again when it is needed


class Compiled(Protocol):
    """`engine.Release`, as far as this file needs it."""

    @property
    def definitions(self) -> Mapping[str, Any]: ...
    @property
    def by_hash(self) -> Mapping[str, Any]: ...


class Compile(Protocol):
    """From sources (file name -> YAML) to a release; raises `engine.Findings`."""

    def __call__(self, sources: Mapping[str, str]) -> Compiled: ...


class InForce(msgspec.Struct, frozen=True, kw_only=True):
    """A release and the number of the publication that put it in force."""

    number: int
    release: str
    compiled: Any


class Published:
    """The releases of a store. `compile` is `engine.load` on each file, then `engine.compile_release`."""

    def __init__(self, store: Store, compile: Compile) -> None:
        self._store = store
        self._compile = compile
        self._current: dict[str, InForce] = {}
        self._known: OrderedDict[str, Compiled] = OrderedDict()  # by release id, the last used last
        self._by_hash: dict[str, tuple[str, Any]] = {}  # hash -> (release id, definition)
        self._loading = asyncio.Lock()
        self._listeners: list[Callable[[str], None]] = []

    # what is in force

    def current(self, org: str) -> Compiled | None:
        found = self._current.get(org) or self._current.get(EVERYONE)
        return found.compiled if found is not None else None

    def in_force(self, org: str) -> InForce | None:
        """The org's own, not everybody's."""
        return self._current.get(org)

    def owners(self) -> tuple[str, ...]:
        """The orgs that have definitions of their own, everybody's among them."""
        return tuple(self._current)

    def named(self, org: str, name: str) -> Any | None:
        for owner in (org, EVERYONE):
            found = self._current.get(owner)
            if found is not None and name in found.compiled.definitions:
                return found.compiled.definitions[name]
        return None

    def on_swap(self, listener: Callable[[str], None]) -> None:
        """Called with the org whenever another release is in force here."""
        self._listeners.append(listener)

    def put_in_force(self, pointer: Pointer, compiled: Compiled) -> None:
        """The swap: from here on, whatever starts in this process starts on this release. Never back to an older."""
        known = self._current.get(pointer.org)
        if known is not None and known.number > pointer.number:
            return
        self._remember(pointer.release, compiled)
        self._current[pointer.org] = InForce(number=pointer.number, release=pointer.release, compiled=compiled)
        for listener in self._listeners:
            listener(pointer.org)

    async def refresh(self, *orgs: str) -> bool:
        """See what other processes put in force; True if anything is new. With orgs, only theirs and everybody's.

        Raises what `compile` raises when this process cannot compile what another one published.
        """
        where: dict[str, Any] = {"org": {"in": [*orgs, EVERYONE]}} if orgs else {}
        rows = await self._store.find(POINTERS, where, limit=1000, everyone=True)
        new = False
        for pointer in map(of_row, rows):
            known = self._current.get(pointer.org)
            if not pointer.number or (known is not None and known.number >= pointer.number):
                continue
            compiled = await self.release(pointer.release)
            if compiled is not None:
                self.put_in_force(pointer, compiled)
                new = True
        return new

    # what there is

    async def by_hash(self, hash: str) -> Any | None:
        """A definition that is not in memory is compiled from the sources that it was published with."""
        known = self._by_hash.get(hash)
        if known is not None:
            release = known[0]
            if release in self._known:
                self._known.move_to_end(release)
            return known[1]
        row = await self._store.get("definitions", hash) if hash else None  # a machine row may name none
        if row is not None:
            await self.release(row["release"])
        found = self._by_hash.get(hash)
        return found[1] if found is not None else None

    async def release(self, id: str) -> Compiled | None:
        """A published release, compiled; None if it was never published here."""
        known = self._known.get(id)
        if known is not None:
            return known
        async with self._loading:
            if id in self._known:
                return self._known[id]
            sources = await self.sources(id)
            if sources is None:
                return None
            compiled = await self.compiled(sources)
            self._remember(id, compiled)
            return compiled

    async def sources(self, id: str) -> Sources | None:
        row = await self._store.get("definitions", id) if id else None
        return read_row(row) if row is not None else None

    async def compiled(self, sources: Sources) -> Compiled:
        """Compile in a thread. Raises `engine.Findings`."""
        known = self._known.get(sources.id)
        return known if known is not None else await asyncio.to_thread(self._compile, sources.files)

    def keeping(self, sources: Sources, compiled: Compiled, org: str, at: datetime) -> list[Op]:
        """What keeps a release for good; what is kept already stays as it is."""
        release = sources.id
        ops: list[Op] = [Upsert("definitions", release, {"set_on_insert": {**sources.row(org), "at": at}})]
        for hash, definition in compiled.by_hash.items():
            fields = {"org": org, "name": definition.name, "release": release, "at": at}
            ops.append(Upsert("definitions", hash, {"set_on_insert": fields}))
        return ops

    def _remember(self, release: str, compiled: Compiled) -> None:
        """A hash stands for one content: the first that was compiled stays, so that nothing is held twice."""
        self._known[release] = compiled
        self._known.move_to_end(release)
        for hash, definition in compiled.by_hash.items():
            self._by_hash.setdefault(hash, (release, definition))
        used = {found.release for found in self._current.values()} | {release}
        for old in list(self._known):
            if len(self._known) <= ROOM:
                return
            if old not in used:
                del self._known[old]
                self._by_hash = {hash: kept for hash, kept in self._by_hash.items() if kept[0] != old}

    async def publish(
        self, sources: Mapping[str, str], *, org: str = EVERYONE, now: datetime | None = None, why: str = ""
    ) -> Compiled:
        """Put in force what needs no gate: a first start with what ships, a test, a benchmark.

        Raises what `compile` raises, changing nothing.
        """
        written, at = Sources.of(sources), now or Clock().now()
        compiled = await self.compiled(written)
        pointer = await read_pointer(self._store, org)
        if pointer.release == written.id:
            self.put_in_force(pointer, compiled)
            return compiled
        made = Publication(
            number=pointer.journal_seq + 1, event="published", at=at, release=written.id, before=pointer.release,
            by="aais", why=why, origin="start",
        )  # fmt: skip
        after, entry = entered(
            pointer, pointer.moved(number=pointer.journal_seq + 1, release=written.id, at=at, files=written.id), made
        )
        await self._store.commit([*self.keeping(written, compiled, org, at), entry, pointer.write(after)])
        self.put_in_force(after, compiled)
        return compiled
