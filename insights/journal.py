"""The journal to look through: by machine, event, flow, person and time; an entry, and a machine's whole life.

Each question is answered by one walk along an index, a page at a time. Where a question has several answers to one
field (a flow has had many versions), each is walked by itself and the walks are merged.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from crm.desk import ANSWERED, RETURNED, TAKEN
from insights import trace
from insights.trace import Entry
from runtime.release import EVERYONE
from runtime.verify import Verified, verify
from storage.store import Document, OrgStore, Store
from storage.vault import OrgVault

PAGE = 50
LIFE = 100
_BEFORE = 20  # entries that are shown before the one that was asked for
_EXPORTED = 500
_BY_PEOPLE = (TAKEN, ANSWERED, RETURNED)
_VERSIONS = 200
_READ_AGAIN = 3
_OPENED, _AT_ONCE = 1000, 250  # entries that are opened for one page of those that followed a rule
Tell = Callable[[int, int], Awaitable[None]]


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What is sought; what is left empty does not matter. `flow` may be a lifecycle; `actor` is a person's id."""

    machine: str = ""
    event: str = ""
    flow: str = ""
    actor: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    rule: str = ""  # part of a rule's place in a flow, or of a table and its row: "routing.booking"


class Entries(msgspec.Struct, frozen=True, kw_only=True):
    """A page, the latest first. `after` fetches the next, and may stand where a page has nothing: see `sought`."""

    entries: tuple[Entry, ...]
    after: str = ""


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """A machine from its beginning. `after` is the last entry's number, where there are more.

    `earlier` is the number after which the page before this one begins, unless this one `begins` with the first entry.
    """

    machine: str
    name: str
    state: str
    status: str
    entries: tuple[Entry, ...]
    conversation: str = ""
    begins: bool = True
    earlier: int = 0
    after: int = 0


async def sought(
    store: Store, org: str, vault: OrgVault, wanted: Wanted, *, after: str = "", limit: int = PAGE
) -> Entries:  # fmt: skip
    """The clear fields only, which is all that a list shows.

    Rules stand in what is sealed: for one, entries are opened one after the other, so many at a time, and the page is
    what was found among those.
    """
    if wanted.rule:
        rows, on = await _ruled(store, org, vault, wanted, _place(after), limit)
        names = await trace.named(store, {str(row["definition"]) for row in rows})
        return Entries(entries=tuple(trace.plain(row, names) for row in rows), after=_written(on) if on else "")
    rows = await _rows(store, org, wanted, _place(after), limit + 1)
    page = rows[:limit]
    names = await trace.named(store, {str(row["definition"]) for row in page})
    return Entries(
        entries=tuple(trace.plain(row, names) for row in page), after=_written(page[-1]) if len(rows) > limit else ""
    )


async def entry(store: Store, org: str, vault: OrgVault, id: str, *, reads: bool) -> Entry | None:
    """One entry, opened."""
    row = await store.org(org).get("journal", id)
    if row is None:
        return None
    return await trace.opened(vault, row, await trace.named(store, {str(row["definition"])}), reads=reads)


async def life(
    store: Store, org: str, vault: OrgVault, machine: str, *, reads: bool, after: int = 0, at: int = 0
) -> Life | None:
    """What became of a machine, from the first entry on; with `at`, the page that has that entry and what led to it."""
    view = store.org(org)
    after = max(0, at - _BEFORE) if at else after
    rows = await view.find("journal", {"machine": machine, "seq": {"gt": after}}, sort=[("seq", 1)], limit=LIFE + 1)
    if not rows and not after:
        return None
    standing = await view.get("machines", machine) or {}
    names = await trace.named(store, {str(row["definition"]) for row in (*rows, standing) if row})
    return Life(
        machine=machine, name=names.get(str(standing.get("root") or standing.get("definition") or ""), ""),
        state=str(standing.get("state") or ""), status=str(standing.get("status") or ""),
        entries=tuple([await trace.opened(vault, row, names, reads=reads) for row in rows[:LIFE]]),
        conversation=str(standing.get("conversation") or ""), earlier=max(0, rows[0]["seq"] - 1 - LIFE) if rows else 0,
        begins=not rows or rows[0]["seq"] == 1, after=rows[LIFE - 1]["seq"] if len(rows) > LIFE else 0,
    )  # fmt: skip


