"""Rows kept in memory are what is committed: never older than what another read has shown, never half a commit."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.checkpoints import EVERY
from storage.errors import Conflict
from storage.kept import ANSWERS, Kept
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Delete, Insert, Op, Update, Upsert

WHEN = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "store.db")
    yield opened
    await opened.close()


async def test_what_a_caller_does_to_a_document_is_not_seen_by_the_next(store: SqliteStore) -> None:
    await store.commit([Insert("offers", {"_id": "x", "org": "a", "tags": ["one"], "at": WHEN})])
    first = await store.get("offers", "x")
    assert first is not None
    first["tags"].append("two")
    assert await store.get("offers", "x") == {"_id": "x", "org": "a", "tags": ["one"], "at": WHEN, "version": 1}


async def test_a_commit_that_fails_leaves_what_was_known(store: SqliteStore) -> None:
    await store.commit([Insert("offers", {"_id": "x", "org": "a", "price": 1})])
    with pytest.raises(Conflict) as refused:
        await store.commit(
            [
                Update("offers", "x", {"set": {"price": 2}}),
                Insert("offers", {"_id": "y", "org": "a"}),
                Insert("offers", {"_id": "x", "org": "a"}),
            ]
        )
    assert refused.value.index == 2, "of inserts that went together, the one that was refused is named"
    known = await store.get("offers", "x")
    assert known is not None
    assert known["price"] == 1
    assert await store.get("offers", "y") is None


async def test_commits_that_wait_together_succeed_and_fail_each_for_itself(store: SqliteStore) -> None:
    await store.commit([Insert("offers", {"_id": "x", "org": "a", "price": 1})])
    commits = [
        store.commit([Update("offers", "x", {"inc": {"price": 1}})]),
        store.commit([Update("offers", "x", {"inc": {"price": 10}}, expect=1)]),
        store.commit([Update("offers", "x", {"inc": {"price": 100}}, expect=2)]),
        store.commit([Delete("offers", "absent", expect=1)]),
    ]
    outcomes = await asyncio.gather(*commits, return_exceptions=True)
    assert [isinstance(outcome, Conflict) for outcome in outcomes] == [False, True, False, True]
    known = await store.get("offers", "x")
    assert known is not None
    assert (known["price"], known["version"]) == (102, 3)


async def test_what_is_deleted_by_its_age_is_gone_at_once(store: SqliteStore) -> None:
    await store.commit([Insert("timers", {"_id": "t", "org": "a", "expires_at": WHEN})])
    assert await store.get("timers", "t") is not None
    await store.sweep(WHEN)
    assert await store.get("timers", "t") is None
    assert await store.find("timers", {"_id": {"in": ["t"]}}, everyone=True) == []


async def test_a_query_by_ids_keeps_to_its_filter_and_org(store: SqliteStore) -> None:
    await store.commit([Insert("offers", {"_id": name, "org": name[0], "price": 1}) for name in ("a2", "a1", "b1")])
    view, named = store.org("a"), {"_id": {"in": ["b1", "a2", "a1"]}}
    assert [found["_id"] for found in await view.find("offers", named)] == ["a1", "a2"]
    assert [found["_id"] for found in await view.find("offers", named, limit=1)] == ["a1"]
    assert await view.find("offers", {**named, "price": 2}) == []
    assert [found["_id"] for found in await view.find("offers", named, after=["a1"])] == ["a2"]
    assert [found["_id"] for found in await view.find("offers", named, sort=[("_id", -1)])] == ["a2", "a1"]


async def test_another_process_reads_what_the_owner_wrote_since(tmp_path: Path) -> None:
    owner = await open_sqlite(tmp_path / "store.db")
    await owner.commit([Insert("offers", {"_id": "x", "org": "a", "price": 1})])
    other = await open_sqlite(tmp_path / "store.db", read_only=True)
    assert (await other.get("offers", "x") or {})["price"] == 1
    await owner.commit([Update("offers", "x", {"set": {"price": 2}})])
    assert (await other.get("offers", "x") or {})["price"] == 2
    await other.close()
    await owner.close()


_ID = st.sampled_from(["a", "b", "c"])
_OP = st.one_of(
    st.builds(lambda id: Insert("offers", {"_id": id, "org": "o", "n": 0}), _ID),
    st.builds(lambda id: Update("offers", id, {"inc": {"n": 1}}), _ID),
    st.builds(lambda id, version: Update("offers", id, {"inc": {"n": 7}}, expect=version), _ID, st.integers(1, 3)),
    st.builds(lambda id: Upsert("offers", id, {"inc": {"n": 3}, "set_on_insert": {"org": "o"}}), _ID),
    st.builds(lambda id: Delete("offers", id), _ID),
)


@settings(max_examples=40, deadline=None)  # each opens a store
@given(st.lists(st.lists(st.lists(_OP, min_size=1, max_size=4), min_size=1, max_size=4), max_size=5))
def test_memory_and_file_say_the_same_after_any_commits(rounds: list[list[list[Op]]]) -> None:
    """Each round's commits are submitted at once; afterwards every document is read both ways."""

    async def run(path: Path) -> None:
        store = await open_sqlite(path)
        try:
            for commits in rounds:
                await asyncio.gather(*(store.commit(ops) for ops in commits), return_exceptions=True)
                for id in ("a", "b", "c"):
                    kept = await store.get("offers", id)
                    asked: Any = ("offers", {"_id": id, "n": {"exists": True}})
                    filed = await store.find(*asked, sort=[("n", 1)], limit=1000, everyone=True)  # too many to keep
                    assert ([kept] if kept is not None else []) == filed
                    for _ in range(2):  # from the file, or from memory where the round left it, and from memory
                        assert await store.find(*asked, sort=[("n", 1)], everyone=True) == filed
        finally:
            await store.close()

    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(Path(folder) / "store.db"))


