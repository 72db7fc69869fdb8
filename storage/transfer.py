"""Moving an org from one store to another: newline JSON, streamed, the same from either backend.

Form 1. The first line is a header, the last a count; between them a line a document, keys first:

    {"aais": "org", "form": 1, "org": "<id>"}
    {"in": "<collection>", "doc": {"_id": ..., "version": ..., ...}}
    {"shared": "definitions", "doc": {...}}
    {"end": <number of documents>}

A datetime is {"$at": "2026-11-21T09:00:00.000Z"}; an object whose only key begins with "$" is wrapped as
{"$as": {...}}. Sealed values and wrapped keys travel as they are: the receiving store needs a master key in
`ENCRYPTION_KEY` that unwraps the org's. Versions begin at 1 again. Shared documents belong to everybody and are named
by the hash of their content (the definitions that the org's machines run on): they come along, and one that the
receiving store has already is left as it is.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from datetime import datetime
from typing import Any

from storage.base import BaseStore
from storage.collections import Collection
from storage.errors import StoreError
from storage.store import Delete, Document, Insert, Upsert

FORM = 1
SHARED = "definitions"
PAGE = 200


class BadTransfer(StoreError):
    """Lines that are no export, are cut short, or would overwrite an org. Nothing of them is kept."""


async def export_org(
    store: BaseStore, org: str, write: Callable[[str], Awaitable[None] | None], *, shared_by: str = ""
) -> int:
    """Write an org, a line at a time; how many documents. For a consistent copy nobody else should be writing.

    With `shared_by`, the definitions of that owner go along.
    """
    await _put(write, {"aais": "org", "form": FORM, "org": org})
    number = 0
    for spec in _owned(store):
        async for document in _documents(store, spec, org):
            await _put(write, {"in": spec.name, "doc": _plain(document)})
            number += 1
    if not number:
        raise BadTransfer(f"there is no org {org!r}")
    if shared_by:
        async for document in _documents(store, store.catalogue[SHARED], shared_by):
            await _put(write, {"shared": SHARED, "doc": _plain(document)})
            number += 1
    await _put(write, {"end": number})
    return number


async def import_org(store: BaseStore, lines: Iterable[str] | AsyncIterable[str]) -> str:
    """Read an org into a store that does not have it; its id. Undone if it cannot be finished."""
    rows = _numbered(lines)
    _, header = await anext(rows, None) or (0, None)
    if not isinstance(header, dict) or header.get("aais") != "org" or type(header.get("org")) is not str:
        raise BadTransfer("this is no export of an org: the first line is no header")
    if header.get("form") != FORM:
        raise BadTransfer(f"the export has form {header.get('form')!r}; this version reads form {FORM}")
    org: str = header["org"]
    await _refuse_existing(store, org)
    try:
        await _take(store, org, rows)
    except BaseException:
        await remove_org(store, org)
        raise
    return org


async def remove_org(store: BaseStore, org: str) -> int:
    """Delete all of an org's documents; how many."""
    number = 0
    view = store.org(org)
    for spec in _owned(store):
        while page := await view.find(spec.name, {}, limit=PAGE):
            await view.commit([Delete(spec.name, document["_id"]) for document in page])
            number += len(page)
    return number


def _owned(store: BaseStore) -> list[Collection]:
    """The org's collections, keys first, the org itself last: an import that stopped half way has no org."""
    place = {"keys": 0, "orgs": 2}
    return sorted((spec for spec in store.catalogue if spec.owner), key=lambda spec: place.get(spec.name, 1))


async def _documents(store: BaseStore, spec: Collection, org: str) -> AsyncIterator[Document]:
    after = None
    while page := await store.org(org).find(spec.name, {}, limit=PAGE, after=after):
        for document in page:
            yield document
        after = [page[-1]["_id"]]


async def _refuse_existing(store: BaseStore, org: str) -> None:
    view = store.org(org)
    for spec in _owned(store):
        if await view.find(spec.name, {}, limit=1):
            raise BadTransfer(f"org {org!r} is already in this store (in {spec.name}); nothing was imported")


async def _take(store: BaseStore, org: str, rows: AsyncIterator[tuple[int, Any]]) -> None:
    waiting: list[Insert] = []
    number, ended = 0, False
    known = {spec.name for spec in _owned(store)}
    async for place, row in rows:
        if ended or not isinstance(row, dict):
            raise BadTransfer(f"line {place} should not be there")
        if "end" in row:
            if row["end"] != number:
                raise BadTransfer(f"the export should have {row['end']} documents and has {number}")
            ended = True
            continue
        if row.get("shared") == SHARED and isinstance(row.get("doc"), dict):
            await _share(store, place, _native(row["doc"]))
            number += 1
            continue
        if row.get("in") not in known or not isinstance(row.get("doc"), dict):
            raise BadTransfer(f"line {place} names no collection and document of an org")
        waiting.append(Insert(row["in"], _native(row["doc"])))
        number += 1
        if len(waiting) == PAGE:
            await store.org(org).commit(waiting)
            waiting = []
    if not ended:
        raise BadTransfer("the export is cut short: its last line is missing")
    await store.org(org).commit(waiting)


async def _share(store: BaseStore, place: int, document: Document) -> None:
    id = document.pop("_id", None)
    document.pop("version", None)
    if type(id) is not str or type(document.get("org")) is not str:
        raise BadTransfer(f"line {place} is no shared document")
    await store.commit([Upsert(SHARED, id, {"set_on_insert": document})])


async def _numbered(lines: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[tuple[int, Any]]:
    place = 0
    async for line in _each(lines):
        place += 1
        if not line.strip():
            continue
        try:
            yield place, json.loads(line)
        except ValueError as error:
            raise BadTransfer(f"line {place} is no JSON: {error}") from error


async def _each(lines: Iterable[str] | AsyncIterable[str]) -> AsyncIterator[str]:
    if isinstance(lines, AsyncIterable):
        async for line in lines:
            yield line
    else:
        for line in lines:
            yield line


async def _put(write: Callable[[str], Awaitable[None] | None], row: Document) -> None:
    waiting = write(json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False) + "\n")
    if waiting is not None:
        await waiting


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _plain(item) for key, item in value.items()}
        return {"$as": plain} if len(plain) == 1 and next(iter(plain)).startswith("$") else plain
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return {"$at": value.strftime("%Y-%m-%dT%H:%M:%S.") + f"{value.microsecond // 1000:03}Z"} if isinstance(
        value, datetime
    ) else value  # fmt: skip


def _native(value: Any) -> Any:
    if isinstance(value, list):
        return [_native(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) == 1 and isinstance(value.get("$at"), str):
        try:
            return datetime.fromisoformat(value["$at"])
        except ValueError as error:
            raise BadTransfer(f"{value['$at']!r} is no time") from error
    if len(value) == 1 and isinstance(value.get("$as"), dict):
        return {key: _native(item) for key, item in value["$as"].items()}
    return {key: _native(item) for key, item in value.items()}
