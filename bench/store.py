"""The store alone: durable inserts and conditional updates, 32 at a time, beside SQLite itself.

The peer is a plain loop over Python's sqlite3 with the same table, indexes and pragmas (WAL, synchronous=FULL), one
commit after the other, as a program without a store would do it. Another peer puts 32 into each commit, which is the
most that group commit could come to. Rounds are interleaved; rates are each one's best round, times are of all rounds.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import uvloop

from bench.figures import Figure, figure, percentile
from storage import compiled, file
from storage.collections import COLLECTIONS
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert, Update

ROUNDS, CALLERS, EACH = 4, 32, 60
PEER = 400
ORG, COLLECTION = "bench", "machines"
SPEC = COLLECTIONS[COLLECTION]


def row(id: str, number: int) -> dict[str, Any]:
    """About what a machine is in the store."""
    return {
        "_id": id,
        "org": ORG,
        "name": "booking",
        "contact": f"c{number}",
        "definition": "d" * 64,
        "state": "choosing",
        "done": False,
        "seq": number,
        "sealed": "v1." + "A" * 1500,
    }


class Ours:
    """The store as the server opens it."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self._versions = dict.fromkeys(range(CALLERS), 1)
        self._made = 0

    async def prepare(self) -> None:
        await self._store.commit([Insert(COLLECTION, row(f"u{caller}", 0)) for caller in range(CALLERS)])

    async def insert(self, caller: int) -> None:
        self._made += 1
        await self._store.commit([Insert(COLLECTION, row(f"i{self._made}", caller))])

    async def update(self, caller: int) -> None:
        version = self._versions[caller]
        change = Update(COLLECTION, f"u{caller}", {"set": {"state": "moved", "seq": version}}, expect=version)
        await self._store.commit([change])
        self._versions[caller] = version + 1


async def together(one: Callable[[int], Awaitable[None]]) -> tuple[float, list[float]]:
    """A second's worth, and how long each took: all callers at once, each one after the other."""
    times: list[float] = []

    async def caller(number: int) -> None:
        for _ in range(EACH):
            began = time.perf_counter()
            await one(number)
            times.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(caller(number) for number in range(CALLERS)))
    return CALLERS * EACH / (time.perf_counter() - began), times


class Plain:
    """The same rows by sqlite3 alone."""

    def __init__(self, path: Path) -> None:
        self._connection = file.connect(path)
        self._connection.execute(compiled.create_table(SPEC))
        for index in SPEC.indexes:
            self._connection.execute(compiled.create_index(SPEC, index))
        self._made = 0
        self._version = 1
        self._write("u", 0)

    def _write(self, id: str, number: int) -> None:
        document = json.dumps(row(id, number), separators=(",", ":"))
        self._connection.execute(f"INSERT INTO {COLLECTION} (id, version, doc) VALUES (?, 1, ?)", (id, document))

    def insert(self) -> None:
        self._made += 1
        self._write(f"i{self._made}", self._made)

    def update(self) -> None:
        run = self._connection.execute
        document = json.loads(run(f"SELECT doc FROM {COLLECTION} WHERE id = 'u'").fetchone()[0])
        document |= {"state": "moved", "seq": self._version}
        text = json.dumps(document, separators=(",", ":"))
        sql = f"UPDATE {COLLECTION} SET version = version + 1, doc = ? WHERE id = 'u' AND version = ?"
        if run(sql, (text, self._version)).rowcount != 1:
            raise RuntimeError("the row has another version than was written")
        self._version += 1

    def rate(self, one: Callable[[], None], a_commit: int) -> float:
        """So many a second, with so many in each commit."""
        began = time.perf_counter()
        for _ in range(PEER // a_commit):
            self._connection.execute("BEGIN IMMEDIATE")
            for _ in range(a_commit):
                one()
            self._connection.execute("COMMIT")
        return PEER // a_commit * a_commit / (time.perf_counter() - began)

    def close(self) -> None:
        self._connection.close()


async def _measure(folder: Path) -> list[Figure]:
    store, plain = await open_sqlite(folder / "ours.db"), Plain(folder / "plain.db")
    ours = Ours(store)
    await ours.prepare()
    rates: dict[str, float] = {}
    times: dict[str, list[float]] = {"inserts": [], "updates": []}
    for _ in range(ROUNDS):
        for name, one, peer in (("inserts", ours.insert, plain.insert), ("updates", ours.update, plain.update)):
            rate, took = await together(one)
            times[name] += took
            for key, value in ((name, rate), (f"{name} 1", plain.rate(peer, 1)), (f"{name} 32", plain.rate(peer, 32))):
                rates[key] = max(rates.get(key, 0.0), value)
    if await store.count(COLLECTION, {"org": ORG}) != CALLERS * (ROUNDS * EACH + 1):
        raise RuntimeError("rows are missing")
    plain.close()
    await store.close()
    return [found for name in times for found in _figures(name, rates, times[name])]


def _figures(name: str, rates: dict[str, float], took: Sequence[float]) -> list[Figure]:
    rate, alone, batched = rates[name], rates[f"{name} 1"], rates[f"{name} 32"]
    peer = f"sqlite3 {sqlite3.sqlite_version}, FULL: {alone:,.0f}/s one a commit, {batched:,.0f}/s 32 a commit"
    return [
        figure(f"store.{name}.32", rate, f"{name}/s", None, peer, round(rate / alone, 2)),
        *(figure(f"store.{name}.32.p{p}", percentile(took, p / 100) * 1000, "ms") for p in (50, 95)),
    ]


def run() -> list[Figure]:
    """All figures of the store."""
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        return uvloop.run(_measure(Path(folder)))


if __name__ == "__main__":
    for line in run():
        print(line)
