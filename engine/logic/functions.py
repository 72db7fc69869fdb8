"""The dialect's functions as formulas. One that the solver has no word for gives an opaque value, within bounds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any

import z3
from babel.core import get_global

from engine import types
from engine.currency import precision, unit
from engine.functions import FUNCTIONS, WEEKDAYS
from engine.logic import arithmetic, choosing
from engine.logic.arithmetic import opaque
from engine.logic.comparing import among
from engine.logic.ground import DAY, Ground
from engine.logic.terms import TAGS, Term, yes_no
from engine.logic.truth import both, either, implies, opposite, pick

_UNITS = {"weeks": 7 * DAY, "days": DAY, "hours": DAY // 24, "minutes": DAY // 1440}
_EPOCH_DAY = 719_163  # 1 January 1970
_LONGEST = timedelta.max // timedelta(microseconds=1)


def call(ground: Ground, name: str, args: tuple[Term, ...]) -> Term:
    """A function with its arguments; where the dialect adds the business's currency or zone, that comes last."""
    key = f"{name}({', '.join(arg.key for arg in args)})"
    function = FUNCTIONS[name]
    folded = arithmetic.fold(ground, key, function.call, *args)
    if folded is not None:
        return folded
    work = _WORK.get(name)
    made = work(ground, key, args) if work is not None else None
    return made if made is not None else _unworkable(ground, key, name, args)


def _unworkable(ground: Ground, key: str, name: str, args: tuple[Term, ...]) -> Term:
    function = FUNCTIONS[name]
    gives = function.gives if isinstance(function.gives, types.Shape) else function.gives([arg.shape for arg in args])
    total = name not in ("known", "count", "text", "min", "max", "sum", "first", "last")  # None in, None out
    unknown = either(*(arg.unknown for arg in args)) if total and not function.zoned else False
    return opaque(ground, key, gives, unknown, either(*(arg.fails for arg in args)))


def _known(ground: Ground, key: str, args: tuple[Term, ...]) -> Term:
    return yes_no(key, opposite(args[0].unknown), args[0].fails)


