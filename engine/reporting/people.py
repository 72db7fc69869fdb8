"""Findings for people: by file, each with its line, what is meant underlined, the reason and what to do."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from engine.codes.code import Code
from engine.findings import Finding

_COLOURS = {"error": "31", "warning": "33", "note": "36", "bold": "1", "faint": "2"}
_WIDTH = 110  # of a line shown; a longer one is cut around what is meant


def people(findings: Iterable[Finding], sources: Mapping[str, str], *, colour: bool = False) -> str:
    """All findings, each file under its name. Empty when there are none."""
    out: list[str] = []
    file = None
    for finding in findings:
        if finding.file != file:
            file = finding.file
            out += [*([""] if out else []), _paint(file, "bold", colour)]
        out += _one(finding, sources.get(file, "").split("\n"), colour)
    return "\n".join(out) + "\n" if out else ""


def summary(findings: Sequence[Finding], files: int, definitions: int) -> str:
    """One line: how many files, and how much there is to mend."""
    counted = f"{files} file{'s' * (files != 1)}, {definitions} definition{'s' * (definitions != 1)}: "
    if not findings:
        return counted + "nothing to mend."
    parts = []
    for severity in ("error", "warning", "note"):
        count = sum(finding.severity == severity for finding in findings)
        parts += [f"{count} {severity}{'s' * (count != 1)}"] if count else []
    safe = sum(finding.fix is not None and finding.fix.safe for finding in findings)
    mend = f" `--fix` mends {safe} of them." if safe else ""
    return counted + ", ".join(parts) + "." + mend


def explained(code: Code) -> str:
    """What a code means, with its example and the corrected one, for `--explain`."""
    out = [f"{code.code} ({code.severity}): {code.title}", "", *textwrap.wrap(code.why, _WIDTH)]
    if code.untold:
        return "\n".join([*out, "", code.untold]) + "\n"
    out += ["", "It is found here:", "", textwrap.indent(code.example, "    ").rstrip("\n")]
    out += ["", "And not here:", "", textwrap.indent(code.twin, "    ").rstrip("\n")]
    return "\n".join(out) + "\n"


def _one(finding: Finding, lines: Sequence[str], colour: bool) -> list[str]:
    place = f"{finding.line}:{finding.column}"
    severity = _paint(finding.severity, finding.severity, colour)
    out = [f"  {place:<8} {severity}  {finding.reason}  {_paint(finding.code, 'faint', colour)}"]
    if 0 < finding.line <= len(lines) and lines[finding.line - 1].strip():
        shown, under = _underlined(finding, lines[finding.line - 1])
        out += [f"           {shown}", f"           {_paint(under, finding.severity, colour)}"]
    hint = finding.suggestion or (finding.fix.title if finding.fix is not None else "")
    return [*out, f"           {hint}"] if hint else out


def _underlined(finding: Finding, line: str) -> tuple[str, str]:
    """The line without its indent, cut to a readable width, and carets under what is meant."""
    line = line.expandtabs(1)
    start = finding.column - 1
    end = finding.end_column - 1 if finding.end_line == finding.line else len(line.rstrip())
    end = max(min(end, len(line)), start + 1)
    indent = len(line) - len(line.lstrip())
    first = (
        max(indent, min(start - 30, len(line.rstrip()) - _WIDTH)) if len(line.rstrip()) - indent > _WIDTH else indent
    )
    first = min(first, start)
    lead = "… " if first > indent else ""
    shown = line[first : first + _WIDTH].rstrip()
    tail = " …" if first + _WIDTH < len(line.rstrip()) else ""
    width = max(1, min(end, first + len(shown)) - start)
    return lead + shown + tail, " " * (len(lead) + start - first) + "^" * width


def _paint(text: str, how: str, colour: bool) -> str:
    return f"\x1b[{_COLOURS[how]}m{text}\x1b[0m" if colour else text
