"""Any sequence of operations does to a store what it does to a plain dict, and any filter finds what it means."""

from __future__ import annotations

import asyncio
import copy
import tempfile
import uuid
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.base import BaseStore
from storage.changes import apply, parse_changes
from storage.collections import Catalogue
from storage.errors import Conflict
from storage.mongo import open_mongo
from storage.query import dig, matches, parse_filter
from storage.sqlite import open_sqlite
from storage.store import Delete, Insert, Op, Update, Upsert

START = datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC)
moments = st.integers(-(10**12), 10**12).map(lambda n: START + timedelta(milliseconds=n))
texts = st.text(st.sampled_from("ab\x01\x02'\"\\[{é🙂\u2028"), max_size=3)
numbers = st.integers(-3, 3) | st.sampled_from([0.5, -0.0, 1.0, 2**53 + 1, -(2**63), 1e300])
scalars = st.none() | st.booleans() | numbers | texts | moments
values = st.recursive(
    scalars, lambda inner: st.dictionaries(st.sampled_from(["x", "y", "$z"]), inner, max_size=2), max_leaves=4
)
ids = st.sampled_from(["1", "2", "3", "é'"])
fields = st.sampled_from(["p", "q", "r.x", "r.y", "s"])  # `s` holds arrays, and is for contains and exists only
plain_fields = st.sampled_from(["p", "q", "r.x", "r.y"])
phones = st.sampled_from(["1", "2", "", None])

documents = st.fixed_dictionaries(
    {},
    optional={
        "p": scalars,
        "q": scalars,
        "r": st.fixed_dictionaries({}, optional={"x": scalars, "y": scalars}),
        "s": st.lists(scalars, max_size=3),
        "phone": phones,
        "deep": values,
    },
)
changes = st.fixed_dictionaries(
    {},
    optional={
        "set": st.dictionaries(
            st.sampled_from(["p", "r.x", "phone"]),
            scalars.filter(lambda v: not isinstance(v, str)) | phones,
            max_size=2,
        ),
        "unset": st.lists(st.sampled_from(["q"]), max_size=1),
        "inc": st.dictionaries(st.sampled_from(["r.y", "n"]), st.integers(-3, 3), max_size=2),
        "push": st.dictionaries(st.sampled_from(["log"]), values, max_size=1),
        "add_to_set": st.dictionaries(st.sampled_from(["s"]), scalars, max_size=1),
    },
)
comparisons = st.one_of(
    st.tuples(st.sampled_from(["eq", "ne"]), scalars),
    st.tuples(st.just("in"), st.lists(scalars, max_size=3)),
    st.tuples(st.sampled_from(["lt", "lte", "gt", "gte"]), numbers | texts | moments),
    st.tuples(st.just("exists"), st.booleans()),
    st.tuples(st.just("prefix"), texts),
).map(lambda pair: {pair[0]: pair[1]})
terms = st.one_of(
    st.dictionaries(plain_fields, comparisons, max_size=2),
    st.dictionaries(
        st.just("s"), st.fixed_dictionaries({"contains": scalars.filter(lambda v: v is not None)}), max_size=1
    ),
    st.dictionaries(st.sampled_from(["_id", "phone"]), st.builds(lambda v: {"eq": v}, ids), max_size=1),
)
filters = st.recursive(
    terms,
    lambda inner: st.dictionaries(st.sampled_from(["and", "or"]), st.lists(inner, min_size=1, max_size=2), max_size=1),
    max_leaves=4,
)
operations = st.one_of(
    st.builds(lambda id, doc: Insert("things", {"_id": id, **doc}), ids, documents),
    st.builds(
        lambda id, c, e, w: Update("things", id, c, expect=e, when=w),
        ids, changes, st.none() | st.integers(1, 3), st.none() | filters,
    ),
    st.builds(lambda id, c: Upsert("things", id, c), ids, changes),
    st.builds(lambda id, e: Delete("things", id, expect=e), ids, st.none() | st.integers(1, 2)),
)  # fmt: skip
steps = st.lists(st.tuples(st.lists(operations, min_size=1, max_size=3), filters), min_size=1, max_size=6)

KINDS: list[Any] = [
    None, True, False, 0, 1, -1, 0.5, 1.0, 2**53 + 1, "", "a", "ab", "b", "[", '["a"]', '{"x":1}', {"x": 1},
    "\x01", "\x01a", "\x012026",
    "\x02", "é", "🙂", "'", START, START + timedelta(milliseconds=1), START - timedelta(days=20000),
]  # fmt: skip
SIMPLE = [value for value in KINDS if not isinstance(value, dict)]
VARIED: list[dict[str, Any]] = [
    {"_id": f"{n:02}", "org": "a", "p": value, "r": {"x": KINDS[(n * 7 + 3) % len(KINDS)]}, "s": [value, SIMPLE[n % 5]]}
    for n, value in enumerate(KINDS)
] + [{"_id": "98", "org": "a"}, {"_id": "99", "org": "a", "r": 1, "s": "ab"}]
_simple = st.sampled_from(SIMPLE)
_orders = st.sampled_from(["lt", "lte", "gt", "gte"])
_ordered = st.sampled_from([value for value in SIMPLE if value is not None and not isinstance(value, bool)])
_term = st.one_of(
    st.tuples(st.sampled_from(["eq", "ne"]), _simple),
    st.tuples(_orders, _ordered),
    st.tuples(st.just("in"), st.lists(_simple, max_size=4)),
    st.tuples(st.just("exists"), st.booleans()),
    st.tuples(st.just("prefix"), st.sampled_from([value for value in SIMPLE if isinstance(value, str)])),
).map(lambda pair: {pair[0]: pair[1]})
_inside = _simple.filter(lambda value: value is not None).map(lambda value: {"contains": value})
_single = st.one_of(
    st.builds(lambda field, term: {field: term}, st.sampled_from(["p", "r.x"]), _term),
    st.builds(lambda term: {"s": term}, _inside),
)
varied = st.one_of(
    _single,
    st.builds(
        lambda word, parts: {word: parts}, st.sampled_from(["and", "or"]), st.lists(_single, min_size=1, max_size=3)
    ),
)


