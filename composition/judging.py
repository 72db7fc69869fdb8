"""What a version must stand before it is published, as plain functions: no store, no clock but for how long they took.

Run in a thread by the command line, and by the server in a process of its own (`composition.judge`), so that nobody's
conversation waits for a proof.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from textwrap import shorten
from time import perf_counter, process_time

import msgspec

import engine
import language
from composition.definitions import limits, registry
from engine.chart import chart
from engine.checks import check_sources
from engine.comparing import Version, compare, people
from engine.findings import Finding, Findings
from engine.proving import Bounds, Verdict, looks_across, prove, worst
from engine.release import Release
from engine.tables import Table
from engine.testing import Report, changed, run_sources
from engine.testing.showing import summary
from runtime.publishing.gate import Candidate, Checked
from runtime.publishing.gate import Verdict as Answer
from runtime.publishing.sources import Sources

SHOWN = 3  # of the tests that failed
PROVING = 120.0  # seconds of the processor's; what is not proved by then is undecided
Check = Callable[[Candidate], Checked]


def judge(candidate: Candidate) -> Iterator[Checked]:
    """Each check's result in order. What does not compile ends it; else all are run, so that all is said at once."""
    for check in CHECKS:
        began = perf_counter()
        made = msgspec.structs.replace(_done(check, candidate), seconds=round(perf_counter() - began, 3))
        yield made
        if check is compiles and made.verdict == "refused":
            return


def _done(check: Check, candidate: Candidate) -> Checked:
    """A check that fails itself lets nothing through; what only tells is left out."""
    try:
        return check(candidate)
    except Exception as error:
        said = f"this check failed itself ({type(error).__name__}: {error}); please report it"
        name, verdict = _NAMES[check]
        return Checked(name=name, verdict=verdict, summary=said)


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


def compared(candidate: Candidate) -> Checked:
    """What it would change, in a reviewer's words: for whoever reads it; it stands in nobody's way."""
    if not candidate.before.files:
        return Checked(name="changes", verdict="skipped", summary="nothing is in force to compare it with")
    versions = Version("in force", candidate.before.files), Version("this version", candidate.sources.files)
    told = people(compare(*versions, registry())).strip().splitlines()
    return Checked(
        name="changes", verdict="passed", summary=told[-1] if told else "none", details=tuple(_trimmed(told[1:-1]))
    )


def _trimmed(lines: list[str]) -> list[str]:
    """Without empty lines around it."""
    return "\n".join(lines).strip("\n").splitlines()


def checked(candidate: Candidate) -> Checked:
    """What is wrong though it compiles. Warnings do not stand in the way."""
    findings = check_sources(candidate.sources.texts, registry(), limits(candidate.endpoints))
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if errors:
        return Checked(name="check", verdict="refused", summary=_to_mend(findings), findings=errors)
    summary = f"{len(findings)} warnings" if findings else "nothing to mend"
    return Checked(name="check", verdict="passed", summary=summary, findings=findings)


def proved(candidate: Candidate) -> Checked:
    """The promises, over every path. One that is broken comes with the conversation that breaks it, told and as a
    test."""
    late = process_time() + PROVING
    release, before = released(candidate.sources), _before(candidate)
    only = _to_prove(before, release) if before is not None else None
    found = prove(
        release, registry(), only=only, bounds=Bounds(late=lambda: process_time() > late),
        understand=language.understand,
    )  # fmt: skip
    total = sum(len(each.promised) for each in release.by_hash.values())
    kept = f"{total - len(found)} rest on nothing that changed" if total > len(found) else ""
    if not found:
        return Checked(name="promises", verdict="passed", summary=kept or "nothing is promised")
    answer = worst(found)
    wrong = [verdict for verdict in found if verdict.answer != "proved"]
    counts = {word: sum(verdict.answer == word for verdict in found) for word in ("proved", "broken", "undecided")}
    return Checked(
        name="promises", verdict=_VERDICTS[answer],
        summary=", ".join([*(f"{count} {word}" for word, count in counts.items() if count), *filter(None, [kept])]),
        details=tuple(line for verdict in wrong for line in _verdict(verdict)),
        shows=tuple(verdict.test for verdict in wrong if verdict.test),
    )  # fmt: skip


def _to_prove(before: Release, after: Release) -> frozenset[str] | None:
    """The definitions whose promises may hold no longer: those whose hash is new, which covers what they call and ask,
    and those whose proof rests on what these tell; all, where what machines tell, or what tables give, is other."""
    others = changed(before, after)
    return others | looks_across(after, others) if _around(before) == _around(after) else None


def _around(release: Release) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
    told: set[str] = set()
    results: set[tuple[str, str]] = set()
    for each in release.by_hash.values():
        if isinstance(each, Table):
            results.add((each.name, str(sorted(each.outputs.items()))))
            continue
        drawn = chart(each)
        for acts in (*(node.acts for node in drawn.nodes.values()), *(edge.acts for edge in drawn.edges)):
            told |= {act.name for act in acts if act.kind == "tell"}
    return frozenset(told), frozenset(results)


_VERDICTS: dict[str, Answer] = {"proved": "passed", "broken": "refused", "undecided": "undecided"}


def _verdict(verdict: Verdict) -> Iterator[str]:
    yield f"{verdict.file}:{verdict.line}: {verdict.answer}: {verdict.promise}"
    if verdict.why:
        yield f"  {verdict.why}"
    for assumed in verdict.assumed:
        yield f"  taken for granted: {assumed}"
    for number, line in enumerate(verdict.conversation, start=1):
        yield f"  {number:2}. {line}"


def tested(candidate: Candidate) -> Checked:
    """The tests beside the files: of what changed, and of what calls or asks what changed."""
    if not candidate.sources.tests:
        return Checked(name="tests", verdict="passed", summary="there are none")
    before = _before(candidate)
    report = run_sources(
        candidate.sources.texts, registry(), language.understand, before=before, clock=perf_counter
    )  # fmt: skip
    played = summary(report).partition(", in ")[0].rstrip(".")
    if report.holds:
        played = played if report.results else "nothing that is tested behaves otherwise"
        return Checked(name="tests", verdict="passed", summary=played)
    return Checked(
        name="tests", verdict="refused", summary=played, findings=_test_findings(report),
        details=tuple(_failed(report)),
    )  # fmt: skip


def _failed(report: Report) -> Iterator[str]:
    """Enough to see what it is about; each with its conversation is what `aais test` is for."""
    for finding in report.findings[:SHOWN]:
        yield str(finding)
    for result in report.failed[:SHOWN]:
        yield f"{result.file}:{result.line}: {result.title}"
        reasons = sorted((failure.finding.reason for failure in result.failures), key=len)
        yield f"  {shorten(reasons[0], 140, placeholder=' …')}"
    more = len(report.failed) - SHOWN
    if more > 0:
        yield f"and {more} more; the tests show each with its conversation"


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


_NAMES: dict[Check, tuple[str, Answer]] = {
    compiles: ("compile", "refused"),
    compared: ("changes", "skipped"),
    checked: ("check", "refused"),
    tested: ("tests", "refused"),
    proved: ("promises", "refused"),
}
CHECKS: tuple[Check, ...] = tuple(_NAMES)
