"""A salon on the shipped flows in a real runtime, with a world that always answers alike, and customers who book.

What `docs/replay.md` shows was recorded here: nothing is random, and the clock moves only when it is told to.
"""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import engine
import language
from composition.definitions import registry
from composition.stores import DATABASE
from engine.model import Event
from engine.values import Money
from runtime.backtest import Backtest
from runtime.clock import Clock
from runtime.decisions import kept
from runtime.inbox import Inbound
from runtime.loop import Runtime, Wiring
from runtime.release import Published
from runtime.routing import Routed
from runtime.verbs import Acted, Bound, Changed, Context, Handlers, RetryLater, Start
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Upsert
from storage.vault import Vault
from tests.backtest.versions import compiled, shipped

ORG, KEY = "salon-zuri", b"k" * 32
NAIROBI = ZoneInfo("Africa/Nairobi")
MONDAY = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)  # nine in Nairobi
OFFERS = [
    {"id": "braids", "name": "Braids", "description": "KSh 3,000", "price": Money(300000, "KES"),
     "deposit": Money(50000, "KES"), "duration": timedelta(hours=3), "resources": [], "unit": "time"},
    {"id": "nails", "name": "Nails", "description": "KSh 800", "price": Money(80000, "KES"),
     "deposit": Money(0, "KES"), "duration": timedelta(hours=1), "resources": [], "unit": "time"},
]  # fmt: skip


class Still(Clock):
    """A clock that stands until it is moved."""

    def now(self) -> datetime:
        return MONDAY + self.ahead


class Door:
    """Whoever writes is a contact of that name; the first message begins the flow `booking`."""

    async def route(self, inbound: Inbound, store: Any, vault: Any, now: Any) -> Routed:
        who = (inbound.sender or {})["name"]
        number = await store.count("machines", {"contact": who, "name": "booking"}) + 1
        start = Start(definition="flow:booking", machine=f"booking:{who}:{number}", contact=who, channel="chat")
        return Routed(contact=who, channel="chat", start=start, language="en")


