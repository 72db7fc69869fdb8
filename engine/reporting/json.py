"""Findings as JSON, for programs: a list, in order of file and place, with the edits that would mend them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import msgspec

from engine.findings import Finding


def as_json(findings: Iterable[Finding]) -> str:
    """`{"findings": [{"code", "severity", "file", "line", "column", "end_line", "end_column", "reason", …}]}`."""
    plain: list[Any] = [msgspec.to_builtins(finding) for finding in findings]
    return json.dumps({"findings": plain}, ensure_ascii=False, indent=1) + "\n"
