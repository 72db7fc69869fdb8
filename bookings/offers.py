"""An offer: what a customer can book, for how long, at what price and with what deposit.

Stored in the collection `offers`; `document` and `read` are the only two places that know its stored shape.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

import msgspec

from bookings.errors import BadSetting

SLICE = timedelta(minutes=5)  # claims are kept in slices of this length: every start and duration is a multiple of it


class Offer(msgspec.Struct, frozen=True, kw_only=True):
    """Amounts are integers in minor units of `currency`; `price` is per stay or appointment, or per night."""

    id: str
    name: Any  # a text, or a text per language
    price: int
    deposit: int
    resources: tuple[str, ...]
    currency: str = "KES"
    description: Any = ""
    unit: Literal["time", "night"] = "time"
    duration: timedelta = timedelta(hours=1)  # of unit "time"
    nights: int = 1  # of unit "night": the shortest stay
    granularity: timedelta = timedelta()  # zero: the duration itself, at most half an hour
    notice: timedelta = timedelta(hours=1)  # the soonest start from now
    horizon_days: int = 30
    active: bool = True
    order: int = 0
    policy: dict[str, Any] | None = None  # bookings.policy; None: the business's own

    @property
    def every(self) -> timedelta:
        """The step between two possible starts."""
        return self.granularity or min(self.duration, timedelta(minutes=30))


def read(stored: dict[str, Any]) -> Offer:
    """The offer of a stored document."""
    return checked(
        Offer(
            id=stored["_id"],
            name=stored["name"],
            price=stored["price"],
            deposit=stored.get("deposit", 0),
            resources=tuple(stored.get("resources", ())),
            currency=stored.get("currency", "KES"),
            description=stored.get("description", ""),
            unit=stored.get("unit", "time"),
            duration=timedelta(minutes=stored.get("duration_minutes", 60)),
            nights=stored.get("nights", 1),
            granularity=timedelta(minutes=stored.get("granularity_minutes", 0)),
            notice=timedelta(minutes=stored.get("notice_minutes", 60)),
            horizon_days=stored.get("horizon_days", 30),
            active=stored.get("active", True),
            order=stored.get("order", 0),
            policy=stored.get("policy"),
        )
    )


def document(offer: Offer) -> dict[str, Any]:
    """The document to store; refuses an offer that could not be booked."""
    checked(offer)
    return {
        "_id": offer.id,
        "name": offer.name,
        "price": offer.price,
        "deposit": offer.deposit,
        "resources": list(offer.resources),
        "currency": offer.currency,
        "description": offer.description,
        "unit": offer.unit,
        "duration_minutes": _minutes(offer.duration),
        "nights": offer.nights,
        "granularity_minutes": _minutes(offer.granularity),
        "notice_minutes": _minutes(offer.notice),
        "horizon_days": offer.horizon_days,
        "active": offer.active,
        "order": offer.order,
        "policy": offer.policy,
    }


def checked(offer: Offer) -> Offer:
    """The same offer, or `BadSetting` saying what cannot be."""
    where = f"offer {offer.id}"
    if offer.price < 0 or not 0 <= offer.deposit <= max(offer.price, 0):
        raise BadSetting(where, "the deposit must lie between nothing and the price", "deposit-range")
    if offer.duration <= timedelta() or offer.duration > timedelta(hours=24) or offer.duration % SLICE:
        raise BadSetting(where, "the duration must be a multiple of 5 minutes, up to 24 hours", "duration")
    if offer.granularity < timedelta() or offer.granularity % SLICE:
        raise BadSetting(where, "the step between starts must be a multiple of 5 minutes")
    if not 1 <= offer.nights <= 365:
        raise BadSetting(where, "the shortest stay must be between 1 and 365 nights", "nights")
    if offer.notice < timedelta() or not 1 <= offer.horizon_days <= 730:
        raise BadSetting(where, "the notice cannot be negative, and the horizon must be 1 to 730 days", "horizon")
    return offer


def _minutes(duration: timedelta) -> int:
    return int(duration.total_seconds() // 60)
