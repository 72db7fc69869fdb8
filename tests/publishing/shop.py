"""A little shop whose YAML is published while people order: the real engine, runtime and store, verbs of its own."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import engine
from engine.model import Event
from engine.registry import Arg, Registry, Verb, Vocabulary
from runtime.clock import Clock
from runtime.inbox import Inbound, Inbox
from runtime.loop import Options, Runtime, Wiring
from runtime.metrics import Tally
from runtime.order import Order as Numbers
from runtime.publishing.following import Following
from runtime.publishing.gate import Candidate, Checked
from runtime.publishing.outcome import Order, Outcome
from runtime.publishing.publisher import Publisher
from runtime.publishing.sources import Sources
from runtime.publishing.tasks import Tasks
from runtime.release import EVERYONE, Published
from runtime.replay import Replay
from runtime.routing import Routed
from runtime.verbs import Acted, Bound, Context, Handlers, Start
from runtime.verify import verify
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Upsert
from storage.vault import Vault

ORG = "shop"
KEY = b"k" * 32
VOCABULARY = Vocabulary(
    verbs=(
        Verb(
            name="pay.request", sort="action", doc="Ask for the money.", args={"dish": Arg(type="text")},
            answers={"pay.confirmed": {"receipt": "text"}, "pay.failed": {}},
        ),
    ),
)  # fmt: skip
REGISTRY = Registry([VOCABULARY])

ORDER = """\
flow: order
version: 1
languages: [en]
data:
  dish: {type: text}
  receipt: {type: text}
texts:
  which: {en: "Which dish?"}
  pilau: {en: Pilau}
  ugali: {en: Ugali}
  pay: {en: "Please pay."}
  enjoy: {en: "Enjoy your {{ dish }}!"}
  what: {en: "Sorry?"}
start: choosing
states:
  choosing:
    ask: {text: which, choices: [{id: pilau, text: pilau}, {id: ugali, text: ugali}], save: dish}
    on: {answer: paying}
    unclear: {say: what, tries: 5, then: left}
    after: {24h: left}
  paying:
    say: pay
    do: {pay.request: {dish: dish}}
    on:
      pay.confirmed: {set: {receipt: event.receipt}, to: enjoying}
      pay.failed: choosing
    after: {15m: left}
  enjoying: {say: enjoy, final: true}
  left: {final: true}
"""


def edited(source: str, *changes: tuple[str, str], version: int = 2) -> str:
    """With these replaced; each must be there."""
    for old, new in (("version: 1\n", f"version: {version}\n"), *changes):
        assert old in source, old
        source = source.replace(old, new)
    return source


RENAMED = edited(
    ORDER,
    ("  paying:\n", "  awaiting_payment:\n"),
    ("answer: paying", "answer: awaiting_payment"),
    ("languages: [en]\n", "languages: [en]\non_publish: migrate\nmigrate: {states: {paying: awaiting_payment}}\n"),
)


def compiled(files: Mapping[str, str]) -> engine.Release:
    return engine.compile_release([engine.load(text, file) for file, text in files.items()], REGISTRY)


class OnlyCompiles:
    """A gate that lets through what compiles; `says` are further checks' results."""

    def __init__(self) -> None:
        self.says: list[Checked] = []

    async def judge(self, candidate: Candidate) -> AsyncIterator[Checked]:
        try:
            await asyncio.to_thread(compiled, candidate.sources.files)
        except engine.Findings as wrong:
            yield Checked(name="compile", verdict="refused", summary="to mend", findings=wrong.findings)
            return
        yield Checked(name="compile", verdict="passed", summary="fine")
        for checked in self.says:
            yield checked


class _Door:
    """Each sender is a contact of that name, whose first message begins an order."""

    async def route(self, inbound: Inbound, store: Any, vault: Any, now: Any) -> Routed:
        who = (inbound.sender or {})["name"]
        number = await store.count("machines", {"contact": who}) + 1
        return Routed(
            contact=who, channel="chat", ops=(Upsert("contacts", who, {"set": {"last_in": now}}),),
            start=Start(definition="order", machine=f"order:{who}:{number}"),
        )  # fmt: skip


