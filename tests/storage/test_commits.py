"""What both backends promise of writing (`storage.store`), asked of each."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from storage.base import BaseStore
from storage.errors import BadQuery, Conflict
from storage.store import Delete, Insert, Update, Upsert
from tests.storage.filling import fill, ids

NOON = datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)


@pytest.mark.parametrize(
    "changes",
    [
        {"rename": {"a": "b"}},
        {"set": {"_id": "y"}},
        {"set": {"version": 7}},
        {"set": {"org": "b"}},
        {"set": {"a": 1}, "inc": {"a": 1}},
        {"set": {"a": 1, "a.b": 1}},
        {"inc": {"a": "1"}},
        {"inc": {"a": True}},
        {"pull": {"a": {"b": 1}}},
        {"set_on_insert": {"a": 1}},
        {"set": {"a": b"bytes"}},
        {"set": {"a": datetime(2026, 1, 1)}},
        {"set": {"$a": 1}},
        {"unset": "a"},
        {"set": {"a": {1: 2}}},
    ],
)
async def test_a_change_outside_the_closed_list_is_refused(store: BaseStore, changes: dict) -> None:
    with pytest.raises(BadQuery):
        await store.org("a").commit([Update("things", "x", changes)])


async def test_changes_do_what_they_say(store: BaseStore) -> None:
    await fill(store, {"n": 1, "tags": ["a", "b", "a", 1], "gone": 1, "deep": {"x": 1}})
    changes = {
        "set": {"deep.y.z": NOON},
        "unset": ["gone", "never.was"],
        "inc": {"n": 2, "new": -1.5},
        "pull": {"tags": "a"},
        "push": {"log": {"at": NOON}},
        "add_to_set": {"floor": "m"},
    }
    [after] = await store.org("a").commit([Update("things", "0", changes)])
    assert after == {
        "_id": "0", "org": "a", "version": 2, "n": 3, "new": -1.5, "tags": ["b", 1],
        "deep": {"x": 1, "y": {"z": NOON}}, "log": [{"at": NOON}], "floor": ["m"],
    }  # fmt: skip
    [again] = await store.org("a").commit([Update("things", "0", {"add_to_set": {"floor": "m"}})])
    assert again["floor"] == ["m"]
    assert again == await store.get("things", "0")


@pytest.mark.parametrize(
    "changes",
    [{"inc": {"t": 1}}, {"push": {"t": 1}}, {"pull": {"t": 1}}, {"add_to_set": {"t": 1}}, {"set": {"t.x": 1}}],
)
async def test_what_a_documents_shape_forbids_is_a_conflict(store: BaseStore, changes: dict) -> None:
    await fill(store, {"t": "text"})
    with pytest.raises(Conflict):
        await store.org("a").commit([Update("things", "0", changes)])
    assert (await store.get("things", "0"))["version"] == 1


async def test_upsert_makes_and_then_changes(store: BaseStore) -> None:
    op = Upsert("things", "x", {"inc": {"n": 1}, "set_on_insert": {"first": True, "org": "a"}})
    assert await store.commit([op]) == [{"_id": "x", "org": "a", "n": 1, "first": True, "version": 1}]
    assert await store.org("a").commit([op]) == [{"_id": "x", "org": "a", "n": 2, "first": True, "version": 2}]


async def test_conflicts_say_which_operation_and_undo_the_others(store: BaseStore) -> None:
    await fill(store, {"n": 1, "phone": "1"})
    good = Insert("things", {"_id": "new"})
    for op, key in (
        (Insert("things", {"_id": "0"}), "_id"),
        (Insert("things", {"_id": "y", "phone": "1"}), "phone"),
        (Update("things", "0", {"inc": {"n": 1}}, expect=2), "version"),
        (Update("things", "0", {"inc": {"n": 1}}, when={"n": {"gt": 1}}), "when"),
        (Update("things", "absent", {"set": {"n": 1}}), "missing"),
        (Delete("things", "0", expect=9), "version"),
        (Delete("things", "absent", expect=1), "missing"),
    ):
        with pytest.raises(Conflict) as caught:
            await store.org("a").commit([good, op])
        assert (caught.value.index, caught.value.collection, caught.value.key) == (1, "things", key)
        assert await store.org("a").find("things", {"_id": "new"}) == []
    assert (await store.get("things", "0"))["version"] == 1


async def test_a_commit_sees_its_own_writes(store: BaseStore) -> None:
    ops = [
        Insert("things", {"_id": "x", "phone": "1"}),
        Update("things", "x", {"set": {"n": 1}}, expect=1),
        Delete("things", "x"),
        Insert("things", {"_id": "y", "phone": "1"}),
    ]
    done = await store.org("a").commit(ops)
    assert [item and item["version"] for item in done] == [1, 2, None, 1]
    assert await ids(store, {}) == "y"


async def test_deleting_what_is_not_there_is_no_error(store: BaseStore) -> None:
    assert await store.org("a").commit([Delete("things", "absent")]) == [None]


async def test_unique_indexes_hold_within_their_fields_and_partial_ones_only_among_texts(store: BaseStore) -> None:
    await store.commit([Insert("entries", {"_id": "1", "org": "a", "machine": "m", "seq": 1})])
    await store.commit([Insert("entries", {"_id": "2", "org": "b", "machine": "m", "seq": 1})])
    with pytest.raises(Conflict) as caught:
        await store.commit([Insert("entries", {"_id": "3", "org": "a", "machine": "m", "seq": 1})])
    assert caught.value.key == "machine_seq"
    await fill(store, {}, {}, {"phone": None}, {"phone": None}, {"phone": ""}, {"phone": ""}, {"phone": "1"})
    await store.org("b").commit([Insert("things", {"_id": "other", "phone": "1"})])
    with pytest.raises(Conflict):
        await store.org("a").commit([Update("things", "0", {"set": {"phone": "1"}})])
    assert await ids(store, {"phone": "1"}) == "6"
    assert await ids(store, {"phone": ""}) == "45"


async def test_sweeping_deletes_what_has_expired(store: BaseStore) -> None:
    await fill(store, {"expires_at": NOON}, {"expires_at": NOON + timedelta(days=400)}, {"expires_at": None}, {})
    assert await store.sweep(NOON + timedelta(minutes=59)) == 0
    await store.sweep(NOON + timedelta(minutes=61))
    assert await ids(store, {}) == "123"


async def test_each_document_is_claimed_once_however_many_workers_ask(store: BaseStore) -> None:
    number, workers = 24, 6
    await fill(store, *({"state": "new", "rank": n} for n in range(number)))

    async def work() -> list[str]:
        mine = []
        while taken := await store.claim(
            "things", {"state": "new"}, {"set": {"state": "taken"}, "inc": {"tries": 1}}, sort=[("rank", 1)]
        ):
            assert (taken["state"], taken["version"]) == ("taken", 2)
            mine.append(taken["_id"])
        return mine

    claimed = [id for mine in await asyncio.gather(*(work() for _ in range(workers))) for id in mine]
    assert sorted(claimed) == sorted(str(n) for n in range(number))
    assert await store.org("a").count("things", {"tries": 1}) == number


async def test_concurrent_commits_to_one_document_lose_nothing(store: BaseStore) -> None:
    await fill(store, {"n": 0})

    async def add(name: int) -> None:
        await store.org("a").commit([Update("things", "0", {"inc": {"n": 1}}), Insert("things", {"_id": f"x{name}"})])

    await asyncio.gather(*(add(name) for name in range(10)))
    assert (await store.get("things", "0"))["n"] == 10


async def test_of_two_commits_with_one_expected_version_one_wins(store: BaseStore) -> None:
    await fill(store, {})
    ops = [Update("things", "0", {"set": {"by": n}}, expect=1) for n in range(5)]
    results = await asyncio.gather(*(store.org("a").commit([op]) for op in ops), return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 1
    assert sum(isinstance(result, Conflict) for result in results) == 4


async def test_what_a_caller_does_with_documents_afterwards_changes_nothing(store: BaseStore) -> None:
    document: dict = {"_id": "x", "list": [1]}
    [written] = await store.org("a").commit([Insert("things", document)])
    document["list"].append(2)
    written["list"].append(3)
    assert (await store.get("things", "x"))["list"] == [1]
    assert "version" not in document
    assert "org" not in document


async def test_only_texts_are_unique_in_an_index_over_texts(store: BaseStore) -> None:
    when = datetime(2026, 11, 20, 20, 59, 59, tzinfo=UTC)
    for number, value in enumerate((when, when, 7, 7, None, None, "", "", "\x01", "\x010", "0700")):
        await store.org("a").commit([Insert("things", {"_id": str(number), "phone": value})])
    for taken in ("\x01", "\x010", "0700"):
        with pytest.raises(Conflict):
            await store.org("a").commit([Insert("things", {"_id": "again", "phone": taken})])
        assert await store.org("a").count("things", {"phone": {"eq": taken}}) == 1
    assert await store.org("a").count("things", {"phone": {"eq": when}}) == 2