def _length_of_time(unit: int) -> Callable[[Ground, str, tuple[Term, ...]], Term | None]:
    def work(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
        number = args[0]
        if number.kind != "number":
            return None
        value = number.value * unit if z3.is_int(number.value) else arithmetic.rounded(ground, key, number.value * unit)
        beyond = z3.Or(value > _LONGEST, value < -_LONGEST)
        return Term(key, types.DURATION, value, unknown=number.unknown, fails=either(number.fails, beyond))

    return work


@cache
def _coins() -> dict[int, list[str]]:
    """Currencies by their minor digits, for all that do not have the usual two."""
    found: dict[int, list[str]] = {}
    for code in sorted(get_global("currency_fractions")):
        if precision(code) != 2:
            found.setdefault(precision(code), []).append(code)
    return found


def _money(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    units, currency = args
    if units.kind != "number" or currency.kind != "text":
        return None
    if currency.constant is not None:
        minor: Any = z3.IntVal(unit(str(currency.constant[0])), ground.context)
    elif units.constant is not None and units.constant[0] == 0:
        minor = z3.IntVal(1, ground.context)
    else:
        minor = _minor(ground, currency)
    if z3.is_int(units.value):
        amount = units.value * minor
    else:
        amount = arithmetic.rounded(ground, key, units.value * z3.ToReal(minor))
    unknown = either(units.unknown, currency.unknown)
    return Term(key, types.MONEY, (amount, currency.value), unknown=unknown, fails=either(units.fails, currency.fails))


def _minor(ground: Ground, currency: Term) -> Any:
    """How many of the smallest coin make one unit; by the currency, whatever that is."""
    name = f"minor({currency.key})"
    minor = z3.Int(name, ground.context)
    if name not in ground.noted:
        ground.noted.add(name)
        exact = z3.IntVal(100, ground.context)
        for digits, codes in _coins().items():
            one_of = z3.Or(*(currency.value == ground.text(code) for code in codes))
            exact = z3.If(one_of, z3.IntVal(10**digits, ground.context), exact)
        ground.hold(minor == exact)
    return minor


def _count(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    if args[0].kind == "none":
        return ground.constant(0)
    if args[0].kind != "list":
        return None
    zero = z3.IntVal(0, ground.context)
    return Term(key, types.SIMPLE["count"], pick(args[0].unknown, zero, args[0].value), fails=args[0].fails)


def _len(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    arg = args[0]
    if arg.kind == "any" and arg.part is not None:
        text, items = arg.part("text"), arg.part("list")
        ground.wish(z3.Or(arg.unknown, arg.value == TAGS["text"], arg.value == TAGS["list"]))
        other = z3.Int(f"~{key}", ground.context)
        value = z3.If(arg.value == TAGS["list"], items.value, other)
        value = z3.If(arg.value == TAGS["text"], z3.Length(text.value), value)
    elif arg.kind == "text":
        value = z3.Length(arg.value)
    elif arg.kind == "list":
        value = arg.value
    else:
        return None
    return Term(key, types.SIMPLE["count"], value, unknown=arg.unknown, fails=arg.fails)


def _lower(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    text = _as_text(args[0])
    if text is None:
        return None
    if text.key.startswith("lower("):
        return args[0]
    made = ground.variable(f"`{key}`", types.TEXT, certain=True, opaque=True)
    ground.wish(made.value == text.value)  # an example may be written in small letters to begin with
    ground.hold((z3.Length(text.value) == 0) == (z3.Length(made.value) == 0))
    ground.lowered.append((text.value, made.value))
    return Term(key, types.TEXT, made.value, unknown=args[0].unknown, fails=args[0].fails)


def _as_text(term: Term) -> Term | None:
    if term.kind == "any" and term.part is not None:
        return term.part("text")
    return term if term.kind == "text" else None


def _contains(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    whole, part = args
    unknown, fails = either(whole.unknown, part.unknown), either(whole.fails, part.fails)
    if whole.kind == "list":
        return yes_no(key, among(ground, part, whole), fails, unknown)
    if whole.kind != "text" or part.kind != "text":
        return None
    small = [call(ground, "lower", (term,)) for term in (whole, part)]
    return yes_no(key, z3.Contains(small[0].value, small[1].value), fails, unknown)


def _startswith(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    whole, start = (_as_text(arg) for arg in args)
    if whole is None or start is None:
        return None
    unknown, fails = either(*(arg.unknown for arg in args)), either(*(arg.fails for arg in args))
    return yes_no(key, z3.PrefixOf(start.value, whole.value), fails, unknown)


def _extreme(name: str) -> Callable[[Ground, str, tuple[Term, ...]], Term | None]:
    def work(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
        terms = args if len(args) > 1 else (args[0].items or ())
        if not terms or any(term.kind in ("any", "list", "none") for term in terms):
            return None
        return choosing.extreme(ground, key, name, terms)

    return work


def _abs(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    return choosing.absolute(ground, key, args[0]) if args[0].kind != "any" else None


def _round(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    """To whole numbers within a half, to digits within half of one; money within its largest coin."""
    value = args[0]
    unknown, fails = either(*(arg.unknown for arg in args)), either(*(arg.fails for arg in args))
    if value.kind == "number" and len(args) == 1:
        if z3.is_int(value.value):
            return Term(key, types.NUMBER, value.value, unknown=unknown, fails=fails)
        made: Any = arithmetic.rounded(ground, key, value.value)
        return Term(key, types.NUMBER, made, unknown=unknown, fails=fails)
    digits = args[1].constant[0] if len(args) > 1 and args[1].constant is not None else None
    if value.kind == "number" and isinstance(digits, int) and 0 <= digits <= 12:
        made = z3.Real(f"~{key}", ground.context)
        slack = z3.RatVal(501, 1000 * 10**digits, ground.context) + z3.RatVal(1, 2**10, ground.context)
        true = z3.ToReal(value.value) if z3.is_int(value.value) else value.value
        ground.hold(z3.And(made - true <= slack, true - made <= slack))
        ground.wish(made == true)
        return Term(key, types.NUMBER, made, unknown=unknown, fails=fails)
    if value.kind == "money":
        amount = z3.Int(f"~{key}", ground.context)
        ground.hold(z3.And(amount - value.value[0] <= 5000, value.value[0] - amount <= 5000))
        return Term(key, types.MONEY, (amount, value.value[1]), unknown=unknown, fails=fails)
    return None


def _text(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    if args[0].kind != "text":
        made = opaque(ground, key, types.TEXT, fails=args[0].fails)
        ground.hold(opposite(made.unknown))
        return made
    return Term(key, types.TEXT, pick(args[0].unknown, ground.text(""), args[0].value), fails=args[0].fails)


def _local(ground: Ground, zone: Term, moment: Term) -> Any:
    """The moment by a clock that is three hours ahead all year, as in Nairobi: for examples only."""
    if zone.kind == "text":
        ground.wish(both(opposite(zone.unknown), zone.value == ground.text("Africa/Nairobi")))
    return moment.value + 3 * DAY // 24


def _date_of(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    """The day by the business's clock: within a day of the day in UTC."""
    moment, zone = args
    if moment.kind != "datetime":
        return None
    made = ground.variable(f"`{key}`", types.DATE, certain=True, opaque=True)
    since = (made.value - _EPOCH_DAY) * DAY
    ground.hold(implies(opposite(moment.unknown), z3.And(moment.value - since < 2 * DAY, since - moment.value < DAY)))
    ground.wish(made.value == _local(ground, zone, moment) / DAY + _EPOCH_DAY)
    return Term(key, types.DATE, made.value, unknown=moment.unknown, fails=moment.fails)


def _time_of(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    moment, zone = args
    if moment.kind != "datetime":
        return None
    made = ground.variable(f"`{key}`", types.TIME, certain=True, opaque=True)
    ground.wish(made.value == _local(ground, zone, moment) % DAY)
    return Term(key, types.TIME, made.value, unknown=moment.unknown, fails=moment.fails)


def _weekday(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    day, zone = args
    if day.kind == "date":
        return Term(key, types.TEXT, _named_day(ground, day.value), unknown=day.unknown, fails=day.fails)
    if day.kind != "datetime":
        return None
    made = ground.variable(f"`{key}`", types.TEXT, certain=True, opaque=True)
    ground.hold(z3.Or(*(made.value == ground.text(name) for name in WEEKDAYS)))
    ground.wish(made.value == _named_day(ground, _local(ground, zone, day) / DAY + _EPOCH_DAY))
    return Term(key, types.TEXT, made.value, unknown=day.unknown, fails=day.fails)


def _named_day(ground: Ground, number: Any) -> Any:
    """The weekday of a day, counted from 1 January of the year 1, a Monday."""
    value = ground.text(WEEKDAYS[6])
    for index in range(5, -1, -1):
        value = z3.If((number + 6) % 7 == index, ground.text(WEEKDAYS[index]), value)
    return value


def _picked(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    """The first or last of a list: of one that is written out, of any other an opaque item."""
    items = args[0]
    if items.kind != "list":
        return None
    if items.items is not None:
        return None if not items.items else items.items[0 if key.startswith("first") else -1]
    return opaque(ground, key, items.shape.item or types.ANY, either(items.unknown, items.value == 0), items.fails)


def _sum(ground: Ground, key: str, args: tuple[Term, ...]) -> Term | None:
    return opaque(ground, key, args[0].shape.item or types.ANY, fails=both(args[0].fails))


_WORK: dict[str, Callable[[Ground, str, tuple[Term, ...]], Term | None]] = {
    **{name: _length_of_time(unit) for name, unit in _UNITS.items()},
    "known": _known, "money": _money, "count": _count, "len": _len, "lower": _lower, "contains": _contains,
    "startswith": _startswith, "min": _extreme("Lt"), "max": _extreme("Gt"), "abs": _abs, "round": _round,
    "text": _text, "date_of": _date_of, "time_of": _time_of, "weekday": _weekday, "first": _picked, "last": _picked,
    "sum": _sum,
}  # fmt: skip