class Model:
    """What the store should hold."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    def commit(self, ops: list[Op]) -> list[dict[str, Any] | None]:
        before = copy.deepcopy(self.documents)
        try:
            return [copy.deepcopy(self._one(op)) for op in ops]
        except Conflict:
            self.documents = before
            raise

    def _one(self, op: Op) -> dict[str, Any] | None:
        if isinstance(op, Insert):
            id = op.document["_id"]
            if id in self.documents:
                raise Conflict("taken")
            return self._put({**copy.deepcopy(op.document), "org": "a", "version": 1})
        old = self.documents.get(op.id)
        if isinstance(op, Upsert):
            new = copy.deepcopy(old) if old else {"_id": op.id, "org": "a", "version": 0}
            apply(new, parse_changes(op.changes, upsert=True), inserting=old is None)
            return self._put({**new, "version": new["version"] + 1})
        expect = op.expect
        if old is None:
            if isinstance(op, Delete) and expect is None:
                return None
            raise Conflict("missing")
        if expect not in (None, old["version"]):
            raise Conflict("version")
        if isinstance(op, Delete):
            del self.documents[op.id]
            return None
        if op.when is not None and not matches(parse_filter(op.when), old):
            raise Conflict("when")
        new = copy.deepcopy(old)
        apply(new, parse_changes(op.changes))
        return self._put({**new, "version": new["version"] + 1})

    def _put(self, document: dict[str, Any]) -> dict[str, Any]:
        phone = dig(document, "phone")
        others = [other for other in self.documents.values() if other["_id"] != document["_id"]]
        if isinstance(phone, str) and phone and any(other.get("phone") == phone for other in others):
            raise Conflict("phone")
        self.documents[document["_id"]] = document
        return document


def exact(value: Any) -> Any:
    """Tells apart what Python holds equal: True and 1."""
    if isinstance(value, dict):
        return {key: exact(item) for key, item in value.items()}
    return [exact(item) for item in value] if isinstance(value, list) else (isinstance(value, bool), value)


async def follow(store: BaseStore, story: Any) -> None:
    model, view = Model(), store.org("a")
    for ops, filter in story:
        try:
            expected = model.commit(ops)
        except Conflict:
            with pytest.raises(Conflict):
                await view.commit(ops)
        else:
            assert exact(await view.commit(ops)) == exact(expected)
        whole = await view.find("things", {}, limit=50)
        assert exact(whole) == exact([model.documents[id] for id in sorted(model.documents)])
        node = parse_filter(filter)
        meant = [id for id in sorted(model.documents) if matches(node, model.documents[id])]
        assert [item["_id"] for item in await view.find("things", filter)] == meant
        assert await view.count("things", filter) == len(meant)


async def ask(store: BaseStore, asked: list[dict[str, Any]]) -> None:
    await store.org("a").commit([Insert("things", document) for document in VARIED])
    for filter in asked:
        node = parse_filter(filter)
        meant = sorted(document["_id"] for document in VARIED if matches(node, document))
        assert [item["_id"] for item in await store.org("a").find("things", filter)] == meant, filter


def _run(opening: Callable[[], Coroutine[Any, Any, BaseStore]], follow: Any, story: Any) -> None:
    async def run() -> None:
        store = await opening()
        try:
            await follow(store, story)
        finally:
            await store.close()

    asyncio.run(run())


CHECKS = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]


@settings(max_examples=60, deadline=None, suppress_health_check=CHECKS)
@given(asked=st.lists(varied, min_size=40, max_size=60))
def test_sqlite_finds_what_a_filter_means(catalogue: Catalogue, asked: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run(lambda: open_sqlite(Path(folder) / "store.db", catalogue=catalogue), ask, asked)


@settings(max_examples=4, deadline=None, suppress_health_check=CHECKS)
@given(asked=st.lists(varied, min_size=40, max_size=60))
def test_mongo_finds_what_a_filter_means(catalogue: Catalogue, mongodb: str, asked: Any) -> None:
    _run(lambda: open_mongo(mongodb, f"t{uuid.uuid4().hex[:12]}", catalogue=catalogue), ask, asked)


@settings(max_examples=100, deadline=None, suppress_health_check=CHECKS)
@given(story=steps)
def test_sqlite_does_what_a_dict_does(catalogue: Catalogue, story: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _run(lambda: open_sqlite(Path(folder) / "store.db", catalogue=catalogue), follow, story)


@settings(max_examples=10, deadline=None, suppress_health_check=CHECKS)
@given(story=steps)
def test_mongo_does_what_a_dict_does(catalogue: Catalogue, mongodb: str, story: Any) -> None:
    _run(lambda: open_mongo(mongodb, f"t{uuid.uuid4().hex[:12]}", catalogue=catalogue), follow, story)
