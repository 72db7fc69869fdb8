"""The bookings for programs: what the pages show and do, with a code for everything that cannot be done."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import TypeVar

from bookings.desk import Refused, Taken
from insights.bookings import Calendar
from payments import desk as payments
from web.api.endpoint import Asked, Endpoint, Refusal
from web.console import frame
from web.console.bookings_acts import Acts, Wrong
from web.console.bookings_shapes import Asking, Cancelling, Known, Looked, Making, Marking, Moving, Shown, Times
from web.console.caller import Caller

_T = TypeVar("_T")
_READ, _CHANGE = "bookings.read", "bookings.change"
_API = "/orgs/{org}/bookings"
_REFUSALS = ((404, "no-booking"), (409, "slot-taken"), (409, "booking-over"), (409, "booking-cancelled"))


_NOT_NOW = ("not_confirmed", "over", "paid", "prompt_open")
_UNUSABLE = ("bad_number", "bad_amount")


class BookingsApi:
    """The endpoints."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts

    def endpoints(self) -> Sequence[Endpoint]:
        one = _API + "/{booking}"
        return (
            Endpoint(method="GET", path=_API, permission=_READ, query=Shown, answer=Calendar, view=self.calendar,
                     doc="A day or a week of bookings."),
            Endpoint(method="GET", path=f"{_API}/free", permission=_CHANGE, query=Looked, answer=Times,
                     view=self.free, doc="The times of a day at which an offer can be booked.",
                     refusals=((404, "no-offer"),)),
            Endpoint(method="POST", path=_API, permission=_CHANGE, body=Making, answer=Known, view=self.make,
                     doc="Make a booking, confirmed.", refusals=((409, "slot-taken"), (422, "no-phone"))),
            Endpoint(method="GET", path=one, permission=_READ, answer=Known, view=self.booking,
                     doc="A booking with its life and its payments.", refusals=((404, "no-booking"),)),
            Endpoint(method="POST", path=f"{one}/move", permission=_CHANGE, body=Moving, answer=Known,
                     view=self.move, doc="Move a booking.", refusals=_REFUSALS),
            Endpoint(method="POST", path=f"{one}/cancel", permission=_CHANGE, body=Cancelling, answer=Known,
                     view=self.cancel, doc="Cancel a booking; what goes back becomes a task.", refusals=_REFUSALS),
            Endpoint(method="POST", path=f"{one}/deposit", permission=_CHANGE, body=Asking, answer=Known, view=self.ask,
                     doc="Have M-Pesa ask the customer for a deposit; see `prompt` for what becomes of it.",
                     refusals=((404, "no-booking"), *((409, f"deposit-{reason}") for reason in _NOT_NOW),
                               *((422, f"deposit-{reason}") for reason in _UNUSABLE))),
            Endpoint(method="POST", path=f"{one}/mark", permission=_CHANGE, body=Marking, answer=Known,
                     view=self.mark, doc="Say whether the customer came.",
                     refusals=(*_REFUSALS, (409, "booking-too_early"))),
        )  # fmt: skip

    async def calendar(self, asked: Asked, caller: Caller) -> Calendar:
        return await self._acts.calendar(asked.query, caller)

    async def free(self, asked: Asked, caller: Caller) -> Times:
        try:
            return Times(tuple(await self._acts.free(asked.query, caller)))
        except KeyError as error:
            raise Refusal(404, "no-offer", "There is no such offer.", "See the offers in the settings.") from error

    async def booking(self, asked: Asked, caller: Caller) -> Known:
        return await _refusing(self._acts.known(_named(asked), caller))

    async def make(self, asked: Asked, caller: Caller) -> Known:
        try:
            booking = await _refusing(self._acts.make(asked.body, caller))
        except Wrong as error:
            raise Refusal(422, "no-phone", "This is no phone number.", "Write it like 0712 345 678.") from error
        return await self._acts.known(booking["_id"], caller)

    async def move(self, asked: Asked, caller: Caller) -> Known:
        await _refusing(self._acts.move(_named(asked), asked.body, caller))
        return await self._acts.known(_named(asked), caller)

    async def cancel(self, asked: Asked, caller: Caller) -> Known:
        await _refusing(self._acts.cancel(_named(asked), asked.body, caller))
        return await self._acts.known(_named(asked), caller)

    async def ask(self, asked: Asked, caller: Caller) -> Known:
        try:
            await _refusing(self._acts.ask(_named(asked), asked.body, caller))
        except payments.Refused as error:
            status = 422 if error.reason in _UNUSABLE else 409
            reason = frame.Words("en")(f"deposit.refused.{error.reason}")
            raise Refusal(status, f"deposit-{error.reason}", reason, "Look at the booking.") from error
        return await self._acts.known(_named(asked), caller)

    async def mark(self, asked: Asked, caller: Caller) -> Known:
        await _refusing(self._acts.mark(_named(asked), asked.body, caller))
        return await self._acts.known(_named(asked), caller)


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
