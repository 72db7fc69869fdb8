"""Made-up values of every type, plain enough to be read in a test, and words that a person might type for them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engine.currency import unit
from engine.functions import zone
from engine.types import Shape, Types
from engine.values import Money

ZONE = "Africa/Nairobi"
DEPTH = 3  # records in records
WORDS: dict[str, dict[str, str]] = {
    "yes_no": {"en": "yes", "sw": "ndio"}, "text": {"en": "A word about it", "sw": "Neno kuhusu hilo"},
    "any": {"en": "A word about it", "sw": "Neno kuhusu hilo"},
    "name": {"en": "Wanjiku Kamau"}, "phone": {"en": "0712 345 678"}, "email": {"en": "wanjiku@example.org"},
    "date": {"en": "tomorrow", "sw": "kesho"}, "time": {"en": "10:30"},
    "when": {"en": "tomorrow 10:30", "sw": "kesho 10:30"}, "datetime": {"en": "tomorrow 10:30", "sw": "kesho 10:30"},
    "number": {"en": "3"}, "count": {"en": "3"}, "percent": {"en": "3"}, "probability": {"en": "0.5"},
    "money": {"en": "KES 500"},
}  # fmt: skip
FAR = {  # what is hardly ever among the choices
    "date": {"en": "27 December", "sw": "27 Desemba"}, "when": {"en": "27 December 4:30 pm", "sw": "27 Desemba 16:30"},
    "time": {"en": "16:45"},
}  # fmt: skip
NO = {"en": "no", "sw": "hapana"}
RIDDLE = "qqq zzz"  # what nobody understands


def said(words: dict[str, str], languages: tuple[str, ...]) -> str | dict[str, str]:
    """Words as a test writes them: alike in all languages, or by language. Where there are none it is English."""
    forms = {language: words.get(language, words["en"]) for language in languages}
    alike = set(forms.values())
    return alike.pop() if len(alike) == 1 else forms


class Samples:
    """Values for one release's types, at the moment at which tests begin."""

    def __init__(self, known: Types, now: datetime, currency: str = "KES") -> None:
        self.types = known
        self.now = now
        self.currency = currency

    def of(self, written: str | Shape, name: str, depth: int = 0) -> Any:
        """A value of a type. `name` is where it stands, for words that say what they are."""
        shape = self.types.shape(written)
        if shape.base == "list":
            item = shape.item
            return [] if item is None or depth > DEPTH else [self._item(item, name, index) for index in (1, 2)]
        if shape.base == "record":
            return self.record(shape, depth)
        if shape.base == "location":
            return {"latitude": -1.2864, "longitude": 36.8172}
        return self._plain(shape, name)

    def record(self, shape: Shape, depth: int = 0) -> dict[str, Any]:
        fields = shape.fields or {}
        made = {field: self.of(written, field, depth + 1) for field, written in fields.items()}
        if "zone" in made:
            made["zone"] = ZONE
        if "currency" in made:
            made["currency"] = self.currency
        return made

    def _item(self, shape: Shape, name: str, index: int) -> Any:
        """One of a list, told apart from the others by its id and its texts."""
        made = self.of(shape, name.rstrip("s"), 1)
        if not isinstance(made, dict):
            return f"{made} {index}" if isinstance(made, str) else made
        for field in ("id", "name", "label"):
            if isinstance(made.get(field), str):
                made[field] = f"{shape.name}{index}" if field == "id" else f"{shape.name.capitalize()} {index}"
        return made

    def _plain(self, shape: Shape, name: str) -> Any:
        if shape.name in ("phone", "email", "name"):
            return {"phone": "+254712345678", "email": "wanjiku@example.org", "name": "Wanjiku Kamau"}[shape.name]
        later = (
            (self.now + timedelta(days=3)).astimezone(zone(ZONE)).replace(hour=10, minute=0, second=0, microsecond=0)
        )
        amount = Money(500 * unit(self.currency), self.currency)
        made: dict[str, Any] = {
            "text": f"{name}-1", "number": 1, "yes_no": True, "money": amount,
            "date": later.date(), "time": time(10, 0), "datetime": later.astimezone(UTC),
            "duration": timedelta(minutes=30),
        }  # fmt: skip
        if shape.name == "probability":
            return 0.5
        return made.get(shape.base)


def near(value: Any) -> list[Any]:
    """A value of a guard and those just beside it, to stand on either side of a threshold."""
    if isinstance(value, bool):
        return [value, not value]
    if isinstance(value, int | float):
        return [value, value - 1, value + 1]
    if isinstance(value, Money):
        step = unit(value.currency)
        return [value, Money(value.amount - step, value.currency), Money(value.amount + step, value.currency)]
    if isinstance(value, datetime | date):
        return [value, value - timedelta(days=1), value + timedelta(days=1)]
    if isinstance(value, timedelta):
        return [value, value + timedelta(minutes=1)]
    return [value]
