"""Which definitions are in force, and every one that ever was: published sources are kept, so that a machine goes on
with the version that it started with, also after a restart with newer files.

Publishing compiles everything first and swaps one pointer last; if anything fails, the old set stays in force.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

import msgspec

from storage.store import Op, Store, Upsert

EVERYONE = "aais"  # whose the shipped definitions are, where an org has none of its own


class Compiled(Protocol):
    """`engine.Release`, as far as this file needs it."""

    @property
    def definitions(self) -> Mapping[str, Any]: ...
    @property
    def by_hash(self) -> Mapping[str, Any]: ...


class Compile(Protocol):
    """From sources (file name -> YAML) to a release; raises `engine.Findings`."""

    def __call__(self, sources: Mapping[str, str]) -> Compiled: ...


class Published:
    """The releases of a store. `compile` is `engine.load` on each file, then `engine.compile_release`."""

    def __init__(self, store: Store, compile: Compile) -> None:
        self._store = store
        self._compile = compile
        self._current: dict[str, Compiled] = {}
        self._by_hash: dict[str, Any] = {}

    async def publish(
        self, sources: Mapping[str, str], *, org: str = EVERYONE, now: datetime | None = None
    ) -> Compiled:
        """Compile, keep the sources, then put the new set in force. Raises what `compile` raises, changing nothing."""
        compiled = self._compile(sources)
        at = now or datetime.now(UTC)
        release = "release:" + hashlib.sha256(msgspec.json.encode(dict(sources), order="sorted")).hexdigest()[:32]
        files = [{"file": file, "text": text} for file, text in sorted(sources.items())]
        ops: list[Op] = [
            Upsert("definitions", release, {"set_on_insert": {"org": org, "name": "", "files": files, "at": at}})
        ]
        for hash, definition in compiled.by_hash.items():
            fields = {"org": org, "name": definition.name, "release": release, "at": at}
            ops.append(Upsert("definitions", hash, {"set_on_insert": fields}))
        await self._store.commit(ops)
        self._by_hash.update(compiled.by_hash)
        self._current[org] = compiled
        return compiled

    def current(self, org: str) -> Compiled | None:
        return self._current.get(org) or self._current.get(EVERYONE)

    def named(self, org: str, name: str) -> Any | None:
        for owner in (org, EVERYONE):
            release = self._current.get(owner)
            if release is not None and name in release.definitions:
                return release.definitions[name]
        return None

    async def by_hash(self, hash: str) -> Any | None:
        """A definition that is not in memory is compiled from the sources that it was published with."""
        known = self._by_hash.get(hash)
        if known is not None:
            return known
        row = await self._store.get("definitions", hash)
        release = await self._store.get("definitions", row["release"]) if row is not None else None
        if release is not None:
            compiled = self._compile({item["file"]: item["text"] for item in release["files"]})
            self._by_hash = {**compiled.by_hash, **self._by_hash}
        return self._by_hash.get(hash)
