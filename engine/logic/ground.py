"""The ground that formulas stand on: variables of the dialect's types, what always holds of them, and constants.

`facts` always hold. `wishes` hold of handsome examples only (small whole amounts in one currency); they are dropped
where they cannot be met. A variable that stands for something the solver cannot express is `opaque`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

import z3

from engine import types
from engine.currency import unit
from engine.logic.terms import NOTHING, TAGS, Term
from engine.logic.truth import Truth, both, implies
from engine.types import Shape, Types
from engine.values import Money

DAY = 86_400_000_000  # microseconds
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LARGE = 2**63
_MICRO = timedelta(microseconds=1)
_MOMENTS = (-62_135_596_800_000_000, 253_402_300_799_999_999)  # the years 1 to 9999
_PLAIN = 0x2FFFF  # the largest character that the solver knows


class Ground:
    """One question's variables, in a context of its own: what was asked before changes nothing."""

    def __init__(self, known: Types, context: Any = None) -> None:
        self.types = known
        self.context = z3.Context() if context is None else context
        self.facts: list[Any] = []
        self.wishes: list[Any] = []
        self.made: dict[str, Term] = {}
        self.members: dict[str, list[tuple[Any, Any]]] = {}  # list -> (what may be in it, whether it is)
        self.opaque: set[str] = set()
        self.noted: set[str] = set()  # facts that are there already, by name
        self.lowered: list[tuple[Any, Any]] = []  # a text and the same in small letters
        self._literals: set[str] = set()

    def variable(self, key: str, shape: Shape, *, certain: bool = False, opaque: bool = False) -> Term:
        """The variable of that name. `certain`: it cannot be unknown."""
        made = self.made.get(key)
        if made is None:
            unknown: Truth = False if certain else z3.Bool(f"{key}?", self.context)
            made = self.made[key] = self._made(key, shape, unknown)
            if not certain:
                self.wish(z3.Not(unknown))
            if opaque:
                self.opaque.add(key)
        return made

    def hold(self, fact: Truth) -> None:
        if fact is not True:
            self.facts.append(z3.BoolVal(False, self.context) if fact is False else fact)

    def wish(self, fact: Truth) -> None:
        if not isinstance(fact, bool):
            self.wishes.append(fact)

    def _made(self, key: str, shape: Shape, unknown: Truth) -> Term:
        kind, context = shape.base, self.context
        if kind == "none":
            return NOTHING
        if kind == "any":
            return self._any(key, shape, unknown)
        value: Any = None
        if kind == "yes_no":
            value = z3.Bool(key, context)
        elif kind == "number":
            value = self._number(key, shape)
        elif kind == "text":
            value = self._text(key)
        elif kind == "money":
            value = self._money(key)
        elif kind in ("date", "time", "datetime", "duration"):
            value = self._moment(key, kind)
        elif kind == "list":
            value = z3.Int(key, context)
            self.hold(z3.And(value >= 0, value <= 65_536))
            self.wish(value <= 3)
        return Term(key, shape, value, unknown=unknown)

    def _number(self, key: str, shape: Shape) -> Any:
        if shape.name == "count":
            value = z3.Int(key, self.context)
            self.hold(z3.And(value >= 0, value < _LARGE))
            return value
        number = z3.Real(key, self.context)
        sixteenth = z3.Int(f"{key}/16", self.context)
        self.wish(number == z3.ToReal(sixteenth) / 16)
        if shape.name == "probability":
            self.hold(z3.And(number >= 0, number <= 1))
        else:
            self.hold(z3.And(number > -_LARGE, number < _LARGE))
            self.wish(z3.And(number >= -1_000_000, number <= 1_000_000))
        return number

    def _text(self, key: str) -> Any:
        value = z3.String(key, self.context)
        self.hold(z3.Length(value) <= 65_536)
        self.wish(z3.Length(value) <= 40)
        return value

    def _money(self, key: str) -> tuple[Any, Any]:
        amount, currency = z3.Int(f"{key}.amount", self.context), z3.String(f"{key}.currency", self.context)
        self.hold(z3.And(amount > -_LARGE, amount < _LARGE, z3.Length(currency) == 3))
        for wish in (
            currency == self.text("KES"),
            z3.And(amount >= 0, amount <= 100_000_000),
            amount % unit("KES") == 0,
        ):
            self.wish(wish)
        return amount, currency

    def _moment(self, key: str, kind: str) -> Any:
        value = z3.Int(key, self.context)
        low, high = {
            "date": (1, date.max.toordinal()),
            "time": (0, DAY - 1),
            "datetime": _MOMENTS,
            "duration": (timedelta.min // _MICRO, timedelta.max // _MICRO),
        }[kind]
        self.hold(z3.And(value >= low, value <= high))
        if kind == "date":
            self.wish(z3.And(value >= date(2026, 11, 20).toordinal(), value <= date(2028, 1, 1).toordinal()))
        elif kind == "datetime":
            minute = z3.Int(f"{key}/minute", self.context)
            self.wish(value == minute * 60_000_000)
            self.wish(z3.And(value >= 1_795_158_000_000_000, value <= 1_830_000_000_000_000))  # 2026 and 2027
        elif kind == "duration":
            minute = z3.Int(f"{key}/minute", self.context)
            self.wish(z3.And(value == minute * 60_000_000, value >= 0, value <= 1000 * DAY))
        else:
            minute = z3.Int(f"{key}/minute", self.context)
            self.wish(value == minute * 60_000_000)
        return value

    def _any(self, key: str, shape: Shape, unknown: Truth) -> Term:
        tag = z3.Int(f"{key}:kind", self.context)
        self.hold(z3.And(tag >= 0, tag < len(TAGS)))
        self.wish(tag <= TAGS["text"])

        def part(kind: str) -> Term:
            name = f"{key}:{kind}"
            made = self.made.get(name)
            if made is None:
                inner = types.list_of(types.ANY) if kind == "list" else types.SIMPLE.get(kind, Shape(kind, kind))
                made = self.made[name] = self._made(name, inner, False)
            return made

        return Term(key, shape, tag, unknown=unknown, part=part)

    def field(self, record: Term, name: str, shape: Shape) -> Term:
        """A field of a record. What is not known has no fields; money's are its parts."""
        if record.kind == "money":
            amount, currency = record.value
            if name == "currency":
                return Term(f"{record.key}.currency", types.TEXT, currency, unknown=record.unknown, fails=record.fails)
            return Term(f"{record.key}.amount", types.NUMBER, amount, unknown=record.unknown, fails=record.fails)
        if record.fields is not None:
            return record.fields.get(name, NOTHING)
        if record.kind == "none":
            return NOTHING
        key = f"{record.key}.{name}"
        made = self.made.get(key)
        if made is None:
            made = self.variable(key, shape, opaque=record.key in self.opaque)
            self.hold(implies(record.unknown, made.unknown))
            if record.kind == "any":
                tags = [record.value == TAGS["record"]]
                if name in ("amount", "currency"):
                    tags.append(record.value == TAGS["money"])
                self.hold(implies(both(z3.Not(made.unknown)), z3.Or(*tags)))
        if record.fails is False:
            return made
        return Term(made.key, made.shape, made.value, unknown=made.unknown, fails=record.fails, part=made.part)

    def finish(self) -> None:
        """Once all is read: what a text is in small letters, if it is one of those that were read."""
        for text, small in self.lowered:
            for literal in sorted(self._literals):
                self.hold(z3.Implies(text == self.text(literal), small == self.text(literal.lower())))
        self.lowered = []

    def text(self, text: str) -> Any:
        """A text as the solver's: every character beyond plain ASCII, and the backslash, as an escape."""
        escaped = "".join(c if " " <= c <= "~" and c != "\\" else f"\\u{{{ord(c):x}}}" for c in text)
        return z3.StringVal(escaped, self.context)

    def constant(self, value: Any) -> Term | None:
        """A value of the dialect. None where the solver has no such value."""
        key = repr(value)
        if value is None:
            return NOTHING
        if isinstance(value, bool):
            return Term(key, types.YES_NO, value, constant=(value,))
        if isinstance(value, int):
            return Term(key, types.NUMBER, z3.IntVal(value, self.context), constant=(value,))
        if isinstance(value, float):
            if value != value or value in (float("inf"), float("-inf")):
                return None
            exact = Fraction(value)
            number = z3.RatVal(exact.numerator, exact.denominator, self.context)
            return Term(key, types.NUMBER, number, constant=(value,))
        if isinstance(value, str):
            if any(ord(character) > _PLAIN for character in value):
                return None
            self._literals.add(value)
            return Term(key, types.TEXT, self.text(value), constant=(value,))
        if isinstance(value, Money):
            made = (z3.IntVal(value.amount, self.context), self.text(value.currency))
            return Term(key, types.MONEY, made, constant=(value,))
        if isinstance(value, (list, tuple)):
            parts = [self.constant(item) for item in value]
            items = tuple(part for part in parts if part is not None)
            if len(items) < len(parts):
                return None
            length = z3.IntVal(len(items), self.context)
            return Term(key, types.list_of(types.ANY), length, items=items, constant=(list(value),))
        return self._counted(key, value)

    def _counted(self, key: str, value: Any) -> Term | None:
        if isinstance(value, datetime):
            number, shape = (value - _EPOCH) // _MICRO, types.DATETIME
        elif isinstance(value, date):
            number, shape = value.toordinal(), types.DATE
        elif isinstance(value, timedelta):
            number, shape = value // _MICRO, types.DURATION
        elif isinstance(value, time) and value.tzinfo is None:
            number = ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
            shape = types.TIME
        elif isinstance(value, dict):
            parts = {name: self.constant(item) for name, item in value.items()}
            fields = {name: part for name, part in parts.items() if part is not None}
            shape = Shape("record", "record")
            return Term(key, shape, fields=fields, constant=(value,)) if len(fields) == len(parts) else None
        else:
            return None
        return Term(key, shape, z3.IntVal(number, self.context), constant=(value,))
