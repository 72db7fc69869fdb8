"""The tests beside a file, played on the text in the editor before anybody publishes it."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.findings import Finding
from engine.registry import Registry
from engine.release import Release
from engine.testing import Line, Result, Understand, World, read_suites, run
from runtime.publishing.sources import TEST
from workshop.rewording import reworded

SHOWN = 60  # cases that did not hold, each with its conversation


class Tested(msgspec.Struct, frozen=True, kw_only=True):
    """One case. Of one that did not hold: what came otherwise, and what was said up to there."""

    name: str
    line: int
    held: bool
    reasons: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()


class Testing(msgspec.Struct, frozen=True, kw_only=True):
    """`file` holds the tests; "" if there are none. `wrong` are places of it that cannot be read as tests.

    `reworded` is the file as it would be if it expected the sentences that came; "" if no sentence is the matter.
    """

    file: str
    held: int
    cases: tuple[Tested, ...]
    wrong: tuple[Finding, ...] = ()
    reworded: str = ""


def tried(
    release: Release, registry: Registry, understand: Understand, file: str, texts: Mapping[str, str]
) -> Testing:  # fmt: skip
    """The cases of a test file, or of the one beside a definition; those that did not hold come first."""
    beside = file if file.endswith(TEST) else file.removesuffix(".yaml") + TEST
    if beside not in texts:
        return Testing(file="", held=0, cases=())
    suites, unread = read_suites({beside: texts[beside]})
    report = run(suites, World(release, registry, understand), definitions=())
    cases = [*map(_shown, report.failed[:SHOWN]), *(_shown(each) for each in report.results if each.outcome == "held")]
    held = sum(each.outcome == "held" for each in report.results)
    return Testing(
        file=beside, held=held, cases=tuple(cases), wrong=(*unread, *report.findings),
        reworded=reworded(texts[beside], report.failed) if report.failed else "",
    )  # fmt: skip


def _shown(result: Result) -> Tested:
    return Tested(
        name=result.title, line=result.line, held=result.outcome == "held",
        reasons=tuple(failure.finding.reason for failure in result.failures), lines=result.conversation,
    )  # fmt: skip
