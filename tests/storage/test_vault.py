"""Personal data at rest: who can read what, and that forgetting is for good."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from storage import vault as vaults
from storage.base import BaseStore
from storage.collections import COLLECTIONS
from storage.errors import BadKey, NotLoaded, Unreadable
from storage.sqlite import open_sqlite
from storage.store import Insert
from storage.vault import Vault, _Nonces, new_master_key, parse_master_keys, rotate

KEYS = parse_master_keys(new_master_key())


@pytest.fixture
async def file(tmp_path: Path) -> AsyncIterator[BaseStore]:
    store = await open_sqlite(tmp_path / "store.db", catalogue=COLLECTIONS)
    yield store
    await store.close()


async def test_what_is_sealed_is_read_with_the_same_subject_and_context_only(store: BaseStore) -> None:
    org = await Vault(store, KEYS).org("a")
    await org.ensure("asha", "juma")
    token = org.seal("asha", "Ngũgĩ".encode(), aad=b"name")
    assert org.unseal("asha", token, aad=b"name").decode() == "Ngũgĩ"
    assert token != org.seal("asha", "Ngũgĩ".encode(), aad=b"name")
    stranger = await Vault(store, KEYS).org("b")
    await stranger.ensure("asha")
    for who, subject, aad in (
        (org, "asha", b"phone"),
        (org, "juma", b"name"),
        (org, "", b"name"),
        (stranger, "asha", b"name"),
    ):
        with pytest.raises(Unreadable):
            who.unseal(subject, token, aad=aad)


async def test_a_changed_token_is_unreadable(file: BaseStore) -> None:
    org = await Vault(file, KEYS).org("a")
    token = org.seal("", b"secret")
    raw = bytearray(base64.urlsafe_b64decode(token[3:]))
    for place in (0, 12, len(raw) - 1):
        changed = raw.copy()
        changed[place] ^= 1
        with pytest.raises(Unreadable):
            org.unseal("", "v1." + base64.urlsafe_b64encode(changed).decode())
    for nonsense in ("", "v1.", "v2." + token[3:], "v1.***", "v1.é"):
        with pytest.raises(Unreadable):
            org.unseal("", nonsense)


async def test_keys_survive_a_new_process(store: BaseStore) -> None:
    first = await Vault(store, KEYS).org("a")
    await first.ensure("asha")
    tokens = first.seal("asha", b"hers"), first.seal("", b"ours")
    second = await Vault(store, KEYS).org("a")
    await second.ensure("asha")
    assert (second.unseal("asha", tokens[0]), second.unseal("", tokens[1])) == (b"hers", b"ours")
    assert first.lookup("phone", "+254700000001") == second.lookup("phone", "+254700000001")


async def test_a_lookup_differs_by_org_kind_and_value(file: BaseStore) -> None:
    vault = Vault(file, KEYS)
    one, two = await vault.org("a"), await vault.org("b")
    hashes = {one.lookup("phone", "1"), one.lookup("phone", "2"), one.lookup("email", "1"), two.lookup("phone", "1")}
    assert len(hashes) == 4
    assert {len(item) for item in hashes} == {43}


async def test_a_forgotten_person_is_unreadable_for_good_and_in_every_process(store: BaseStore) -> None:
    mine, other = await Vault(store, KEYS).org("a"), await Vault(store, KEYS).org("a")
    await mine.ensure("asha", "juma")
    token, kept = mine.seal("asha", b"hers"), mine.seal("juma", b"his")
    await mine.forget("asha")
    for org in (mine, other):
        await org.ensure("asha", "juma")
        with pytest.raises(Unreadable):
            org.unseal("asha", token)
        with pytest.raises(Unreadable):
            org.seal("asha", b"again")
        assert org.forgotten("asha")
        assert org.unseal("juma", kept) == b"his"


def _found(folder: Path, what: bytes) -> bool:
    return any(what in path.read_bytes() for path in folder.iterdir())


async def test_a_destroyed_key_is_found_in_no_file(tmp_path: Path) -> None:
    store = await open_sqlite(tmp_path / "store.db")
    org = await Vault(store, KEYS).org("a")
    await org.ensure("asha")
    wrapped = (await store.get("keys", "a/asha"))["wrapped"].encode()
    assert _found(tmp_path, wrapped)
    await org.forget("asha")
    assert not _found(tmp_path, wrapped)
    await store.close()


async def test_a_process_that_forgot_nothing_looks_again_after_a_while(
    file: BaseStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, other = await Vault(file, KEYS).org("a"), await Vault(file, KEYS).org("a")
    await mine.ensure("asha")
    await other.ensure("asha")
    await mine.forget("asha")
    monkeypatch.setattr(vaults, "FRESH", -1.0)
    await other.ensure("asha")
    assert other.forgotten("asha")


async def test_a_key_that_is_not_loaded_is_not_taken_for_a_forgotten_one(file: BaseStore) -> None:
    org = await Vault(file, KEYS).org("a")
    with pytest.raises(NotLoaded, match="ensure"):
        org.seal("asha", b"")


async def test_the_cache_of_keys_is_bounded(file: BaseStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vaults, "SUBJECTS", 3)
    org = await Vault(file, KEYS).org("a")
    for name in "abcd":
        await org.ensure(name)
    with pytest.raises(NotLoaded):
        org.seal("a", b"")
    assert org.seal("d", b"")


async def test_rotation_wraps_every_org_anew_and_changes_no_data(store: BaseStore) -> None:
    new = parse_master_keys(new_master_key())
    tokens = {}
    for name in ("a", "b"):
        org = await Vault(store, KEYS).org(name)
        await org.ensure("asha")
        tokens[name] = org.seal("asha", name.encode())
    assert await rotate(store, [*new, *KEYS]) == 2
    assert await rotate(store, [*new, *KEYS]) == 0
    for name, token in tokens.items():
        org = await Vault(store, new).org(name)
        await org.ensure("asha")
        assert org.unseal("asha", token) == name.encode()
        with pytest.raises(BadKey, match="older"):
            await Vault(store, KEYS).org(name)


async def test_two_workers_that_make_one_key_agree_on_it(file: BaseStore) -> None:
    await file.commit([Insert("keys", {"_id": "elsewhere", "org": "z"})])
    vaults_ = [Vault(file, KEYS) for _ in range(4)]
    orgs = await asyncio.gather(*(vault.org("a") for vault in vaults_))
    await asyncio.gather(*(org.ensure("asha") for org in orgs))
    token = orgs[0].seal("asha", b"one")
    assert {org.unseal("asha", token) for org in orgs} == {b"one"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "key 1 is no base64"),
        ("x" * 43 + "!", "key 1"),
        (base64.b64encode(b"short").decode(), "key 1 is 5 bytes"),
        (base64.b64encode(bytes(32)).decode() + ",", "key 2"),
    ],
)
def test_a_malformed_master_key_is_one_clear_sentence(text: str, said: str) -> None:
    with pytest.raises(BadKey, match=said) as caught:
        parse_master_keys(text)
    assert "\n" not in str(caught.value)
    assert not text or text.split(",")[0] not in str(caught.value)


def test_several_master_keys_are_read_in_order_in_either_alphabet() -> None:
    raw = [bytes([255 - n] * 32) for n in range(2)]
    text = f" {base64.b64encode(raw[0]).decode()} , {base64.urlsafe_b64encode(raw[1]).decode().rstrip('=')}"
    assert parse_master_keys(text) == raw


def test_no_nonce_is_used_twice_across_draws_and_threads() -> None:
    nonces = _Nonces(draw=7)
    with ThreadPoolExecutor(4) as threads:
        drawn = list(threads.map(lambda _: nonces.next(), range(2000)))
    assert len(set(drawn)) == 2000
    assert {len(nonce) for nonce in drawn} == {12}
