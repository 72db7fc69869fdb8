"""What the addresses of the bookings take and give."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

import msgspec

from insights.booked import Booked, Split
from insights.bookings import Free


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the calendar."""

    view: Literal["day", "week"] = "day"
    day: date | None = None
    resource: str = ""


class Looked(msgspec.Struct, frozen=True, kw_only=True):
    """For which offer and day free times are wanted. `instead_of` is a booking whose own time counts as free."""

    offer: str
    day: date
    nights: int = 0
    instead_of: str = ""


class Times(msgspec.Struct, frozen=True):
    """Free times."""

    times: tuple[Free, ...]


class Making(msgspec.Struct, frozen=True, kw_only=True):
    """A booking to make. `key` is yours: the same one, repeated, makes the same booking."""

    key: str
    offer: str
    start: datetime
    resource: str
    phone: str
    name: str = ""
    nights: int = 0


class Moving(msgspec.Struct, frozen=True, kw_only=True):
    """Where a booking is to go."""

    start: datetime
    resource: str


class Cancelling(msgspec.Struct, frozen=True, kw_only=True):
    """Who cancels, and why."""

    by: Literal["business", "customer"]
    reason: str = ""


class Marking(msgspec.Struct, frozen=True):
    """Whether the customer came."""

    state: Literal["attended", "no_show"]


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A deposit to ask for by an M-Pesa prompt, in whole shillings. `key` is yours: repeated, it asks once."""

    key: str
    shillings: int
    phone: str


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A booking, and what cancelling it now would mean, by who cancels."""

    booked: Booked
    cancelling: dict[str, Split]
