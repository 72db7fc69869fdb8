"""The workshop's long work, as functions of texts: they run beside the server, and know nothing of it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from engine.authoring import Diagram, Item, Sheet, complete, diagram, formatted, hover, put, sheet
from engine.authoring.hovering import Hover
from engine.checks import Limits, check_sources
from engine.definition import Definition
from engine.document import load
from engine.findings import Finding, Findings
from engine.registry import Registry
from engine.release import Release, compile_release
from runtime.publishing.sources import TEST
from workshop.beside import Equipment
from workshop.testing import Testing, tried
from workshop.trying import Played, Playing, Ruled


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as a diagram, a table as a sheet; neither for a text that does not compile."""

    diagram: Diagram | None = None
    sheet: Sheet | None = None


def everything(
    with_: Equipment, texts: Mapping[str, str], endpoints: tuple[str, ...] | None = None
) -> tuple[Finding, ...]:  # fmt: skip
    """All findings of all files. What is in force is asked about with every keystroke, and is known by its content."""
    own = with_.limits if endpoints is None else replace(with_.limits, endpoints=frozenset(endpoints))
    return _everything(tuple(texts.items()), with_.registry, own)


@lru_cache(maxsize=16)
def _everything(texts: tuple[tuple[str, str], ...], registry: Registry, limits: Limits) -> tuple[Finding, ...]:
    return check_sources(dict(texts), registry, limits)


def findings(
    with_: Equipment, before: Mapping[str, str], after: Mapping[str, str], file: str,
    endpoints: tuple[str, ...] | None = None,
) -> tuple[Finding, ...]:  # fmt: skip
    """Of one file everything; of others only the errors that they have after and did not have before."""
    known = {_same(finding) for finding in everything(with_, before, endpoints)}
    return tuple(
        finding for finding in everything(with_, after, endpoints)
        if finding.file == file or (finding.severity == "error" and _same(finding) not in known)
    )  # fmt: skip


def completion(with_: Equipment, text: str, line: int, column: int, others: tuple[str, ...]) -> tuple[Item, ...]:
    return complete(text, line, column, others, with_.registry)


def explained(with_: Equipment, text: str, line: int, column: int, others: tuple[str, ...]) -> Hover | None:
    return hover(text, line, column, others, with_.registry)


def picture(with_: Equipment, texts: Mapping[str, str], file: str) -> Picture:
    try:
        text = texts[file]
        if load(text, file).kind == "rules":
            return Picture(sheet=sheet(text, file))
        for item in _release(texts, with_.registry).definitions.values():
            if isinstance(item, Definition) and item.file == file:
                return Picture(diagram=diagram(item))
    except Findings:
        return Picture()
    return Picture()


def cell(_with: Equipment, text: str, path: tuple[str | int, ...], value: str, file: str) -> str:
    return put(text, path, value, file)


def in_order(_with: Equipment, text: str, file: str) -> str:
    return formatted(text, file)


def conversation(with_: Equipment, texts: Mapping[str, str], tests: str, file: str, playing: Playing) -> Played:
    from workshop.simulating import simulate  # it loads the solver, which the server has no use for

    return simulate(_release(texts, with_.registry), with_.registry, with_.understand, file, tests, playing)


def tested(with_: Equipment, texts: Mapping[str, str], file: str) -> Testing:
    files = {name: text for name, text in texts.items() if not name.endswith(TEST)}
    return tried(_release(files, with_.registry), with_.registry, with_.understand, file, texts)


def ruling(
    with_: Equipment, texts: Mapping[str, str], tests: str, file: str, facts: Mapping[str, str | None]
) -> Ruled:  # fmt: skip
    from workshop.ruling import rule  # it loads the solver as well

    return rule(_release(texts, with_.registry), with_.registry, file, tests, facts)


def _release(texts: Mapping[str, str], registry: Registry) -> Release:
    return _compiled(tuple(sorted(texts.items())), registry)


@lru_cache(maxsize=16)
def _compiled(texts: tuple[tuple[str, str], ...], registry: Registry) -> Release:
    return compile_release([load(text, file) for file, text in texts], registry)


def _same(finding: Finding) -> tuple[str, str, str]:
    return finding.file, finding.code, finding.reason
