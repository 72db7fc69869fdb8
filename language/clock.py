"""Times of day: the Swahili clock ("saa nne asubuhi" = 10:00), the English one, and 24 hours.

The Swahili day starts at six: hour h is (h + 6) mod 12, and the part of the day picks morning or
evening. Where none is said there are two readings, and with figures ("saa 10") people also mean the
English clock: every reading is returned, the caller asks.
"""

from __future__ import annotations

import re
from datetime import time

import msgspec

from language.numbers import word

# Part of the day -> minutes of the day it can mean, both ends included; night runs past midnight.
PARTS: dict[str, tuple[tuple[int, int], ...]] = {
    "alfajiri": ((180, 419),), "asubuhi": ((300, 719),), "mchana": ((630, 1005),), "alasiri": ((840, 1079),),
    "jioni": ((930, 1229),), "usiku": ((1080, 1439), (0, 329)),
    "morning": ((0, 719),), "afternoon": ((720, 1079),), "evening": ((960, 1379),), "night": ((1080, 1439), (0, 299)),
    "tonight": ((1020, 1439),),
}  # fmt: skip
SWAHILI_PARTS = frozenset({"alfajiri", "asubuhi", "mchana", "alasiri", "jioni", "usiku"})
_FIXED = {"noon": time(12), "midnight": time(0)}
_DIGITS = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?")
_LED = frozenset({"at", "by", "around", "about", "kama", "mida"})
_ENGLISH_MINUTES = {"fifteen": 15, "thirty": 30, "forty": 40, "twenty": 20, "ten": 10}


class Face(msgspec.Struct, frozen=True):
    """A clock reading before the part of the day is known. `kind` says which clocks it may be on."""

    kind: str  # exact, padded ("10:30": exact unless a part of the day is said), saa (word), saa_figure, figure, bare
    hour: int
    minute: int
    start: int
    end: int


def part_of(words: list[str]) -> tuple[str, frozenset[int]]:
    """The part of the day that was said and its places; "" when none or two different ones are."""
    places = [at for at, piece in enumerate(words) if piece in PARTS]
    said = {words[at] for at in places}
    return (said.pop() if len(said) == 1 else "", frozenset(places))


def within(moment: time, part: str) -> bool:
    """Whether a time falls into a part of the day."""
    minutes = moment.hour * 60 + moment.minute
    return any(first <= minutes <= last for first, last in PARTS[part])


def faces(words: list[str]) -> list[Face]:
    """Every clock reading among respelled words, left to right. Bare figures are the caller's to ask for."""
    found: list[Face] = []
    at = 0
    while at < len(words):
        face = _fixed(words, at) or _saa(words, at) or _past(words, at) or _figure(words, at)
        if face is None:
            at += 1
        else:
            found.append(face)
            at = face.end
    return found


def bare(words: list[str], at: int) -> Face | None:
    """A lone hour, "4" or "four", that only its neighbours make a time."""
    hour = _hour(words, at)
    return Face("bare", hour[0], hour[1], at, hour[2]) if hour and hour[0] <= 24 else None


def times(face: Face, part: str) -> tuple[time, ...]:
    """The times that a reading can mean, likeliest first; one when it is clear."""
    literal, swahili = _both(face.hour, face.minute, 0), _both(face.hour, face.minute, 6)
    if face.kind == "exact" or face.hour > 12 or face.hour == 0:
        return (time(face.hour % 24, face.minute),)
    if not part and face.kind == "padded":
        return (time(face.hour, face.minute),)
    if not part:
        sets = {"saa": swahili, "saa_figure": swahili + literal}
        return _likely(sets.get(face.kind, literal))
    if face.kind == "saa" or (face.kind == "saa_figure" and part in SWAHILI_PARTS):
        kept = tuple(moment for moment in swahili if within(moment, part))
        return kept or _likely(tuple(m for m in literal if within(m, part)) + swahili)
    pool = literal + swahili if part in SWAHILI_PARTS or face.kind == "saa_figure" else literal
    kept = tuple(dict.fromkeys(moment for moment in pool if within(moment, part)))
    return _likely(kept or literal)


def _both(hour: int, minute: int, shift: int) -> tuple[time, ...]:
    """The two times of the day twelve hours apart; a Swahili hour is shifted by six."""
    first = (hour % 12 + shift) % 12
    return (time(first, minute), time(first + 12, minute)) if hour <= 12 else (time(hour % 24, minute),)


def _likely(moments: tuple[time, ...]) -> tuple[time, ...]:
    """Waking hours first, no time twice."""
    unique = dict.fromkeys(moments)
    return tuple(sorted(unique, key=lambda moment: not 6 <= moment.hour <= 20))


