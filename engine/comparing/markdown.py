"""Differences as a summary for a pull request: what changes for money, for customers, for nobody; details folded."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from engine.comparing.difference import Behaviour, Difference, Differences
from engine.comparing.people import ANSWERS, behaviour_lines, behaviour_summary
from engine.comparing.words import listed

_AUDIENCES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("For money", ("money",)),
    ("For customers", ("messages", "behaviour", "wording")),
)
_FEW = 4  # definitions that are named
_OPEN = 12  # rows of a table that stand open; what is beyond is folded


def markdown(differences: Differences, title: str = "What this changes") -> str:
    return "\n".join(_lines(differences, title)).rstrip() + "\n"


def _lines(differences: Differences, title: str) -> Iterator[str]:
    yield f"### {title}"
    yield ""
    yield _said(differences)
    yield ""
    for side, found in ((differences.old, differences.old_findings), (differences.new, differences.new_findings)):
        if found:
            yield f"> **{_cell(side)} cannot be read or compiled as a whole**"
            yield from (f"> - `{finding.file}:{finding.line}` {_cell(finding.reason)}" for finding in found)
            yield ""
    for heading, weights in _AUDIENCES:
        rows = [change for change in differences.changes if change.weight in weights]
        if rows:
            yield f"#### {heading}"
            yield ""
            yield from _table(rows[:_OPEN])
            if len(rows) > _OPEN:
                yield from _folded(f"{len(rows) - _OPEN} more", _table(rows[_OPEN:]))
    rows = [change for change in differences.changes if change.weight == "none"]
    if rows:
        yield from _folded(f"For nobody: {len(rows)} that only those who work on the files notice", _table(rows))
    for answer in differences.behaviour:
        if answer.flips or answer.partings or answer.undecided or answer.answer == "through":
            yield from _behaviour(answer)
    same = [each for each in differences.behaviour if each.answer == "same"]
    if same and not differences.same_behaviour:
        names = listed([f"`{each.definition}`" for each in same]) if len(same) <= _FEW else f"{len(same)} definitions"
        yield f"No change in behaviour, established: {names}."


def _said(differences: Differences) -> str:
    counts = []
    for heading, weights in (*_AUDIENCES, ("For nobody", ("none",))):
        count = sum(1 for change in differences.changes if change.weight in weights)
        if count:
            counts.append(f"{count} {heading.lower()}")
    said = f"Changes: {listed(counts)}." if counts else "Nothing is written differently."
    return f"{said} {behaviour_summary(differences)}".rstrip()


def _table(rows: Sequence[Difference]) -> Iterator[str]:
    yield "| where | what changes | line |"
    yield "|---|---|---|"
    for row in rows:
        name = row.definition.partition(":")[2]
        subject = f" · {_cell(row.subject)}" if row.subject else ""
        yield f"| **{_cell(name)}**{subject} | {_cell(row.words)} | {_place(row)} |"
    yield ""


def _place(row: Difference) -> str:
    spot = row.new or row.old
    if spot is None:
        return ""
    return f"`{spot}`" if row.new is not None else f"was `{spot}`"


def _behaviour(answer: Behaviour) -> Iterator[str]:
    found = len(answer.flips) + len(answer.partings)
    count = f" ({found})" if found else ""
    head = f"<b>{html.escape(answer.definition)}</b>: {ANSWERS[answer.answer].lower()}{count}"
    lines = ["```text", *(line.replace("```", "'''") for line in behaviour_lines(answer)), "```", ""]
    yield from _folded(head, lines)


def _folded(summary: str, lines: Iterator[str] | Sequence[str]) -> Iterator[str]:
    yield "<details>"
    yield f"<summary>{summary}</summary>"
    yield ""
    yield from lines
    yield "</details>"
    yield ""


def _cell(text: str) -> str:
    """Text that cannot break out of its cell."""
    flat = " ".join(text.split())
    escaped = html.escape(flat, quote=False)
    for sign in ("\\", "|", "`", "*", "_", "[", "]"):
        escaped = escaped.replace(sign, f"\\{sign}")
    return escaped
