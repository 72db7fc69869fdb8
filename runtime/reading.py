"""The journal of an org, machine by machine, without ever holding more than a page of it and one machine.

Machines come in the order of their ids, so that a run that was stopped goes on behind the last one. Persons who were
erased are passed over: nobody can read what concerned them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import msgspec

from runtime.journal import Body, open_entry
from storage.errors import Unreadable
from storage.query import cursor
from storage.store import Document, Metric, OrgStore, Sort

MACHINES = 64  # whose keys and entries are fetched together
PAGE = 500
ORDER: Sort = [("machine", 1), ("seq", 1)]


class Chosen(msgspec.Struct, frozen=True, kw_only=True):
    """Which machines: begun in [since, until), of a definition's name ("" for all), or one by its id."""

    since: datetime | None = None
    until: datetime | None = None
    name: str = ""
    machine: str = ""

    def filter(self) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        started = {"gte": self.since, "lt": self.until}
        if given := {op: moment for op, moment in started.items() if moment is not None}:
            parts["started"] = given
        if self.name:
            parts["name"] = self.name
        if self.machine:
            parts["_id"] = self.machine
        return parts


class Kept(msgspec.Struct, frozen=True):
    """One machine as the store has it, with its entries opened; `bodies` is None where the person was erased."""

    document: Document
    bodies: list[tuple[Document, Body]] | None


async def count(view: OrgStore, chosen: Chosen) -> tuple[int, int]:
    """How many machines, and how many entries they have together."""
    rows = await view.aggregate(
        "machines",
        chosen.filter(),
        group=[],
        metrics={"machines": Metric(kind="count"), "entries": Metric(kind="sum", field="seq")},
    )
    return (int(rows[0]["machines"]), int(rows[0]["entries"] or 0)) if rows else (0, 0)


async def pages(view: OrgStore, vault: Any, chosen: Chosen, after: str = "") -> AsyncIterator[list[Document]]:
    """The machines behind `after`, a page at a time, with the keys of their persons loaded."""
    place = [after] if after else None
    while page := await view.find("machines", chosen.filter(), sort=[("_id", 1)], limit=MACHINES, after=place):
        await vault.ensure(*{document["subject"] for document in page})
        yield page
        place = [page[-1]["_id"]]


async def entries(view: OrgStore, machines: list[str]) -> AsyncIterator[Document]:
    """The entries of these machines, machine by machine, each from its beginning."""
    place: list[Any] | None = None
    where = {"machine": {"in": machines}}
    while machines:
        page = await view.find("journal", where, sort=ORDER, limit=PAGE, after=place)
        for entry in page:
            yield entry
        if len(page) < PAGE:
            return
        place = cursor(page[-1], ORDER)


async def kept(view: OrgStore, vault: Any, chosen: Chosen, after: str = "") -> AsyncIterator[Kept]:
    """The machines behind `after`, each with all its entries."""
    async for page in pages(view, vault, chosen, after):
        opened = _opened(view, vault, [document["_id"] for document in page])
        found = await anext(opened, None)
        for document in page:
            if found is not None and found[0] == document["_id"]:
                yield Kept(document, found[1])
                found = await anext(opened, None)
            else:
                yield Kept(document, [])


async def _opened(
    view: OrgStore, vault: Any, machines: list[str]
) -> AsyncIterator[tuple[str, list[tuple[Document, Body]] | None]]:
    """(machine, entries), machine by machine; None for the entries where one of them cannot be read."""
    current = ""
    bodies: list[tuple[Document, Body]] | None = None
    async for entry in entries(view, machines):
        if entry["machine"] != current:
            if current:
                yield current, bodies
            current, bodies = entry["machine"], []
        if bodies is not None:
            try:
                bodies.append((entry, open_entry(entry, vault)))
            except Unreadable:
                bodies = None
    if current:
        yield current, bodies
