"""Days: "kesho kutwa", "Jumatatu ijayo", "tarehe 15", "15/2", "in 3 days", "wiki ijayo jumatano".

Day before month, always. A day and month without a year is the next one to come. A weekday alone is
the next one; on that very weekday it could also be today, so both are returned.
"""

from __future__ import annotations

import calendar
import re
from datetime import date, timedelta

import msgspec

from language.numbers import figure, word
from language.spelling import MONTHS, WEEKDAYS

RELATIVE = {
    "leo": 0, "today": 0, "tonight": 0, "kesho": 1, "tomorrow": 1, "keshokutwa": 2, "overmorrow": 2, "mtondo": 3,
    "mtondogoo": 4, "jana": -1, "yesterday": -1, "juzi": -2,
}  # fmt: skip
_NEXT = frozenset({"ijayo", "next", "ujao", "zijazo", "unaokuja", "coming", "kuja"})
_THIS = frozenset({"this", "hii", "huu", "hiyo"})
_GONE = frozenset({"last", "iliyopita", "uliopita", "past", "zilizopita"})
_WEEK = frozenset({"week", "wiki", "juma"})
_MONTH = frozenset({"month", "mwezi"})
_MONTH_ORDER = {"kwanza": 1, "pili": 2, **{w: n for n, w in enumerate(
    ["moja", "mbili", "tatu", "nne", "tano", "sita", "saba", "nane", "tisa", "kumi"], 1)}}  # fmt: skip
_UNITS = {"days": 1, "day": 1, "siku": 1, "weeks": 7, "week": 7, "wiki": 7}
_SLASHED = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})(?:\2(\d{4}|\d{2}))?")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_FAR = 366 * 2


class Day(msgspec.Struct, frozen=True):
    """One mention of a day: the dates it can be (none: no such day), and the tokens that said it."""

    options: tuple[date, ...]
    start: int
    end: int
    weekday: int | None = None


class Span(msgspec.Struct, frozen=True):
    """A stretch of days: "wiki ijayo", "weekend". It narrows a weekday or an offer, but is no day."""

    first: date
    last: date
    start: int
    end: int


def days(words: list[str], today: date) -> tuple[list[Day], list[Span]]:
    """Every day and stretch of days among respelled words, left to right."""
    found: list[Day] = []
    spans: list[Span] = []
    at = 0
    while at < len(words):
        hit = (
            _offset(words, at, today) or _relative(words, at, today) or _weekday(words, at, today)
            or _tarehe(words, at, today) or _swahili_month(words, at, today) or _named(words, at, today)
            or _slashed(words, at, today) or _span(words, at, today)
        )  # fmt: skip
        if hit is None:
            at += 1
            continue
        if isinstance(hit, Span):
            spans.append(hit)
        else:
            found.append(hit)
        at = hit.end
    return found, spans


def day_of_month(number: int, today: date) -> tuple[date, ...]:
    """The next such day, today included."""
    for ahead in range(13):
        year, month = divmod(today.year * 12 + today.month - 1 + ahead, 12)
        if number <= calendar.monthrange(year, month + 1)[1] and date(year, month + 1, number) >= today:
            return (date(year, month + 1, number),)
    return ()


def _at(words: list[str], at: int) -> str:
    return words[at] if 0 <= at < len(words) else ""


def _small(piece: str, limit: int) -> int | None:
    """A whole number up to `limit`, in figures or one word."""
    value = figure(piece.lstrip("0")) if piece else None
    number = int(value) if value is not None and value == value.to_integral_value() else word(piece)
    return number if number is not None and 0 < number <= limit else None


def _offset(words: list[str], at: int, today: date) -> Day | None:
    """ "in 3 days", "3 days from now", "baada ya siku 3", "siku tatu zijazo", "2 weeks ago"."""
    start = at
    lead = words[at] in ("in", "after") or (words[at] == "baada" and _at(words, at + 1) == "ya")
    if lead:
        at += 2 if words[at] == "baada" else 1
    first, second = _at(words, at), _at(words, at + 1)
    if first in ("a", "one") and second in ("week", "day"):
        count, unit = 1, _UNITS[second]
    elif first in _UNITS and (number := _small(second, _FAR)):
        count, unit = number, _UNITS[first]
    elif second in _UNITS and (number := _small(first, _FAR)):
        count, unit = number, _UNITS[second]
    else:
        return None
    end = at + 2
    gone = _at(words, end) == "ago" or _at(words, end) in _GONE
    ahead = _at(words, end) in _NEXT or (_at(words, end) == "from" and _at(words, end + 1) in ("now", "today"))
    if not (lead or gone or ahead) or count * unit > _FAR:
        return None
    end += 0 if not (gone or ahead) else 2 if _at(words, end) == "from" else 1
    return Day((today + timedelta(days=-count * unit if gone else count * unit),), start, end)


