"""The demo's fortnight: a campaign with three ads on simulated Meta, from its launch to what the autopilot makes of it.

The market behind the simulated platform (`sandbox.market`) sells; who buys there becomes a conversation, a booking and
a payment that the server measured, as a real customer's would by the rooms' own doing. All between the two is the
product: the same connector, lifecycles, tables, caps and approvals as on a real account. The clock is the demo's, moved
an hour at a time; nothing is moved outside of it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ads.accounts import sealed
from ads.campaigns import NewCampaign, NewVariation, campaign_id, variation_id
from ads.desk import Desk, Refused
from ads.meta.credentials import MetaCredentials
from ads.platform import Audience, Creative
from ads.truth.events import Credit, Happened, kept
from ads.wording import Said
from composition import commentary
from composition.advertising import hosts_of
from composition.commentary import CURRENCY, kes
from composition.house import House
from crm.seed import CLINIC
from sandbox.ads_world import DEFAULT_AD_ACCOUNTS
from sandbox.market.single import LiveMarket
from sandbox.market.world import Ad, World
from storage.store import Update

OFFER = f"{CLINIC}.cleaning"
EACH, CAP = 1200, 6000  # shillings a day, of an ad and of all
COSTS = {"cost": 120_000, "refund_rate": 0.02, "no_show_rate": 0.05, "fee_share": 0.005}
ANGLES = {
    "A": ("Clean teeth by Friday", "A brighter smile in one hour, at KSh 3,500."),
    "B": ("Gentle hands", "Eleven years of calm visits in Nairobi."),
    "C": ("New here?", "See what we do."),
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened in the fortnight, in words. `language` is the business's own."""

    at: datetime
    said: Said
    language: str = "en"

    @property
    def text(self) -> str:
        return self.said.to(self.language)


class Fortnight(msgspec.Struct, frozen=True, kw_only=True):
    """A fortnight to live through."""

    days: int = 14
    key: str = ""
    hours: int = 0  # instead of whole days, for who has less time

    @property
    def length(self) -> int:
        return self.hours or self.days * 24


