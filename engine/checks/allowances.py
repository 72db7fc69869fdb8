"""Exceptions that somebody has looked at: `# check: allow unused-text because the web page says it`.

At the end of the line of a finding, or alone on the line above. They hold for warnings and notes, never for
errors, and must say why. One that nothing needs is itself a finding.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from engine.codes import CODES, severity
from engine.findings import Edit, Finding, Fix, did_you_mean

_ALLOW = re.compile(r"(?:^|(?<=\s))# check: allow (?P<codes>[a-z0-9 ,-]+?)(?: because(?: (?P<why>.*\S))?)?\s*$")


class Allowance(msgspec.Struct, frozen=True):
    """One code allowed on one line."""

    code: str
    line: int  # that it holds for
    at: int  # the line, column and end column of the comment
    column: int
    end: int
    why: str
    only: bool  # whether the comment allows nothing else
    after: int  # characters of the line before the comment and its blanks


def allowances(source: str) -> list[Allowance]:
    """The exceptions that a file makes."""
    found: list[Allowance] = []
    if "# check:" not in source:
        return found
    lines = source.split("\n")
    for number, line in enumerate(lines, start=1):
        match = _ALLOW.search(line)
        if match is None:
            continue
        alone = not line[: match.start()].strip()
        target = number + 1 if alone else number
        while alone and target <= len(lines) and lines[target - 1].lstrip().startswith("#"):
            target += 1
        codes = re.split(r"[ ,]+", match["codes"].strip())
        for code in codes:
            end = len(line.rstrip()) + 1
            why = match["why"] or ""
            blank = len(line[: match.start()].rstrip())
            found.append(Allowance(code, target, number, match.start() + 1, end, why, len(codes) == 1, blank))
    return found


def apply(findings: Iterable[Finding], file: str, source: str, seen: bool = True) -> list[Finding]:
    """The findings of one file without those that are allowed, and with what is wrong with the allowances.

    Unless all that there is was `seen`, nobody can say that one is not needed.
    """
    made = allowances(source)
    if not made:
        return list(findings)
    used: set[int] = set()
    kept: list[Finding] = []
    for finding in findings:
        index = next((i for i, a in enumerate(made) if a.line == finding.line and a.code == finding.code), None)
        if index is None or finding.severity == "error":
            kept.append(finding)
        else:
            used.add(index)
    for index, each in enumerate(made):
        if each.code not in CODES:
            kept.append(_finding("unknown-code", file, each, f"There is no code {each.code}.", _known(each.code)))
        elif CODES[each.code].severity == "error":
            kept.append(_finding("unused-allowance", file, each, f"{each.code} is an error; it cannot be allowed."))
        elif index not in used and seen:
            kept.append(_finding("unused-allowance", file, each, f"Nothing here needs {each.code} to be allowed."))
        elif index in used and not each.why:
            kept.append(
                _finding("allowance-without-reason", file, each, "This does not say why.", "End it with `because …`.")
            )
    return kept


def _known(code: str) -> str:
    return did_you_mean(code, [name for name, each in CODES.items() if each.severity != "error"])


def _finding(code: str, file: str, at: Allowance, reason: str, suggestion: str = "") -> Finding:
    fix = None
    if code == "unused-allowance" and at.only:
        if at.after:
            edit = Edit(line=at.at, column=at.after + 1, end_line=at.at, end_column=at.end, text="")
        else:  # it stands alone: the line goes with it
            edit = Edit(line=at.at, column=1, end_line=at.at + 1, end_column=1, text="")
        fix = Fix(title="Remove the comment.", edits=(edit,), safe=True)
    return Finding(
        code=code, severity=severity(code), file=file, line=at.at, column=at.column, end_line=at.at,
        end_column=at.end, reason=reason, suggestion=suggestion, fix=fix,
    )  # fmt: skip
