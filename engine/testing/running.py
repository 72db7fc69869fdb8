"""Runs test files: the one way in for `aais test`, the publisher and the web console."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from engine.document import load
from engine.findings import Finding, Findings
from engine.registry import Registry
from engine.release import Release, compile_release
from engine.testing.coverage import Coverage
from engine.testing.places import Places
from engine.testing.playing import Played, Understand, Variant, World, play, variants
from engine.testing.report import Report, Result
from engine.testing.suite import Suite, load_suite
from engine.testing.transcript import Guard, Line, asked, guards, transcript

ENDING = ".test.yaml"
Clock = Callable[[], float]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases to play: those whose title holds `case` (or matches it, with * and ?), in this language only."""

    case: str = ""
    language: str = ""

    def takes(self, variant: Variant) -> bool:
        if self.language and variant.language not in ("", self.language):
            return False
        title, pattern = f"{variant.suite.file}: {variant.title}".lower(), self.case.lower()
        if "*" in pattern or "?" in pattern:
            return fnmatch.fnmatchcase(title, f"*{pattern}*")
        return pattern in title


ALL = Chosen()


def run(
    suites: Iterable[Suite], world: World, chosen: Chosen = ALL, *,
    definitions: Iterable[str] | None = None, clock: Clock = lambda: 0.0,
) -> Report:  # fmt: skip
    """Play every case of these files. Never raises for what the files say: see `Report.findings`.

    `definitions` ("flow:booking") are those whose coverage is wanted; without it, of all in the release. The engine
    has no clock: `clock` gives seconds, where somebody wants to know how long a case took.
    """
    findings: list[Finding] = []
    results: list[Result] = []
    coverage, places = Coverage(world.release), Places(world.release)
    for variant in _variants(suites, world.release, findings):
        if not chosen.takes(variant):
            continue
        began = clock()
        played = play(variant, world)
        coverage.add_played(played)
        results.append(result(played, places, clock() - began))
    return Report(results=tuple(results), findings=tuple(findings), coverage=tuple(coverage.shares(definitions)))


def run_sources(
    sources: Mapping[str, str], registry: Registry, understand: Understand, *,
    before: Release | None = None, clock: Clock = lambda: 0.0,
) -> Report:  # fmt: skip
    """Definitions and the tests beside them, all out of one set of files (name -> YAML).

    With `before`, only the tests of definitions that behave otherwise than there are played: those that changed, and
    those that call or ask one that did. Raises Findings if the definitions do not compile.
    """
    documents = [load(text, file) for file, text in sources.items() if not file.endswith(ENDING)]
    release = compile_release(documents, registry)
    suites, findings = read_suites(sources)
    wanted = changed(before, release) if before is not None else None
    if wanted is not None:
        suites = [suite for suite in suites if suite.tests in wanted]
    report = run(suites, World(release, registry, understand), definitions=wanted, clock=clock)
    return msgspec.structs.replace(report, findings=(*findings, *report.findings))


def read_suites(sources: Mapping[str, str]) -> tuple[list[Suite], list[Finding]]:
    """The test files among these, and what is wrong with those that cannot be read."""
    suites: list[Suite] = []
    findings: list[Finding] = []
    for file, text in sources.items():
        if not file.endswith(ENDING):
            continue
        try:
            suites.append(load_suite(text, file))
        except Findings as wrong:
            findings += wrong.findings
    return suites, findings


def changed(before: Release, after: Release) -> frozenset[str]:
    """The definitions of a release that are not in another: a hash covers what is called and asked as well."""
    return frozenset(
        key for key, item in after.definitions.items() if ":" in key and item.hash not in before.by_hash
    )  # fmt: skip


def result(played: Played, places: Places, seconds: float = 0.0) -> Result:
    """One case as it is reported. What held needs no conversation."""
    variant = played.variant
    held = not played.failures
    conversation: tuple[Line, ...] = ()
    tried: tuple[Guard, ...] = ()
    if not held and played.definition is not None:
        conversation = transcript(played.taken)
        tried = guards(played.definition, played.taken[played.since :], places)
    elif not held:
        tried = tuple(guard for decision in played.decisions for guard in asked(decision, places))
    return Result(
        file=variant.suite.file, line=variant.case.node.place.line, tests=variant.suite.tests,
        case=variant.case.name, language=variant.language, words=variant.words, outcome="held" if held else "failed",
        failures=played.failures, conversation=conversation, guards=tried, seconds=seconds,
    )  # fmt: skip


def _variants(suites: Iterable[Suite], release: Release, findings: list[Finding]) -> Iterator[Variant]:
    for suite in suites:
        try:
            yield from variants(suite, release)
        except Findings as wrong:
            findings += wrong.findings
