"""Random guards that type-check, and random facts for them: small worlds in which everything happens."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine import types
from engine.types import Shape, Types
from engine.values import Money

TYPES = Types(
    {
        "offer": {"deposit": "money", "name": "text", "nights": "count"},
        "business": {"currency": "text", "zone": "text", "languages": "list of text"},
    }
)
SHAPES: dict[str, Shape] = {
    "a": types.SIMPLE["money"], "b": types.SIMPLE["money"], "n": types.SIMPLE["count"], "m": types.SIMPLE["count"],
    "x": types.NUMBER, "y": types.NUMBER, "p": types.SIMPLE["probability"], "s": types.TEXT, "t": types.TEXT,
    "yes": types.YES_NO, "day": types.DATE, "hour": types.TIME, "moment": types.DATETIME, "wait": types.DURATION,
    "offer": TYPES.shape("offer"), "business": TYPES.shape("business"), "listed": TYPES.shape("list of text"),
    "open": types.ANY, "event.value": types.ANY, "event.code": types.TEXT, "tries.paying": types.SIMPLE["count"],
    "now": types.DATETIME,
}  # fmt: skip
_NAMES: dict[str, list[str]] = {
    "money": ["a", "b", "offer.deposit"],
    "number": ["n", "m", "x", "y", "p", "tries.paying", "offer.nights", "count(listed)", "len(s)", "a.amount"],
    "text": ["s", "t", "offer.name", "event.code", "b.currency", "lower(s)", "weekday(moment)", "text(t)"],
    "date": ["day", "date_of(moment)", "date_of(now)"],
    "time": ["hour", "time_of(moment)"],
    "datetime": ["moment", "now"],
    "duration": ["wait", "hours(n)", "now - moment", "days(x)"],
    "any": ["open", "event.value", "open.inner"],
}
_LITERALS: dict[str, list[str]] = {
    "money": ['money(0, "KES")', 'money(5, "KES")', "money(2)", 'money(1, "USD")'],
    "number": ["0", "1", "2", "3", "0.5", "1.3", "-1"],
    "text": ['""', '"a"', '"ab"', '"Monday"', '"monday"', '"KES"'],
    "date": ['date("2026-11-20")', 'date("2026-11-21")'],
    "time": ['time("10:00")', 'time("00:00")'],
    "datetime": ["now"],
    "duration": ["hours(2)", "minutes(30)", "days(1)"],
    "any": ["None", '"a"', "1", "True"],
}
_VALUES: dict[str, list[Any]] = {
    "money": [Money(amount, "KES") for amount in (0, 1, 500, -500)] + [Money(100, "USD"), Money(0, "USD")],
    "number": [0, 1, 2, 3, 0.5, 1.5, -1, 0.1, 1e9],
    "text": ["", "a", "ab", "AB", "KES", "monday", "Monday"],
    "yes_no": [True, False],
    "date": [date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 22)],
    "time": [time(0), time(10), time(13)],
    "datetime": [datetime(2026, 11, day, hour, tzinfo=UTC) for day in (19, 20, 21) for hour in (1, 7, 22)],
    "duration": [timedelta(0), timedelta(hours=2), timedelta(days=1), timedelta(hours=-3)],
    "list": [[], ["a"], ["a", "KES"], [None]],
    "any": ["a", "", 1, 0, True, False, Money(0, "KES"), Money(500, "KES"), {"inner": "a"}, {"inner": 1}, [], ["a"]],
}  # fmt: skip


def facts(chance: random.Random) -> dict[str, Any]:
    """One assignment of all names."""
    return {name: _value(name, shape, chance) for name, shape in SHAPES.items()}


def _value(name: str, shape: Shape, chance: random.Random) -> Any:
    if name == "tries.paying":
        return chance.choice([0, 1, 2, 3])
    if name != "now" and chance.random() < 0.2:
        return None
    if name == "business":
        currency, zone = chance.choice(["KES", "USD", "UGX", None]), chance.choice(["Africa/Nairobi", "UTC"])
        return {"currency": currency, "zone": zone, "languages": chance.choice(_VALUES["list"])}
    if name == "offer":
        return {"deposit": _value("a", types.MONEY, chance), "name": _value("s", types.TEXT, chance),
                "nights": _value("n", types.SIMPLE["count"], chance)}  # fmt: skip
    if shape.name == "count":
        return chance.choice([0, 1, 2, 3, 7])
    if shape.name == "probability":
        return chance.choice([0, 0.25, 0.5, 1])
    return chance.choice(_VALUES[shape.base])


def guard(chance: random.Random, depth: int = 2) -> str:
    """A guard that means something or other."""
    kind = chance.random()
    if depth > 0 and kind < 0.45:
        word = chance.choice([" and ", " or "])
        return "(" + word.join(guard(chance, depth - 1) for _ in range(chance.choice([2, 2, 3]))) + ")"
    if depth > 0 and kind < 0.55:
        return f"not {guard(chance, depth - 1)}"
    return _atom(chance)


def _atom(chance: random.Random) -> str:
    kind = chance.choice([*_NAMES, "money", "number", "number", "text", "known", "in", "yes", "if"])
    if kind == "known":
        return f"known({chance.choice([*SHAPES, 'offer.deposit'])})".replace("known(event.code)", "known(event.value)")
    if kind == "yes":
        return chance.choice(["yes", "not yes", 'startswith(s, "a")', 'contains(t, "A")', "open", "open.inner"])
    if kind == "in":
        texts = ['s in ["a", "ab"]', 't not in ["a", ""]', '"a" in listed', '"a" in s']
        return chance.choice([*texts, "event.value in [1, 2]", '"KES" in business.languages'])
    if kind == "if":
        return (
            f"({value('number', chance)} if {_atom(chance)} else {value('number', chance)}) > {value('number', chance)}"
        )
    sign = chance.choice(["==", "!="] if kind in ("text", "any") else ["==", "!=", "<", "<=", ">", ">="])
    left = chance.choice(_NAMES["any"]) if kind == "any" else value(kind, chance)
    return f"{left} {sign} {value(kind, chance)}"


def value(kind: str, chance: random.Random) -> str:
    """An expression of that kind."""
    if chance.random() < 0.35:
        return chance.choice(_LITERALS[kind])
    plain = chance.choice(_NAMES[kind])
    if kind in ("text", "any", "time") or chance.random() < 0.5:
        return plain
    other = chance.choice(_NAMES[kind])
    number = chance.choice(_NAMES["number"] + _LITERALS["number"])
    made = {
        "money": [f"({plain} + {other})", f"({plain} - {other})", f"{plain} * {number}", f"{plain} / {number}",
                  f"min({plain}, {other})", f"max({plain}, {other})", f"abs({plain})", f"-{plain}"],
        "number": [f"({plain} + {number})", f"({plain} - {number})", f"{plain} * {number}", f"{plain} / {number}",
                   f"{plain} // 2", f"{plain} % 3", f"max({plain}, {number})", f"round({plain})", "a / b", f"-{plain}"],
        "date": [f"{plain} + days(1)", f"{plain} - hours(30)"],
        "datetime": [f"{plain} + {chance.choice(_LITERALS['duration'])}", f"{plain} - wait"],
        "duration": [f"({plain} + {other})", f"wait * {number}", f"wait / {number}"],
    }[kind]  # fmt: skip
    return chance.choice(made)
