"""What the editor asks, about exactly the text in its buffer, seen together with all else that is in force.

The same checks, pictures and simulations that the command line has; computed beside the event loop, since a check of a
large flow may take longer than a customer should wait.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

import msgspec

from engine.authoring import Diagram, Item, Sheet, complete, diagram, hover, put, sheet
from engine.authoring.hovering import Hover
from engine.checks import Limits, check_sources
from engine.definition import Definition
from engine.document import load
from engine.findings import Finding, Findings
from engine.registry import Registry
from engine.release import Release, compile_release
from engine.testing import Understand
from runtime.publishing.publisher import Publisher
from runtime.publishing.sources import TEST, Sources
from storage.store import Store
from workshop import drafts
from workshop.shelf import ByHash, Shelf, running, shelved
from workshop.simulating import Played, Playing, simulate

T = TypeVar("T")


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A machine as a diagram, a table as a sheet; neither for a text that does not compile."""

    diagram: Diagram | None = None
    sheet: Sheet | None = None


class NoFile(KeyError):
    """There is no such file, or its name is none."""


class Workbench:
    """One a process. `org` sees its own release, or everybody's until it has one."""

    def __init__(
        self, store: Store, publisher: Publisher, by_hash: ByHash, registry: Registry, limits: Limits,
        understand: Understand,
    ) -> None:  # fmt: skip
        self._store = store
        self._by_hash = by_hash
        self.publisher = publisher
        self.registry = registry
        self._limits = limits
        self._understand = understand

    async def sources(self, org: str) -> Sources:
        """What is in force for a business."""
        _, found = await self.publisher.in_force(org)
        return found

    async def shelf(self, org: str) -> Shelf:
        """All files that a business has or drafts, with what is found in them and how much runs on them."""
        pointer, found = await self.publisher.in_force(org)
        drafted = await drafts.everybodys(self._store.org(org))
        about = {file: head for file, text in found.files.items() if (head := headed(text)) is not None}
        for draft in drafted:
            head = headed(draft.text) if draft.file not in found.texts and not draft.file.endswith(TEST) else None
            if head is not None:
                about[draft.file] = {**head, "new": True}
        findings = await _aside(check_sources, found.texts, self.registry, self._limits)
        counts = await running(self._store.org(org), self._by_hash)
        return Shelf(
            files=shelved(about, findings, counts, drafted), own=bool(pointer.number), number=pointer.number,
            release=pointer.release,
        )  # fmt: skip

    async def check(self, org: str, file: str, text: str) -> tuple[Finding, ...]:
        """All findings of this text; of other files only the errors that they have with it and not without."""
        before = (await self.sources(org)).texts
        after = {**before, named(file): text}
        return await _aside(self._check, before, after, file)

    async def complete(self, org: str, file: str, text: str, line: int, column: int) -> tuple[Item, ...]:
        others = [other for name, other in (await self.sources(org)).files.items() if name != file]
        return await _aside(complete, text, line, column, others, self.registry)

    async def hover(self, org: str, file: str, text: str, line: int, column: int) -> Hover | None:
        others = [other for name, other in (await self.sources(org)).files.items() if name != file]
        return await _aside(hover, text, line, column, others, self.registry)

    async def picture(self, org: str, file: str, text: str) -> Picture:
        texts = {**(await self.sources(org)).files, named(file): text}
        return await _aside(self._picture, texts, file)

    async def cell(self, file: str, text: str, path: tuple[str | int, ...], value: str) -> str:
        """The text with another value in a table's cell. Raises engine.authoring.table.NoCell, Findings."""
        return await _aside(put, text, path, value, named(file))

    async def simulate(self, org: str, file: str, text: str, playing: Playing) -> Played:
        """Raises Findings for a text that does not compile, workshop.simulating.CannotPlay for what is no flow."""
        found = await self.sources(org)
        texts = {**found.files, named(file): text}
        tests = found.tests.get(file.removesuffix(".yaml") + TEST, "")
        return await _aside(self._simulate, texts, tests, file, playing)

    @staticmethod
    async def aside(work: Callable[..., T], *args: Any) -> T:
        """Any other long work on texts."""
        return await _aside(work, *args)

    def _check(self, before: Mapping[str, str], after: Mapping[str, str], file: str) -> tuple[Finding, ...]:
        known = {_same(finding) for finding in check_sources(before, self.registry, self._limits)}
        found = check_sources(after, self.registry, self._limits)
        return tuple(
            finding for finding in found
            if finding.file == file or (finding.severity == "error" and _same(finding) not in known)
        )  # fmt: skip

    def _picture(self, texts: Mapping[str, str], file: str) -> Picture:
        try:
            text = texts[file]
            if load(text, file).kind == "rules":
                return Picture(sheet=sheet(text, file))
            for item in self._release(texts).definitions.values():
                if isinstance(item, Definition) and item.file == file:
                    return Picture(diagram=diagram(item))
        except Findings:
            return Picture()
        return Picture()

    def _simulate(self, texts: Mapping[str, str], tests: str, file: str, playing: Playing) -> Played:
        return simulate(self._release(texts), self.registry, self._understand, file, tests, playing)

    def _release(self, texts: Mapping[str, str]) -> Release:
        return _compiled(tuple(sorted(texts.items())), self.registry)


@lru_cache(maxsize=32)
def _compiled(texts: tuple[tuple[str, str], ...], registry: Registry) -> Release:
    return compile_release([load(text, file) for file, text in texts], registry)


_HEAD = re.compile(r"^(flow|lifecycle|rules):[ \t]*[\"']?([a-z][a-z0-9_]*)", re.MULTILINE)
_LINE = re.compile(r"^(title|version):[ \t]*(.*?)[ \t]*(?:#.*)?$", re.MULTILINE)


def headed(text: str) -> dict[str, Any] | None:
    """What a file says of itself, also while it is in error; None for what is no definition."""
    found = _HEAD.search(text)
    if found is None:
        return None
    lines = dict(_LINE.findall(text))
    version = lines.get("version", "")
    return {
        "kind": found[1], "name": found[2], "title": lines.get("title", "").strip("\"'"),
        "version": int(version) if version.isdecimal() else 0,
    }  # fmt: skip


def named(file: str) -> str:
    """A file's name as releases have it. Raises NoFile."""
    parts = file.split("/")
    plain = all(part and part.strip(".") and part.isprintable() and "\\" not in part for part in parts)
    if not plain or not file.endswith(".yaml") or len(file) > 120 or parts[0] not in ("flows", "rules"):
        raise NoFile(file)
    return file


def _same(finding: Finding) -> tuple[str, str, str]:
    return finding.file, finding.code, finding.reason


async def _aside(work: Callable[..., T], *args: Any) -> T:
    """Beside the event loop, which customers need."""
    return await asyncio.to_thread(work, *args)
