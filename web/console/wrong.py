"""Why something that was filled in cannot be, in the person's language: the rooms below say it in codes and English."""

from __future__ import annotations

from typing import Any

from web.console.frame import Words
from web.console.words import WORDS


def why(error: Any, language: str) -> str:
    """Of a `BadSetting`, a `BadOrg` or whatever else has a `code`. One that has no words says what it says itself."""
    code = str(getattr(error, "code", ""))
    words = Words(language)
    if f"wrong.{code}" not in WORDS:
        return str(error)
    sentence = words(f"wrong.{code}", value=str(getattr(error, "value", ""))[:80])
    field = str(getattr(error, "where", "")).rpartition(", ")[2]
    label = words.known(f"settings.{field}") or words.known(f"weekday.{field}")
    return f"{label}: {sentence}" if label else sentence
