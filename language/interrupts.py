"""What is understood in every state ("agent", "stop"): the whole message, or a short request for it.

A phrase is never looked for inside a sentence: a customer called Mtu, a bus stop and "don't stop"
must not throw anybody out of a booking.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from language.text import listed, plain, tokens
from language.words import MESSAGES, POLITE, REACH, REQUEST

# A person must never be opted out by politeness around a word that also means "leave it".
OPT_OUT = frozenset(["stop", "acha", "wacha", "unsubscribe", "koma", "simamisha", "sitisha"])
_REFUSALS = frozenset(
    {"don't", "dont", "not", "usi", "usiache", "sitaki", "sio", "si", "no", "never", "siwezi", "sihitaji"}
)
_LONGEST = 12
_OPT_OUT_AROUND = (
    (POLITE - {"tu", "basi", "sasa", "boss", "oh", "ah"}) | MESSAGES | {"me", "my", "i", "want", "to", "nataka"}
)
_ARTICLES = listed(
    """
    a an the my yangu langu with to na kwa ni is
    """
)


def heard(hears: Iterable[tuple[str, tuple[str, ...]]], text: str) -> str | None:
    """The key of the interrupt that the message is, or None."""
    raw = plain(text)
    words = tokens(raw)
    if not words:
        return _by_mark(hears, raw.strip())
    if len(words) > _LONGEST:
        return None
    hears = tuple(hears)
    for key, phrases in hears:
        if any(words == tokens(plain(phrase)) for phrase in phrases):
            return key
    if any(word in _REFUSALS for word in words):
        return None
    for key, phrases in hears:
        if any(_request(words, tokens(plain(phrase)), raw) for phrase in phrases):
            return key
    return None


def _by_mark(hears: Iterable[tuple[str, tuple[str, ...]]], raw: str) -> str | None:
    return next(
        (key for key, phrases in hears if raw and any(raw == plain(phrase).strip() for phrase in phrases)), None
    )


def _request(words: list[str], phrase: list[str], raw: str) -> bool:
    """The phrase with nothing but a request around it, in this order: "naomba kuongea na *mtu* tafadhali"."""
    if not phrase:
        return False
    if OPT_OUT & set(phrase):
        around = _OPT_OUT_AROUND
        if not _starts(words, phrase):
            return False
    else:
        around = POLITE | REQUEST | REACH | _ARTICLES
        if re.search(r"\b(are you|is this|wewe ni|u a|be your|be an?)\b", raw):
            return False
    core = [word for word in words if word not in around or word in phrase]
    wanted = [word for word in phrase if word not in _ARTICLES] or phrase
    core = [word for word in core if word not in _ARTICLES or word in wanted]
    return core == wanted


def _starts(words: list[str], phrase: list[str]) -> bool:
    """An opt-out leads the message: "please stop texting me", and not "my stop"."""
    lead = [word for word in words if word not in POLITE and word not in ("i", "want", "to", "nataka")]
    return lead[: len(phrase)] == phrase
