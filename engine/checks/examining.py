"""Everything that can be found in YAML, in one go: reading, compiling, and what only shows once it compiled.

`check_sources` is what the command line, CI and the web console call; `examine` is for who has compiled already.
What was found in one definition is kept, and not looked for again while neither it nor what it depends on changed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from weakref import WeakKeyDictionary

from engine.chart import chart
from engine.checks import (
    allowances,
    circles,
    data,
    events,
    giving,
    guards,
    mending,
    paths,
    picking,
    rows,
    showing,
    waiting,
    wording,
)
from engine.checks.limits import Limits
from engine.checks.outside import Around
from engine.checks.subject import Subject, TableSubject
from engine.definition import Definition
from engine.document import Document, load
from engine.findings import Finding, Findings, did_you_mean
from engine.recent import Recent
from engine.registry import Registry
from engine.release import Release, compile_documents
from engine.tables import Table
from engine.testing.suite import Suite, load_suite
from engine.types import Types

MACHINE_CHECKS: tuple[Callable[[Subject], None], ...] = (
    paths.check, circles.check, waiting.check, events.check, giving.check, picking.check, data.check, showing.check,
    wording.check, guards.check,
)  # fmt: skip
TABLE_CHECKS: tuple[Callable[[TableSubject], None], ...] = (rows.check,)
_NAMED = re.compile(r"^(flow|lifecycle|rules):\s*[\"']?([A-Za-z0-9_]+)", re.MULTILINE)
_KEPT = 2_000_000  # characters of definitions whose findings are remembered, by registry

_Kept = Recent[tuple[Finding, ...]]
_kept: WeakKeyDictionary[Registry, _Kept] = WeakKeyDictionary()


def check_sources(sources: Mapping[str, str], registry: Registry, limits: Limits | None = None) -> tuple[Finding, ...]:
    """File name -> text, to all findings of all files, in order of file and place.

    A file that cannot be read hides nothing of the others. Tests beside (`*.test.yaml`) are looked at as well.
    """
    documents: list[Document] = []
    found: list[Finding] = []
    absent: set[str] = set()
    suites: list[Suite] = []
    for file, text in sources.items():
        if file.endswith(".test.yaml"):
            suite = _suite(text, file)
            if isinstance(suite, Suite):
                suites.append(suite)
            else:
                found += suite
            continue
        loaded = _loaded(text, file)
        if isinstance(loaded, Document):
            documents.append(loaded)
        else:
            found += loaded
            absent.update(match[2] for match in _NAMED.finditer(text))
    made = compile_documents(documents, registry)
    found += [finding for finding in made.findings if not _for_want_of(finding, absent)]
    known = {f"{document.kind}:{document.name}" for document in documents}
    found += [finding for suite in suites if (finding := _untested(suite, known, absent)) is not None]
    by_file = {document.file: document for document in documents}
    whole = not absent and all(finding.severity != "error" for finding in made.findings)
    found += _examined(made.release, registry, limits or Limits(), by_file, whole)
    seen = {item.file for item in made.release.by_hash.values()} if whole else set()
    return _settled(found, sources, seen)


def examine(release: Release, registry: Registry, limits: Limits | None = None) -> tuple[Finding, ...]:
    """What can be found in definitions that compiled, its warnings included."""
    items = [item for key, item in release.definitions.items() if ":" in key]
    documents = {item.file: load(item.source, item.file) for item in items}
    found = [*release.warnings, *_examined(release, registry, limits or Limits(), documents, True)]
    return _settled(found, {item.file: item.source for item in items}, documents)


def _settled(found: Iterable[Finding], sources: Mapping[str, str], seen: Collection[str]) -> tuple[Finding, ...]:
    """In order, without what is allowed. What an exception would allow may yet be hidden where not all was `seen`."""
    by_file: dict[str, list[Finding]] = {}
    for finding in found:
        by_file.setdefault(finding.file, []).append(finding)
    settled: list[Finding] = []
    for file, text in sources.items():
        settled += allowances.apply(by_file.pop(file, []), file, text, file in seen)
    settled += [finding for rest in by_file.values() for finding in rest]
    return Findings(mending.with_fix(finding, sources.get(finding.file, "")) for finding in settled).findings


def _loaded(text: str, file: str) -> Document | tuple[Finding, ...]:
    try:
        return load(text, file)
    except Findings as findings:
        return findings.findings


def _suite(text: str, file: str) -> Suite | tuple[Finding, ...]:
    try:
        return load_suite(text, file)
    except Findings as findings:
        return findings.findings


def _untested(suite: Suite, known: set[str], absent: set[str]) -> Finding | None:
    if suite.tests in known or suite.name in absent or not known:
        return None
    reason = f'There is no {suite.kind} "{suite.name}" to test.'
    place = suite.root.value["tests"].place
    names = [key.partition(":")[2] for key in known if key.startswith(f"{suite.kind}:")]
    return suite.finding("untested-definition", place, reason, did_you_mean(suite.name, names))


def _for_want_of(finding: Finding, absent: set[str]) -> bool:
    """Whether something is only unknown because the file that has it could not be read."""
    if not absent or not finding.code.startswith(("unknown-", "missing-")):
        return False
    return any(f'"{name}"' in finding.reason or f'"{name}.' in finding.reason for name in absent)


def _examined(
    release: Release, registry: Registry, limits: Limits, documents: Mapping[str, Document], whole: bool
) -> list[Finding]:
    known = _types(registry)
    machines = [item for key, item in release.definitions.items() if isinstance(item, Definition) and ":" in key]
    tables = [item for key, item in release.definitions.items() if isinstance(item, Table) and ":" in key]
    asked = {table.name: table for table in tables}
    around = Around((chart(definition) for definition in machines), whole)
    takes = {definition.name: _takes(definition) for definition in machines if definition.kind == "flow"}
    kept = _kept.setdefault(registry, Recent(_KEPT))
    found: list[Finding] = []
    for each in around.charts:
        definition = each.definition
        outside = around.of(definition)
        key = (definition.file, definition.source, definition.hash, limits, outside, str(takes))
        judged = kept.get(key)
        if judged is None:
            document = documents[definition.file]
            subject = Subject(definition, each, document, registry, known, limits, outside, takes, asked)
            for check in MACHINE_CHECKS:
                check(subject)
            judged = kept.put(key, tuple(subject.found), len(definition.source))
        found += judged
    for table in tables:
        about = (table.file, table.source, table.hash)
        judged = kept.get(about)
        if judged is None:
            looked = TableSubject(table, documents[table.file], known)
            for look in TABLE_CHECKS:
                look(looked)
            judged = kept.put(about, tuple(looked.found), len(table.source))
        found += judged
    return found


@lru_cache(maxsize=8)
def _types(registry: Registry) -> Types:
    return Types({name: record.fields for name, record in registry.records.items()})


def _takes(definition: Definition) -> dict[str, bool]:
    written = definition.content.get("takes") or {}
    return {name: isinstance(each, dict) and bool(each.get("optional")) for name, each in written.items()}
