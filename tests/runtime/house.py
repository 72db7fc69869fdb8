"""A runtime with toy machines, and what the tests ask of it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from engine.model import Event
from engine.values import dump_snapshot
from runtime.clock import Clock
from runtime.inbox import Inbound, store_fresh
from runtime.loop import Options, Runtime, Wiring
from runtime.metrics import Tally
from runtime.reading import Chosen
from runtime.replay import Replay
from runtime.routing import Routed
from runtime.verbs import Acted, Bound, Changed, Context, Handlers, Post, Start
from runtime.verify import verify
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert, Upsert
from storage.vault import Vault
from tests.runtime import toy

ORG = "clinic"
KEY = b"k" * 32


class Door:
    """A router: each sender is a contact of that name; the first message starts a talk."""

    async def route(self, inbound: Inbound, store: Any, vault: Any, now: Any) -> Routed:
        who = (inbound.sender or {})["name"]
        ops = (Upsert("contacts", who, {"set": {"last_in": now}}),)
        if inbound.event.data.get("text") == "crash the router":
            raise KeyError("router")
        number = await store.count("machines", {"contact": who, "name": "talk"}) + 1
        start = Start(definition="talk", machine=f"talk:{who}:{number}")
        return Routed(contact=who, channel="chat", ops=ops, start=start)


@dataclass
class House:
    store: SqliteStore
    clock: Clock = field(default_factory=Clock)
    shelf: toy.Shelf = field(default_factory=lambda: toy.Shelf(toy.TALK, toy.OTHER, toy.THING))
    metrics: Tally = field(default_factory=Tally)
    sent: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # machine, key, message
    acted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)  # key, arguments
    on_send: Any = None
    on_act: Any = None
    bound: list[Bound] = field(default_factory=list)
    tampered: bool = False  # the test spoils the journal on purpose
    _numbers: Any = field(default_factory=lambda: itertools.count(1))

    def runtime(self, *, jobs: Any = None, options: Options | None = None) -> Runtime:
        verbs = [
            Bound("channels.send", self._send),
            Bound("toy.act", self._act),
            Bound("toy.hold", self._hold),
            Bound("toy.ask", self._ask),
        ]
        names = {item.name for item in self.bound}
        wiring = Wiring(
            store=self.store,
            vault=Vault(self.store, [KEY]),
            releases=self.shelf,
            handlers=Handlers([*(verb for verb in verbs if verb.name not in names), *self.bound]),
            router=Door(),
            understand=toy.understand,
            interpreter=toy.Toy(),
        )
        return Runtime(wiring, clock=self.clock, metrics=self.metrics, jobs=jobs, options=options)

    async def _send(self, ctx: Context, args: dict[str, Any]) -> Acted:
        if self.on_send is not None:
            await self.on_send(ctx, args)
        self.sent.append((ctx.machine.machine, ctx.key, args))
        return Acted()

    async def _act(self, ctx: Context, args: dict[str, Any]) -> Acted:
        if self.on_act is not None:
            await self.on_act(ctx, args)
        self.acted.append((ctx.key, args))
        return Acted(event=Event(name="done"))

    async def _hold(self, ctx: Context, args: dict[str, Any]) -> Changed:
        """Takes a unit that only one can have."""
        unit = str(args["unit"])
        if await ctx.store.get("slots_taken", unit) is not None:
            return Changed(event=Event(name="taken"))
        return Changed(ops=(Insert("slots_taken", {"_id": unit, "by": ctx.machine.machine}),), event=Event(name="held"))

    async def _ask(self, ctx: Context, args: dict[str, Any]) -> Any:
        return {"machine": ctx.machine.machine, "now": ctx.now}

    # what happens

    def says(self, text: str, *, who: str = "asha", id: str = "", choice: str = "") -> Inbound:
        data: dict[str, Any] = {"text": text, "kind": "text"}
        if choice:
            data["choice_id"] = choice
        number = id or f"wamid.{next(self._numbers)}"
        event = Event(name="message", data=data)
        return Inbound(org=ORG, source="chat", id=number, lane=f"chat:{who}", event=event, sender={"name": who})

    def event(self, machine: str, name: str, *, id: str = "", lane: str = "", **data: Any) -> Inbound:
        number = id or f"event.{next(self._numbers)}"
        return Inbound(
            org=ORG, source="world", id=number, lane=lane or f"at:{machine}", to=machine,
            event=Event(name=name, data=data),
        )  # fmt: skip

    async def begin(self, runtime: Runtime, *starts: Start) -> None:
        """Start machines as a change of another machine would."""
        parts = runtime._parts
        scene = await parts.scene(ORG)
        rows = [
            parts.inbox.start(ORG, start, f"test.{next(self._numbers)}", "en", scene.vault, scene.now)
            for start in starts
        ]
        await runtime.hand_in(await store_fresh(self.store, rows))
        await runtime.idle()

    async def post(self, runtime: Runtime, *posts: Post) -> None:
        parts = runtime._parts
        scene = await parts.scene(ORG)
        rows = [
            parts.inbox.post(ORG, p.machine, p.event, f"machine:{p.machine}", scene.vault, scene.now) for p in posts
        ]
        await self.store.commit([Insert("inbox", row) for row in rows])
        await runtime.hand_in(rows)

    # what is there

    async def machine(self, id: str) -> dict[str, Any]:
        document = await self.store.org(ORG).get("machines", id)
        assert document is not None, id
        return document

    async def snapshot(self, id: str) -> Any:
        from runtime.machines import read

        vault = await Vault(self.store, [KEY]).org(ORG)
        document = await self.machine(id)
        await vault.ensure(document["subject"])
        return read(document, vault).snapshot

    async def journal(self, id: str) -> list[dict[str, Any]]:
        return await self.store.org(ORG).find("journal", {"machine": id}, sort=[("seq", 1)], limit=10_000)

    async def floor(self, who: str = "asha") -> list[str]:
        document = await self.store.get("conversations", f"{who}/chat")
        return list(document["floor"]) if document else []

    def texts(self, machine: str = "") -> list[str]:
        return [message["text"] for sender, _, message in self.sent if machine in ("", sender)]

    async def holds(self) -> int:
        """Each chain verifies, each journal replays to its snapshot, byte for byte. The number of entries."""
        verified = await verify(self.store, ORG)
        assert verified.flaws == ()
        replay = Replay(self.store, Vault(self.store, [KEY]), self.shelf, toy.Toy())
        async for replayed in replay.run(ORG, Chosen()):
            assert replayed.flaws == (), replayed
        return verified.entries


async def open_house(path: Path) -> House:
    house = House(await open_sqlite(path / "house.db"))
    await house.store.commit([Upsert("orgs", ORG, {"set": {"name": "Clinic", "zone": "Africa/Nairobi"}})])
    return house


HOUR = timedelta(hours=1)
__all__ = ["HOUR", "ORG", "House", "dump_snapshot", "open_house"]