async def _ruled(
    store: Store, org: str, vault: OrgVault, wanted: Wanted, place: list[Any] | None, limit: int
) -> tuple[list[Document], Document | None]:
    """What was found, and the entry to go on from, if there are more to look through."""
    found: list[Document] = []
    for _ in range(_OPENED // _AT_ONCE):
        rows = await _rows(store, org, wanted, place, _AT_ONCE)
        for row in rows:
            if await trace.follows(vault, row, wanted.rule):
                found.append(row)
            if len(found) == limit:
                return found, row
        if len(rows) < _AT_ONCE:
            return found, None
        place = [rows[-1]["at"], rows[-1]["_id"]]
    return found, rows[-1]


async def exported(store: Store, org: str, vault: OrgVault, wanted: Wanted) -> AsyncIterator[bytes]:
    """Every entry that is sought as a line of JSON, just as the chain's hashes have it: what is sealed stays sealed."""
    place: list[Any] | None = None
    while rows := await _rows(store, org, wanted, place, _EXPORTED):
        told = [row for row in rows if not wanted.rule or await trace.follows(vault, row, wanted.rule)]
        yield b"".join(msgspec.json.encode(_kept(row)) + b"\n" for row in told)
        if len(rows) < _EXPORTED:
            return
        place = [rows[-1]["at"], rows[-1]["_id"]]


async def verified(store: Store, org: str, machine: str = "", tell: Tell | None = None) -> Verified:
    """Whether the chain holds. A machine that went on while it was read is read again before anything is said of it."""
    found = await verify(store, org, machine or None, tell)
    flaws = [flaw for flaw in found.flaws if flaw.seq]
    for moved in sorted({flaw.machine for flaw in found.flaws if not flaw.seq}):
        again: Verified = found
        for _ in range(_READ_AGAIN):
            again = await verify(store, org, moved)
            if not again.flaws:
                break
        flaws += [flaw for flaw in again.flaws if flaw.machine == moved and flaw not in flaws]
    return Verified(chains=found.chains, entries=found.entries, flaws=tuple(flaws))


def _kept(row: Document) -> Document:
    return {key: value for key, value in row.items() if key != "version"}


async def _rows(store: Store, org: str, wanted: Wanted, place: list[Any] | None, limit: int) -> list[Document]:
    view, walks = store.org(org), [_plain(wanted)]
    if wanted.actor:
        events = [event for event in _BY_PEOPLE if wanted.event in ("", event)]
        walks = [{**walk, "cause": f"person:{wanted.actor}", "event": event} for walk in walks for event in events]
    if wanted.flow:
        walks = [{**walk, "definition": hash} for walk in walks for hash in await _versions(store, org, wanted.flow)]
    if wanted.machine:
        return await _of_machine(view, walks, place, limit)
    found = [await _walked(view, walk, place, limit) for walk in walks]
    merged = sorted((row for rows in found for row in rows), key=lambda row: (row["at"], row["_id"]), reverse=True)
    return merged[:limit]


async def _walked(view: OrgStore, walk: dict[str, Any], place: list[Any] | None, limit: int) -> list[Document]:
    """With the place as a bound on the time as well: an index begins there, where it would else be walked from now."""
    if place is not None:
        when = walk.get("at") or {}
        walk = {**walk, "at": when if when.get("lt") and when["lt"] <= place[0] else {**_from(when), "lte": place[0]}}
    return await view.find("journal", walk, sort=[("at", -1)], limit=limit, after=place)


def _from(when: dict[str, datetime]) -> dict[str, datetime]:
    return {op: moment for op, moment in when.items() if op == "gte"}


async def _of_machine(
    view: OrgStore, walks: list[dict[str, Any]], place: list[Any] | None, limit: int
) -> list[Document]:
    """Along the machine's own chain, which is short; by time it would be looked for among everybody's."""
    if place is not None:
        seq = str(place[1]).rpartition("/")[2]
        walks = [{**walk, "seq": {"lt": int(seq) if seq.isdecimal() else 0}} for walk in walks]
    found = [await view.find("journal", walk, sort=[("seq", -1)], limit=limit) for walk in walks]
    return sorted((row for rows in found for row in rows), key=lambda row: row["seq"], reverse=True)[:limit]


def _plain(wanted: Wanted) -> dict[str, Any]:
    filter: dict[str, Any] = {}
    if wanted.machine:
        filter["machine"] = wanted.machine
    if wanted.event:
        filter["event"] = wanted.event
    when = {op: moment for op, moment in (("gte", wanted.begins), ("lt", wanted.ends)) if moment is not None}
    return {**filter, "at": when} if when else filter


async def _versions(store: Store, org: str, flow: str) -> Sequence[str]:
    """The hashes of everything that ever had this name, the business's own and what everybody has."""
    found: list[Document] = []
    for owner in (org, EVERYONE):
        found += await store.find("definitions", {"org": owner, "name": flow}, sort=[("at", -1)], limit=_VERSIONS)
    return sorted({str(row["_id"]) for row in found})


def _written(row: Document) -> str:
    return f"{row['at'].isoformat()}~{row['_id']}"


def _place(after: str) -> list[Any] | None:
    """Where a page goes on; what can be no place is the beginning."""
    when, tilde, id = after.partition("~")
    try:
        return [datetime.fromisoformat(when), id] if tilde else None
    except ValueError:
        return None