class Town:
    """A runtime, and what the tests ask of it."""

    def __init__(self, store: SqliteStore) -> None:
        self.store = store
        self.clock = Still()
        self.vault = Vault(store, [KEY])
        self.published = Published(store, compiled)
        self.codes: dict[str, str] = {}  # what M-Pesa has said to each payment
        self.full: set[str] = set()  # offers that nobody can hold any more
        self.sent: dict[str, list[dict[str, Any]]] = {}
        self._numbers = itertools.count(1)
        self.runtime = Runtime(
            Wiring(
                store=store, vault=self.vault, releases=self.published, handlers=Handlers(self._bound()),
                router=Door(), registry=registry(),
            ),
            clock=self.clock,
        )  # fmt: skip

    def _bound(self) -> list[Bound]:
        own: dict[str, Any] = {
            "business": self._business, "contact": self._contact, "offers.active": _given(OFFERS),
            "bookings.days": self._days, "bookings.free_slots": self._slots, "bookings.hold": self._hold,
            "bookings.confirm": self._confirm, "payments.request": self._request, "mpesa.push": self._push,
            "payments.match": self._match, "payments.settle": self._settle, "mpesa.query": self._query,
            "channels.send": self._send,
        }  # fmt: skip
        defaults = {"question": _given([]), "change": _given(Changed()), "action": _given(Acted())}
        others = {name: defaults[verb.sort] for name, verb in registry().verbs.items()}
        return [Bound(name, handler) for name, handler in {**others, **own}.items()]

    # the world

    async def _business(self, ctx: Context, args: dict[str, Any]) -> Any:
        return {"id": ORG, "name": "Salon Zuri", "zone": "Africa/Nairobi", "currency": "KES", "languages": ["en"],
                "phone": None, "address": None, "map_url": None, "review_url": None, "agent_phone": None}  # fmt: skip

    async def _contact(self, ctx: Context, args: dict[str, Any]) -> Any:
        name, phone = ctx.contact.capitalize(), "+254712345678"
        return {"id": ctx.contact, "first_name": name, "name": name, "language": "en", "phone": phone,
                "paying_phone": phone, "email": None, "opted_out": False, "visits": 0, "known": True}  # fmt: skip

    async def _days(self, ctx: Context, args: dict[str, Any]) -> Any:
        days = [date(2026, 11, 17) + timedelta(days=n) for n in range(3)]
        return [{"id": day.isoformat(), "date": day, "label": f"{day:%A}", "free": 2, "description": "2 free",
                 "first": datetime(day.year, day.month, day.day, 7, tzinfo=UTC)} for day in days]  # fmt: skip

    async def _slots(self, ctx: Context, args: dict[str, Any]) -> Any:
        day = args.get("day") or date(2026, 11, 17)
        long = timedelta(hours=3)  # as far ahead as Nairobi is
        starts = [datetime(day.year, day.month, day.day, hour, tzinfo=UTC) for hour in (7, 11)]
        return [{"id": f"{start:%d-%H}", "start": start, "end": start + long, "resource": "chair",
                 "label": f"{start + long:%H:%M}", "offer": args["offer"]["id"]} for start in starts]  # fmt: skip

    async def _hold(self, ctx: Context, args: dict[str, Any]) -> Changed:
        offer, slot = args["offer"], args.get("slot") or {}
        if offer["id"] in self.full:
            return Changed(event=Event(name="bookings.taken"))
        booking = _booking(ctx.contact, offer, slot.get("start") or args["at"], "held", Money(0, "KES"))
        return Changed(event=Event(name="bookings.held", data={"booking": booking}))

    async def _confirm(self, ctx: Context, args: dict[str, Any]) -> Changed:
        held = args["booking"]
        booking = {**held, "state": "confirmed", "paid": held["deposit"]}
        return Changed(event=Event(name="bookings.confirmed", data={"booking": booking}))

    async def _request(self, ctx: Context, args: dict[str, Any]) -> Changed:
        id = f"payment:{ctx.key}"
        start = Start(
            definition="lifecycle:payment", machine=id, data={"payment": id}, contact=ctx.contact,
            owner=ctx.machine.machine,
        )  # fmt: skip
        return Changed(starts=(start,), links={"payment": id})

    async def _push(self, ctx: Context, args: dict[str, Any]) -> Acted:
        return Acted(event=Event(name="mpesa.accepted", data={"checkout": args["payment"]}))

    async def _query(self, ctx: Context, args: dict[str, Any]) -> Acted:
        said = self.codes.get(str(args["payment"]))
        event = Event(name="mpesa.result", data={"code": said, "text": ""}) if said else Event(name="mpesa.pending")
        return Acted(event=event)

    async def _match(self, ctx: Context, args: dict[str, Any]) -> Changed:
        return Changed(event=Event(name="payments.matched", data={"receipt": args["receipt"]}))

    async def _settle(self, ctx: Context, args: dict[str, Any]) -> Changed:
        paid = {"payment": args["payment"], "amount": Money(50000, "KES"), "receipt": "TKL4H7QX2P"}
        return Changed(event=Event(name="payments.settled", data=paid))

    async def _send(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """As the dispatcher does: the guardrails are asked, and what they said is kept."""
        local = ctx.now.astimezone(NAIROBI)
        facts = {
            "category": args["category"], "replying": args["category"] == "service", "window_open": True,
            "opted_out": False, "marketing_stopped": False, "sent_today": 0, "marketing_this_week": 0,
            "minutes_since_written": 0, "local_hour": local.hour, "local_time": local.time(),
        }  # fmt: skip
        ruling = engine.decide(self.published.named(ORG, "messaging_guardrails"), facts)
        place = "#".join(ctx.key.removesuffix("/message").rsplit("/", 1))
        op = kept(ruling, key=ctx.key, subject=ctx.contact, at=ctx.now, vault=ctx.vault, place=place)
        if ruling.result["decision"] == "wait":
            await ctx.store.commit([op])
            raise RetryLater("nobody is disturbed at night", after=timedelta(hours=(32 - local.hour) % 24))
        self.sent.setdefault(ctx.contact, []).append(args)
        return Acted(ops=(op,))

    # the people

    async def says(self, who: str, text: str) -> None:
        await self._receive(who, {"text": text, "kind": "text"})

    async def taps(self, who: str, choice: str) -> None:
        """The choice whose id ends so, of the last message that had any."""
        message = next(message for message in reversed(self.sent[who]) if message["choices"])
        picked = next(each for each in message["choices"] if each["id"].endswith(f".{choice}"))
        await self._receive(who, {"text": picked["label"], "kind": "choice", "choice_id": picked["id"]})

    async def _receive(self, who: str, data: dict[str, Any]) -> None:
        self.clock.move(timedelta(seconds=20))
        event, number = Event(name="message", data=data), f"wamid.{next(self._numbers)}"
        inbound = Inbound(org=ORG, source="chat", id=number, lane=f"chat:{who}", event=event, sender={"name": who})
        await self.runtime.receive([inbound])
        await self.runtime.idle()

    async def answers_prompt(self, who: str, code: str = "0") -> None:
        """The customer's M-Pesa says so; 0 is paid, 1032 cancelled."""
        found = await self.store.org(ORG).find("machines", {"contact": who, "name": "payment", "status": "live"})
        self.codes[found[-1]["_id"]] = code
        event = {"checkout": found[-1]["_id"], "code": code, "text": "", "amount": Money(50000, "KES"),
                 "receipt": "TKL4H7QX2P", "phone": "+254712345678"}  # fmt: skip
        inbound = Inbound(
            org=ORG, source="mpesa", id=f"mpesa.{next(self._numbers)}", lane=f"contact:{who}", to=found[-1]["_id"],
            event=Event(name="mpesa.callback", data=event),
        )  # fmt: skip
        self.clock.move(timedelta(seconds=20))
        await self.runtime.receive([inbound])
        await self.runtime.idle()

    async def passes(self, **time: float) -> None:
        await self.runtime.skip(timedelta(**time))

    # what there is

    async def books(self, who: str, offer: str = "braids") -> None:
        """As far as the question for the deposit, or to the end where there is none."""
        await self.says(who, "Hello")
        await self.taps(who, offer)
        await self.taps(who, "2026-11-18")
        await self.taps(who, "18-07")

    async def machine(self, id: str) -> dict[str, Any]:
        found = await self.store.org(ORG).get("machines", id)
        assert found is not None, id
        return found

    def backtest(self, sources: Mapping[str, str]) -> Backtest:
        return Backtest(
            self.store, self.vault, self.published, engine, language.understand, compiled(sources), registry()
        )


def _given(value: Any) -> Any:
    async def handler(ctx: Context, args: dict[str, Any]) -> Any:
        return value

    return handler


def _booking(who: str, offer: dict[str, Any], start: datetime, state: str, paid: Money) -> dict[str, Any]:
    return {
        "id": f"b-{who}", "ref": who.upper()[:4], "offer": offer["id"], "offer_name": offer["name"], "start": start,
        "end": start + offer["duration"], "resource_name": "chair", "price": offer["price"],
        "deposit": offer["deposit"], "state": state, "paid": paid, "held_until": start, "label": offer["name"],
    }  # fmt: skip


@asynccontextmanager
async def reopened(folder: Path) -> AsyncIterator[Town]:
    """What was recorded there, to be read only: nothing runs."""
    store = await open_sqlite(folder / DATABASE)
    made = Town(store)
    await made.published.refresh()
    try:
        yield made
    finally:
        await store.close()


@asynccontextmanager
async def town(folder: Path) -> AsyncIterator[Town]:
    store = await open_sqlite(folder / DATABASE)
    await store.commit([Upsert("orgs", ORG, {"set": {"name": "Salon Zuri", "zone": "Africa/Nairobi"}})])
    made = Town(store)
    await made.published.publish(shipped(), now=MONDAY)
    await made.runtime.start()
    try:
        yield made
        await made.runtime.idle()
    finally:
        await made.runtime.close()
        await store.close()


async def a_week(made: Town) -> None:
    """Eight customers: three pay, one after a cancelled prompt; one says no; three fall silent, one of them late in the
    evening; one needs no deposit."""
    for who in ("achieng", "brian", "wanjiku"):
        await made.books(who)
    for who in ("achieng", "brian"):
        await made.taps(who, "send")
        await made.answers_prompt(who)
    await made.taps("wanjiku", "send")
    await made.answers_prompt("wanjiku", "1032")
    await made.taps("wanjiku", "again")
    await made.answers_prompt("wanjiku")
    await made.books("otieno")
    await made.taps("otieno", "stop")
    await made.taps("otieno", "done")
    await made.books("njeri", "nails")
    await made.says("kamau", "Hi")
    await made.taps("kamau", "braids")
    await made.says("kamau", "banana")
    await made.books("zawadi")
    await made.passes(hours=10, minutes=50)
    await made.says("baraka", "Hi")
    await made.passes(days=3)
