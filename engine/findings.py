"""What is wrong with a definition, where, and what to do: the one form in which the engine reports bad YAML.

Findings are collected, never first-only, so that an author sees everything in one go. `code` is
stable and documented; `reason` is for people.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import msgspec
from rapidfuzz import fuzz, process

Severity = Literal["error", "warning", "note"]


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """Characters of a file to put others in place of. Lines and columns count from 1; the end is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int
    text: str


class Fix(msgspec.Struct, frozen=True, kw_only=True):
    """How to mend a finding. A `safe` one may be applied without asking: nothing else can have been meant."""

    title: str
    edits: tuple[Edit, ...]
    safe: bool = False


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. Lines and columns count from 1; the end column is exclusive."""

    code: str
    severity: Severity
    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    reason: str
    suggestion: str = ""
    fix: Fix | None = None

    def __str__(self) -> str:
        hint = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity} [{self.code}] {self.reason}{hint}"


class Findings(Exception):
    """Raised when at least one finding is an error; carries all of them, in order of file and place."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(sorted(findings, key=lambda f: (f.file, f.line, f.column, f.code, f.reason)))
        super().__init__("\n".join(str(finding) for finding in self.findings))

    def __reduce__(self) -> tuple[type[Findings], tuple[tuple[Finding, ...]]]:
        return (Findings, (self.findings,))


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """'Did you mean "x"?' for the nearest known word, or the short list of them, or nothing."""
    names = sorted(set(known))
    near = process.extractOne(word, names, scorer=fuzz.WRatio, score_cutoff=72)
    if near is not None:
        return f'Did you mean "{near[0]}"?'
    if 0 < len(names) <= 8:
        return "Known here: " + ", ".join(names) + "."
    return ""
