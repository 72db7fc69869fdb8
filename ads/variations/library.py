"""The templates and the list of claims, read once from the YAML beside this file and checked as they are read."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from ads.variations.model import Angle, Category, Platform

BLANKS = ("offer", "business", "price", "deposit", "duration", "place", "rating", "reviews", "places_left", "ends")
_HERE = Path(__file__).parent
_BLANK = re.compile(r"{\??(\w*)}")
_ONLY_IF = re.compile(r"{\?\w*}")
Lines = tuple[tuple[str, ...], ...]
T = TypeVar("T")


class BadTemplate(ValueError):
    """A template that cannot be used; the message names the file and what is wrong."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An angle in one language: for each text of the ad its wordings, from the longest to the shortest."""

    headlines: Lines
    descriptions: Lines
    texts: Lines


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    title: dict[str, str]
    en: Words
    sw: Words

    def words(self, language: str) -> Words:
        return self.sw if language == "sw" else self.en


class Kind(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The three angles for one kind of offer."""

    unit: Literal["time", "night"]
    A: Template
    B: Template
    C: Template

    def of(self, angle: Angle) -> Template:
        return {"A": self.A, "B": self.B, "C": self.C}[angle]


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that an ad may not have, on `platforms` (all without it), unless one of the facts in `unless` holds."""

    code: str
    reason: str
    fix: str
    words: dict[str, tuple[str, ...]]
    platforms: tuple[Platform, ...] = ("meta", "google", "tiktok")
    unless: tuple[Literal["price_is_zero", "ends", "places_left", "rated"], ...] = ()
    category: Category | None = None


@cache
def kinds() -> dict[str, Kind]:
    """The templates by the unit of the offers that they are for."""
    found = [kind(path.read_text(encoding="utf-8"), path.name) for path in sorted((_HERE / "templates").glob("*.yaml"))]
    return {each.unit: each for each in found}


@cache
def claims() -> tuple[Claim, ...]:
    path = _HERE / "claims.yaml"
    return _read(path.read_text(encoding="utf-8"), path.name, tuple[Claim, ...])


def kind(text: str, file: str) -> Kind:
    """One file of templates. Raises `BadTemplate`."""
    read = _read(text, file, Kind)
    for template in (read.A, read.B, read.C):
        for words in (template.en, template.sw):
            for line in (*words.headlines, *words.descriptions, *words.texts):
                for blank in _BLANK.findall(" ".join(line)):
                    if blank not in BLANKS:
                        known = ", ".join(BLANKS)
                        raise BadTemplate(f"{file}: there is no blank {{{blank}}}; there are {known}")
    return read


def blanks(line: str) -> set[str]:
    """What has to be known for this wording; `{?deposit}` asks for it without saying it."""
    return set(_BLANK.findall(line))


def filled(line: str, known: dict[str, str]) -> str:
    return _ONLY_IF.sub("", line).format(**known)


def _read(text: str, file: str, form: type[T]) -> T:
    try:
        return msgspec.convert(YAML(typ="safe", pure=True).load(text), form)
    except (YAMLError, msgspec.ValidationError) as error:
        raise BadTemplate(f"{file}: {error}") from error
