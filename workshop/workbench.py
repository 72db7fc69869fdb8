"""What the editor asks, about exactly the text in its buffer, seen together with all else that is in force.

The same checks, pictures and simulations that the command line has; computed beside the server, since a check of a
large flow may take longer than a customer should wait.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from bookings import offers
from engine.authoring import Item
from engine.authoring.hovering import Hover
from engine.findings import Finding, Findings
from runtime.publishing.gate import Endpoints, unknown
from runtime.publishing.publisher import Publisher
from runtime.publishing.sources import TEST, Sources
from storage.store import Store
from workshop import drafts, questions
from workshop.beside import Beside
from workshop.own import offered, receivers
from workshop.questions import Picture
from workshop.replaying import Replaying
from workshop.shelf import ByHash, Shelf, running, shelved
from workshop.testing import Testing
from workshop.trying import Played, Playing, Ruled

MOST_OFFERS = 200
T = TypeVar("T")


class NoFile(KeyError):
    """There is no such file, or its name is none."""


class Workbench:
    """One a process. `org` sees its own release, or everybody's until it has one. `replaying` runs backtests."""

    replaying: Replaying | None = None

    def __init__(
        self, store: Store, publisher: Publisher, by_hash: ByHash, beside: Beside, replaying: Replaying | None = None,
        endpoints: Endpoints = unknown,
    ) -> None:  # fmt: skip
        self._endpoints = endpoints
        self.replaying = replaying
        self._store = store
        self._by_hash = by_hash
        self._beside = beside
        self.publisher = publisher

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
        findings = await self._beside.run(questions.everything, found.texts, await self._endpoints(org))
        counts, unknown = await running(self._store.org(org), self._by_hash)
        return Shelf(
            files=shelved(about, findings, counts, drafted), own=bool(pointer.number), number=pointer.number,
            release=pointer.release, unknown=unknown,
        )  # fmt: skip

    async def check(self, org: str, file: str, text: str, by: str = "") -> tuple[Finding, ...]:
        """All findings of this text; of other files only the errors that they have with it and not without.

        Here as below, the text is seen together with what `by` has drafted of other files: they are published as one.
        """
        before = (await self._seen(org, file, by)).texts
        found: tuple[Finding, ...] = await self._beside.run(
            questions.findings, before, {**before, named(file): text}, file, await self._endpoints(org)
        )
        return found

    async def complete(
        self, org: str, file: str, text: str, line: int, column: int, by: str = ""
    ) -> tuple[Item, ...]:  # fmt: skip
        others = await self._others(org, file, by)
        items: tuple[Item, ...] = await self._beside.run(questions.completion, text, line, column, others)
        sold = await self._store.org(org).find("offers", {}, limit=MOST_OFFERS)
        told = receivers(text, line, column, await self._endpoints(org) or ())
        return (*offered(text, line, column, map(offers.read, sold)), *told, *items)

    async def hover(self, org: str, file: str, text: str, line: int, column: int, by: str = "") -> Hover | None:
        others = await self._others(org, file, by)
        said: Hover | None = await self._beside.run(questions.explained, text, line, column, others)
        return said

    async def picture(self, org: str, file: str, text: str, by: str = "") -> Picture:
        drawn = Picture()
        for found in await self._worlds(org, file, by):
            drawn = await self._beside.run(questions.picture, {**found.files, named(file): text}, file)
            if drawn != Picture():
                break
        return drawn

    async def cell(self, file: str, text: str, path: tuple[str | int, ...], value: str) -> str:
        """The text with another value in a table's cell. Raises engine.authoring.table.NoCell, Findings."""
        return str(await self._beside.run(questions.cell, text, path, value, named(file)))

    async def format(self, file: str, text: str) -> str:
        """The text set in order; what it says stays. Raises Findings for what is no YAML."""
        return str(await self._beside.run(questions.in_order, text, named(file)))

    async def simulate(self, org: str, file: str, text: str, playing: Playing, by: str = "") -> Played:
        """Raises Findings for a text that does not compile, workshop.simulating.CannotPlay for what is no flow."""

        async def play(found: Sources) -> Played:
            texts, tests = {**found.files, named(file): text}, found.tests.get(_beside(file), "")
            played: Played = await self._beside.run(questions.conversation, texts, tests, file, playing)
            return played

        return await self._tried(org, file, by, play)

    async def test(self, org: str, file: str, text: str, by: str = "") -> Testing:
        """The tests beside a text, or those of a text that holds tests. Raises Findings for what does not compile."""

        async def play(found: Sources) -> Testing:
            played: Testing = await self._beside.run(questions.tested, {**found.texts, named(file): text}, file)
            return played

        return await self._tried(org, file, by, play)

    async def rule(
        self, org: str, file: str, text: str, facts: Mapping[str, str | None], by: str = ""
    ) -> Ruled:  # fmt: skip
        """A table asked with facts. Raises Findings, CannotPlay for what is no table."""

        async def ask(found: Sources) -> Ruled:
            texts, tests = {**found.files, named(file): text}, found.tests.get(_beside(file), "")
            ruled: Ruled = await self._beside.run(questions.ruling, texts, tests, file, dict(facts))
            return ruled

        return await self._tried(org, file, by, ask)

    async def _tried(self, org: str, file: str, by: str, ask: Callable[[Sources], Awaitable[T]]) -> T:
        """With one's drafts of other files; where those are in error, with what is in force of them."""
        first, *rest = await self._worlds(org, file, by)
        try:
            return await ask(first)
        except Findings:
            if not rest:
                raise
        return await ask(rest[0])

    async def _worlds(self, org: str, file: str, by: str) -> tuple[Sources, ...]:
        """What else there is, as one has drafted it; and as it is in force, if that is something else."""
        drafted, in_force = await self._seen(org, file, by), await self.sources(org)
        return (drafted,) if drafted.texts == in_force.texts else (drafted, in_force)

    async def _seen(self, org: str, file: str, by: str) -> Sources:
        """What is in force, with somebody's drafts of all other files in its place."""
        found = await self.sources(org)
        mine = await drafts.mine(self._store.org(org), by) if by else {}
        return found.replaced({name: draft.text for name, draft in mine.items() if name != file})

    async def _others(self, org: str, file: str, by: str) -> tuple[str, ...]:
        return tuple(other for name, other in (await self._seen(org, file, by)).files.items() if name != file)


def _beside(file: str) -> str:
    """Where the tests of a file stand."""
    return file.removesuffix(".yaml") + TEST


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
