"""What a version must stand before it is published, as plain functions: no store, no clock but for how long they took.

Run in a thread by the command line, and by the server in a process of its own (`composition.judge`), so that nobody's
conversation waits for a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from time import perf_counter

import msgspec

import engine
import language
from composition.definitions import registry
from engine.findings import Finding, Findings
from engine.release import Release
from engine.testing import Report, run_sources
from engine.testing.showing import report_text, summary
from runtime.publishing.gate import Candidate, Checked
from runtime.publishing.sources import Sources

Check = Callable[[Candidate], Checked]


def judge(candidate: Candidate) -> Iterator[Checked]:
    """Each check's result in order, up to the first that refuses."""
    for check in CHECKS:
        began = perf_counter()
        checked = msgspec.structs.replace(check(candidate), seconds=round(perf_counter() - began, 3))
        yield checked
        if checked.verdict == "refused":
            return


def compiles(candidate: Candidate) -> Checked:
    """All that is wrong in any file, at once."""
    if not candidate.sources.files:
        return Checked(name="compile", verdict="refused", summary="there is no definition in it")
    try:
        release = released(candidate.sources)
    except Findings as wrong:
        return Checked(name="compile", verdict="refused", summary=_to_mend(wrong.findings), findings=wrong.findings)
    count = sum(":" in name for name in release.definitions)
    warned = f", {len(release.warnings)} warnings" if release.warnings else ""
    return Checked(
        name="compile", verdict="passed", summary=f"{count} definitions{warned}", findings=tuple(release.warnings)
    )  # fmt: skip


def tested(candidate: Candidate) -> Checked:
    """The tests beside the files: of what changed, and of what calls or asks what changed."""
    before = _before(candidate)
    report = run_sources(
        candidate.sources.texts, registry(), language.understand, before=before, clock=perf_counter
    )  # fmt: skip
    if report.holds:
        played = summary(report) if report.results else "nothing that is tested behaves otherwise"
        return Checked(name="tests", verdict="passed", summary=played)
    return Checked(
        name="tests", verdict="refused", summary=summary(report), findings=_test_findings(report),
        details=tuple(report_text(report).splitlines()),
    )  # fmt: skip


def _before(candidate: Candidate) -> Release | None:
    """What is in force, to leave out the tests of what is the same; None where all are to be played."""
    if not candidate.before.files or candidate.before.files == candidate.sources.files:
        return None
    try:
        return released(candidate.before)
    except Findings:
        return None  # an earlier AAIS took what this one does not


def _test_findings(report: Report) -> tuple[Finding, ...]:
    return (*report.findings, *(failure.finding for result in report.failed for failure in result.failures))


@lru_cache(maxsize=4)
def _compiled(id: str, files: tuple[tuple[str, str], ...]) -> Release:
    return engine.compile_release([engine.load(text, file) for file, text in files], registry())


def released(sources: Sources) -> Release:
    """Compiled once for all checks. Raises `engine.Findings`."""
    return _compiled(sources.id, tuple(sources.files.items()))


def _to_mend(findings: tuple[Finding, ...]) -> str:
    errors = sum(finding.severity == "error" for finding in findings)
    return f"{errors} to mend" if errors != 1 else "one thing to mend"


CHECKS: tuple[Check, ...] = (compiles, tested)
