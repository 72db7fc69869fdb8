"""Telephone numbers, as people write them, to E.164. An id that only looks like a number is not one."""

from __future__ import annotations

import re

import phonenumbers

from language.reading import Read, Reading, Setting, Unclear
from language.text import plain

# A business-scoped WhatsApp user id: country, full stop, up to 128 letters and figures.
_SCOPED_ID = re.compile(r"\b[a-z]{2}\.[a-z0-9]{8,}", re.IGNORECASE)
_RUN = re.compile(r"(?<![\w.])\+?\(?\d[\d().\-\s]{5,}\d(?![\w])")
_THIS = re.compile(
    r"\b(this (number|one|same)|same (number|one)|hii hii|namba hii|number hii|hii number|hii namba|hiyo hiyo)\b"
)
_LONGEST = 60


def _parsed(text: str, region: str) -> str | None:
    digits = re.sub(r"[^\d+]", "", text)
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164) if _valid(number) else None


def _valid(number: phonenumbers.PhoneNumber) -> bool:
    return phonenumbers.is_valid_number(number)


def numbers_in(text: str, region: str) -> list[str]:
    """Every different valid number, E.164, in the order of the text."""
    found: dict[str, None] = {}
    for run in _RUN.findall(_SCOPED_ID.sub(" ", text)):
        whole = _parsed(run, region) if len(run) <= _LONGEST else None
        parts = re.split(r"\s+", run.strip())
        if whole is None and len(parts) > 1:  # two numbers side by side look like one long one
            for number in (_parsed(part, region) for part in parts[:20] if len(part) >= 9):
                if number:
                    found[number] = None
        elif whole:
            found[whole] = None
    return list(found)


def read_phone(text: str, setting: Setting) -> Reading:
    """One number; two different ones are asked back."""
    raw = plain(text)
    found = numbers_in(raw, setting.region)
    if len(found) == 1:
        if re.search(r"\b(not|sio|si|siyo|wrong|don't|dont|usitumie)\b", raw):
            return Unclear("negated")
        return Read(found[0], "typed")
    if found:
        return Unclear("ambiguous_phone", options=tuple(found))
    return Unclear("this_number" if _THIS.search(raw) else "not_a_phone")
