"""How many durable, journaled events a second the loop does, beside langgraph with its SQLite checkpointer.

An event is one step of a machine (a guard, a data change) and one commit: journal entry, snapshot, inbox row done.
langgraph's is one invocation of a one-node graph, checkpointed. Both write with synchronous=FULL, rounds interleaved.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import operator
import sqlite3
import sys
import tempfile
import time
from pathlib import Path
from typing import Annotated, Any, TypedDict

import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # before this folder, whose files are named after the rooms

from engine.model import Event  # noqa: E402
from engine.registry import EventKind, Registry, Vocabulary  # noqa: E402
from runtime.inbox import Inbound, store_fresh  # noqa: E402
from runtime.loop import Runtime, Wiring  # noqa: E402
from runtime.release import Published  # noqa: E402
from runtime.routing import Routed  # noqa: E402
from runtime.verbs import Handlers, Start  # noqa: E402
from runtime.work import Work  # noqa: E402
from storage.sqlite import open_sqlite  # noqa: E402
from storage.store import Insert  # noqa: E402
from storage.vault import Vault  # noqa: E402

ROUNDS, ORG = 3, "bench"
ALONE, MANY = 150, 32 * 40  # events a round
PEER_ALONE, PEER_MANY = 40, 32 * 4

TALLY = """\
lifecycle: tally
version: 1
title: Counts what it is told
data:
  count: {type: number, default: 0}
start: counting
states:
  counting:
    on:
      tick: {when: count >= 0, set: {count: count + 1}}
      close: closed
  closed: {final: true}
"""


class _Nobody:
    async def route(self, inbound: Inbound, store: Any, vault: Any, now: Any) -> Routed:
        raise LookupError("every event of the benchmark names its machine")


class House:
    """A runtime on a fresh store with `machines` tallies in it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._number = 0

    async def open(self, machines: int) -> None:
        import engine

        registry = Registry([Vocabulary(events=(EventKind(name="tick"), EventKind(name="close")))])

        def compiled(sources: Any) -> Any:
            documents = [engine.load(text, file) for file, text in sources.items()]  # type: ignore[attr-defined]
            return engine.compile_release(documents, registry)  # type: ignore[attr-defined]

        self.store = await open_sqlite(self._folder / "aais.db")
        await self.store.commit([Insert("orgs", {"_id": ORG, "zone": "Africa/Nairobi"})])
        releases = Published(self.store, compiled)
        await releases.publish({"tally.yaml": TALLY})
        wiring = Wiring(
            store=self.store,
            vault=Vault(self.store, [b"k" * 32]),
            releases=releases,
            handlers=Handlers([]),
            router=_Nobody(),
            understand=lambda expectation, message, **_: message,
        )
        self.runtime = Runtime(wiring)
        await self.runtime.start()
        parts = self.runtime._parts
        scene = await parts.scene(ORG)
        starts = [Start(definition="tally", machine=f"tally:{n}") for n in range(machines)]
        rows = [parts.inbox.start(ORG, start, "bench", "en", scene.vault, scene.now) for start in starts]
        await self.runtime.hand_in(await store_fresh(self.store, rows))
        await self.runtime.idle()

    def _inbound(self, machine: str) -> Inbound:
        self._number += 1
        event = Event(name="tick")
        return Inbound(org=ORG, source="bench", id=str(self._number), lane=machine, to=machine, event=event)

    async def stepped(self, events: int, machines: int) -> float:
        """Events that wait in the inbox already, a second."""
        parts = self.runtime._parts
        scene = await parts.scene(ORG)
        rows = [
            parts.inbox.inbound(self._inbound(f"tally:{number % machines}"), scene.vault, scene.now)
            for number in range(events)
        ]
        await store_fresh(self.store, rows)
        began = time.perf_counter()
        for row in rows:
            self.runtime._workers.inbox.put(row["lane"], Work("inbox", row))
        await self.runtime.idle()
        return events / (time.perf_counter() - began)

    async def received(self, events: int, machines: int) -> float:
        """Events that arrive one by one, each acknowledged when it is durable, and stepped; a second."""

        async def one(machine: str) -> None:
            for _ in range(events // machines):
                await self.runtime.receive([self._inbound(machine)])

        began = time.perf_counter()
        await asyncio.gather(*(one(f"tally:{n}") for n in range(machines)))
        await self.runtime.idle()
        return events / (time.perf_counter() - began)

    async def close(self) -> None:
        steps = await self.store.count("journal", {"org": ORG, "event": "tick"})
        if steps != self._number:
            raise RuntimeError(f"{self._number} events, but {steps} journal entries")
        await self.runtime.close()
        await self.store.close()


class _Tally(TypedDict):
    count: Annotated[int, operator.add]


class Peer:
    """langgraph: one node that adds one, a thread a conversation, its own SQLite checkpointer."""

    def __init__(self, folder: Path) -> None:
        from langgraph.checkpoint.sqlite import SqliteSaver
        from langgraph.graph import END, START, StateGraph

        connection = sqlite3.connect(folder / "langgraph.db", check_same_thread=False)
        saver = SqliteSaver(connection)
        saver.setup()
        connection.execute("PRAGMA synchronous=FULL")  # in WAL mode, which setup() sets
        graph: Any = StateGraph(_Tally)
        graph.add_node("tick", lambda state: {"count": 1} if state["count"] >= 0 else {})
        graph.add_edge(START, "tick")
        graph.add_edge("tick", END)
        self._graph = graph.compile(checkpointer=saver)
        self._connection = connection

    def stepped(self, events: int, conversations: int) -> float:
        began = time.perf_counter()
        for number in range(events):
            self._graph.invoke({"count": 0}, {"configurable": {"thread_id": str(number % conversations)}})
        return events / (time.perf_counter() - began)

    def close(self) -> None:
        self._connection.close()


async def _measure(folder: Path) -> list[dict[str, Any]]:
    ours, peer = House(folder), Peer(folder)
    await ours.open(32)
    best: dict[str, float] = {}

    def keep(name: str, rate: float) -> None:
        best[name] = max(best.get(name, 0.0), rate)

    for _ in range(ROUNDS):
        keep("one", await ours.stepped(ALONE, 1))
        keep("peer one", peer.stepped(PEER_ALONE, 1))
        keep("many", await ours.stepped(MANY, 32))
        keep("peer many", peer.stepped(PEER_MANY, 32))
        keep("received", await ours.received(MANY, 32))
    await ours.close()
    peer.close()
    version = importlib.metadata.version
    name = f"langgraph {version('langgraph')}, checkpoint-sqlite {version('langgraph-checkpoint-sqlite')}, FULL"
    return [
        _line("runtime.events.1", best["one"], None, name, best["peer one"]),
        _line("runtime.events.32", best["many"], 3000.0, name, best["peer many"]),
        _line("runtime.received.32", best["received"], None, name, best["peer many"]),
    ]


def _line(name: str, rate: float, target: float | None, peer: str, peers_rate: float) -> dict[str, Any]:
    return {
        "name": name,
        "value": round(rate),
        "unit": "events/s",
        "target": target,
        "peer": f"{peer}: {peers_rate:.0f}/s",
        "ratio": round(rate / peers_rate, 1),
    }


def run() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory(dir=ROOT / "build" if (ROOT / "build").is_dir() else None) as folder:
        return uvloop.run(_measure(Path(folder)))  # as the server does


if __name__ == "__main__":
    for line in run():
        print(line)