class Shop:
    """`open` after the store: a process's worth of everything. `sent` is what people were told: (machine, text)."""

    def __init__(self, store: SqliteStore, *, clock: Clock | None = None) -> None:
        self.store = store
        self.clock = clock or Clock()
        self.metrics = Tally()
        self.gate: Any = OnlyCompiles()
        self.sent: list[tuple[str, str]] = []
        self._told: defaultdict[str, list[str]] = defaultdict(list)
        self.asked: list[tuple[str, str]] = []  # (machine, key) of each request for money
        self.numbers: Iterator[int] = itertools.count(1)
        self.published = Published(store, compiled)
        self.vault = Vault(store, [KEY])
        self.runtime = self._runtime()
        inbox = Inbox(Numbers(self.clock.now))
        self.tasks = Tasks(store, self.vault, self.published, inbox, self.clock, self.runtime.hand_in)
        self.publisher = self.new_publisher()
        self.following = Following(
            self.published, self.tasks, self.clock, self.metrics, shared=False, works=True
        )  # fmt: skip

    def new_publisher(self) -> Publisher:
        return Publisher(self.store, self.published, self.gate, self.tasks, self.clock, self.metrics)

    def _runtime(self) -> Runtime:
        async def send(ctx: Context, args: dict[str, Any]) -> Acted:
            self.sent.append((ctx.machine.machine, args["text"]))
            self._told[ctx.machine.machine].append(args["text"])
            return Acted()

        async def request(ctx: Context, args: dict[str, Any]) -> Acted:
            self.asked.append((ctx.machine.machine, ctx.key))
            return Acted()

        wiring = Wiring(
            store=self.store, vault=self.vault, releases=self.published, router=_Door(), registry=REGISTRY,
            handlers=Handlers([Bound("channels.send", send), Bound("pay.request", request)]),
        )  # fmt: skip
        return Runtime(wiring, clock=self.clock, metrics=self.metrics, options=Options())

    async def start(self, files: Mapping[str, str] | None = None) -> None:
        await self.published.refresh()
        if self.published.current(EVERYONE) is None:
            await self.published.publish(files or {"order.yaml": ORDER})
        await self.runtime.start()

    async def close(self) -> None:
        await self.following.close()
        await self.runtime.close()

    async def publish(self, *texts: str, by: str = "wanjiku", why: str = "a test", **more: Any) -> Outcome:
        files = {f"{number}.yaml": text for number, text in enumerate(texts)}
        order = Order(sources=Sources.of(files), org=more.pop("org", EVERYONE), by=by, why=why, **more)
        outcome = await self.publisher.publish(order)
        await self.runtime.idle()
        return outcome

    # what people and the world do

    def says(self, who: str, text: str) -> Inbound:
        event = Event(name="message", data={"text": text, "kind": "text"})
        number = str(next(self.numbers))
        return Inbound(org=ORG, source="chat", id=number, lane=f"chat:{who}", event=event, sender={"name": who})

    def event(self, machine: str, name: str, **data: Any) -> Inbound:
        event, number = Event(name=name, data=data), str(next(self.numbers))
        return Inbound(org=ORG, source="world", id=number, lane=f"at:{machine}", to=machine, event=event)

    async def hear(self, *inbounds: Inbound) -> None:
        await self.runtime.receive(inbounds)
        await self.runtime.idle()

    async def order(self, who: str, dish: str = "pilau") -> str:
        """Somebody orders, and is asked to pay. The machine's id."""
        await self.hear(self.says(who, "hi"))
        await self.hear(self.says(who, dish))
        machine = f"order:{who}:1"
        assert await self.state(machine) != "choosing"
        return machine

    # what is there

    def told(self, machine: str) -> list[str]:
        return self._told[machine]

    async def machine(self, id: str) -> dict[str, Any]:
        row = await self.store.org(ORG).get("machines", id)
        assert row is not None, id
        return row

    async def state(self, id: str) -> str:
        return str((await self.machine(id))["state"])

    async def version(self, id: str) -> int:
        definition = await self.published.by_hash((await self.machine(id))["root"])
        return int(definition.version)

    async def timers(self, id: str) -> dict[str, Any]:
        rows = await self.store.org(ORG).find("timers", {"machine": id, "state": "armed"}, limit=100)
        return {row["name"]: row["due"] for row in rows}

    async def journal(self, id: str) -> list[dict[str, Any]]:
        return await self.store.org(ORG).find("journal", {"machine": id}, sort=[("seq", 1)], limit=10_000)

    async def holds(self) -> int:
        """Every chain verifies, the log of publications among them, and every machine replays byte for byte with
        nothing in memory. The number of machines."""
        for org in (ORG, EVERYONE):
            assert (await verify(self.store, org)).flaws == ()
        replay = Replay(self.store, Vault(self.store, [KEY]), Published(self.store, compiled), engine)
        number = 0
        after: list[Any] | None = None
        while page := await self.store.org(ORG).find("machines", {}, sort=[("_id", 1)], limit=500, after=after):
            for row in page:
                replayed = await replay.machine(ORG, row["_id"])
                assert replayed.flaws == (), replayed
                assert replayed.entries == row["seq"]
                number += 1
            after = [page[-1]["_id"]]
        return number


@asynccontextmanager
async def opened(path: Path, files: Mapping[str, str] | None = None) -> AsyncIterator[Shop]:
    """Started; at the end everything must hold."""
    store = await open_sqlite(path / "shop.db")
    await store.commit([Upsert("orgs", ORG, {"set": {"zone": "Africa/Nairobi", "languages": ["en"]}})])
    shop = Shop(store)
    await shop.start(files)
    try:
        yield shop
        await shop.runtime.idle()
        await shop.holds()
    finally:
        await shop.close()
        await store.close()
