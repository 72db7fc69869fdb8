"""Numbers as figures and words: "2.5k", "elfu mbili mia tano", "twenty five", "watu wawili", "soo tatu".

Counts up to 999,999,999. A grouping that has two readings ("5.000") is not read at all.
"""

from __future__ import annotations

import re
from decimal import Decimal

import msgspec

from language.reading import Read, Reading, Setting, Unclear
from language.text import listed, tokens
from language.words import NEGATION, POLITE, QUESTION, REQUEST

_SMALL = {
    "sifuri": 0, "zero": 0, "moja": 1, "mosi": 1, "mmoja": 1, "one": 1, "mbili": 2, "wawili": 2, "mawili": 2,
    "viwili": 2, "miwili": 2, "two": 2, "tatu": 3, "watatu": 3, "matatu": 3, "vitatu": 3, "mitatu": 3, "three": 3,
    "nne": 4, "wanne": 4, "manne": 4, "vinne": 4, "minne": 4, "four": 4, "tano": 5, "watano": 5, "matano": 5,
    "vitano": 5, "mitano": 5, "five": 5, "sita": 6, "six": 6, "saba": 7, "seven": 7, "nane": 8, "wanane": 8,
    "eight": 8, "tisa": 9, "nine": 9, "kumi": 10, "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "thirteen": 13,
    "fourteen": 14, "fifteen": 15, "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "kumi": 10, "ishirini": 20, "thelathini": 30, "arobaini": 40, "arubaini": 40, "hamsini": 50, "sitini": 60,
    "sabini": 70, "themanini": 80, "tisini": 90, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50,
    "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
}  # fmt: skip
# Swahili and Sheng say the scale first ("elfu tano"), English last ("five thousand"), figures either way.
_SCALE = {
    "mia": 100, "hundred": 100, "soo": 100, "elfu": 1000, "alfu": 1000, "thousand": 1000, "k": 1000, "thao": 1000,
    "ngiri": 1000, "laki": 100_000, "milioni": 1_000_000, "million": 1_000_000, "m": 1_000_000,
}  # fmt: skip
_LEADING = frozenset({"mia", "soo", "elfu", "alfu", "thao", "ngiri", "laki", "milioni"})
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d{1,2})?")
_PLAIN = re.compile(r"(0|[1-9]\d{0,11})(\.\d{1,2})?")  # "0712345678" is a telephone
_HALF = frozenset({"nusu", "half"})
_VAGUE = listed(
    """
    couple few several kadhaa chache wachache many wengi nyingi kati between chini zaidi less more
    """
)
_LEFTOVER = 3


class Spotted(msgspec.Struct, frozen=True):
    """A number and the tokens [start, end) that said it."""

    value: Decimal
    start: int
    end: int


def figure(piece: str) -> Decimal | None:
    """A figure: "5000", "5,000", "2.5". None for "5.000", "5,00" and anything else with two readings."""
    if _GROUPED.fullmatch(piece) or _PLAIN.fullmatch(piece):
        return Decimal(piece.replace(",", ""))
    return None


def word(piece: str) -> int | None:
    """A number word below one hundred that is one word."""
    return _SMALL.get(piece, _TENS.get(piece))


def _below_hundred(words: list[str], at: int) -> tuple[Decimal, int] | None:
    """A figure, a unit, or tens with units ("ishirini na tano", "twenty five")."""
    if at >= len(words):
        return None
    value = figure(words[at])
    if value is not None:
        return value, at + 1
    piece = words[at]
    if piece in _TENS:
        after = at + 2 if at + 1 < len(words) and words[at + 1] == "na" else at + 1
        unit = _SMALL.get(words[after], 99) if after < len(words) else 99
        if 1 <= unit <= 9 and not (after + 1 < len(words) and words[after + 1] in _SCALE and piece == "kumi"):
            return Decimal(_TENS[piece] + unit), after + 1
        return Decimal(_TENS[piece]), at + 1
    if piece in _SMALL:
        return Decimal(_SMALL[piece]), at + 1
    return None


def _group(words: list[str], at: int) -> tuple[Decimal, int, int] | None:
    """One term with its scale: (value, next word, scale)."""
    piece = words[at]
    if piece in _LEADING:
        scale = _SCALE[piece]
        if scale >= 1000 and at + 1 < len(words) and words[at + 1] in ("mia", "soo"):
            inner = _group(words, at + 1)
            return (inner[0] * scale, inner[1], scale) if inner else None
        follow = _below_hundred(words, at + 1)
        if follow is None or (piece in ("mia", "soo") and follow[0] > 9):
            return Decimal(scale), at + 1, scale
        return follow[0] * scale, follow[1], scale
    if piece == "a" and at + 1 < len(words) and words[at + 1] in ("hundred", "thousand", "million", "dozen"):
        return Decimal(_SCALE.get(words[at + 1], 12)), at + 2, _SCALE.get(words[at + 1], 1)
    found = _below_hundred(words, at)
    if found is None:
        return None
    value, at, scale = *found, 1
    while at < len(words) and words[at] in _SCALE and words[at] not in ("elfu", "mia", "laki"):
        if words[at] in _LEADING and at + 1 < len(words) and word(words[at + 1]) is not None:
            break
        value, scale, at = value * _SCALE[words[at]], scale * _SCALE[words[at]], at + 1
    return value, at, scale


def _number(words: list[str], at: int) -> Spotted | None:
    """The longest number that starts here: terms of falling scale, joined by nothing, "na" or "and"."""
    first = _group(words, at)
    if first is None:
        return None
    total, end, scale = first
    while end < len(words):
        after = end + 1 if words[end] in ("na", "and") and end + 1 < len(words) else end
        if words[after] in _HALF and after > end:
            total, end = total + Decimal(scale) / 2, after + 1
            break
        term = _group(words, after) if scale > 1 else None
        if term is None or term[2] >= scale or term[0] >= scale:
            break
        total, end, scale = total + term[0], term[1], term[2]
    return Spotted(total, at, end)


def spot(words: list[str]) -> list[Spotted]:
    """Every number among the tokens, left to right."""
    found: list[Spotted] = []
    at = 0
    while at < len(words):
        number = _number(words, at)
        if number is None:
            at += 1
        else:
            found.append(number)
            at = number.end
    return found


def narrowed(value: Decimal) -> int | float:
    """An int when it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def read_number(text: str, setting: Setting) -> Reading:
    """One number in a short line; two different ones, a range or a negation are asked back."""
    words = tokens(text)
    found = spot(words)
    if not found:
        return Unclear("not_a_number")
    if any(piece in NEGATION or piece in QUESTION or piece in _VAGUE for piece in words):
        return Unclear("not_a_number")
    values = list(dict.fromkeys(narrowed(number.value) for number in found))
    if len(values) > 1:
        return Unclear("ambiguous_number", options=tuple(str(value) for value in values))
    taken = {at for number in found for at in range(number.start, number.end)}
    rest = [piece for at, piece in enumerate(words) if at not in taken and piece not in POLITE and piece not in REQUEST]
    if len(rest) > _LEFTOVER or any(re.search(r"\d", piece) for piece in rest):
        return Unclear("not_a_number")
    negative = re.search(r"(?:^|\s)-\s?\d", text) is not None and len(found) == 1
    return Read(-values[0] if negative else values[0], "typed")
