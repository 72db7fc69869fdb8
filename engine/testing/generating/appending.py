"""Puts proposed cases into a test file, below those that are there; what a person wrote stays as it is."""

from __future__ import annotations

from engine.findings import Findings
from engine.testing.generating.proposing import Proposal
from engine.testing.suite import Suite, load_suite
from engine.yamltree import Node

_DASH = 2  # characters of "- " before what an item holds


def appended(suite: Suite | None, proposal: Proposal, file: str) -> str:
    """The file with the cases in it. Raises Findings where they cannot be put into it as it is written."""
    if suite is None:
        return f"{proposal.head}\ncases:\n{proposal.text}"
    root = suite.root
    cases: Node = root.value["cases"]
    lines = suite.text.splitlines()
    if lines[cases.place.line - 1][cases.place.column - 1 :].startswith("["):
        reason = "The cases stand in one [list]; new ones can be added to a list with a case a line only."
        suite.refuse("cases-in-line", cases.place, reason, "Write each case on its own line, after a dash.")
    indent = " " * (cases.value[0].place.column - 1 - _DASH)
    below = [place.line for place in root.keys.values() if place.line > cases.place.line]
    end = min(below) - 1 if below else len(lines)
    while end and (not lines[end - 1].strip() or (below and lines[end - 1].startswith("#"))):
        end -= 1
    added = [f"{indent}{line[2:]}".rstrip() if line.strip() else "" for line in proposal.text.splitlines()]
    text = "\n".join([*lines[:end], "", *added, *([""] if below else []), *lines[end:]]) + "\n"
    _same(suite, load_suite(text, file), len(proposal.cases))
    return text


def _same(before: Suite, after: Suite, added: int) -> None:
    """What was there is there still, and what was added is added: anything else is refused, not written."""
    kept = [case.node.content() for case in after.cases[: len(before.cases)]]
    if kept != [case.node.content() for case in before.cases] or len(after.cases) != len(before.cases) + added:
        place = before.root.value["cases"].place
        reason = "New cases cannot be added below these."
        raise Findings([before.finding("cases-mixed", place, reason, "Add them by hand.")])
