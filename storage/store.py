"""What a Store is: the operations that both backends offer, and the values that they take.

Documents are plain dicts of JSON values plus aware UTC `datetime` (kept to the millisecond). Every
document has `_id` (str) and `version` (int, kept by the store: 1 at insert, +1 at each update).

Filter: `{field: value}` for equality, `{field: {op: value}}` with op one of eq, ne, in, lt, lte, gt,
gte, exists, prefix, contains (an array holds the value), and `{"and": [filters]}`, `{"or": [filters]}`.
Fields may be dotted. Changes: set, unset, inc, push, pull, add_to_set, set_on_insert (upserts only).
Anything else is refused at call time by `storage.query`, alike on both backends.

Most collections belong to an org (see `storage.collections`). `Store.org(id)` gives the view that a
room works with: it adds the org to each filter and document. The whole Store refuses a filter without
`org` on such a collection, except in `claim` and where `everyone=True` says that it means all tenants.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol

import msgspec

Document = dict[str, Any]
Filter = Mapping[str, Any]
Changes = Mapping[str, Any]
Sort = Sequence[tuple[str, Literal[1, -1]]]


class Insert(msgspec.Struct, frozen=True):
    """A new document; a taken `_id` or unique key is a `Conflict`."""

    collection: str
    document: Document


class Update(msgspec.Struct, frozen=True):
    """Changes to one document by id. With `expect`, only at that version; otherwise a `Conflict`.

    With `when`, only if the document also matches that filter; otherwise a `Conflict`.
    A document that does not exist is a `Conflict`.
    """

    collection: str
    id: str
    changes: Changes
    expect: int | None = None
    when: Filter | None = None


class Upsert(msgspec.Struct, frozen=True):
    """Changes to one document by id, made first if it is not there."""

    collection: str
    id: str
    changes: Changes


class Delete(msgspec.Struct, frozen=True):
    """The removal of one document by id. A document that is not there is no error, unless `expect` is given."""

    collection: str
    id: str
    expect: int | None = None


Op = Insert | Update | Upsert | Delete


class Bucket(msgspec.Struct, frozen=True, kw_only=True):
    """Grouping by a datetime cut to the day or hour in a time zone; the key is "2026-11-21" or "2026-11-21T09"."""

    field: str
    by: Literal["day", "hour"]
    zone: str = "Africa/Nairobi"


class Metric(msgspec.Struct, frozen=True, kw_only=True):
    """count (no field), or sum, min, max, avg of a numeric field."""

    kind: Literal["count", "sum", "min", "max", "avg"]
    field: str = ""


class OrgStore(Protocol):
    """The store as one org sees it. The same operations; the org is in every filter and document by construction."""

    @property
    def id(self) -> str: ...
    async def get(self, collection: str, id: str) -> Document | None: ...
    async def find(
        self, collection: str, filter: Filter, *, sort: Sort = (), limit: int = 100, after: Sequence[Any] | None = None
    ) -> list[Document]: ...
    async def count(self, collection: str, filter: Filter) -> int: ...
    async def aggregate(
        self, collection: str, filter: Filter, *, group: Sequence[str | Bucket], metrics: Mapping[str, Metric]
    ) -> list[Document]: ...
    async def commit(self, ops: Sequence[Op]) -> list[Document | None]: ...


class Store(Protocol):
    """All orgs together: what the runtime's workers, the server and the command line use."""

    def org(self, id: str) -> OrgStore: ...
    async def get(self, collection: str, id: str) -> Document | None: ...
    async def find(
        self,
        collection: str,
        filter: Filter,
        *,
        sort: Sort = (),
        limit: int = 100,
        after: Sequence[Any] | None = None,
        everyone: bool = False,
    ) -> list[Document]: ...
    async def count(self, collection: str, filter: Filter, *, everyone: bool = False) -> int: ...
    async def aggregate(
        self,
        collection: str,
        filter: Filter,
        *,
        group: Sequence[str | Bucket],
        metrics: Mapping[str, Metric],
        everyone: bool = False,
    ) -> list[Document]: ...
    async def commit(self, ops: Sequence[Op]) -> list[Document | None]:
        """Do all of the operations or none; the documents after them, in order (None for a delete).

        Raises `storage.errors.Conflict` (with the index of the operation that could not be done).
        """
        ...

    async def claim(self, collection: str, filter: Filter, changes: Changes, *, sort: Sort = ()) -> Document | None:
        """Atomically change the first document that matches, and give it as it is afterwards."""
        ...

    async def sweep(self, now: datetime | None = None) -> int:
        """Delete what its TTL index has expired (MongoDB also does it by itself); how many went."""
        ...

    async def close(self) -> None: ...
