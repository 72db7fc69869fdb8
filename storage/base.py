"""What both backends share: every call is checked here, the org rule is applied here, and only then does a backend act.

A backend gets a `Target` (collection, parsed filter, whose documents) and prepared operations, never a raw query.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from storage.changes import Changed, document_of, parse_changes
from storage.collections import Catalogue, Collection
from storage.errors import BadId, BadQuery, Conflict
from storage.query import (
    All,
    Compare,
    Node,
    behind,
    check_grouping,
    check_limit,
    check_sort,
    parse_filter,
)
from storage.store import Bucket, Changes, Delete, Document, Filter, Insert, Metric, Op, OrgStore, Sort, Update, Upsert


class Target(msgspec.Struct, frozen=True):
    """Which documents, in which order. `order` is empty where any will do."""

    collection: Collection
    node: Node
    order: tuple[tuple[str, int], ...] = ()
    limit: int = 0


class Prepared(msgspec.Struct, frozen=True):
    """One checked operation. `owner` is (field, org): a document of another org is as good as absent."""

    index: int
    verb: str  # "insert" | "update" | "upsert" | "delete"
    collection: Collection
    id: str
    document: Document | None = None
    changes: tuple[Changed, ...] = ()
    expect: int | None = None
    when: Node | None = None
    owner: tuple[str, str] | None = None

    def conflict(self, why: str, key: str) -> Conflict:
        return Conflict(
            f"{self.verb} of {self.id!r} in {self.collection.name}: {why}",
            index=self.index,
            collection=self.collection.name,
            key=key,
        )

    def foreign(self, document: Document) -> bool:
        return self.owner is not None and document.get(self.owner[0]) != self.owner[1]


class BaseStore(ABC):
    """The Store protocol over the six operations that a backend implements."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue

    def org(self, id: str) -> OrgStore:
        if type(id) is not str or not id:
            raise BadQuery(f"an org's id is a text that is not empty, not {id!r}")
        return OrgView(self, id)

    async def get(self, collection: str, id: str) -> Document | None:
        return await self._get(self.catalogue[collection], check_id(id))

    async def find(
        self,
        collection: str,
        filter: Filter,
        *,
        sort: Sort = (),
        limit: int = 100,
        after: Sequence[Any] | None = None,
        everyone: bool = False,
    ) -> list[Document]:
        return await self._find(self._page(self._whole(collection, filter, everyone), sort, limit, after))

    async def count(self, collection: str, filter: Filter, *, everyone: bool = False) -> int:
        return await self._count(self._whole(collection, filter, everyone))

    async def aggregate(
        self,
        collection: str,
        filter: Filter,
        *,
        group: Sequence[str | Bucket],
        metrics: Mapping[str, Metric],
        everyone: bool = False,
    ) -> list[Document]:
        """One document per group: each grouped field and each metric under its name; ordered by the groups."""
        check_grouping(group, metrics)
        rows = await self._aggregate(self._whole(collection, filter, everyone), tuple(group), metrics)
        names = [item.field if isinstance(item, Bucket) else item for item in group]
        return sorted(rows, key=lambda row: [_rank(row[name]) for name in names])

    async def commit(self, ops: Sequence[Op]) -> list[Document | None]:
        return await self._commit([self._prepare(place, op, None) for place, op in enumerate(ops)]) if ops else []

    async def claim(self, collection: str, filter: Filter, changes: Changes, *, sort: Sort = ()) -> Document | None:
        spec = self.catalogue[collection]
        target = Target(spec, parse_filter(filter), check_sort(sort) if sort else (), 1)
        return await self._claim(target, parse_changes(changes, spec.owner))

    async def sweep(self, now: datetime | None = None) -> int:
        now = now or datetime.now(UTC)
        gone = 0
        for spec in self.catalogue:
            for index in spec.indexes:
                if index.expire_after is not None:
                    old = Compare(index.fields[0], "lte", now - index.expire_after)
                    gone += await self._delete_where(Target(spec, old))
        return gone

    @abstractmethod
    async def close(self) -> None: ...
    @abstractmethod
    async def _get(self, collection: Collection, id: str) -> Document | None: ...
    @abstractmethod
    async def _find(self, target: Target) -> list[Document]: ...
    @abstractmethod
    async def _count(self, target: Target) -> int: ...
    @abstractmethod
    async def _aggregate(
        self, target: Target, group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]
    ) -> list[Document]: ...
    @abstractmethod
    async def _commit(self, ops: list[Prepared]) -> list[Document | None]: ...
    @abstractmethod
    async def _claim(self, target: Target, changes: tuple[Changed, ...]) -> Document | None: ...
    @abstractmethod
    async def _delete_where(self, target: Target) -> int: ...

    def _whole(self, collection: str, filter: Filter, everyone: bool) -> Target:
        spec = self.catalogue[collection]
        node = parse_filter(filter)
        if spec.owner == "org" and not everyone and not any(_names_org(part) for part in node.parts):
            raise BadQuery(
                f"a filter on {collection} must name its org; work with Store.org(id), or say everyone=True to mean all"
            )
        return Target(spec, node)

    def _owned(self, collection: str, filter: Filter, org: str) -> Target:
        spec = self.catalogue[collection]
        return Target(spec, All((Compare(owner_field(spec), "eq", org), *parse_filter(filter).parts)))

    @staticmethod
    def _page(target: Target, sort: Sort, limit: int, after: Sequence[Any] | None) -> Target:
        order = check_sort(sort)
        node = target.node if after is None else All((target.node, behind(order, after)))
        return Target(target.collection, node, order, check_limit(limit))

    def _prepare(self, place: int, op: Op, org: str | None) -> Prepared:
        if type(op) not in _OPS:
            raise BadQuery(f"operation {place} is no Insert, Update, Upsert or Delete but {type(op).__name__}")
        spec = self.catalogue[op.collection]
        owner = (owner_field(spec), org) if org is not None else None
        if type(op) is Insert:
            document = _owned_document(document_of(op.document), spec, org)
            return Prepared(place, "insert", spec, document["_id"], document, owner=owner)
        return self._prepare_change(place, op, spec, owner)

    def _prepare_change(self, place: int, op: Any, spec: Collection, owner: tuple[str, str] | None) -> Prepared:
        id = check_id(op.id)
        if type(op) is Delete:
            return Prepared(place, "delete", spec, id, expect=_version(op.expect), owner=owner)
        if type(op) is Update:
            when = parse_filter(op.when) if op.when is not None else None
            changes = parse_changes(op.changes, spec.owner)
            return Prepared(
                place, "update", spec, id, changes=changes, expect=_version(op.expect), when=when, owner=owner
            )
        org = owner[1] if owner is not None else None
        changes = _owned_changes(parse_changes(op.changes, spec.owner, upsert=True), spec, org)
        if owner is not None and spec.owner == "_id" and id != org:
            raise BadQuery(f"{spec.name} of another org cannot be written by org {org!r}")
        return Prepared(place, "upsert", spec, id, changes=changes, owner=owner)


