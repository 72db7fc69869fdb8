"""The whole way, as the server composes it: store, runtime, tables, Meta's connector, and simulated Meta over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiohttp.test_utils import TestServer

import crm.verbs
from ads.accounts import sealed
from ads.campaigns import variation_machine
from ads.desk import Desk
from ads.meta.credentials import MetaCredentials
from composition import advertising
from composition.definitions import registry
from runtime.loop import Runtime, Wiring
from runtime.verbs import Handlers
from sandbox import SandboxSettings, build
from sandbox.ads_market import Live, Result
from sandbox.ads_world import ADS, DEFAULT_AD_ACCOUNTS, AdWorld
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Delete, Insert, Update
from tests.ads.autopilot.past import At, decided, lived
from tests.ads.autopilot.pilot import ORG, Pilot, kes


class Even:
    """Every hour is like the one before: a day's budget over the day, so many people who see the ad and click."""

    clicks = 20

    def step(self, hour: datetime, live: Sequence[Live]) -> Mapping[str, Result]:
        return {
            each.id: Result(spend=round(each.budget / 24, 2), impressions=1000, clicks=self.clicks) for each in live
        }


class Server(Pilot):
    """A business whose autopilot is the server's own; its platform is simulated Meta."""

    market: Even
    world: AdWorld

    def __init__(self, store: SqliteStore, http: httpx.AsyncClient, base: str) -> None:
        super().__init__(store)
        self._http = http
        self.base = base

    async def connect(self) -> None:
        own = DEFAULT_AD_ACCOUNTS[0]
        credentials = MetaCredentials(
            account=own.id, token=own.token, app_id=own.client_id, app_secret=own.client_secret, page=own.page,
            pixel=own.pixel, base_url=f"{self.base}/meta",
        )  # fmt: skip
        vault = await self.vault.org(ORG)
        await self.store.org(ORG).commit(
            [Delete("ad_accounts", f"{ORG}/meta"), sealed(ORG, "meta", credentials, vault, "KES", "Africa/Nairobi")]
        )

    async def begin(self) -> Server:
        handlers = Handlers(
            [
                *(each for each in crm.verbs.bound() if each.name in ("business", "contact")),
                *advertising.bound(self.store, self.vault, self.published, self._http, self.clock.now),
            ]
        )
        wiring = Wiring(
            store=self.store, vault=self.vault, releases=self.published, handlers=handlers, router=None,  # type: ignore[arg-type]
            registry=registry(),
        )  # fmt: skip
        self.runtime = Runtime(wiring, clock=self.clock)
        self.desk = Desk(self.store, self.vault, self.clock.now, self.runtime.hand_in)
        await self.runtime.start()
        return self

    async def stands(self, angle: str) -> str:
        """As simulated Meta has it."""
        thing = self.world.get("meta", (await self.variation(angle))["external"]["adset"])
        assert thing is not None
        return str(thing.fields["status"])

    async def rows(self, angle: str, table: str) -> list[str]:
        return [each.hit[0] for each in await decided(self, variation_machine(self.id_of(angle)), table)]

    async def told(self) -> list[str]:
        found = await self.store.org(ORG).find("tasks", {"kind": "ads.odd", "state": "open"}, limit=10)
        return [str(each["note"]) for each in found]


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    store = await open_sqlite(tmp_path / "server.db")
    async with httpx.AsyncClient(trust_env=False) as http:
        made, market = Server(store, http, ""), Even()
        settings = SandboxSettings(
            app_secret="s", webhook_url="http://127.0.0.1:9/hook", access_token="t", businesses=(), consumer_key="k",
            consumer_secret="s", now=made.clock.now, move=made.clock.move, market=market,
        )  # fmt: skip
        simulated = TestServer(build(settings))
        await simulated.start_server()
        made.base, made.market, made.world = str(simulated.make_url("")).rstrip("/"), market, simulated.app[ADS]
        await made.open()
        await made.connect()
        yield made
        assert await made.dead() == []
        await made.close()
        await simulated.close()
    await store.close()


async def test_an_outage_of_the_tracking_stops_decisions_and_is_told(server: Server) -> None:
    await server.launched(1000, 1000)
    for angle in "AB":
        await lived(server, angle, 240, lambda ago: At(spend=41.67))
    await server.pass_(minutes=35)
    assert await server.told() == []
    await server.pass_(hours=13)  # people click on, as the platform says, and no order comes
    for angle in "AB":
        assert (await server.rows(angle, "anomaly"))[-1] == "tracking_lost"
        assert (await server.rows(angle, "keep_kill_scale"))[-1] == "not_measured"
        assert await server.stands(angle) == "ACTIVE"
    assert await server.told() == ["People click as ever, and nobody orders: our measuring may be broken"]
    changes = await server.intents(by="autopilot", state="done")
    assert [each for each in changes if each["at"] > server.clock.now() - timedelta(hours=3)] == []


async def test_a_worn_out_ad_is_found_and_taken_off(server: Server) -> None:
    server.market.clicks = 11
    await server.launched(1000)
    await lived(
        server, "A", 480,
        lambda ago: At(clicks=11 if ago <= 80 else 20, orders=int(ago % (60 if ago <= 200 else 15) == 0), spend=41.67),
    )  # fmt: skip
    await server.pass_(hours=7)
    assert (await server.rows("A", "fatigue"))[0] == "worn_out"
    assert (await server.variation("A"))["stage"] == "rotated"
    assert await server.stands("A") == "PAUSED"
    (pause,) = await server.intents(kind="pause")
    assert (pause["state"], pause["decision"]) == ("done", {"decision": "rotate"})


async def test_a_day_that_is_full_buys_nobody_and_the_next_one_does(server: Server) -> None:
    await server.launched(1000)
    costs: Any = {"cost": 100_000, "orders_a_day": 2}
    booked = {"offer": "braids", "state": "confirmed", "start": server.clock.now() + timedelta(days=2)}
    await server.store.org(ORG).commit(
        [
            Update("offers", "braids", {"set": {"costs": costs}}),
            *(Insert("bookings", {**booked, "_id": f"b{n}", "confirmed_at": server.clock.now()}) for n in range(2)),
        ]
    )
    await server.pass_(minutes=40)
    assert (await server.rows("A", "ad_brakes"))[-1] == "full"
    assert await server.stands("A") == "PAUSED"
    spent = sum(each.spend for hours in server.world.hours.values() for each in hours.values())
    await server.pass_(hours=10)
    server.world.advance()
    assert sum(each.spend for hours in server.world.hours.values() for each in hours.values()) == spent
    assert (await server.campaign())["ledger"]["live"] == {}
    await server.pass_(hours=6)  # past midnight in Nairobi
    assert await server.stands("A") == "ACTIVE"
    assert (await server.campaign())["ledger"]["live"] == {server.id_of("A"): kes(1000).amount}
