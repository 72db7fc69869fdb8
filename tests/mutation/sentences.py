"""The operators for what flows say: which text, in which language, with which blanks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from tests.mutation.defects import Change, Path, blocks, drop, operator, put, swap, walk

Found = Iterator[tuple[Path, str, Change]]
_PLACEHOLDER = re.compile(r"{{ ?([a-z_]+(?:\.[a-z_]+)*)([^}]*)}}")
_PRINT_SO = ("money", "when")
_OTHERWISE = {"when": "day", "day": "time", "time": "day", "first": "upper"}


@operator
def said_not(content: Any) -> Found:
    for path, block in blocks(content):
        if "say" in block:
            yield (*path, "say"), "not said", drop((*path, "say"))


@operator
def said_otherwise(content: Any) -> Found:
    keys = list(content.get("texts") or {})
    for path, value in walk(content):
        if (
            path
            and path[-1] in ("say", "text", "between", "ask")
            and isinstance(value, str)
            and value in keys
            and len(keys) > 1
        ):
            other = keys[(keys.index(value) + 1) % len(keys)]
            yield path, f"says {other} instead of {value}", put(path, other)


@operator
def languages_exchanged(content: Any) -> Found:
    for key, forms in (content.get("texts") or {}).items():
        if len(set(forms.values())) > 1:
            one, other = list(forms)[:2]
            yield ("texts", key), f"{one} and {other} exchanged", swap(("texts", key), one, other)


@operator
def placeholder_left_out(content: Any) -> Found:
    for key, forms in (content.get("texts") or {}).items():
        for language, text in forms.items():
            for match in _PLACEHOLDER.finditer(text):
                now = text[: match.start()] + text[match.end() :]
                yield ("texts", key, language), f"{match[0]} left out", put(("texts", key, language), now)


@operator
def placeholder_misspelt(content: Any) -> Found:
    for key, forms in (content.get("texts") or {}).items():
        for language, text in forms.items():
            for match in _PLACEHOLDER.finditer(text):
                now = f"{text[: match.end(1)]}s{text[match.end(1) :]}"
                yield ("texts", key, language), f"{match[1]} misspelt", put(("texts", key, language), now)


@operator
def filter_left_out(content: Any) -> Found:
    """But for money and moments, which print alike without."""
    for path, text, match in _filtered(content):
        if match[2].strip(" |") not in _PRINT_SO:
            now = f"{text[: match.end(1)]} }}}}{text[match.end() :]}"
            yield path, f"{match[2].strip()} left out", put(path, now)


@operator
def filter_exchanged(content: Any) -> Found:
    for path, text, match in _filtered(content):
        other = _OTHERWISE.get(match[2].strip(" |"))
        if other is not None:
            now = f"{text[: match.end(1)]} | {other} }}}}{text[match.end() :]}"
            yield path, f"{other} instead of {match[2].strip(' |')}", put(path, now)


def _filtered(content: Any) -> Iterator[tuple[Path, str, re.Match[str]]]:
    """Every placeholder with a filter, in its text."""
    for key, forms in (content.get("texts") or {}).items():
        for language, text in forms.items():
            for match in _PLACEHOLDER.finditer(text):
                if match[2].strip():
                    yield ("texts", key, language), text, match
