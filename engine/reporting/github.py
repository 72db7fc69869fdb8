"""Findings as workflow commands of GitHub Actions, which shows them beside the lines of a pull request."""

from __future__ import annotations

from collections.abc import Iterable

from engine.findings import Finding

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def github(findings: Iterable[Finding]) -> str:
    """A line a finding: `::error file=…,line=…,col=…,endLine=…,endColumn=…,title=…::message`."""
    return "".join(f"{_command(finding)}\n" for finding in findings)


def _command(finding: Finding) -> str:
    # GitHub counts the end column inclusively, and ignores columns where a finding spans lines.
    one_line = finding.line == finding.end_line
    where = {
        "file": finding.file, "line": finding.line, "endLine": finding.end_line,
        **({"col": finding.column, "endColumn": max(finding.column, finding.end_column - 1)} if one_line else {}),
        "title": finding.code,
    }  # fmt: skip
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in where.items())
    message = " ".join(part for part in (finding.reason, finding.suggestion) if part)
    return f"::{_COMMANDS[finding.severity]} {properties}::{_message(message)}"


def _message(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _message(text).replace(":", "%3A").replace(",", "%2C")
