"""The journal of an org, machine by machine, without ever holding more than a page of machines.

Machines come person by person, so that a run that was stopped goes on behind the last one. Persons who were erased are
passed over: nobody can read what concerned them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

import msgspec

from runtime.journal import Body, open_entry
from storage.errors import Unreadable
from storage.query import cursor
from storage.store import Document, Metric, OrgStore, Sort

MACHINES = 64  # whose keys and entries are fetched together
PAGE = 500
BY_MACHINE: Sort = [("machine", 1), ("seq", 1)]
BY_PERSON: Sort = [("contact", 1), ("_id", 1)]
Place = tuple[str, str]  # of a machine in that order: its contact, and its id


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


async def pages(
    view: OrgStore, vault: Any, chosen: Chosen, after: Place | None = None
) -> AsyncIterator[list[Document]]:
    """The machines behind a place, a page at a time, with the keys of their persons loaded."""
    last = list(after) if after is not None else None
    while page := await view.find("machines", chosen.filter(), sort=BY_PERSON, limit=MACHINES, after=last):
        await vault.ensure(*{document["subject"] for document in page})
        yield page
        last = cursor(page[-1], BY_PERSON)


def place_of(document: Document) -> Place:
    """Where to go on behind this machine."""
    return (document["contact"], document["_id"])


async def entries(view: OrgStore, machines: Iterable[str]) -> AsyncIterator[Document]:
    """The entries of these machines, one machine behind the other, each from its beginning.

    A machine whose entries fill the page is read to its end by itself: each question is then a look into the index.
    """
    left = sorted(machines)
    while left:
        page = await view.find("journal", {"machine": {"in": left}}, sort=BY_MACHINE, limit=PAGE)
        for entry in page:
            yield entry
        if len(page) < PAGE:
            return
        last = page[-1]
        async for entry in _rest(view, last["machine"], last["seq"]):
            yield entry
        left = [machine for machine in left if machine > last["machine"]]


async def _rest(view: OrgStore, machine: str, seq: int) -> AsyncIterator[Document]:
    while page := await view.find("journal", {"machine": machine, "seq": {"gt": seq}}, sort=BY_MACHINE, limit=PAGE):
        for entry in page:
            yield entry
        seq = page[-1]["seq"]


async def kept(view: OrgStore, vault: Any, chosen: Chosen, after: Place | None = None) -> AsyncIterator[Kept]:
    """The machines behind a place, each with all its entries."""
    async for page in pages(view, vault, chosen, after):
        found: dict[str, list[tuple[Document, Body]] | None] = {document["_id"]: [] for document in page}
        async for entry in entries(view, found):
            bodies = found[entry["machine"]]
            if bodies is None:
                continue
            try:
                bodies.append((entry, open_entry(entry, vault)))
            except Unreadable:
                found[entry["machine"]] = None
        for document in page:
            yield Kept(document, found.pop(document["_id"]))
