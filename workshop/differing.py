"""Two texts line by line: what goes, what comes, and a little of what stays around it."""

from __future__ import annotations

import difflib
from collections.abc import Mapping

import msgspec

_SORTS = {"-": "gone", "+": "new", " ": "same", "@": "gap"}


class Differing(msgspec.Struct, frozen=True, kw_only=True):
    """A file's lines with their sort: "gone", "new", "same", or "gap" between two places."""

    file: str
    lines: tuple[tuple[str, str], ...]


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Differing, ...]:
    """Of each file of `after`, in the order of their names."""
    return tuple(Differing(file=file, lines=_lines(before.get(file, ""), after[file])) for file in sorted(after))


def _lines(before: str, after: str) -> tuple[tuple[str, str], ...]:
    unified = list(difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="", n=2))[2:]
    return tuple((_SORTS.get(line[:1], "same"), line[1:] if line[:1] != "@" else "…") for line in unified)
