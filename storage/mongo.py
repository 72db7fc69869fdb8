"""The Store on MongoDB, for more than one machine: `pymongo.AsyncMongoClient`, w=majority, journaled.

motor, the asynchronous driver of old, is past its end of life (May 2026); its maintainers moved its API into PyMongo,
which is what stands here. A commit of several operations is a transaction and needs a replica set (one member is
enough). Write conflicts between transactions are tried again; what a document's state forbids is a `Conflict`.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC
from typing import Any, TypeVar

from bson.codec_options import CodecOptions
from bson.errors import InvalidDocument
from pymongo import AsyncMongoClient, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from storage import bson_query
from storage.base import BaseStore, Prepared, Target
from storage.changes import Changed
from storage.collections import COLLECTIONS, Catalogue, Collection
from storage.errors import BadQuery, Conflict, StoreError, Unavailable
from storage.query import matches
from storage.store import Bucket, Document, Metric

DURABLE = WriteConcern(w="majority", j=True)
TRIES = 12
T = TypeVar("T")
_SHAPE = {2: "holds no array", 14: "holds no number to add to", 28: "cannot be made"}  # the server's error codes
_CONFLICTED = 112


async def open_mongo(uri: str, db: str = "aais", *, catalogue: Catalogue = COLLECTIONS) -> MongoStore:
    """Connect and make the declared indexes. Raises `Unavailable` if there is no server within five seconds."""
    try:
        client: AsyncMongoClient[Document] = AsyncMongoClient(
            uri, tz_aware=True, tzinfo=UTC, serverSelectionTimeoutMS=5000, retryWrites=True, appname="aais"
        )
    except (PyMongoError, ValueError) as error:
        raise Unavailable(f"MONGODB_URI is not understood: {error}") from error
    store = MongoStore(client, db, catalogue)
    try:
        await store.prepare()
    except (PyMongoError, StoreError) as error:
        await client.close()
        raise Unavailable(f"MongoDB cannot be used: {error}") from error
    return store


class MongoStore(BaseStore):
    """See `open_mongo`."""

    def __init__(self, client: AsyncMongoClient[Document], db: str, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self._client = client
        options: CodecOptions[Document] = CodecOptions(tz_aware=True, tzinfo=UTC)
        self._db = client.get_database(
            db, codec_options=options, write_concern=DURABLE, read_concern=ReadConcern("local")
        )

    async def prepare(self) -> None:
        """Collections (a transaction cannot make them everywhere) and indexes, as declared."""
        standing = set(await self._db.list_collection_names())
        for spec in self.catalogue:
            if spec.name not in standing:
                await self._db.create_collection(spec.name)
            collection = self._db[spec.name]
            wanted = {index.name: bson_query.index_keys(index) for index in spec.indexes}
            for name, made in (await collection.index_information()).items():
                if name != "_id_" and wanted.get(name) != [(field, int(way)) for field, way in made["key"]]:
                    await collection.drop_index(name)  # no longer declared, or declared otherwise
            for index in spec.indexes:
                await collection.create_index(wanted[index.name], **bson_query.index_options(index))

    async def close(self) -> None:
        await self._client.close()

    def _in(self, spec: Collection) -> AsyncCollection[Document]:
        return self._db[spec.name]

    async def _get(self, collection: Collection, id: str) -> Document | None:
        async with _translated():
            return await self._in(collection).find_one({"_id": id})

    async def _find(self, target: Target) -> list[Document]:
        async with _translated():
            found = self._in(target.collection).find(bson_query.where(target.node))
            return await found.sort(list(target.order)).limit(target.limit).to_list()

    async def _count(self, target: Target) -> int:
        async with _translated():
            return await self._in(target.collection).count_documents(bson_query.where(target.node))

    async def _aggregate(
        self, target: Target, group: tuple[str | Bucket, ...], metrics: Mapping[str, Metric]
    ) -> list[Document]:
        async with _translated():
            pipeline = bson_query.pipeline(target, group, metrics)
            rows = await (await self._in(target.collection).aggregate(pipeline)).to_list()
        return bson_query.groups(rows, group, metrics)

    async def _delete_where(self, target: Target) -> int:
        async with _translated():
            return (await self._in(target.collection).delete_many(bson_query.where(target.node))).deleted_count

    async def _claim(self, target: Target, changes: tuple[Changed, ...]) -> Document | None:
        async def once() -> Document | None:
            return await self._in(target.collection).find_one_and_update(
                bson_query.where(target.node),
                bson_query.update(changes),
                sort=list(target.order) or None,
                return_document=ReturnDocument.AFTER,
            )

        op = Prepared(0, "claim", target.collection, "?", changes=changes)
        return await _again(lambda: _named(op, once()))

    async def _commit(self, ops: list[Prepared]) -> list[Document | None]:
        if len(ops) == 1:
            return [await _again(lambda: self._one(ops[0], None))]

        async def together() -> list[Document | None]:
            async with (
                self._client.start_session() as session,
                await session.start_transaction(ReadConcern("snapshot"), DURABLE),
            ):
                return [await self._one(op, session) for op in ops]

        return await _again(together)

    async def _one(self, op: Prepared, session: AsyncClientSession | None) -> Document | None:
        match op.verb:
            case "insert":
                return await _named(op, self._insert(op, session))
            case "upsert":
                return await _named(op, self._upsert(op, session))
            case "update":
                return await _named(op, self._update(op, session))
        await self._delete(op, session)
        return None

    async def _insert(self, op: Prepared, session: AsyncClientSession | None) -> Document:
        document = {**(op.document or {}), "version": 1}
        await self._in(op.collection).insert_one(document, session=session)
        return document

    async def _upsert(self, op: Prepared, session: AsyncClientSession | None) -> Document | None:
        # of another org's document this makes a second one with the same id, which the server refuses
        return await self._in(op.collection).find_one_and_update(
            _mine(op),
            bson_query.update(_without_owner(op), upsert=True),
            upsert=True,
            return_document=ReturnDocument.AFTER,
            session=session,
        )

    async def _update(self, op: Prepared, session: AsyncClientSession | None) -> Document:
        wanted = _mine(op)
        if op.expect is not None:
            wanted["version"] = op.expect
        if op.when is not None:
            wanted = {"$and": [wanted, bson_query.where(op.when)]}
        changed = await self._in(op.collection).find_one_and_update(
            wanted, bson_query.update(op.changes), return_document=ReturnDocument.AFTER, session=session
        )
        if changed is None:
            raise await self._why(op, session)
        return changed

    async def _delete(self, op: Prepared, session: AsyncClientSession | None) -> None:
        wanted = _mine(op)
        if op.expect is not None:
            wanted["version"] = op.expect
        gone = await self._in(op.collection).delete_one(wanted, session=session)
        if not gone.deleted_count and op.expect is not None:
            raise await self._why(op, session)

    async def _why(self, op: Prepared, session: AsyncClientSession | None) -> Conflict:
        """Why no document was found for an operation."""
        document = await self._in(op.collection).find_one(_mine(op), session=session)
        if document is None:
            return op.conflict("it is not there", "missing")
        if op.expect is not None and document["version"] != op.expect:
            return op.conflict(f"it has version {document['version']}, not {op.expect}", "version")
        if op.when is not None and not matches(op.when, document):
            return op.conflict("it is not as 'when' says", "when")
        return op.conflict("it was changed meanwhile", "version")


def _mine(op: Prepared) -> Document:
    wanted: Document = {"_id": op.id}
    if op.owner is not None and op.owner[0] != "_id":
        wanted[op.owner[0]] = op.owner[1]
    return wanted


def _without_owner(op: Prepared) -> tuple[Changed, ...]:
    """An org in the filter is set by the upsert itself; giving it again is refused by the server."""
    if op.owner is None:
        return op.changes
    return tuple(change for change in op.changes if change.field != op.owner[0])


async def _named(op: Prepared, doing: Awaitable[T]) -> T:
    """What the server refuses because of a document's state, as the Conflict that it is."""
    try:
        return await doing
    except DuplicateKeyError as error:
        key = _index_of(error)
        raise op.conflict("the id is taken" if key == "_id" else f"another document has the same {key}", key) from error
    except OperationFailure as error:
        if error.code in _SHAPE:
            raise op.conflict(f"a field {_SHAPE[error.code]} ({_said(error)})", "shape") from error
        raise


