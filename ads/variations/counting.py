"""How long a text is by each platform's own counting.

Google and TikTok count a full-width character (Chinese, Japanese, Korean) as two, TikTok also Devanagari. Meta counts
the way JavaScript does, in UTF-16 units: an emoji is two. Where a platform says nothing, the stricter reading is taken.
"""

from __future__ import annotations

import unicodedata


def meta(text: str) -> int:
    return len(_composed(text).encode("utf-16-le")) // 2


def google(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in _composed(text))


def tiktok(text: str) -> int:
    return sum(2 if _double(letter) else 1 for letter in _composed(text))


def _double(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF" or "\u0900" <= letter <= "\u097f"


def _composed(text: str) -> str:
    """An é is one character, however it was typed."""
    return unicodedata.normalize("NFC", text)