_OPS = frozenset({Insert, Update, Upsert, Delete})


class OrgView:
    """The store as one org sees it (`storage.store.OrgStore`)."""

    def __init__(self, store: BaseStore, id: str) -> None:
        self._store = store
        self._id = id

    @property
    def id(self) -> str:
        return self._id

    async def get(self, collection: str, id: str) -> Document | None:
        spec = self._store.catalogue[collection]
        owner = owner_field(spec)
        document = await self._store._get(spec, check_id(id))
        return document if document is not None and document.get(owner) == self._id else None

    async def find(
        self, collection: str, filter: Filter, *, sort: Sort = (), limit: int = 100, after: Sequence[Any] | None = None
    ) -> list[Document]:
        target = self._store._owned(collection, filter, self._id)
        return await self._store._find(self._store._page(target, sort, limit, after))

    async def count(self, collection: str, filter: Filter) -> int:
        return await self._store._count(self._store._owned(collection, filter, self._id))

    async def aggregate(
        self, collection: str, filter: Filter, *, group: Sequence[str | Bucket], metrics: Mapping[str, Metric]
    ) -> list[Document]:
        owner = owner_field(self._store.catalogue[collection])
        mine = {"and": [{owner: self._id}, filter]}
        return await self._store.aggregate(collection, mine, group=group, metrics=metrics, everyone=True)

    async def commit(self, ops: Sequence[Op]) -> list[Document | None]:
        prepared = [self._store._prepare(place, op, self._id) for place, op in enumerate(ops)]
        return await self._store._commit(prepared) if prepared else []


def owner_field(spec: Collection) -> str:
    if not spec.owner:
        raise BadQuery(f"{spec.name} belong to no org; use the whole Store")
    return spec.owner


def check_id(id: Any) -> str:
    if type(id) is not str or not id or "\0" in id:
        raise BadId(f"an id is a text that is not empty, not {id!r}")
    return id


def _version(expect: Any) -> int | None:
    if expect is not None and (type(expect) is not int or expect < 1):
        raise BadQuery(f"'expect' is a version from 1, not {expect!r}")
    return expect


def _names_org(node: Node) -> bool:
    if isinstance(node, All):
        return any(_names_org(part) for part in node.parts)
    return isinstance(node, Compare) and node.field == "org" and node.op in ("eq", "in") and node.value is not None


def _owned_document(document: Document, spec: Collection, org: str | None) -> Document:
    owner = spec.owner
    if org is not None and document.setdefault(owner, org) != org:
        raise BadQuery(f"a document of org {document[owner]!r} cannot be written by org {org!r}")
    if owner and (type(document.get(owner)) is not str or not document[owner]):
        raise BadQuery(f"a document of {spec.name} needs its {owner!r}")
    return document


def _owned_changes(changes: tuple[Changed, ...], spec: Collection, org: str | None) -> tuple[Changed, ...]:
    if spec.owner != "org":
        return changes
    given = next((change.value for change in changes if change.field == "org"), None)
    if given is None and org is not None:
        return (*changes, Changed("set_on_insert", "org", org))
    if type(given) is not str or not given or (org is not None and given != org):
        raise BadQuery(f"an upsert into {spec.name} needs its own org in 'set_on_insert', not {given!r}")
    return changes


def _rank(value: Any) -> tuple[int, Any]:
    """An order over mixed group keys: nothing first, then false, true, numbers, datetimes, texts."""
    if value is None:
        return 0, 0
    if isinstance(value, bool):
        return 1, value
    if isinstance(value, int | float):
        return 2, value
    return (3, value) if isinstance(value, datetime) else (4, str(value))