def _index_of(error: DuplicateKeyError) -> str:
    found = re.search(r"index: (\S+) dup key", str(error))
    name = found.group(1).rpartition("$")[2] if found else "_id_"
    return "_id" if name == "_id_" else name


def _said(error: OperationFailure) -> str:
    return str((error.details or {}).get("errmsg", error))


async def _again(doing: Callable[[], Awaitable[T]]) -> T:
    """Try anew what met another transaction; it has had no effect."""
    for attempt in range(TRIES):
        try:
            async with _translated():
                return await doing()
        except _Conflicted:
            await asyncio.sleep(min(0.2, 0.002 * 2**attempt) * random.uniform(0.5, 1.5))
    raise Unavailable(f"another transaction was in the way {TRIES} times")


class _Conflicted(Exception):
    """A write conflict between transactions."""


class _translated:
    """The driver's errors as ours."""

    async def __aenter__(self) -> None:
        return None

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        if not isinstance(error, PyMongoError | OverflowError):
            return
        if isinstance(error, OperationFailure) and (
            error.code == _CONFLICTED or error.has_error_label("TransientTransactionError")
        ):
            raise _Conflicted from error
        if isinstance(error, InvalidDocument | OverflowError):
            raise BadQuery(str(error)) from error
        raise Unavailable(f"MongoDB: {error}") from error
