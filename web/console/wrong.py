"""Why something that was filled in cannot be, in the person's language: the rooms below say it in codes and English."""

from __future__ import annotations

from typing import Any

from ads.connecting import TITLES, Failed
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


def failed(error: Failed, platform: str, language: str) -> str:
    """Why an ad account, or a place to tell, does not work; with the platform's own words, where it said some."""
    words = Words(language)
    label = words.known(f"adset.{error.value}") if error.value else ""
    sentence = words(f"adset.failed.{error.code}", platform=TITLES.get(platform, platform), field=label or error.value)
    return f"{sentence} {words('adset.said', said=error.said)}" if error.said else sentence
