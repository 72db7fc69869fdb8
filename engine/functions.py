"""The closed list of functions that expressions may call, each with the shapes that it takes and gives.

Every function is total over unknowns: given None it answers None (`known`, `count` and `text` excepted),
so that a guard about something not yet known is simply false.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from engine import types
from engine.currency import unit
from engine.types import Shape
from engine.values import Money

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ANYTHING = ("any",)


class Function(msgspec.Struct, frozen=True, kw_only=True):
    """`takes`: for each argument the bases allowed. `gives`: a shape, or how to find it from the arguments' shapes."""

    call: Callable[..., Any]
    takes: tuple[tuple[str, ...], ...]
    gives: Shape | Callable[[list[Shape]], Shape]
    least: int = -1  # fewest arguments, when some may be left out
    more: bool = False  # the last argument may be repeated
    zoned: bool = False  # gets the business's time zone as a last argument
    doc: str = ""


def _over(function: Callable[..., Any]) -> Callable[..., Any]:
    """None in, None out."""

    def total(*args: Any) -> Any:
        return None if None in args else function(*args)

    return total


def zone(name: Any) -> ZoneInfo:
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, TypeError):
        return ZoneInfo("UTC")


def money(units: Any, currency: Any) -> Money:
    """`units` in whole shillings, naira, dollars; rounded to the currency's smallest coin."""
    code = str(currency)
    made: Money = Money(1, code) * (units * unit(code))
    return made


def count(items: Any) -> int:
    return 0 if items is None else len(items)


def _contains(whole: Any, part: Any) -> bool:
    return part.lower() in whole.lower() if isinstance(whole, str) and isinstance(part, str) else part in whole


def _rounded(value: Any, digits: int = 0) -> Any:
    if isinstance(value, Money):
        whole = unit(value.currency)
        return Money((value.amount + whole // 2) // whole * whole, value.currency)
    result = round(value, digits)
    return int(result) if digits == 0 else result


def _least(*args: Any) -> Any:
    return _extreme(min, args)


def _most(*args: Any) -> Any:
    return _extreme(max, args)


def _extreme(choose: Callable[[Any], Any], args: tuple[Any, ...]) -> Any:
    items = args[0] if len(args) == 1 else args
    known = [item for item in items or () if item is not None]
    return choose(known) if known else None


def total(items: Any) -> Any:
    known = [item for item in items or () if item is not None]
    result: Any = 0
    for item in known:
        result = item + result
    return result


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def date_of(value: Any, name: Any) -> Any:
    return None if value is None else value.astimezone(zone(name)).date()


def time_of(value: Any, name: Any) -> Any:
    return None if value is None else value.astimezone(zone(name)).time()


def weekday(value: Any, name: Any) -> Any:
    if value is None:
        return None
    day = value.astimezone(zone(name)) if isinstance(value, datetime) else value
    return WEEKDAYS[day.weekday()]


def _item(args: list[Shape]) -> Shape:
    return (args[0].item or types.ANY) if args[0].base == "list" else types.ANY


def _same(args: list[Shape]) -> Shape:
    first = args[0]
    return (first.item or types.ANY) if len(args) == 1 and first.base == "list" else first


_ORDERED = ("number", "money", "date", "time", "datetime", "duration", "list")
FUNCTIONS: dict[str, Function] = {
    "weeks": Function(call=_over(lambda n: timedelta(weeks=n)), takes=(("number",),), gives=types.DURATION),
    "days": Function(call=_over(lambda n: timedelta(days=n)), takes=(("number",),), gives=types.DURATION),
    "hours": Function(call=_over(lambda n: timedelta(hours=n)), takes=(("number",),), gives=types.DURATION),
    "minutes": Function(call=_over(lambda n: timedelta(minutes=n)), takes=(("number",),), gives=types.DURATION),
    "money": Function(call=_over(money), takes=(("number",), ("text",)), gives=types.MONEY),
    "count": Function(call=count, takes=(("list",),), gives=types.NUMBER),
    "len": Function(call=_over(len), takes=(("list", "text"),), gives=types.NUMBER),
    "lower": Function(call=_over(str.lower), takes=(("text",),), gives=types.TEXT),
    "contains": Function(call=_over(_contains), takes=(("text", "list"), ANYTHING), gives=types.YES_NO),
    "startswith": Function(call=_over(str.startswith), takes=(("text",), ("text",)), gives=types.YES_NO),
    "min": Function(call=_least, takes=(_ORDERED,), gives=_same, more=True),
    "max": Function(call=_most, takes=(_ORDERED,), gives=_same, more=True),
    "sum": Function(call=total, takes=(("list",),), gives=_item),
    "first": Function(call=lambda items: items[0] if items else None, takes=(("list",),), gives=_item),
    "last": Function(call=lambda items: items[-1] if items else None, takes=(("list",),), gives=_item),
    "abs": Function(call=_over(abs), takes=(("number", "money", "duration"),), gives=_same),
    "round": Function(call=_over(_rounded), takes=(("number", "money"), ("number",)), gives=_same, least=1),
    "date_of": Function(call=date_of, takes=(("datetime",),), gives=types.DATE, zoned=True),
    "time_of": Function(call=time_of, takes=(("datetime",),), gives=types.TIME, zoned=True),
    "weekday": Function(call=weekday, takes=(("datetime", "date"),), gives=types.TEXT, zoned=True),
    "known": Function(call=lambda value: value is not None, takes=(ANYTHING,), gives=types.YES_NO),
    "text": Function(call=_text, takes=(ANYTHING,), gives=types.TEXT),
    "date": Function(call=_over(date.fromisoformat), takes=(("text",),), gives=types.DATE, doc='date("2026-12-25")'),
    "time": Function(call=_over(time.fromisoformat), takes=(("text",),), gives=types.TIME, doc='time("08:30")'),
}
