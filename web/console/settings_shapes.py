"""What the addresses of the settings take, and the same read out of a form."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import msgspec
from multidict import MultiMapping

from bookings.errors import BadSetting
from bookings.policy import Move, Policy, Refund
from bookings.resources import WEEKDAYS
from channels.choices import Choices
from engine.currency import precision, unit

ROWS = 3  # of the refund table in the form
_LABELS = {"hours": "policy-hours", "percent": "policy-percent"}  # of its columns


class DescribedBusiness(msgspec.Struct, frozen=True, kw_only=True):
    """The business itself and its terms."""

    name: str
    zone: str = "Africa/Nairobi"
    languages: tuple[str, ...] = ("en", "sw")
    phone: str = ""
    address: str = ""
    map_url: str = ""
    review_url: str = ""
    agent_phone: str = ""
    greeting: dict[str, str] = {}
    hold_minutes: int = 20
    policy: Policy = Policy()


class DescribedOffer(msgspec.Struct, frozen=True, kw_only=True):
    """An offer; without an id, a new one. Amounts are in the smallest unit of the business's currency."""

    id: str = ""
    name: dict[str, str]
    description: dict[str, str] = {}
    price: int
    deposit: int = 0
    unit: Literal["time", "night"] = "time"
    duration_minutes: int = 60
    nights: int = 1
    notice_minutes: int = 60
    horizon_days: int = 30
    resources: tuple[str, ...] = ()
    active: bool = True
    order: int = 0


class DescribedResource(msgspec.Struct, frozen=True, kw_only=True):
    """Who or what is booked; without an id, a new one. Hours as {"mon": [["08:00", "17:00"]]}."""

    id: str = ""
    name: dict[str, str]
    capacity: int = 1
    hours: dict[str, list[list[str]]] = {}
    breaks: dict[str, list[list[str]]] = {}
    closed: tuple[str, ...] = ()
    check_in: str = "14:00"
    check_out: str = "10:00"
    active: bool = True


class GivenNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A WhatsApp number by Meta's id of it, and the token that may use it; "" for the one that is there."""

    number: str
    token: str = ""


class GivenKeys(msgspec.Struct, frozen=True, kw_only=True):
    """A business's own M-Pesa (Daraja) keys."""

    consumer_key: str
    consumer_secret: str
    shortcode: str
    passkey: str
    kind: Literal["paybill", "buy_goods"] = "paybill"
    till: str = ""
    environment: Literal["sandbox", "production"] = "sandbox"


class NamedNumber(msgspec.Struct, frozen=True, kw_only=True):
    """A WhatsApp number of the business, by Meta's id of it."""

    number: str


class Saved(msgspec.Struct, frozen=True):
    """What was saved, by its id."""

    id: str


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How a connection does: "works", or why not, and the name that the provider has for it."""

    status: str
    name: str = ""


def business(form: Mapping[str, Any]) -> DescribedBusiness:
    """Raises BadSetting for what is no number."""
    refund = tuple(
        Refund(_whole(form, f"hours{row}"), _whole(form, f"percent{row}"))
        for row in range(ROWS)
        if str(form.get(f"hours{row}", "")).strip() or str(form.get(f"percent{row}", "")).strip()
    )
    first = str(form.get("language", "en"))
    others = [each for each in ("en", "sw") if form.get(f"speaks_{each}")]
    return DescribedBusiness(
        name=_line(form, "name"), zone=_line(form, "zone"), languages=tuple(dict.fromkeys((first, *others))),
        phone=_line(form, "phone"), address=_line(form, "address"), map_url=_line(form, "map_url"),
        review_url=_line(form, "review_url"), agent_phone=_line(form, "agent_phone"), greeting=_both(form, "greeting"),
        hold_minutes=_whole(form, "hold_minutes"),
        policy=Policy(refund=refund, move=Move(_whole(form, "move_hours"), _whole(form, "move_times"))),
    )  # fmt: skip


def offer(form: MultiMapping[Any], currency: str) -> DescribedOffer:
    """Prices are written in whole units of the business's currency there. Raises BadSetting."""
    night = form.get("unit") == "night"
    return DescribedOffer(
        id=_line(form, "id"), name=_both(form, "name"), description=_both(form, "description"),
        price=_money(form, "price", currency), deposit=_money(form, "deposit", currency),
        unit="night" if night else "time", duration_minutes=_whole(form, "duration_minutes", 60),
        nights=_whole(form, "nights", 1), notice_minutes=60 * _whole(form, "notice_hours", 1),
        horizon_days=_whole(form, "horizon_days", 30),
        resources=tuple(str(each) for each in form.getall("resource", [])), active=bool(form.get("active")),
        order=_whole(form, "order"),
    )  # fmt: skip