def test_a_row_read_while_a_commit_becomes_visible_is_not_taken() -> None:
    kept, key = Kept(), ("offers", "x")
    since = kept.commits
    kept.hide(frozenset({key}))
    kept.learn(key, (1, "old"), since)
    assert kept.get(key) is None, "the row is about to change"
    kept.show({key: (2, "new")})
    kept.learn(key, (1, "old"), since)
    assert kept.get(key) == (2, "new"), "what was read before the commit ended is older"
    kept.learn(key, (2, "new"), kept.commits)
    assert kept.get(key) == (2, "new")


def test_an_answer_stands_until_its_collection_is_written_to() -> None:
    kept, asked = Kept(), ("SELECT", ("org",))
    kept.learn_answer("clicks", asked, [], kept.commits)
    kept.learn_answer("offers", asked, [("x", 1, "{}")], kept.commits)
    assert kept.answer("clicks", asked) == [], "that there is nothing is an answer"
    kept.hide(frozenset({("offers", "x")}))
    kept.learn_answer("offers", asked, [("x", 1, "{}")], kept.commits)
    assert kept.answer("offers", asked) is None, "the commit under way may change it"
    since = kept.commits
    kept.show({("offers", "x"): (2, "{}")})
    kept.learn_answer("offers", asked, [("x", 1, "{}")], since)
    assert kept.answer("offers", asked) is None, "what was read before the commit ended is older"
    assert kept.answer("clicks", asked) == []
    kept.hide(None)
    assert kept.answer("clicks", asked) is None, "nobody knows what is being written"


def test_answers_that_take_too_much_room_all_go() -> None:
    kept, text = Kept(), "x" * (ANSWERS // 2)
    for number in range(3):
        kept.learn_answer("offers", ("SELECT", (number,)), [("x", 1, text)], 0)
    assert [kept.answer("offers", ("SELECT", (number,))) is not None for number in range(3)] == [False, False, True]
    for number in range(ANSWERS // 100):
        kept.learn_answer("clicks", ("SELECT", (number,)), [], 0)
    assert kept.answer("clicks", ("SELECT", (0,))) is None, "that there is nothing takes room as well"


async def test_an_upsert_of_what_is_there_but_not_in_memory_changes_it(tmp_path: Path) -> None:
    """It tries to make the row first; what stands is the row itself, with the same unique field, and nobody else's."""
    mine = Upsert("users", "u", {"inc": {"seen": 1}, "set_on_insert": {"email_key": "k"}})
    for seen in (1, 2):
        store = await open_sqlite(tmp_path / "store.db")
        (user,) = await store.commit([mine])
        assert user == {"_id": "u", "seen": seen, "email_key": "k", "version": seen}
        with pytest.raises(Conflict) as refused:
            await store.commit([Upsert("users", "v", {"set_on_insert": {"email_key": "k"}})])
        assert refused.value.key == "email"
        await store.close()


async def test_what_a_caller_does_to_an_answer_is_not_seen_by_the_next(store: SqliteStore) -> None:
    await store.commit([Insert("offers", {"_id": "x", "org": "a", "tags": ["one"]})])
    for _ in range(2):
        (found,) = await store.org("a").find("offers", {}, limit=5)
        assert found["tags"] == ["one"]
        found["tags"].append("two")


def test_what_was_used_longest_ago_goes_first() -> None:
    kept = Kept(room=10)
    kept.learn(("offers", "a"), (1, "1234"), 0)
    kept.learn(("offers", "b"), (1, "1234"), 0)
    assert kept.get(("offers", "a")) is not None
    kept.learn(("offers", "c"), (1, "1234"), 0)
    assert [kept.get(("offers", id)) is not None for id in "abc"] == [True, False, True]


async def test_the_log_is_written_back_while_commits_go_on_and_can_be_emptied(store: SqliteStore) -> None:
    log = store.path.with_name(f"{store.path.name}-wal")
    for round_ in range(3 * EVERY):
        await store.commit([Upsert("offers", f"{round_ % 5}", {"set": {"n": round_}, "set_on_insert": {"org": "a"}})])
    await store.scrub()
    assert log.stat().st_size == 0
    assert await store.count("offers", {"org": "a"}) == 5
