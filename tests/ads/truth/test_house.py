"""The whole house: an ad's message comes in, the desk books, the platform is told by the lifecycle and its outbox."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from ads.conversions import destinations
from bookings.desk import Desk, Made
from composition import demo, stores
from composition.house import built
from composition.settings import read
from engine.model import Event
from runtime.inbox import Inbound
from runtime.reading import Chosen
from sandbox.ads_conversions import AdsConversions
from sandbox.ads_market import Steady
from sandbox.ads_world import DEFAULT_AD_ACCOUNTS, AdWorld
from tests.ads.truth.conftest import referral
from tests.ads.truth.test_conversions import META

ORG = "tabasamu-dental"


def message(id: str) -> Inbound:
    said = Event(name="message", data={"text": "Hi", "kind": "text", "message_id": id})
    sender = {"channel": "whatsapp", "phone": "+254712345678", "user_id": "", "name": "Achieng", "referral": referral()}
    return Inbound(org=ORG, source="whatsapp", id=id, lane="whatsapp:1", event=said, sender=sender)


async def test_an_ads_message_becomes_a_booking_that_its_platform_is_told_of_once(tmp_path: Path) -> None:
    ears = AdsConversions(AdWorld(DEFAULT_AD_ACCOUNTS, Steady(), lambda: datetime.now(UTC)))
    app = web.Application()
    app.add_routes(ears.routes())
    async with TestServer(app) as server:
        environment = {"DATA_DIR": str(tmp_path), "SANDBOX_URL": str(server.make_url("")).rstrip("/")}
        async with built(read(environment, demo=True)) as house:
            await demo.prepare(house)
            await house.runtime.start()
            store, vault = house.store.org(ORG), await house.vault.org(ORG)
            await store.commit([destinations.kept(vault, META, house.clock.now())])
            for _ in range(2):
                await house.runtime.receive([message("wamid.1")])
            await house.runtime.idle()
            (talked,) = await store.find("ad_events", {"kind": "conversation"})
            offer = (await store.find("offers", {"active": True}, limit=1))[0]
            start = (house.clock.now() + timedelta(days=4)).replace(hour=7, minute=0, second=0, microsecond=0)
            while start.weekday() > 3:
                start += timedelta(days=1)
            desk = Desk(house.store, house.vault, house.clock.now, house.runtime.hand_in, house.watch.seen)
            wanted = Made(key="1", contact=talked["contact"], offer=offer["_id"], start=start, resource="")
            await desk.make(ORG, wanted)
            await house.runtime.idle()
            (booked,) = await store.find("ad_events", {"kind": "booking"})
            assert booked["platform"] == "meta"
            told = ears.counted["meta", META.id]
            assert sorted(event["event_name"] for event in told) == ["LeadSubmitted", "QualifiedLead"]
            assert {event["user_data"]["ctwa_clid"] for event in told} == {"ARA_clid"}
            machines = await store.find("machines", {"name": "conversion"}, limit=10)
            assert {machine["state"] for machine in machines} == {"told"}
            async for done in stores.replay(house.store, house.settings).run(ORG, Chosen()):
                assert not done.flaws, done
            await house.runtime.close()