def _relative(words: list[str], at: int, today: date) -> Day | None:
    if words[at] in ("day", "siku") and _at(words, at + 1) in ("after", "baada") and at + 2 < len(words):
        after = at + 3 if words[at + 2] == "ya" else at + 2
        if _at(words, after) in ("tomorrow", "kesho"):
            return Day((today + timedelta(days=2),), at, after + 1)
    if words[at] not in RELATIVE:
        return None
    return Day((today + timedelta(days=RELATIVE[words[at]]),), at, at + 1)


def _weekday(words: list[str], at: int, today: date) -> Day | None:
    """A weekday with "next", "this", "ijayo", "hii" around it."""
    start = at
    lead = words[at] if words[at] in _NEXT | _THIS | _GONE else ""
    at = at + 1 if lead else at
    weekday = WEEKDAYS.get(_at(words, at))
    if weekday is None:
        return None
    end = at + 1
    tail = _at(words, end) if _at(words, end) in _NEXT | _THIS | _GONE else ""
    if tail in ("next", "this", "last", "coming") and _at(words, end + 1) in _WEEK | _MONTH:
        tail = ""
    end += 1 if tail else 0
    marker = lead or tail
    ahead = (weekday - today.weekday()) % 7
    coming = today + timedelta(days=ahead)
    if marker in _GONE:
        return Day((today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1),), start, end, weekday)
    if marker in _NEXT:
        if ahead == 0:
            return Day((coming + timedelta(days=7),), start, end, weekday)
        next_week = coming if coming.isocalendar()[:2] != today.isocalendar()[:2] else coming + timedelta(days=7)
        plain = marker in ("coming", "kuja")
        return Day((coming,) if plain else tuple(dict.fromkeys((coming, next_week))), start, end, weekday)
    options = (coming, coming + timedelta(days=7)) if ahead == 0 else (coming,)
    return Day(options, start, end, weekday)


def _resolved(number: int, month: int | None, year: int | None, today: date) -> tuple[date, ...]:
    """A day of a month; without a year the next to come; empty for 31 February."""
    if month is None:
        return day_of_month(number, today)
    if year is not None:
        year += 2000 if year < 100 else 0
        return (date(year, month, number),) if number <= calendar.monthrange(year, month)[1] else ()
    for ahead in range(9):
        if number <= calendar.monthrange(today.year + ahead, month)[1]:
            found = date(today.year + ahead, month, number)
            if found >= today:
                return (found,)
    return ()


def _year(words: list[str], at: int) -> int | None:
    piece = _at(words, at)
    return int(piece) if re.fullmatch(r"20\d\d", piece) else None


def _month_after(words: list[str], at: int, today: date) -> tuple[int | None, int | None, int]:
    """The month that follows a day, (month, year, next word): "Feb 2027", "mwezi ujao", "mwezi wa pili"."""
    at += 1 if _at(words, at) in ("of", "ya") and (_at(words, at + 1) in MONTHS or _at(words, at + 1) in _MONTH) else 0
    piece, after = _at(words, at), _at(words, at + 1)
    if piece in MONTHS:
        year = _year(words, at + 1)
        return MONTHS[piece], year, at + (2 if year else 1)
    this = (piece in _MONTH and after in _THIS) or (piece in ("this",) and after in _MONTH)
    coming = (piece in _MONTH and after in _NEXT) or (piece in _NEXT and after in _MONTH)
    if this or coming:
        year, month = divmod(today.year * 12 + today.month - 1 + coming, 12)
        return month + 1, year, at + 2
    if piece in _MONTH and after in ("wa", "ya") and (number := _month_number(words, at + 2)):
        return number[0], None, number[1]
    return None, None, at


def _month_number(words: list[str], at: int) -> tuple[int, int] | None:
    piece = _at(words, at)
    if piece == "kumi" and _at(words, at + 1) == "na" and _at(words, at + 2) in ("moja", "mbili", "pili"):
        return (11 if words[at + 2] == "moja" else 12), at + 3
    if piece in _MONTH_ORDER:
        return _MONTH_ORDER[piece], at + 1
    number = _small(piece, 12)
    return (number, at + 1) if number else None


