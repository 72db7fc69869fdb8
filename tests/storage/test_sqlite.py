"""What only the SQLite backend promises: durability under kill -9, one owner, its indexes in use."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from runtime.reading import BY_MACHINE, BY_PERSON
from storage import compiled
from storage.base import Target
from storage.collections import COLLECTIONS, Catalogue, Collection, Index
from storage.errors import Conflict, Unavailable
from storage.open import open_store
from storage.query import All, Compare, check_sort, parse_filter
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Delete, Insert, Update
from storage.writer import BATCH

ROOT = Path(__file__).parents[2]


def _write_until_killed(path: Path, round_: int, seconds: float) -> list[str]:
    """Ids that a writing process said were acknowledged before it was killed."""
    command = [sys.executable, str(ROOT / "tests/storage/writing.py"), str(path), str(round_)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)})
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    rest = process.stdout.read()
    process.wait()
    lines = (first + rest).decode().split("\n")
    return lines[:-1]  # what follows the last newline was cut short


async def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    acknowledged: list[str] = []
    for round_ in range(4):
        acknowledged += await asyncio.to_thread(_write_until_killed, path, round_, 0.4)
    store = await open_sqlite(path)  # the dead process's lock is in nobody's way
    kept: dict[str, int] = {}
    after = None
    while page := await store.find("journal", {"org": "a"}, limit=5000, after=after):
        after = [page[-1]["_id"]]
        for entry in page:
            kept[entry["_id"]] = entry["seq"]
    lost = [id for id in acknowledged if id not in kept]
    assert len(acknowledged) > 200
    assert lost == []
    for machine in await store.find("machines", {"org": "a"}):
        seqs = sorted(seq for id, seq in kept.items() if id.startswith(f"{machine['_id']}."))
        assert seqs == list(range(1, machine["seq"] + 1)), "a commit is there whole or not at all"
    await store.close()


async def test_one_process_owns_the_file_and_others_may_read(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await open_sqlite(path)
    with pytest.raises(Unavailable, match=f"in use by process {os.getpid()}"):
        await open_sqlite(path)
    reader = await open_sqlite(path, read_only=True)
    await store.commit([Insert("offers", {"_id": "x", "org": "a"})])
    assert await reader.get("offers", "x")
    with pytest.raises(Unavailable, match="reading only"):
        await reader.commit([Delete("offers", "x")])
    await reader.close()
    await store.close()
    again = await open_store(path=path)
    assert await again.get("offers", "x")
    await again.close()
    with pytest.raises(Unavailable, match="no store"):
        await open_sqlite(tmp_path / "absent.db", read_only=True)


async def test_a_closed_store_says_so_and_a_file_that_is_no_store_too(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    waiting = [asyncio.ensure_future(store.commit([Insert("offers", {"_id": f"{n}", "org": "a"})])) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    await store.close()
    assert len(await asyncio.gather(*waiting)) == 50
    for call in (store.get("offers", "x"), store.commit([Delete("offers", "x")])):
        with pytest.raises(Unavailable, match="closed"):
            await call
    (tmp_path / "text.db").write_text("This is not a database at all, only a text. " * 50)
    with pytest.raises(Unavailable, match="cannot be opened"):
        await open_sqlite(tmp_path / "text.db")


async def test_a_commit_that_fails_in_a_batch_takes_no_other_with_it(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    number = BATCH * 2 + 7
    ops = [
        [Insert("offers", {"_id": f"{n}", "org": "a"}), Insert("offers", {"_id": f"{n // 2 * 2}x", "org": "a"})]
        for n in range(number)
    ]
    results = await asyncio.gather(*(store.commit(pair) for pair in ops), return_exceptions=True)
    done = [n for n, result in enumerate(results) if isinstance(result, list)]
    assert done == list(range(0, number, 2))
    assert {type(result) for result in results} == {list, Conflict}
    assert await store.count("offers", {"org": "a"}) == 2 * len(done)
    await store.close()


async def test_a_cancelled_caller_holds_up_nobody(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    tasks = [asyncio.ensure_future(store.commit([Insert("offers", {"_id": f"{n}", "org": "a"})])) for n in range(10)]
    await asyncio.sleep(0)
    tasks[3].cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 9
    assert await store.org("a").commit([Update("offers", "1", {"set": {"n": 1}})])
    await store.close()


async def test_indexes_follow_their_declaration(tmp_path: Path) -> None:
    def declared(*indexes: Index) -> Catalogue:
        return Catalogue([Collection(name="things", doc="", indexes=indexes)])

    path = tmp_path / "store.db"
    store = await open_sqlite(
        path, catalogue=declared(Index(name="n", fields=("n",), unique=True), Index(name="old", fields=("o",)))
    )
    await store.close()
    store = await open_sqlite(path, catalogue=declared(Index(name="n", fields=("n",))))
    await store.org("a").commit([Insert("things", {"_id": "1", "n": 1}), Insert("things", {"_id": "2", "n": 1})])
    await store.close()
    names = (
        sqlite3.connect(path)
        .execute("SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        .fetchall()
    )
    assert names == [("things__n",)]


async def test_a_backup_is_a_whole_store(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    await store.commit([Insert("offers", {"_id": "x", "org": "a"})])
    await store.backup(tmp_path / "copy.db")
    await store.close()
    copy = await open_sqlite(tmp_path / "copy.db")
    assert await copy.get("offers", "x")
    await copy.close()


QUESTIONS = [
    ("inbox", {"state": "new"}, [("at", 1)], "inbox__by_state"),
    ("inbox", {"lane": "l", "state": "new"}, [("at", 1)], "inbox__by_state"),
    ("outbox", {"state": "new", "due": {"lte": "T"}}, [("due", 1)], "outbox__by_due"),
    ("timers", {"state": "armed", "due": {"lte": "T"}}, [("due", 1), ("order", 1)], "timers__by_due"),
    ("inbox", {"lane": "l", "state": "new"}, [("at", 1), ("order", 1)], "inbox__by_state"),
    ("inbox", {"state": {"in": ["new"]}}, [("at", 1), ("order", 1)], "inbox__by_state"),
    ("inbox", {"_id": {"in": ["1", "2"]}}, [], "autoindex_inbox"),
    ("messages", {"org": "a", "_id": {"in": ["1", "2"]}}, [], "autoindex_messages"),
    ("outbox", {"_id": "1", "state": {"in": ["new", "leased"]}}, [], "autoindex_outbox"),
    ("messages", {"org": "a", "contact": "c", "at": {"gt": "T"}, "direction": "out"}, [], "messages__by_contact"),
    ("bookings", {"org": "a", "contact": "c", "state": {"in": ["a", "b"]}}, [("start", 1)], "bookings__by_contact"),
    ("conversations", {"org": "a", "contact": "c"}, [], "conversations__by_contact"),
    ("leads", {"org": "a", "stage": "new"}, [("score", -1)], "leads__by_stage"),
    ("journal", {"org": "a", "machine": "m", "seq": {"gt": 3}}, [("seq", 1)], "journal__machine_seq"),
    ("journal", {"org": "a"}, [("at", -1)], "journal__by_time"),
    ("contacts", {"org": "a", "phone_key": "k"}, [], "contacts__phone"),
    ("contacts", {"org": "a", "wa_key": "k"}, [], "contacts__whatsapp"),
    ("payments", {"checkout_id": "c"}, [], "payments__checkout"),
    ("payments", {"receipt": "c"}, [], "payments__receipt"),
    ("messages", {"org": "a", "provider_id": "c"}, [], "messages__provider"),
    ("messages", {"org": "a", "contact": "c"}, [("at", -1)], "messages__by_contact"),
    ("bookings", {"org": "a", "start": {"gte": "T", "lt": "U"}}, [("start", 1)], "bookings__by_start"),
    (
        "bookings",
        {"org": "a", "kind": "night", "resource": {"in": ["a", "b"]}, "end": {"gt": "T", "lt": "V"}},
        [("end", 1)],
        "bookings__by_end",
    ),
    ("machines", {"org": "a"}, BY_PERSON, "machines__by_contact"),
    ("decisions", {"org": "a", "table": "t"}, [("_id", 1)], "decisions__by_org"),
    ("idempotency", {"expires_at": {"lte": "T"}}, [], "idempotency__expiry"),
]


@pytest.mark.parametrize(("collection", "filter", "sort", "index"), QUESTIONS)
async def test_the_products_questions_are_answered_from_an_index(
    tmp_path: Path, collection: str, filter: dict, sort: list, index: str
) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    target = Target(COLLECTIONS[collection], parse_filter(filter), check_sort(sort) if sort else (), 10)
    plan = _plan(store, target)
    assert index in plan
    assert "USE TEMP B-TREE FOR ORDER BY" not in plan
    await store.close()


def _plan(store: SqliteStore, target: Target) -> str:
    sql, values = compiled.select(target)
    rows = sqlite3.connect(store.path).execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    return " ".join(str(row[3]) for row in rows)


async def test_the_entries_of_some_machines_are_looked_up_one_by_one(tmp_path: Path) -> None:
    """Not read over from the first to the last of them: between their ids may lie the whole journal."""
    store = await open_sqlite(tmp_path / "store.db")
    where = parse_filter({"org": "a", "machine": {"in": ["m1", "m9"]}})
    plan = _plan(store, Target(COLLECTIONS["journal"], where, check_sort(BY_MACHINE), 10))
    assert "journal__machine_seq (<expr>=? AND <expr>=?)" in plan
    await store.close()


async def test_a_page_far_down_is_found_through_the_index(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    from storage.query import behind

    order = check_sort([("due", 1)])
    node = All((Compare("state", "eq", "new"), behind(order, ["T", "id"])))
    plan = _plan(store, Target(COLLECTIONS["outbox"], node, order, 10))
    assert "outbox__by_due" in plan
    await store.close()