def _at(words: list[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _hour(words: list[str], at: int) -> tuple[int, int, int] | None:
    """(hour, minute, next word) of figures or of a number word up to twelve."""
    piece = _at(words, at)
    digits = _DIGITS.fullmatch(piece)
    if digits:
        hour, minute = int(digits[1]), int(digits[2] or 0)
        return (hour, minute, at + 1) if hour <= 24 and minute < 60 else None
    if piece == "kumi" and _at(words, at + 1) == "na" and _at(words, at + 2) in ("moja", "mbili"):
        return (11 if words[at + 2] == "moja" else 12), 0, at + 3
    value = word(piece)
    return (value, 0, at + 1) if value is not None and 1 <= value <= 12 else None


def _fixed(words: list[str], at: int) -> Face | None:
    if words[at] not in _FIXED:
        return None
    moment = _FIXED[words[at]]
    return Face("exact", moment.hour, 0, at, at + 1)


def _saa(words: list[str], at: int) -> Face | None:
    """ "saa nne", "saa 4:30", "saa nane na nusu", "saa tano kasorobo", "saa nne na dakika kumi"."""
    if words[at] != "saa":
        return None
    hour = _hour(words, at + 1)
    if hour is None:
        return None
    value, minute, end = hour
    figures = words[at + 1][0].isdigit()
    if figures and _at(words, end) in ("am", "pm"):
        return _meridiem(words, value, minute, at, end)
    value, minute, end = _tail(words, value, minute, end)
    return Face("saa_figure" if figures else "saa", value, minute, at, end)


def _tail(words: list[str], hour: int, minute: int, end: int) -> tuple[int, int, int]:
    """What follows a Swahili hour: half, quarter, minutes past, minutes to."""
    after = end + 1 if _at(words, end) == "na" else end
    if _at(words, after) == "nusu":
        return hour, 30, after + 1
    if _at(words, after) == "robo":
        return hour, 15, after + 1
    if after > end and (spoken := _minutes(words, after)) and spoken[0] >= 5:
        return hour, spoken[0], spoken[1]
    if _at(words, end) == "kasorobo":
        return _earlier(hour), 45, end + 1
    less = _at(words, end) == "kasoro"
    if less or _at(words, after) in ("dakika", "minutes"):
        start = end + 1 if less else after
        start = start + 1 if _at(words, start) in ("dakika", "minutes") else start
        minutes = _minutes(words, start)
        if minutes:
            return (_earlier(hour), 60 - minutes[0], minutes[1]) if less else (hour, minutes[0], minutes[1])
    return hour, minute, end


def _minutes(words: list[str], at: int) -> tuple[int, int] | None:
    piece = _at(words, at)
    value = int(piece) if piece.isdigit() and len(piece) <= 2 else word(piece)
    if value is None or not 0 < value < 60:
        return None
    if value in (20, 30, 40, 50) and _at(words, at + 1) == "na" and (unit := word(_at(words, at + 2))) and unit < 10:
        return value + unit, at + 3
    return value, at + 1


def _earlier(hour: int) -> int:
    return 12 if hour == 1 else hour - 1


def _past(words: list[str], at: int) -> Face | None:
    """ "half past four", "quarter to 5"."""
    start = at + 1 if words[at] == "a" else at
    share = {"half": 30, "quarter": 15}.get(_at(words, start))
    side = _at(words, start + 1)
    if share is None or side not in ("past", "to"):
        return None
    hour = _hour(words, start + 2)
    if hour is None or hour[1]:
        return None
    value = hour[0] if side == "past" else _earlier(hour[0])
    return _english(words, value, share if side == "past" else 60 - share, at, hour[2])


def _figure(words: list[str], at: int) -> Face | None:
    """ "4pm", "16:30", "4.30 pm", "10 o'clock", "at 4", "1630hrs", "eight thirty am"."""
    piece = words[at]
    if re.fullmatch(r"\d{4}", piece) and (piece[0] == "0" or _at(words, at + 1) in ("hours", "h", "pm", "am")):
        hour, minute = int(piece[:2]), int(piece[2:])
        if hour < 24 and minute < 60:
            skip = _at(words, at + 1) in ("hours", "h")
            return (
                Face("exact", hour, minute, at, at + 2)
                if skip
                else _english(words, hour, minute, at, at + 1, padded=True)
            )
    start = at + 1 if piece in _LED else at
    reading = _hour(words, start)
    if reading is None:
        return None
    hour, minute, end = reading
    if not words[start][0].isdigit() and _at(words, end) in _ENGLISH_MINUTES and _at(words, end + 1) != "days":
        minute, end = _ENGLISH_MINUTES[words[end]], end + 1
    if _at(words, end) in ("am", "pm", "oclock"):
        return _english(words, hour, minute, at, end)
    if ":" in words[start] or ("." in words[start] and (start > at or minute > 12 or minute == 0)) or minute:
        if "." in words[start] and start == at and 0 < minute <= 12:
            return None  # as likely the day and the month
        padded = ":" in words[start] and len(words[start]) == 5
        return _english(words, hour, minute, at, end, padded=padded)
    unit = _at(words, end) in (
        "days",
        "weeks",
        "day",
        "week",
        "hours",
        "minutes",
        "th",
        "st",
        "nd",
        "rd",
        *["people", "pax"],
    )
    return Face("figure", hour, 0, at, end) if start > at and not unit and piece in ("at", "by", "around") else None


def _english(words: list[str], hour: int, minute: int, start: int, end: int, *, padded: bool = False) -> Face | None:
    if _at(words, end) == "oclock":
        end += 1
    if _at(words, end) in ("am", "pm"):
        return _meridiem(words, hour, minute, start, end)
    return Face("padded" if padded else "figure", hour, minute, start, end)


def _meridiem(words: list[str], hour: int, minute: int, start: int, end: int) -> Face | None:
    """`words[end]` is "am" or "pm". "12am" is midnight; "16:30 pm" is 16:30; "16 am" is nothing."""
    if words[end] == "am":
        return Face("exact", hour % 12, minute, start, end + 1) if hour <= 12 else None
    return Face("exact", hour + 12 if hour < 12 else hour, minute, start, end + 1)
