"""The bookings' pages: the calendar, a booking, and what the desk does by hand."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from aiohttp import web

from bookings import stock, terms
from bookings.desk import Desk, Refused, Taken
from bookings.hours import day_of
from bookings.wording import said
from engine.currency import unit
from engine.values import Money
from payments import desk as payments
from storage.store import Store
from storage.vault import Vault
from web.api.endpoint import Endpoint
from web.console import bookings_forms as forms
from web.console import frame
from web.console.bookings_acts import Acts, Wrong
from web.console.bookings_api import BookingsApi
from web.console.bookings_shapes import Asking, Cancelling, Looked, Making, Marking, Moving, Shown
from web.console.caller import Caller, Way

_READ, _CHANGE = "bookings.read", "bookings.change"
_PAGE = "/o/{org}/bookings"


class Bookings:
    """The views. `clock` is the business's time."""

    def __init__(
        self, store: Store, vault: Vault, clock: Callable[[], datetime], desk: Desk, money: payments.Desk
    ) -> None:
        self._store = store
        self._clock = clock
        self._acts = Acts(store, vault, clock, desk, money)
        self._api = BookingsApi(self._acts)

    def ways(self) -> Sequence[Way]:
        return (
            Way(method="GET", path=_PAGE, permission=_READ, view=self.calendar),
            Way(method="GET", path=f"{_PAGE}/new", permission=_CHANGE, view=self.new),
            Way(method="POST", path=f"{_PAGE}/new", permission=_CHANGE, view=self.make),
            Way(method="POST", path=f"{_PAGE}/move", permission=_CHANGE, view=self.move),
            Way(method="POST", path=f"{_PAGE}/cancel", permission=_CHANGE, view=self.cancel),
            Way(method="POST", path=f"{_PAGE}/deposit", permission=_CHANGE, view=self.ask),
            Way(method="POST", path=f"{_PAGE}/mark", permission=_CHANGE, view=self.mark),
            Way(method="GET", path=_PAGE + "/{booking}", permission=_READ, view=self.booking),
            Way(method="GET", path=_PAGE + "/{booking}/move", permission=_CHANGE, view=self.moving),
        )

    def endpoints(self) -> Sequence[Endpoint]:
        return self._api.endpoints()

    async def calendar(self, request: web.Request, caller: Caller) -> web.Response:
        query = request.query
        shown = Shown(
            view="week" if query.get("view") == "week" else "day", day=forms.day(query.get("day", "")),
            resource=query.get("resource", ""),
        )  # fmt: skip
        found = await self._acts.calendar(shown, caller)
        return frame.page(
            "bookings.html", caller, business=await self._business(caller), calendar=found, money=frame.money,
            done=query.get("done", ""), noon=forms.noon,
        )  # fmt: skip

    async def booking(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            id = frame.named(request.match_info, "booking")
            return await self._booking_page(caller, id, done=request.query.get("done", ""))
        except KeyError:
            return frame.refused(caller, 404, "not-found")

    async def _booking_page(self, caller: Caller, id: str, *, done: str = "", wrong: str = "") -> web.Response:
        known = await self._acts.known(id, caller)
        begun = known.booked.booking.start <= self._clock()
        return frame.page(
            "booking.html", caller, status=409 if wrong else 200, business=await self._business(caller),
            known=known, booked=known.booked, money=frame.money, units=_whole_units, done=done, wrong=wrong,
            begun=begun, key=secrets.token_urlsafe(16),
        )  # fmt: skip

    async def new(self, request: web.Request, caller: Caller) -> web.Response:
        return await self._new_page(caller, request.query)

    async def _new_page(self, caller: Caller, given: Mapping[str, Any], *, wrong: str = "") -> web.Response:
        store, own = self._store.org(caller.org), await terms.of(self._store, caller.org)
        offers = await stock.active_offers(store)
        chosen = next((each for each in offers if each.id == given.get("offer")), offers[0] if offers else None)
        day = forms.day(str(given.get("day", ""))) or day_of(self._clock(), own.zone)
        nights = forms.nights(given)
        asked = Looked(offer=chosen.id, day=day, nights=nights) if chosen is not None else None
        times = await self._acts.free(asked, caller) if asked is not None else []
        return frame.page(
            "booking_new.html", caller, status=422 if wrong else 200, business=await self._business(caller),
            offers=[(each.id, said(each.name, caller.language), frame.money(Money(each.price, each.currency)))
                    for each in offers],
            chosen=chosen, day=day, nights=nights, times=times, zone=str(own.zone), wrong=wrong,
            key=str(given.get("key") or secrets.token_urlsafe(16))[:80], phone=str(given.get("phone", ""))[:40],
            name=str(given.get("name", ""))[:80], slot=str(given.get("slot", "")), noon=forms.noon,
        )  # fmt: skip

    async def make(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        start, resource = forms.slot(form)
        words = frame.Words(caller.language)
        if start is None:
            return await self._new_page(caller, form, wrong=words("bookings.choose-time"))
        making = Making(
            key=str(form.get("key", ""))[:80] or secrets.token_urlsafe(16), offer=str(form.get("offer", "")),
            start=start, resource=resource, phone=str(form.get("phone", "")), name=str(form.get("name", "")),
            nights=forms.nights(form),
        )  # fmt: skip
        try:
            booking = await self._acts.make(making, caller)
        except Wrong:
            return await self._new_page(caller, form, wrong=words("bookings.no-phone"))
        except Taken:
            return await self._new_page(caller, form, wrong=words("bookings.taken"))
        return frame.see_other(f"/o/{caller.org}/bookings/{booking['_id']}", done="booking-made")

    async def moving(self, request: web.Request, caller: Caller) -> web.Response:
        try:
            id = frame.named(request.match_info, "booking")
            return await self._moving_page(caller, id, forms.day(request.query.get("day", "")))
        except KeyError:
            return frame.refused(caller, 404, "not-found")

    async def _moving_page(self, caller: Caller, id: str, day: date | None, *, wrong: str = "") -> web.Response:
        known = await self._acts.known(id, caller)
        own = await terms.of(self._store, caller.org)
        shown = day or max(day_of(known.booked.booking.start, own.zone), day_of(self._clock(), own.zone))
        times = await self._acts.free(Looked(offer=known.booked.offer_id, day=shown, instead_of=id), caller)
        return frame.page(
            "booking_move.html", caller, status=409 if wrong else 200, business=await self._business(caller),
            booked=known.booked, day=shown, times=times, zone=str(own.zone), wrong=wrong, noon=forms.noon,
        )  # fmt: skip

    async def move(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()
        words = frame.Words(caller.language)

        async def asked(id: str) -> web.Response | None:
            start, resource = forms.slot(form)
            try:
                if start is None:
                    return await self._moving_page(caller, id, forms.day(str(form.get("day", ""))),
                                                   wrong=words("bookings.choose-time"))  # fmt: skip
                await self._acts.move(id, Moving(start=start, resource=resource), caller)
            except Taken:
                return await self._moving_page(caller, id, forms.day(str(form.get("day", ""))),
                                               wrong=words("bookings.taken"))  # fmt: skip
            return None

        return await self._answered(form, caller, "booking-moved", asked)

    async def cancel(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()

        async def asked(id: str) -> None:
            by = Cancelling(by="business" if form.get("by") == "business" else "customer",
                            reason=str(form.get("reason", "")))  # fmt: skip
            await self._acts.cancel(id, by, caller)

        return await self._answered(form, caller, "booking-cancelled", asked)

    async def ask(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()

        async def asked(id: str) -> web.Response | None:
            shillings = str(form.get("shillings", ""))
            asking = Asking(
                key=str(form.get("key", ""))[:80] or secrets.token_urlsafe(16), phone=str(form.get("phone", ""))[:40],
                shillings=int(shillings) if shillings.isascii() and shillings.isdigit() and len(shillings) < 9 else 0,
            )  # fmt: skip
            try:
                await self._acts.ask(id, asking, caller)
            except payments.Refused as error:
                words = frame.Words(caller.language)
                return await self._booking_page(caller, id, wrong=words(f"deposit.refused.{error.reason}"))
            return None

        return await self._answered(form, caller, "deposit-asked", asked)

    async def mark(self, request: web.Request, caller: Caller) -> web.Response:
        form = await request.post()

        async def asked(id: str) -> None:
            await self._acts.mark(id, Marking("attended" if form.get("state") == "attended" else "no_show"), caller)

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

    async def _business(self, caller: Caller) -> str:
        return str((await self._store.get("orgs", caller.org) or {}).get("name", caller.org))


def _whole_units(amount: Money) -> int:
    return amount.amount // unit(amount.currency)
