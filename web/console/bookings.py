"""The bookings' pages: the calendar, a booking, and what the desk does by hand; and the same for programs."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from bookings import stock, terms
from bookings.desk import Desk, Made, Refused, Taken
from bookings.hours import day_of
from bookings.wording import said
from crm import contacts, identity
from crm.identity import Identity
from engine.values import Money
from insights import bookings as insight
from insights.bookings import Booked, Calendar, Free
from people import audit
from storage.errors import Conflict
from storage.store import Document, Op, Store
from storage.vault import Vault
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console import frame
from web.console.bookings_shapes import Cancelling, Known, Looked, Making, Marking, Moving, Shown, Times
from web.console.caller import Caller, Way

_T = TypeVar("_T")
_READ, _CHANGE = "bookings.read", "bookings.change"
_PAGE, _API = "/o/{org}/bookings", "/orgs/{org}/bookings"
_REFUSALS = ((404, "no-booking"), (409, "slot-taken"), (409, "booking-over"), (409, "booking-cancelled"))


class Wrong(Exception):
    """What a person wrote does not do. `key` is of the words."""


class Bookings:
    """The views. `clock` is the business's time."""

    def __init__(self, store: Store, vault: Vault, clock: Callable[[], datetime], desk: Desk) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._desk = desk

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=_PAGE, permission=_READ, view=self.calendar),
            Way(method="GET", path=f"{_PAGE}/new", permission=_CHANGE, view=self.new),
            Way(method="POST", path=f"{_PAGE}/new", permission=_CHANGE, view=self.make),
            Way(method="POST", path=f"{_PAGE}/move", permission=_CHANGE, view=self.move),
            Way(method="POST", path=f"{_PAGE}/cancel", permission=_CHANGE, view=self.cancel),
            Way(method="POST", path=f"{_PAGE}/mark", permission=_CHANGE, view=self.mark),
            Way(method="GET", path=_PAGE + "/{booking}", permission=_READ, view=self.booking),
            Way(method="GET", path=_PAGE + "/{booking}/move", permission=_CHANGE, view=self.moving),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        one = _API + "/{booking}"
        return (
            Endpoint(method="GET", path=_API, permission=_READ, query=Shown, answer=Calendar, view=self.api_calendar,
                     doc="A day or a week of bookings."),
            Endpoint(method="GET", path=f"{_API}/free", permission=_CHANGE, query=Looked, answer=Times,
                     view=self.api_free, doc="The times of a day at which an offer can be booked.",
                     refusals=((404, "no-offer"),)),
            Endpoint(method="POST", path=_API, permission=_CHANGE, body=Making, answer=Known, view=self.api_make,
                     doc="Make a booking, confirmed.", refusals=((409, "slot-taken"), (422, "no-phone"))),
            Endpoint(method="GET", path=one, permission=_READ, answer=Known, view=self.api_booking,
                     doc="A booking with its life and its payments.", refusals=((404, "no-booking"),)),
            Endpoint(method="POST", path=f"{one}/move", permission=_CHANGE, body=Moving, answer=Known,
                     view=self.api_move, doc="Move a booking.", refusals=_REFUSALS),
            Endpoint(method="POST", path=f"{one}/cancel", permission=_CHANGE, body=Cancelling, answer=Known,
                     view=self.api_cancel, doc="Cancel a booking; what goes back becomes a task.", refusals=_REFUSALS),
            Endpoint(method="POST", path=f"{one}/mark", permission=_CHANGE, body=Marking, answer=Known,
                     view=self.api_mark, doc="Say whether the customer came.",
                     refusals=(*_REFUSALS, (409, "booking-too_early"))),
        )  # fmt: skip

    # pages

    async def calendar(self, request: web.Request, caller: Caller) -> web.Response:
        query = request.query
        shown = Shown(
            view="week" if query.get("view") == "week" else "day", day=_day(query.get("day", "")),
            resource=query.get("resource", ""),
        )  # fmt: skip
        found = await self._calendar(shown, caller)
        return frame.page(
            "bookings.html", caller, business=await self._business(caller), calendar=found, money=frame.money,
            done=query.get("done", ""), noon=_noon,
        )  # fmt: skip

    async def booking(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            id = frame.named(request.match_info, "booking")
            return await self._booking_page(caller, id, done=request.query.get("done", ""))
        except KeyError:
            return frame.refused(caller, 404, "not-found")

    async def _booking_page(self, caller: Caller, id: str, *, done: str = "", wrong: str = "") -> web.Response:
        known = await self._known(id, caller)
        begun = known.booked.booking.start <= self._clock()
        return frame.page(
            "booking.html", caller, status=409 if wrong else 200, business=await self._business(caller),
            known=known, booked=known.booked, money=frame.money, done=done, wrong=wrong, begun=begun,
        )  # fmt: skip

    async def new(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._new_page(caller, request.query)

    async def _new_page(self, caller: Caller, given: Mapping[str, Any], *, wrong: str = "") -> web.Response:
        store, own = self._store.org(caller.org), await terms.of(self._store, caller.org)
        offers = await stock.active_offers(store)
        chosen = next((each for each in offers if each.id == given.get("offer")), offers[0] if offers else None)
        day = _day(str(given.get("day", ""))) or day_of(self._clock(), own.zone)
        nights = _nights(given)
        asked = Looked(offer=chosen.id, day=day, nights=nights) if chosen is not None else None
        times = await self._free(asked, caller) if asked is not None else []
        return frame.page(
            "booking_new.html", caller, status=422 if wrong else 200, business=await self._business(caller),
            offers=[(each.id, said(each.name, caller.language), frame.money(Money(each.price, each.currency)))
                    for each in offers],
            chosen=chosen, day=day, nights=nights, times=times, zone=str(own.zone), wrong=wrong,
            key=str(given.get("key") or secrets.token_urlsafe(16))[:80], phone=str(given.get("phone", ""))[:40],
            name=str(given.get("name", ""))[:80], slot=str(given.get("slot", "")), noon=_noon,
        )  # fmt: skip

    async def make(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        start, resource = _slot(form)
        words = frame.Words(caller.language)
        if start is None:
            return await self._new_page(caller, form, wrong=words("bookings.choose-time"))
        making = Making(
            key=str(form.get("key", ""))[:80] or secrets.token_urlsafe(16), offer=str(form.get("offer", "")),
            start=start, resource=resource, phone=str(form.get("phone", "")), name=str(form.get("name", "")),
            nights=_nights(form),
        )  # fmt: skip
        try:
            booking = await self._make(making, caller)
        except Wrong:
            return await self._new_page(caller, form, wrong=words("bookings.no-phone"))
        except Taken:
            return await self._new_page(caller, form, wrong=words("bookings.taken"))
        return frame.see_other(f"/o/{caller.org}/bookings/{booking['_id']}", done="booking-made")

    async def moving(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            id = frame.named(request.match_info, "booking")
            return await self._moving_page(caller, id, _day(request.query.get("day", "")))
        except KeyError:
            return frame.refused(caller, 404, "not-found")

    async def _moving_page(self, caller: Caller, id: str, day: date | None, *, wrong: str = "") -> web.Response:
        known = await self._known(id, caller)
        own = await terms.of(self._store, caller.org)
        shown = day or max(day_of(known.booked.booking.start, own.zone), day_of(self._clock(), own.zone))
        times = await self._free(Looked(offer=known.booked.offer_id, day=shown, instead_of=id), caller)
        return frame.page(
            "booking_move.html", caller, status=409 if wrong else 200, business=await self._business(caller),
            booked=known.booked, day=shown, times=times, zone=str(own.zone), wrong=wrong, noon=_noon,
        )  # fmt: skip

    async def move(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        words = frame.Words(caller.language)

        async def asked(id: str) -> web.Response | None:
            start, resource = _slot(form)
            try:
                if start is None:
                    return await self._moving_page(caller, id, _day(str(form.get("day", ""))),
                                                   wrong=words("bookings.choose-time"))  # fmt: skip
                await self._move(id, Moving(start=start, resource=resource), caller)
            except Taken:
                return await self._moving_page(caller, id, _day(str(form.get("day", ""))),
                                               wrong=words("bookings.taken"))  # fmt: skip
            return None

        return await self._answered(form, caller, "booking-moved", asked)

    async def cancel(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()

        async def asked(id: str) -> None:
            by = Cancelling(by="business" if form.get("by") == "business" else "customer",
                            reason=str(form.get("reason", "")))  # fmt: skip
            await self._cancel(id, by, caller)

        return await self._answered(form, caller, "booking-cancelled", asked)

    async def mark(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()

        async def asked(id: str) -> None:
            await self._mark(id, Marking("attended" if form.get("state") == "attended" else "no_show"), caller)

        return await self._answered(form, caller, "booking-marked", asked)

    async def _answered(
        self, form: Mapping[str, Any], caller: Caller, done: str,
        ask: Callable[[str], Awaitable[web.Response | None]],
    ) -> web.Response:  # fmt: skip
        """Back to the booking, which says what was done, or why it was not."""
        try:
            id = frame.named(form, "id")
            answer = await ask(id)
        except KeyError:
            return frame.refused(caller, 404, "not-found")
        except (Refused, Taken) as error:
            why = error.reason if isinstance(error, Refused) else "changed"
            return await self._booking_page(caller, id, wrong=frame.Words(caller.language)(f"bookings.refused.{why}"))
        return answer if answer is not None else frame.see_other(f"/o/{caller.org}/bookings/{id}", done=done)

    # for programs

    async def api_calendar(self, asked: Asked, caller: Caller) -> Calendar:
        return await self._calendar(asked.query, caller)

    async def api_free(self, asked: Asked, caller: Caller) -> Times:
        try:
            return Times(tuple(await self._free(asked.query, caller)))
        except KeyError as error:
            raise Refusal(404, "no-offer", "There is no such offer.", "See the offers in the settings.") from error

    async def api_booking(self, asked: Asked, caller: Caller) -> Known:
        return await _refusing(self._known(_named(asked), caller))

    async def api_make(self, asked: Asked, caller: Caller) -> Known:
        try:
            booking = await _refusing(self._make(asked.body, caller))
        except Wrong as error:
            raise Refusal(422, "no-phone", "This is no phone number.", "Write it like 0712 345 678.") from error
        return await self._known(booking["_id"], caller)

    async def api_move(self, asked: Asked, caller: Caller) -> Known:
        await _refusing(self._move(_named(asked), asked.body, caller))
        return await self._known(_named(asked), caller)

    async def api_cancel(self, asked: Asked, caller: Caller) -> Known:
        await _refusing(self._cancel(_named(asked), asked.body, caller))
        return await self._known(_named(asked), caller)

    async def api_mark(self, asked: Asked, caller: Caller) -> Known:
        await _refusing(self._mark(_named(asked), asked.body, caller))
        return await self._known(_named(asked), caller)

    # what both do

    async def _calendar(self, shown: Shown, caller: Caller) -> Calendar:
        return await insight.calendar(
            self._store, caller.org, await self._vault.org(caller.org), self._clock(), view=shown.view, day=shown.day,
            resource=shown.resource, language=caller.language, names=caller.may("conversations.read"),
        )  # fmt: skip

    async def _known(self, id: str, caller: Caller) -> Known:
        booked: Booked = await insight.booked(
            self._store, caller.org, await self._vault.org(caller.org), id, language=caller.language,
            names=caller.may("conversations.read"), money=caller.may("money.read"),
        )  # fmt: skip
        if booked.booking.state not in ("held", "confirmed"):
            return Known(booked=booked, cancelling={})
        row = await self._store.org(caller.org).get("bookings", id) or {}
        splits = await self._desk.splits(caller.org, row)
        currency = booked.booking.price.currency
        return Known(
            booked=booked,
            cancelling={
                by: insight.Split(refund=Money(split.refund, currency), kept=Money(split.kept, currency))
                for by, split in splits.items()
            },
        )

    async def _free(self, asked: Looked, caller: Caller) -> list[Free]:
        for id in (asked.offer, asked.instead_of or asked.offer):
            frame.plain_id(id)
        return await insight.free(
            self._store, caller.org, self._clock(), offer=asked.offer, day=asked.day, nights=asked.nights,
            instead_of=asked.instead_of, language=caller.language,
        )  # fmt: skip

    async def _make(self, making: Making, caller: Caller) -> Document:
        phone = identity.phone(making.phone)
        if not phone or not making.key:
            raise Wrong
        person = Identity(phone=phone, name=identity.name(making.name))
        org = await self._store.get("orgs", caller.org) or {}
        contact = await self._met(caller, person)
        wanted = Made(
            key=f"{caller.actor}/{making.key}", contact=contact["_id"], offer=making.offer, start=making.start,
            resource=making.resource, nights=making.nights,
            language=contact.get("language") or (org.get("languages") or ["en"])[0],
        )  # fmt: skip
        note = self._note(caller, "bookings.made", self._desk.id_of(caller.org, wanted))
        return await self._desk.make(caller.org, wanted, note)

    async def _met(self, caller: Caller, person: Identity) -> Document:
        """The contact with this number, made if there is none; somebody else may make it at the same time."""
        store, vault = self._store.org(caller.org), await self._vault.org(caller.org)
        while True:
            met = await contacts.meet(store, vault, person, self._clock())
            if not met.ops:
                return met.contact
            try:
                await store.commit(met.ops)
            except Conflict:
                continue
            return met.contact

    async def _move(self, id: str, moving: Moving, caller: Caller) -> None:
        note = self._note(caller, "bookings.moved", id)
        await self._desk.move(caller.org, id, moving.start, moving.resource, note)

    async def _cancel(self, id: str, cancelling: Cancelling, caller: Caller) -> None:
        note = self._note(caller, "bookings.cancelled", id, by_whom=cancelling.by)
        await self._desk.cancel(caller.org, id, cancelling.by, cancelling.reason.strip()[:300], note)

    async def _mark(self, id: str, marking: Marking, caller: Caller) -> None:
        note = self._note(caller, f"bookings.{marking.state}", id)
        await self._desk.mark(caller.org, id, marking.state, note)

    @staticmethod
    def _note(caller: Caller, what: str, id: str, **details: str) -> tuple[Op, ...]:
        return (audit.entry(caller.actor, what, caller.now, on=id, **details),)

    async def _business(self, caller: Caller) -> str:
        return str((await self._store.get("orgs", caller.org) or {}).get("name", caller.org))


async def _refusing(doing: Awaitable[_T]) -> _T:
    try:
        return await doing
    except KeyError as error:
        raise Refusal(404, "no-booking", "There is no such booking.", "Look at the calendar.") from error
    except Taken as error:
        raise Refusal(409, "slot-taken", "This time is not free.", "Ask for the free times again.") from error
    except Refused as error:
        reason = frame.Words("en")(f"bookings.refused.{error.reason}")
        raise Refusal(409, f"booking-{error.reason}", reason, "Look at the booking.") from error


def _named(asked: Asked) -> str:
    return asked.names["booking"]


def _day(written: str) -> date | None:
    """A day in an address; none for what is no date or lies beyond any calendar."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _noon(day: date) -> datetime:
    """A moment of that day by which to print it, wherever the business is."""
    return datetime(day.year, day.month, day.day, 12)


def _nights(given: Mapping[str, Any]) -> int:
    written = str(given.get("nights", ""))
    return min(int(written), 365) if written.isascii() and written.isdigit() and len(written) < 5 else 0


def _slot(form: Mapping[str, Any]) -> tuple[datetime | None, str]:
    """A free time as a form sends it: its start and its resource."""
    written, _, resource = str(form.get("slot", "")).partition("|")
    try:
        start = msgspec.convert(written, datetime)
    except msgspec.ValidationError:
        return None, ""
    return (start, resource) if start.tzinfo is not None and resource else (None, "")
