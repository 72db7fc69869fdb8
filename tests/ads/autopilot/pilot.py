"""The ad autopilot around a platform in memory, and a hand on its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import ads.verbs
import crm.verbs
import engine
from ads.campaigns import NewCampaign, NewVariation, campaign_id, variation_id
from ads.changes import Changes
from ads.collecting import Collector
from ads.desk import Desk
from ads.dispatcher import Dispatcher
from ads.facts import Knowing
from ads.looking import Looking
from ads.pacing import Pacing
from ads.platform import Audience, Creative
from ads.telling import Contents
from composition.definitions import compile_sources, read_sources, registry, yaml_files
from engine.model import Decision, Snapshot
from engine.values import Money
from runtime.clock import Clock
from runtime.loop import Runtime, Wiring
from runtime.release import Published
from runtime.verbs import Bound, Context, Handlers
from storage.sqlite import SqliteStore
from storage.store import Document, Insert
from storage.vault import Vault
from tests.ads.autopilot.fakes import FakePlatform

ORG = "salon"
ROOT = Path(__file__).resolve().parents[3]
MORNING = datetime(2030, 3, 4, 6, 0, tzinfo=UTC)  # a Monday, 09:00 in Nairobi
FILES = [
    *yaml_files(
        [ROOT / "flows" / "lifecycles" / f"{name}.yaml" for name in ("campaign", "variation", "ad_change", "ad_report")]
    ),
    *yaml_files([ROOT / "rules"]),
]


@cache
def sources() -> dict[str, str]:
    return read_sources(FILES)


def kes(amount: int) -> Money:
    """In whole shillings."""
    return Money(amount * 100, "KES")


class _Nobody:
    async def route(self, *_: Any) -> Any:
        raise AssertionError("nobody writes here")


class Pilot:
    """`platform` is what misbehaves; `desk` is what people ask."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.vault = Vault(store, [b"k" * 32])
        self.clock = Clock()
        self.clock.move(max(MORNING - self.clock.now(), timedelta()))
        self.platform = FakePlatform(self.clock.now)
        self.table: Any = None  # what the guardrails answer instead of the table, if a test says so
        self.contents: Contents | None = None  # pictures and films, if a test has some
        self.besides: list[Bound] = []  # verbs of other rooms, from the next start on
        self.published = Published(store, compile_sources)

    async def open(self, **overrides: str) -> Pilot:
        await self.store.commit(
            [
                Insert("orgs", {"_id": ORG, "name": "Salon", "zone": "Africa/Nairobi", "currency": "KES"}),
                Insert("ad_accounts", {"_id": f"{ORG}/meta", "org": ORG, "platform": "meta", "currency": "KES"}),
                Insert(
                    "offers",
                    {"_id": "braids", "org": ORG, "name": "Braids", "price": 300_000, "deposit": 0, "order": 1,
                     "costs": {"cost": 100_000}},
                ),
            ]
        )  # fmt: skip
        texts = dict(sources())
        for name, text in overrides.items():
            path = next(path for path in texts if path.endswith(f"/{name}.yaml"))
            texts[path] = text
        await self.published.publish(texts)
        return await self.begin()

    async def begin(self) -> Pilot:
        """A process that starts: everything in memory is new, the store and the platform are not."""
        self.knowing = knowing = Knowing(self._tables, self._ask)
        self.changes = changes = Changes(knowing)
        self.dispatcher = Dispatcher(self._connect, self._weigh, changes, self.contents)
        handlers = Handlers(
            [
                *(each for each in crm.verbs.bound() if each.name in ("business", "contact")),
                *ads.verbs.bind(changes, Looking(knowing), Pacing(knowing), self.dispatcher, Collector(self._connect)),
                *self.besides,
            ]
        )
        self.runtime = Runtime(
            Wiring(
                store=self.store, vault=self.vault, releases=self.published, handlers=handlers, router=_Nobody(),
                registry=registry(),
            ),
            clock=self.clock,
        )  # fmt: skip
        self.desk = Desk(self.store, self.vault, self.clock.now, self.runtime.hand_in)
        await self.runtime.start()
        return self

    async def _connect(self, org: str, platform: str) -> Any:
        return self.platform if org == ORG else None

    def _ask(self, org: str, name: str, facts: dict[str, Any]) -> Decision | None:
        table = self.published.named(org, name)
        return engine.decide(table, {fact: facts.get(fact) for fact in table.facts}) if table is not None else None

    async def _weigh(self, org: str, facts: dict[str, Any]) -> Decision | None:
        if self.table is not None:
            return self.table(facts)
        table = self.published.named(org, "ad_guardrails")
        return engine.decide(table, facts) if table is not None else None

    def _tables(self, org: str) -> Any:
        try:
            from ads import deciding
        except ImportError:
            return None
        found = [self.published.named(org, name) for name in ("keep_kill_scale", "rebalance")]
        return deciding.Tables(*found) if all(found) else None

    async def crash(self) -> None:
        """The process dies and another one starts."""
        await self.runtime.close()
        await self.begin()

    async def close(self) -> None:
        await self.runtime.close()

    async def idle(self) -> None:
        await self.runtime.skip(timedelta(seconds=3))  # also what is tried again in a moment

    async def pass_(self, **time: float) -> None:
        await self.runtime.skip(timedelta(**time))

    async def launched(self, *budgets: int, **more: Any) -> str:
        """A campaign that runs with these daily budgets (whole shillings), approved by Amina."""
        id = await self.drafted(*budgets, **more)
        await self.desk.submit(ORG, id, "juma")
        await self.idle()
        await self.desk.decide(ORG, id, "amina", approve=True)
        await self.idle()
        return id

    async def drafted(self, *budgets: int, daily: int = 3000, monthly: int = 60_000, **more: Any) -> str:
        creative = more.pop("creative", Creative(texts=("Come",)))
        new = NewCampaign(
            key=str(more.pop("key", "one")), name="Braids", offer="braids", platform=str(more.pop("platform", "meta")),
            daily_cap=kes(daily), monthly_cap=kes(monthly),
            audience=more.pop("audience", Audience(countries=("KE",))),
            variations=tuple(
                NewVariation(
                    angle=angle, name=f"Braids {angle}", budget=kes(budget), creative=creative
                )
                for angle, budget in zip("ABCDEFG", budgets, strict=False)
            ),
            **more,
        )  # fmt: skip
        id = await self.desk.draft(ORG, new, "juma")
        await self.idle()
        return id

    async def proposed(self, **wish: Any) -> str:
        """A lifecycle asks for a change of A: why it was not proposed, or what became of it."""
        made = await self.changes.propose(
            await self._asks(), {"variation": self.id_of("A"), "reason": "a rule", **wish}
        )
        if made.event is not None:
            return str(made.event.data["reason"])
        await self.desk._commit(ORG, made.ops, starts=made.starts, posts=made.posts)
        await self.idle()
        (insert,) = [op for op in made.ops if isinstance(op, Insert)]
        return str((await self.intent(insert.document["_id"]))["state"])

    async def facts(self, angle: str) -> dict[str, Any]:
        found = await self.knowing.of(await self._asks(), await self.campaign(), [await self.variation(angle)])
        return found[self.id_of(angle)]

    async def _asks(self) -> Context:
        machine = Snapshot(machine="variation:A", definition="h", name="variation", state="s", about={"org": ORG})
        store, now = self.store.org(ORG), self.clock.now()
        return Context(store=store, vault=await self.vault.org(ORG), now=now, machine=machine, key=now.isoformat())

    def id_of(self, angle: str, key: str = "one") -> str:
        return variation_id(campaign_id(ORG, key), angle)

    async def campaign(self, id: str = "") -> Document:
        found = await self.store.org(ORG).get("campaigns", id or campaign_id(ORG, "one"))
        assert found is not None
        return found

    async def variation(self, angle: str) -> Document:
        found = await self.store.org(ORG).get("variations", self.id_of(angle))
        assert found is not None
        return found

    async def variation_by(self, id: str) -> Document | None:
        return await self.store.org(ORG).get("variations", id)

    async def intents(self, **where: Any) -> list[Document]:
        return await self.store.org(ORG).find("ad_intents", where, sort=[("at", 1)], limit=10_000)

    async def intent(self, id: str) -> Document:
        found = await self.store.org(ORG).get("ad_intents", id)
        assert found is not None
        return found

    async def heard(self, machine: str) -> list[str]:
        rows = await self.store.org(ORG).find("journal", {"machine": machine}, sort=[("seq", 1)], limit=10_000)
        return [str(row.get("event")) for row in rows]

    async def dead(self) -> list[tuple[str, str]]:
        rows = await self.store.find("inbox", {"state": "dead"}, everyone=True)
        rows += await self.store.find("outbox", {"state": "dead"}, everyone=True)
        return [(str(row.get("name") or row.get("verb")), str(row.get("reason"))) for row in rows]