def _tarehe(words: list[str], at: int, today: date) -> Day | None:
    """ "tarehe 15", "tarehe 3 mwezi ujao", "tarehe kumi na tano", "the 15th"."""
    lead = words[at] in ("tarehe", "date")
    spot = at + 1 if lead else at
    number, end = _day_number(words, spot)
    ordinal = _at(words, end) in ("st", "nd", "rd", "th") and _at(words, spot).isdigit()
    if number is None or not (lead or ordinal):
        return None
    month, year, end = _month_after(words, end + ordinal, today)
    if (
        month is None
        and ordinal
        and not lead
        and number <= 9
        and _at(words, end) in ("one", "option", "slot", "choice")
    ):
        return None
    return Day(_resolved(number, month, year, today), at, end)


def _day_number(words: list[str], at: int) -> tuple[int | None, int]:
    number = _small(_at(words, at), 31)
    if number in (10, 20, 30) and not words[at].isdigit() and _at(words, at + 1) == "na":
        unit = _small(_at(words, at + 2), 9)
        if unit and number + unit <= 31:
            return number + unit, at + 3
    return number, at + 1


def _swahili_month(words: list[str], at: int, today: date) -> Day | None:
    """ "mwezi wa pili tarehe 5"."""
    if words[at] not in _MONTH or _at(words, at + 1) not in ("wa", "ujao", "huu"):
        return None
    month, year, end = _month_after(words, at, today)
    if month is None or _at(words, end) != "tarehe":
        return None
    number, end = _day_number(words, end + 1)
    return Day(_resolved(number, month, year, today), at, end) if number else None


def _named(words: list[str], at: int, today: date) -> Day | None:
    """ "15 Feb", "15th of February 2027", "Feb 15th"."""
    if words[at] in MONTHS:
        number, end = _day_number(words, at + 1)
        if number is None or _at(words, end) in ("am", "pm", "oclock"):
            return None
        end += 1 if _at(words, end) in ("st", "nd", "rd", "th") else 0
        year = _year(words, end)
        return Day(_resolved(number, MONTHS[words[at]], year, today), at, end + (1 if year else 0))
    number, end = _day_number(words, at)
    if number is None:
        return None
    month, year, end = _month_after(words, end, today)
    return Day(_resolved(number, month, year, today), at, end) if month else None


def _slashed(words: list[str], at: int, today: date) -> Day | None:
    """ "15/2", "15/02/2027", "2027-02-15". "2/15" has one reading only, so it is taken."""
    iso = _ISO.fullmatch(words[at])
    if iso:
        year, month, number = (int(part) for part in iso.groups())
        fits = 1 <= month <= 12 and 1 <= number <= 31 and year > 0
        return Day(_resolved(number, month, year, today) if fits else (), at, at + 1)
    hit = _SLASHED.fullmatch(words[at])
    if hit is None:
        return None
    first, mark, second = int(hit[1]), hit[2], int(hit[3])
    unsure = (mark == "." and len(hit[3]) == 2) or (mark == "-" and first <= second)
    if hit[4] is None and unsure:
        return None
    if second > 12 >= first:
        first, second = second, first
    fits = 1 <= first <= 31 and 1 <= second <= 12
    return Day(_resolved(first, second, int(hit[4]) if hit[4] else None, today) if fits else (), at, at + 1)


def _span(words: list[str], at: int, today: date) -> Span | None:
    """ "wiki ijayo", "this week", "weekend", "mwezi ujao"."""
    piece, after = words[at], _at(words, at + 1)
    monday = today - timedelta(days=today.weekday())
    if piece == "weekend":
        return Span(monday + timedelta(days=5), monday + timedelta(days=6), at, at + 1)
    pair = {piece, after}
    coming, this = bool(pair & _NEXT), bool(pair & _THIS)
    if after and (piece in _WEEK or after in _WEEK) and (coming or this):
        start = monday + timedelta(days=7) if coming else monday
        return Span(start, start + timedelta(days=6), at, at + 2)
    if after and (piece in _MONTH or after in _MONTH) and (coming or this):
        year, month = divmod(today.year * 12 + today.month - 1 + coming, 12)
        return Span(
            date(year, month + 1, 1), date(year, month + 1, calendar.monthrange(year, month + 1)[1]), at, at + 2
        )
    return None
