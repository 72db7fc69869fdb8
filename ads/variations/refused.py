"""Why an ad, or what an owner says of an offer, cannot be so: in Swahili, by code. English stands with the rules."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from ads.wording import beside


@cache
def words() -> dict[str, tuple[str, str]]:
    return beside(__file__, dict[str, tuple[str, str]])


def said(code: str, blanks: Mapping[str, str]) -> tuple[str, str] | None:
    """The reason and what to do; None for a code that has no words."""
    found = words().get(code)
    return None if found is None else (found[0].format(**blanks), found[1].format(**blanks))
