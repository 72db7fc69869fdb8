"""The words of the guided launch, out of the YAML beside this file, in the language of who is talked with."""

from __future__ import annotations

from functools import cache

from ads.wording import Said, beside
from engine.texts import render_value
from engine.values import Money
from runtime.verbs import Context


@cache
def sentences() -> dict[str, Said]:
    return beside(__file__, dict[str, Said])


def language_of(ctx: Context) -> str:
    return "sw" if ctx.machine.about.get("language") == "sw" else "en"


def say(key: str, language: str, **blanks: object) -> str:
    return sentences()[key].to(language).format(**blanks)


def shown(amount: Money, language: str) -> str:
    return render_value(amount, {"__language": language, "__zone": "UTC", "__now": None})
