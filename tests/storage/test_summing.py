"""Sums that an index carries: the same sums as without it, on each backend, and no document is opened for them."""

from __future__ import annotations

import sqlite3
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from storage import summing
from storage.base import BaseStore, Target
from storage.collections import COLLECTIONS, Catalogue, Collection, Index
from storage.mongo import open_mongo
from storage.query import parse_filter
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Bucket, Insert, Metric

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CARRYING = Index(name="by_time", fields=("org", "at"), carries=("kind", "n"))
BOTH = Catalogue(
    [
        Collection(name="carried", doc="Summed from an index.", indexes=(CARRYING,)),
        Collection(name="plain", doc="Summed from the documents."),
    ]
)
ODD: tuple[Any, ...] = (1, 2.5, -3, True, False, None, "4", "", "[]", ["x"], {"y": 1}, NOON, 2**40 + 1)
METRICS = {
    "count": Metric(kind="count"),
    "sum": Metric(kind="sum", field="n"),
    "least": Metric(kind="min", field="n"),
    "most": Metric(kind="max", field="n"),
}
ASKED = (
    ({}, ["kind"]),
    ({"at": {"gte": NOON, "lt": NOON + timedelta(hours=3)}}, ["kind"]),
    ({"at": {"gte": NOON}}, [Bucket(field="at", by="hour", zone="Asia/Kathmandu"), "kind"]),
    ({"kind": "a", "n": {"gt": 0}}, [Bucket(field="at", by="day")]),
    ({"or": [{"kind": "a"}, {"n": {"in": [1, True]}}], "at": {"exists": True}}, []),
    ({"kind": {"ne": None}}, ["n"]),
)


def documents(collection: str) -> list[Insert]:
    """Every odd value beside every other, over half a day, and some without the fields at all."""
    rows: list[dict[str, Any]] = [{}, {"at": NOON}, {"at": "2026", "kind": "a", "n": 1}]
    kinds = ("a", "b", "", None, True, 1)
    for place, value in enumerate(ODD):
        at = NOON + timedelta(minutes=53 * place)
        rows += [{"at": at, "kind": kind, "n": value} for kind in kinds]
    return [Insert(collection, {"_id": str(number), "org": "o", **row}) for number, row in enumerate(rows)]


@pytest.fixture
def catalogue() -> Catalogue:
    return BOTH


async def test_sums_from_an_index_are_the_sums_of_the_documents(store: BaseStore) -> None:
    for name in ("carried", "plain"):
        await store.commit(documents(name))
    for filter, group in ASKED:
        if group == ["n"] and not isinstance(store, SqliteStore):
            continue  # what a group of arrays and objects is called is each backend's own affair
        carried = await store.org("o").aggregate("carried", filter, group=group, metrics=METRICS)
        plain = await store.org("o").aggregate("plain", filter, group=group, metrics=METRICS)
        assert carried == plain, filter
        assert carried, filter


def opened_documents(path: Path, target: Target, group: tuple[str | Bucket, ...]) -> int:
    """How often the statement's program parses a document's text."""
    sql, values, _ = summing.aggregate(target, group, METRICS)
    connection = sqlite3.connect(path)
    connection.create_function("bucket", 3, lambda *_: "")
    program = connection.execute(f"EXPLAIN {sql}", values).fetchall()
    connection.close()
    return sum(str(step[5]).startswith("json_") for step in program)


async def test_no_document_is_opened_for_what_an_index_carries(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db", catalogue=BOTH)
    within = parse_filter({"and": [{"org": "o"}, {"at": {"gte": NOON, "lt": NOON + timedelta(days=1)}}]})
    group = ("kind", Bucket(field="at", by="hour"))
    await store.close()
    path = tmp_path / "store.db"
    assert opened_documents(path, Target(BOTH["carried"], within), group) == 0
    assert opened_documents(path, Target(BOTH["plain"], within), group) > 0


@pytest.mark.parametrize(
    ("filter", "index"),
    [
        ({"at": {"gte": NOON, "lt": NOON}}, "by_time"),
        ({"cohort": {"gte": NOON, "lt": NOON}}, "by_cohort"),
        ({"campaign": "c", "cohort": {"gte": NOON}}, "by_campaign"),
        ({"campaign": "c", "at": {"gte": NOON}}, "by_campaign"),
        ({"variation": "v", "cohort": {"gte": NOON}}, "by_variation"),
    ],
    ids=["arrivals", "cohorts", "a campaign's cohorts", "a campaign's arrivals", "a variation's cohorts"],
)
async def test_what_ads_sum_up_is_read_from_the_index_made_for_it(tmp_path: Path, filter: Any, index: str) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    await store.close()
    spec = COLLECTIONS["ad_events"]
    target = Target(spec, parse_filter({"and": [{"org": "o"}, filter]}))
    metrics = {"sum": Metric(kind="sum", field="net")}
    sql, values, _ = summing.aggregate(target, ("tally",), metrics)
    connection = sqlite3.connect(tmp_path / "store.db")
    program = connection.execute(f"EXPLAIN {sql}", values).fetchall()
    plan = connection.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    connection.close()
    assert any(f"ad_events__{index} " in step[3] for step in plan)
    assert not any(str(step[5]).startswith("json_") for step in program)


async def test_an_index_that_is_declared_otherwise_is_made_anew(mongodb: str) -> None:
    before = Catalogue([Collection(name="carried", doc="", indexes=(Index(name="by_time", fields=("org", "at")),))])
    name = f"t{uuid.uuid4().hex[:12]}"
    for catalogue in (before, BOTH, BOTH):
        store = await open_mongo(mongodb, name, catalogue=catalogue)
        keys = (await store._db["carried"].index_information())["by_time"]["key"]
        await store.close()
    assert [field for field, _ in keys] == ["org", "at", "kind", "n"]
