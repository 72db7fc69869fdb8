"""Raw text to plain tokens: one normal form for every reader, so that spelling tricks are undone once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

LONGEST = 4096  # what WhatsApp lets a person send
WORDIEST = 40  # a longer message is a story, not an answer to a question with a typed value

_QUOTES = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "`": "'", "´": "'", "“": '"', "”": '"', "–": "-", "—": "-"})
_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff\ufe0e\ufe0f\u20e3\u00ad]|[\U0001f3fb-\U0001f3ff]")
_RUN = re.compile(r"([^\W\d_])\1{2,}")
_MERIDIEM = re.compile(r"\b([ap])\.\s?m\b\.?")
_TOKEN = re.compile(r"\d+(?:[.,:/\-]\d+)*|[^\W\d_]+(?:'[^\W\d_]+)*'?")
_EMOJI = re.compile("[\u2600-\u27bf\u2b00-\u2bff\U0001f000-\U0001faff]")


def listed(words: str) -> frozenset[str]:
    """A word list, written as running text."""
    return frozenset(words.split())


def plain(text: str) -> str:
    """Lower case, NFKC, straight quotes, ASCII digits, keycaps as digits, "yesssss" as "yess"."""
    text = unicodedata.normalize("NFKC", text[:LONGEST].replace("🔟", "10").translate(_QUOTES))
    text = _INVISIBLE.sub("", text).casefold()
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    text = _RUN.sub(r"\1\1", text)
    return _MERIDIEM.sub(r"\1m", text)


def tokens(text: str) -> list[str]:
    """Words and figures of plain text, in order: "10am?" gives "10", "am"; "15/2" stays whole."""
    return _TOKEN.findall(text)


def emoji(text: str) -> list[str]:
    """The emoji of plain text, skin tones and variation selectors already gone."""
    return _EMOJI.findall(text)


def without(words: list[str], *lists: Collection[str]) -> list[str]:
    """The words that are in none of the lists."""
    return [word for word in words if not any(word in known for known in lists)]


def single(word: str) -> str:
    """Doubled letters as one, for comparing "sawaa" with "sawa"."""
    return re.sub(r"(.)\1+", r"\1", word)


def has(word: str, known: Collection[str]) -> bool:
    """Whether a list knows the word, as written or with its drawn-out letters shortened."""
    return word in known or (word.isalpha() and (single(word) in known or word.rstrip(word[-1:]) + word[-1:] in known))
