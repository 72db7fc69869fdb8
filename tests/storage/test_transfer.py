"""An org moves from one backend to the other and back, and nothing else moves with it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.base import BaseStore
from storage.collections import Catalogue
from storage.mongo import open_mongo
from storage.sqlite import open_sqlite
from storage.store import Insert
from storage.transfer import BadTransfer, export_org, import_org
from storage.vault import Vault, new_master_key, parse_master_keys

NOON = datetime(2026, 11, 21, 12, 0, 0, 123000, tzinfo=UTC)
KEYS = parse_master_keys(new_master_key())


async def _seed(store: BaseStore) -> str:
    org = await Vault(store, KEYS).org("a")
    await org.ensure("asha")
    token = org.seal("asha", b"hers")
    odd = [{"$at": "text"}, {"$as": {"x": 1}}, {"at": NOON}, "\x01x", None, True, 1.5]
    things = [Insert("things", {"_id": f"t{n}", "n": n, "at": NOON, "odd": odd}) for n in range(7)]
    await store.org("a").commit([Insert("orgs", {"_id": "a", "name": "Ngũgĩ's"}), *things])
    await store.org("b").commit([Insert("orgs", {"_id": "b"}), Insert("things", {"_id": "other"})])
    return token


async def _lines(store: BaseStore, org: str = "a") -> list[str]:
    lines: list[str] = []
    await export_org(store, org, lines.append)
    return lines


async def _unversioned(store: BaseStore) -> list[dict]:
    found = []
    for spec in store.catalogue:
        if spec.owner:
            found += await store.org("a").find(spec.name, {})
    return found


async def test_an_org_moves_from_sqlite_to_mongo_and_back(tmp_path: Path, mongodb: str, catalogue: Catalogue) -> None:
    here = await open_sqlite(tmp_path / "one.db", catalogue=catalogue)
    there = await open_mongo(mongodb, f"t{uuid.uuid4().hex[:12]}", catalogue=catalogue)
    back = await open_sqlite(tmp_path / "two.db", catalogue=catalogue)
    token = await _seed(here)
    assert await import_org(there, await _lines(here)) == "a"
    assert await import_org(back, await _lines(there)) == "a"
    whole = await _unversioned(here)
    assert len(whole) == 10
    assert whole == await _unversioned(there) == await _unversioned(back)
    assert await _lines(back) == await _lines(here)
    assert await back.get("things", "other") is None
    org = await Vault(back, KEYS).org("a")
    await org.ensure("asha")
    assert org.unseal("asha", token) == b"hers"
    for store in (here, there, back):
        await store.close()


async def test_an_org_that_is_there_is_not_overwritten(store: BaseStore) -> None:
    await _seed(store)
    before = await _unversioned(store)
    with pytest.raises(BadTransfer, match="already"):
        await import_org(store, await _lines(store))
    assert await _unversioned(store) == before


async def test_lines_that_are_cut_changed_or_strange_leave_nothing_behind(tmp_path: Path, catalogue: Catalogue) -> None:
    source = await open_sqlite(tmp_path / "one.db", catalogue=catalogue)
    target = await open_sqlite(tmp_path / "two.db", catalogue=catalogue)
    await _seed(source)
    good = await _lines(source)
    stranger = good[3].replace('"org":"a"', '"org":"b"')
    for bad, said in (
        ([], "header"),
        (good[:-1], "cut short"),
        ([*good[:3], *good[4:]], "should have"),
        ([*good, good[3]], "should not be there"),
        ([good[0].replace('"form":1', '"form":9'), *good[1:]], "form"),
        ([good[0], "{", *good[1:]], "line 2 is no JSON"),
        ([good[0], '{"in":"nothing","doc":{}}'], "line 2"),
        ([good[0], stranger, '{"end":1}'], "written by org"),
    ):
        with pytest.raises(Exception, match=said):
            await import_org(target, bad)
        assert await _unversioned(target) == []
    assert await import_org(target, good) == "a"
    with pytest.raises(BadTransfer, match="no org"):
        await _lines(source, "nobody")
    for store in (source, target):
        await store.close()