class Lived(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it."""

    campaign: str
    changes: int
    said: Said
    language: str = "en"

    @property
    def text(self) -> str:
        return self.said.to(self.language)


def market() -> LiveMarket:
    """Money in shillings: an order of A costs about 170 in ads, of B 400, of C far more than it brings in."""
    ads = (
        Ad(cpm=260, ctr=0.016, cvr=0.1, saturation=2500, fatigue=0.004),
        Ad(cpm=260, ctr=0.013, cvr=0.05, saturation=2500, fatigue=0.004),
        Ad(cpm=260, ctr=0.012, cvr=0.002, saturation=2500),
    )
    return LiveMarket(World(ads=ads, seed=7, margin=1900, price=3500, budget=6000, over_report=0.3), seed=7)


async def prepare(house: House) -> None:
    """The clinic's account on simulated Meta, and what a cleaning costs it."""
    settings, own = house.settings, DEFAULT_AD_ACCOUNTS[0]
    credentials = MetaCredentials(
        account=own.id, token=own.token, app_id=own.client_id, app_secret=own.client_secret, page=own.page,
        pixel=own.pixel, base_url=hosts_of(settings).meta,
    )  # fmt: skip
    org = house.store.org(CLINIC)
    known = await org.get("ad_accounts", f"{CLINIC}/meta")
    if known is None:
        await org.commit([sealed(CLINIC, "meta", credentials, await house.vault.org(CLINIC), own.currency, own.zone)])
    offer = await org.get("offers", OFFER)
    if offer is not None and not offer.get("costs"):
        await org.commit([Update("offers", OFFER, {"set": {"costs": COSTS}})])


def quietly(_campaign: str, _hours: int) -> None:
    """Where nobody looks how far it is."""


async def live(
    house: House, orders: Callable[[], list[Any]], wish: Fortnight, tell: Callable[[Told], None],
    passed: Callable[[str, int], None] = quietly,
) -> Lived:  # fmt: skip
    """Let the days pass for the campaign that the owner launched, else for one drafted and approved here.

    `orders` are those that the market made since it was asked last; `passed` hears how many hours are over.
    """
    language = await _language(house)

    def say(said: Said, at: datetime | None = None) -> None:
        tell(Told(at=at or house.clock.now(), said=said, language=language))

    desk = Desk(house.store, house.vault, house.clock.now, house.runtime.hand_in)
    campaign = await _own(house) or await _launched(house, desk, wish, say)
    passed(campaign, 0)
    seen: dict[str, str] = {}
    for hour in range(wish.length):
        await house.runtime.skip(timedelta(hours=1))
        await _sold(house, campaign, orders())
        await _approved(house, desk, campaign, say)
        await _told(house, campaign, seen, say)
        passed(campaign, hour + 1)
    shown = await house.store.org(CLINIC).find("variations", {"campaign": campaign}, sort=[("angle", 1)], limit=10)
    return Lived(campaign=campaign, changes=len(seen), said=commentary.stands(shown), language=language)


async def _language(house: House) -> str:
    """The first that the business speaks."""
    org = await house.store.get("orgs", CLINIC) or {}
    return str(next(iter(org.get("languages") or ("en",))))


async def _own(house: House) -> str:
    """The latest campaign that runs and that a person led through the guided launch; "" where there is none."""
    running = {"state": "active", "platform": "meta", "by": {"ne": "demo"}}
    found = await house.store.org(CLINIC).find("campaigns", running, sort=[("at", -1)], limit=1)
    return str(found[0]["_id"]) if found else ""


async def _launched(house: House, desk: Desk, wish: Fortnight, say: Callable[..., None]) -> str:
    campaign = await desk.draft(CLINIC, drafted(wish.key or f"{house.clock.now():%Y%m%d%H%M%S}"), "demo")
    await house.runtime.idle()
    say(commentary.drafted(EACH, CAP))
    await desk.submit(CLINIC, campaign, "demo")
    await _until(house, campaign, "waiting_for_approval")
    await desk.decide(CLINIC, campaign, "amina", approve=True)
    say(commentary.approved())
    await _until(house, campaign, "active")
    return campaign


async def _until(house: House, campaign: str, state: str) -> None:
    for _ in range(60):
        await house.runtime.skip(timedelta(seconds=2))
        found = await house.store.org(CLINIC).get("campaigns", campaign)
        if found is not None and found["state"] == state:
            return
    raise Refused("ads.demo", f"The demo's campaign did not come to {state}: {(found or {}).get('reason')}")


async def _sold(house: House, campaign: str, orders: list[Any]) -> None:
    """Who bought on the simulated market has paid: the server measured it."""
    org = house.store.org(CLINIC)
    if not orders:
        return
    shown = await org.find("variations", {"campaign": campaign}, limit=10)
    whose = {(each.get("external") or {}).get("adset"): each["_id"] for each in shown}
    document = await org.get("campaigns", campaign) or {}
    offer = await org.get("offers", str(document.get("offer"))) or {}
    now, ops = house.clock.now(), []
    for place, order in enumerate(orders):
        variation = whose.get(order.id)
        if variation is None:
            continue
        credit = Credit(
            platform="meta", campaign=campaign, variation=variation, click=f"demo-{now:%Y%m%d%H}-{place}",
            clicked_at=order.clicked, by="tag",
        )  # fmt: skip
        key = f"demo/{campaign}/{now.isoformat()}/{place}"
        ops += [kept(CLINIC, each) for each in _came(document["offer"], int(offer.get("price") or 0), key, now, credit)]
    await org.commit(ops)


def _came(offer: str, price: int, key: str, now: datetime, credit: Credit) -> list[Happened]:
    """What the server would have measured of somebody who wrote, booked and paid."""
    said: dict[str, Any] = {"credit": credit, "offer": offer, "source": "demo"}
    return [
        Happened(kind="conversation", key=f"{key}/wrote", at=now, **said),
        Happened(kind="booking", key=f"{key}/booked", at=now, **said),
        Happened(kind="payment", key=key, at=now, value=price, currency=CURRENCY, **said),
    ]


async def _approved(house: House, desk: Desk, campaign: str, say: Callable[..., None]) -> None:
    asking = await house.store.org(CLINIC).find("ad_intents", {"campaign": campaign, "state": "asking"}, limit=20)
    for intent in asking:
        await desk.approve(CLINIC, intent["_id"], "amina")
        say(commentary.approves(intent))
    if asking:
        await house.runtime.skip(timedelta(seconds=5))


async def _told(house: House, campaign: str, seen: dict[str, str], say: Callable[..., None]) -> None:
    found = await house.store.org(CLINIC).find("ad_intents", {"campaign": campaign}, sort=[("at", 1)], limit=1000)
    for intent in found:
        if intent["state"] in ("open", "executing") or seen.get(intent["_id"]) == intent["state"]:
            continue
        seen[intent["_id"]] = intent["state"]
        say(commentary.came_of(intent), intent.get("made_at"))


def drafted(key: str) -> NewCampaign:
    id = f"demo-{key}"
    made = campaign_id(CLINIC, id)
    return NewCampaign(
        key=id, name="Teeth cleaning", offer=OFFER, platform="meta", daily_cap=kes(CAP), monthly_cap=kes(150_000),
        audience=Audience(countries=("KE",), languages=("en", "sw")), approval_pct=20.0,
        variations=tuple(
            NewVariation(
                angle=angle, name=f"Teeth cleaning {angle}", budget=kes(EACH),
                creative=Creative(
                    texts=(text,), headlines=(headline,), whatsapp="+254709000101",
                    link=f"https://tabasamu.example/cleaning?utm_content={variation_id(made, angle)}", action="message",
                ),
            )
            for angle, (headline, text) in ANGLES.items()
        ),
    )  # fmt: skip
