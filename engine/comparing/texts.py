"""What customers read, old and new: text by text, language by language, only the words that changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.comparing.blocks import Names
from engine.comparing.ledger import Ledger
from engine.comparing.renames import retold
from engine.comparing.words import clipped, shortened


def compare_texts(ledger: Ledger, old: Mapping[str, Any], new: Mapping[str, Any], names: Names) -> None:
    before, after = old.get("texts") or {}, new.get("texts") or {}
    back = {names.texts.get(key, key): key for key in before}
    for key, was in back.items():
        if key not in after:
            words = f"the text is gone: “{shortened(_first(before[was]))}”"
            ledger.add("text-removed", key, words, "wording", **ledger.written(["texts", was], None), key=True)
            continue
        if was != key:
            where = ledger.written(["texts", was], ["texts", key])
            ledger.add("text-renamed", key, f"was called {was}", "none", **where, key=True)
        if before[was] != after[key]:
            _forms(ledger, names, was, key, before[was], after[key])
    for key in after:
        if key not in back:
            words = f"a new text: “{shortened(_first(after[key]))}”"
            ledger.add("text-added", key, words, "wording", **ledger.written(None, ["texts", key]), key=True)


def _first(forms: Mapping[str, str]) -> str:
    return str(next(iter(forms.values()), ""))


def _forms(ledger: Ledger, names: Names, was: str, key: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
    for language in [*old, *(language for language in new if language not in old)]:
        before, after = old.get(language), new.get(language)
        told = retold(before, names).strip() if before is not None else None
        if told == (after.strip() if after is not None else None):
            continue
        where = ledger.written(
            ["texts", was, language] if before is not None else None,
            ["texts", key, language] if after is not None else None,
        )
        if after is None:
            words = f"({language}) is gone: “{shortened(str(told))}”"
        elif told is None:
            words = f"({language}) is new: “{shortened(after)}”"
        else:
            first, second = clipped(" ".join(told.split()), " ".join(after.split()))
            words = f"({language}) “{first}” → “{second}”"
            if first == second:
                words = f"({language}) other spaces or line breaks"
        ledger.add("text-changed", key, words, "wording", **where)
