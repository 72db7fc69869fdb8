"""How a difference is said: durations, values and expressions in the words of a reviewer, not of the machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from engine.currency import written
from engine.outline import delay

_UNITS = (("w", 604_800, "week", "weeks"), ("d", 86_400, "d", "d"), ("h", 3600, "h", "h"), ("m", 60, "min", "min"))
_LONG = 60  # characters of a text that are shown whole


def seconds(written: str) -> int:
    """The length of a written delay: 15m is 900."""
    return int(delay(written).total_seconds())


def duration(length: float) -> str:
    """900 is "15 min", 86400 "1 d", 5400 "90 min": one unit, the largest that divides it."""
    for sign, size, one, many in _UNITS:
        if length and length % size == 0 and not (sign == "d" and length == size):
            count = int(length // size)
            return f"{count} {one if count == 1 else many}"
    return f"{length:g} s"


def instead(new: float, old: float) -> str:
    """ "10 min instead of 15", "1 h instead of 90 min"."""
    first, second = duration(new), duration(old)
    if first.split(" ")[1].rstrip("s") == second.split(" ")[1].rstrip("s"):
        second = second.split(" ")[0]
    return f"{first} instead of {second}"


def listed(items: Sequence[str], word: str = "and") -> str:
    """ "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def value(written: Any) -> str:
    """A value as a reviewer reads it in the file."""
    if written is None:
        return "nothing"
    if isinstance(written, bool):
        return "yes" if written else "no"
    if isinstance(written, dict):
        if list(written) == ["expr"]:
            return pretty(str(written["expr"]))
        return "{" + ", ".join(f"{key}: {value(item)}" for key, item in written.items()) + "}"
    if isinstance(written, (list, tuple)):
        return "[" + ", ".join(value(item) for item in written) + "]"
    return f"{written}"


LENGTHS = {"minutes": 60, "hours": 3600, "days": 86_400, "weeks": 604_800}  # functions that give durations, in seconds
_LENGTH = re.compile(r"\b(minutes|hours|days|weeks)\((\d+)\)")
_STRINGS = re.compile(r"""("[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')""")


def pretty(expression: str) -> str:
    """An expression for people: `×` for `*`, one kind of quotes, `24 h` for `hours(24)`."""
    parts = _STRINGS.split(expression)
    for index, part in enumerate(parts):
        if index % 2 == 0:
            part = _LENGTH.sub(lambda found: duration(int(found[2]) * LENGTHS[found[1]]), part)
            parts[index] = re.sub(r"\s*(?<!\*)\*(?!\*)\s*", " × ", part)
        elif part[0] == "'" and '"' not in part and "\\" not in part:
            parts[index] = f'"{part[1:-1]}"'
    return "".join(parts)


def quoted(text: str) -> str:
    return f"“{text}”"


def clipped(old: str, new: str) -> tuple[str, str]:
    """Two texts cut down to where they differ, at whole words, with "…" for what they share."""
    if max(len(old), len(new)) <= _LONG:
        return old, new
    before, after = old.split(" "), new.split(" ")
    front = 0
    while front < min(len(before), len(after)) and before[front] == after[front]:
        front += 1
    back = 0
    while back < min(len(before), len(after)) - front and before[-1 - back] == after[-1 - back]:
        back += 1
    front, back = max(0, front - 2), max(0, back - 2)  # two words of what is around
    return _cut(before, front, back), _cut(after, front, back)


def _cut(words: list[str], front: int, back: int) -> str:
    kept = words[front : len(words) - back]
    return ("… " if front else "") + " ".join(kept) + (" …" if back else "")


def shortened(text: str, length: int = _LONG) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else flat[: length - 1].rstrip() + "…"


def trigger(name: str) -> str:
    """What sets a rule off, in words: "after 15 min", "on payment.failed", "at once"."""
    if name.startswith("after:"):
        return f"after {duration(seconds(name.removeprefix('after:')))}"
    if name in ("next", "(next)"):
        return "at once"
    if name in ("none", "(none)"):
        return "nothing to choose from"
    if name == "unclear":
        return "an unclear answer"
    if name == "answer":
        return "an answer"
    return name


def facts_said(facts: Mapping[str, Any]) -> str:
    """Facts as encoded by `engine.values`, for people: "spend KES 500.00, visits 3, contact.phone not known"."""
    return ", ".join(f"{name} {fact(item)}" for name, item in facts.items()) or "anything"


def fact(item: Any) -> str:
    if item is None:
        return "not known"
    if isinstance(item, bool):
        return "yes" if item else "no"
    if isinstance(item, str):
        return f'"{item}"'
    if isinstance(item, Mapping):
        if len(item) == 1:
            ((tag, inner),) = item.items()
            if tag == "$money":
                return written(inner[0], inner[1])
            if tag == "$duration":
                return duration(inner)
            if tag.startswith("$"):
                return str(inner)
        return "{" + ", ".join(f"{key}: {fact(value)}" for key, value in item.items()) + "}"
    if isinstance(item, (list, tuple)):
        return "[" + ", ".join(fact(value) for value in item) + "]"
    return f"{item}"