def resource(form: Mapping[str, Any]) -> DescribedResource:
    """Raises BadSetting."""
    return DescribedResource(
        id=_line(form, "id"), name=_both(form, "name"), capacity=_whole(form, "capacity", 1),
        hours=_week(form, "hours"), breaks=_week(form, "breaks"),
        closed=tuple(re.split(r"[\s,;]+", _line(form, "closed"))) if _line(form, "closed") else (),
        check_in=_line(form, "check_in") or "14:00", check_out=_line(form, "check_out") or "10:00",
        active=bool(form.get("active")),
    )  # fmt: skip


def messaging(form: Mapping[str, Any]) -> Choices:
    """Raises BadSetting for what is no number."""
    return Choices(
        quiet_from=_whole(form, "quiet_from", 24), quiet_until=_whole(form, "quiet_until"),
        most_a_day=_whole(form, "most_a_day"), most_offers_a_week=_whole(form, "most_offers_a_week"),
    )  # fmt: skip


def _week(form: Mapping[str, Any], field: str) -> dict[str, list[list[str]]]:
    """ "08:00-13:00, 14:00-17:00" for each weekday; nothing for a closed one."""
    found: dict[str, list[list[str]]] = {}
    for day in WEEKDAYS:
        spans = [part for part in _line(form, f"{field}_{day}").split(",") if part.strip()]
        pairs = [[_clock(end) for end in re.split(r"\s*[-–]\s*", span.strip())] for span in spans]
        if any(len(pair) != 2 for pair in pairs):
            raise BadSetting(day, "write times like 08:00-17:00, several with a comma between", "span-pair")
        if pairs:
            found[day] = pairs
    return found


def _clock(written: str) -> str:
    """8:00 for 08:00 will do."""
    return f"0{written}" if re.fullmatch(r"\d:\d\d", written) else written


def _line(form: Mapping[str, Any], field: str) -> str:
    return " ".join(str(form.get(field, "")).split())[:500]


def _both(form: Mapping[str, Any], field: str) -> dict[str, str]:
    """A text per language, where there is one."""
    texts = {language: _line(form, f"{field}_{language}") for language in ("en", "sw")}
    return {language: text for language, text in texts.items() if text}


def _whole(form: Mapping[str, Any], field: str, otherwise: int = 0) -> int:
    written = _line(form, field)
    if not written:
        return otherwise
    if not written.isascii() or not written.isdigit() or len(written) > 6:
        raise BadSetting(_LABELS.get(field[:-1], field), f"{written!r} is no whole number", "no-number", written)
    return int(written)


def _money(form: Mapping[str, Any], field: str, currency: str) -> int:
    written = re.sub(rf"(?i)^(ksh|kes|{re.escape(currency)})\.?\s*|,|\s", "", _line(form, field))
    try:
        amount = Decimal(written or "0")
    except InvalidOperation as error:
        raise BadSetting(field, f"{written!r} is no amount like 1500", "no-amount", written) from error
    if not amount.is_finite() or not 0 <= amount < 1_000_000_000 or amount != round(amount, precision(currency)):
        raise BadSetting(field, f"{written!r} is no amount like 1500", "no-amount", written)
    return int(amount * unit(currency))
