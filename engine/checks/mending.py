"""Turns a "did you mean" into an edit, where the word in question stands in the file as it is."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec
from rapidfuzz.distance import Levenshtein

from engine.document import Document
from engine.findings import Edit, Finding, Fix

_MEANT = re.compile(r'Did you mean "([^"]+)"\?')
_SAID = re.compile(r'"([^"]+)"')
_NEAR = 2  # letters that a slip of the pen gets wrong


def with_fix(finding: Finding, source: str) -> Finding:
    """The finding, with the edit that its suggestion names if it is one word for another."""
    meant = _MEANT.search(finding.suggestion)
    if finding.fix is not None or meant is None or finding.line != finding.end_line:
        return finding
    lines = source.split("\n")
    if finding.line > len(lines):
        return finding
    line = lines[finding.line - 1]
    for said in _SAID.findall(finding.reason):
        start = line.find(said, finding.column - 1, finding.end_column - 1)
        if start >= 0 and said != meant[1]:
            edit = Edit(
                line=finding.line, column=start + 1, end_line=finding.line, end_column=start + 1 + len(said),
                text=meant[1],
            )  # fmt: skip
            near = len(said) > 3 and Levenshtein.distance(said, meant[1], score_cutoff=_NEAR) <= _NEAR
            fix = Fix(title=f'Write "{meant[1]}".', edits=(edit,), safe=near)
            return msgspec.structs.replace(finding, fix=fix)
    return finding


def removal(document: Document, path: Sequence[str | int]) -> Fix | None:
    """Takes out a key with all that stands under it, where it has its lines for itself; for a person to decide."""
    key, inside = document.place(path, key=True), document.place(path)
    lines = document.text.split("\n")
    if inside.end_line > len(lines):
        return None
    before = lines[key.line - 1][: key.column - 1]
    after = lines[inside.end_line - 1][inside.end_column - 1 :].split("#")[0]
    if before.strip() or after.strip() or (inside.end_column == 1 and inside.end_line > key.line):
        return None
    edit = Edit(line=key.line, column=1, end_line=inside.end_line + 1, end_column=1, text="")
    return Fix(title=f'Remove "{path[-1]}".', edits=(edit,))


def mended(source: str, fixes: list[Fix]) -> tuple[str, int]:
    """The text with the edits made, all else as it was, and how many fixes that were.

    Of two that overlap the first is made.
    """
    lines = source.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + column - 1

    taken: list[tuple[int, int, str]] = []
    made = 0
    for fix in fixes:
        spans = [(offset(e.line, e.column), offset(e.end_line, e.end_column), e.text) for e in fix.edits]
        if any(start < end_ and start_ < end for start, end, _ in spans for start_, end_, _ in taken):
            continue
        taken += spans
        made += 1
    for start, end, text in sorted(taken, reverse=True):
        source = source[:start] + text + source[end:]
    return source, made
