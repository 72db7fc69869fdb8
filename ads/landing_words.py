"""The words of the check of a landing page, out of the YAML beside this file."""

from __future__ import annotations

from functools import cache

import msgspec

from ads.wording import beside


class Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A reason and, where there is something to do, what."""

    en: tuple[str, ...]
    sw: tuple[str, ...]


@cache
def words() -> dict[str, Said]:
    return beside(__file__, dict[str, Said])


def reason(key: str, language: str, blanks: dict[str, str]) -> str:
    return _of(key, language)[0].format(**blanks)


def fix(key: str, language: str, blanks: dict[str, str]) -> str:
    return "".join(_of(key, language)[1:2]).format(**blanks)


def _of(key: str, language: str) -> tuple[str, ...]:
    said = words()[key]
    return said.sw if language == "sw" else said.en
