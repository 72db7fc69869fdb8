"""The words of the guided launch, out of the YAML beside this file, in the language of who is talked with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import msgspec
from ruamel.yaml import YAML

from engine.texts import render_value
from engine.values import Money
from runtime.verbs import Context


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    en: str
    sw: str


@cache
def sentences() -> dict[str, _Said]:
    path = Path(__file__).with_suffix(".yaml")
    return msgspec.convert(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")), dict[str, _Said])


def language_of(ctx: Context) -> str:
    return "sw" if ctx.machine.about.get("language") == "sw" else "en"


def say(key: str, language: str, **blanks: object) -> str:
    said = sentences()[key]
    return (said.sw if language == "sw" else said.en).format(**blanks)


def shown(amount: Money, language: str) -> str:
    return render_value(amount, {"__language": language, "__zone": "UTC", "__now": None})
