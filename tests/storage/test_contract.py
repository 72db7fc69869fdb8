"""What both backends promise of reading (`storage.store`), asked of each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.base import BaseStore
from storage.errors import BadQuery, Conflict
from storage.query import cursor
from storage.store import Bucket, Delete, Insert, Metric, Update, Upsert
from tests.storage.filling import fill, ids

NOON = datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)


async def test_a_document_comes_back_as_it_was_put_with_its_version(store: BaseStore) -> None:
    east = datetime(2026, 11, 21, 15, 0, 0, 123999, tzinfo=timezone(timedelta(hours=3)))
    document = {
        "_id": "x",
        "org": "a",
        "at": east,
        "n": 1,
        "f": 1.5,
        "yes": True,
        "none": None,
        "list": [1, {"at": east}],
    }
    [written] = await store.commit([Insert("things", document)])
    read = await store.get("things", "x")
    assert read == {**document, "at": NOON, "list": [1, {"at": NOON}], "version": 1} == written
    assert read["at"].utcoffset() == timedelta()
    assert read["yes"] is True
    assert await store.get("things", "y") is None


@pytest.mark.parametrize("text", ["\x01", "\x012026-11-21T09:00:00.000", '"\x01', "", "Ngũgĩ 🙂", "{}", "it's"])
async def test_no_text_is_taken_for_something_else(store: BaseStore, text: str) -> None:
    await fill(store, {"text": text, "deep": {"text": [text]}, "at": NOON})
    [read] = await store.org("a").find("things", {"text": text})
    assert (read["text"], read["deep"]["text"], read["at"]) == (text, [text], NOON)


VALUES = [{"v": 1}, {"v": 2.5}, {"v": True}, {"v": "b"}, {"v": "bc"}, {"v": NOON}, {"v": None}, {}, {"v": ["b", 1]}]


@pytest.mark.parametrize(
    ("filter", "found"),
    [
        ({"v": 1}, "0"),
        ({"v": True}, "2"),
        ({"v": False}, ""),
        ({"v": "b"}, "3"),
        ({"v": NOON}, "5"),
        ({"v": None}, "67"),
        ({"v": {"eq": 2.5}}, "1"),
        ({"v": {"ne": 1}}, "1234567"),
        ({"v": {"ne": None}}, "012345"),
        ({"v": {"in": [1, "bc", NOON]}}, "045"),
        ({"v": {"in": [None, True]}}, "267"),
        ({"v": {"in": []}}, ""),
        ({"v": {"gt": 0}}, "01"),
        ({"v": {"lte": 1}}, "0"),
        ({"v": {"gte": "b"}}, "34"),
        ({"v": {"lt": "bc"}}, "3"),
        ({"v": {"gte": NOON}}, "5"),
        ({"v": {"lt": NOON + timedelta(milliseconds=1)}}, "5"),
        ({"v": {"gt": 0, "lt": 2}}, "0"),
        ({"v": {"exists": False}}, "7"),
        ({"v": {"prefix": "b"}}, "34"),
        ({"v": {"prefix": ""}}, "34"),
        ({"or": [{"v": 1}, {"v": "b"}]}, "03"),
        ({"and": [{"v": {"gt": "a"}}, {"v": {"lt": "bb"}}]}, "3"),
        ({"_id": {"in": ["1", "3"]}}, "13"),
        ({"_id": {"gt": "6"}, "v": {"exists": False}}, "7"),
        ({"version": {"gte": 1}, "_id": "2"}, "2"),
        ({}, "012345678"),
    ],
)
async def test_a_comparison_holds_between_values_of_one_kind(store: BaseStore, filter: dict, found: str) -> None:
    await fill(store, *VALUES)
    documents = await ids(store, filter)
    plain = documents if filter == {} else documents.replace("8", "")  # an array is for contains and exists only
    assert plain == found
    if filter == {}:
        assert await store.org("a").count("things", filter) == 9


async def test_contains_asks_what_an_array_holds(store: BaseStore) -> None:
    await fill(store, {"v": ["b", 1]}, {"v": ["c", True]}, {"v": "b"}, {"v": []}, {}, {"v": [NOON]})
    assert await ids(store, {"v": {"contains": "b"}}) == "0"
    assert await ids(store, {"v": {"contains": 1}}) == "0"
    assert await ids(store, {"v": {"contains": True}}) == "1"
    assert await ids(store, {"v": {"contains": NOON}}) == "5"


async def test_a_dotted_field_looks_inside(store: BaseStore) -> None:
    await fill(store, {"a": {"b-c": {"x1": 1}}}, {"a": {"b-c": 1}}, {"a": 1})
    assert await ids(store, {"a.b-c.x1": 1}) == "0"
    assert await ids(store, {"a.b-c": {"exists": True}}) == "01"


@pytest.mark.parametrize(
    "filter",
    [
        {"v": {"regex": "x"}},
        {"$where": "1"},
        {"a.0.b": 1},
        {"a'b": 1},
        {'a"b': 1},
        {"v": {"gt": None}},
        {"v": {"gt": True}},
        {"v": {"in": "text"}},
        {"v": {"exists": 1}},
        {"v": {"prefix": 1}},
        {"v": [1]},
        {"v": {}},
        {"or": []},
        {"v": datetime(2026, 1, 1)},
        {"v": float("nan")},
        {"v": 1 << 63},
        {"v": "\0"},
        {"v": b"bytes"},
        ["v"],
    ],
)
async def test_a_filter_outside_the_closed_list_is_refused(store: BaseStore, filter: dict) -> None:
    with pytest.raises(BadQuery):
        await store.org("a").find("things", filter)
    with pytest.raises(BadQuery):
        await store.org("a").commit([Update("things", "x", {"set": {"a": 1}}, when=filter)])


async def test_other_bad_calls_are_refused_too(store: BaseStore) -> None:
    view = store.org("a")
    for bad in (
        store.find("things", {}),  # names no org
        store.find("nothing", {}, everyone=True),
        view.find("shared", {}),
        view.find("things", {}, limit=0),
        view.find("things", {}, sort=[("a", 2)]),  # type: ignore[list-item]
        view.find("things", {}, after=[]),
        view.aggregate("things", {}, group=[], metrics={}),
        view.aggregate("things", {}, group=["n"], metrics={"n": Metric(kind="count")}),
        view.aggregate(
            "things", {}, group=[Bucket(field="at", by="day", zone="No/Where")], metrics={"n": Metric(kind="count")}
        ),
        store.commit([Insert("things", {"_id": "x"})]),
        store.commit([Insert("things", {"org": "a"})]),
        store.commit([Upsert("things", "x", {"set": {"a": 1}})]),
    ):
        with pytest.raises(BadQuery):
            await bad


async def test_pages_follow_one_another_without_gap_or_repeat(store: BaseStore) -> None:
    await fill(store, *({"rank": n % 3 if n % 4 else None, "at": NOON + timedelta(seconds=n % 5)} for n in range(10)))
    for sort in ([("rank", 1), ("at", -1)], [("rank", -1)], [("at", -1), ("rank", 1)], []):
        whole = await store.org("a").find("things", {}, sort=sort)  # type: ignore[arg-type]
        paged, after = [], None
        while page := await store.org("a").find("things", {}, sort=sort, limit=3, after=after):  # type: ignore[arg-type]
            paged += page
            after = cursor(page[-1], sort)  # type: ignore[arg-type]
        assert paged == whole
        assert len(whole) == 10
    assert [item.get("rank") for item in await store.org("a").find("things", {}, sort=[("rank", 1)], limit=4)] == [
        None,
        None,
        None,
        0,
    ]


async def test_days_are_cut_at_midnight_in_nairobi(store: BaseStore) -> None:
    last = datetime(2026, 11, 20, 20, 59, 59, 999000, tzinfo=UTC)
    await fill(
        store,
        {"at": last, "paid": 100, "ok": True},
        {"at": last + timedelta(milliseconds=1), "paid": 50, "ok": False},
        {"at": last + timedelta(hours=5), "paid": "none", "ok": True},
        {"paid": 2.5},
    )
    metrics = {
        "n": Metric(kind="count"),
        "sum": Metric(kind="sum", field="paid"),
        "least": Metric(kind="min", field="paid"),
        "mean": Metric(kind="avg", field="paid"),
    }
    view = store.org("a")
    assert await view.aggregate("things", {}, group=[Bucket(field="at", by="day")], metrics=metrics) == [
        {"at": None, "n": 1, "sum": 2.5, "least": 2.5, "mean": 2.5},
        {"at": "2026-11-20", "n": 1, "sum": 100, "least": 100, "mean": 100},
        {"at": "2026-11-21", "n": 2, "sum": 50, "least": 50, "mean": 50},
    ]
    hours = await view.aggregate(
        "things",
        {"at": {"exists": True}},
        group=[Bucket(field="at", by="hour"), "ok"],
        metrics={"n": Metric(kind="count")},
    )
    assert hours == [
        {"at": "2026-11-20T23", "ok": True, "n": 1},
        {"at": "2026-11-21T00", "ok": False, "n": 1},
        {"at": "2026-11-21T04", "ok": True, "n": 1},
    ]
    assert all(isinstance(row["ok"], bool) for row in hours)
    assert await view.aggregate("things", {"paid": 9}, group=[], metrics=metrics) == [
        {"n": 0, "sum": 0, "least": None, "mean": None}
    ]


async def test_an_org_sees_and_touches_only_its_own(store: BaseStore) -> None:
    await store.org("a").commit(
        [Insert("things", {"_id": "x", "secret": 1}), Insert("orgs", {"_id": "a", "name": "A"})]
    )
    other = store.org("b")
    assert await other.get("things", "x") is None
    assert await other.get("orgs", "a") is None
    assert await store.org("a").get("orgs", "a")
    assert await other.find("things", {"or": [{"org": "a"}, {"secret": 1}]}) == []
    assert await other.count("things", {"org": "a"}) == 0
    assert await other.aggregate("things", {}, group=["org"], metrics={"n": Metric(kind="count")}) == []
    for op in (
        Update("things", "x", {"set": {"secret": 2}}),
        Upsert("things", "x", {"set": {"secret": 2}}),
        Insert("things", {"_id": "x"}),
        Delete("things", "x", expect=1),
    ):
        with pytest.raises(Conflict):
            await other.commit([op])
    for bad in (
        Insert("things", {"_id": "y", "org": "a"}),
        Insert("orgs", {"_id": "a"}),
        Upsert("orgs", "a", {"set": {"name": "B"}}),
    ):
        with pytest.raises(BadQuery):
            await other.commit([bad])
    await other.commit([Delete("things", "x")])
    assert (await store.get("things", "x"))["secret"] == 1
    assert len(await store.find("things", {}, everyone=True)) == len(await store.find("things", {"org": "a"})) == 1
