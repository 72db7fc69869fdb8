"""The journal is a chain that shows tampering, outlives the erasure of a person, and can be run again."""

from __future__ import annotations

import pytest

from runtime.loop import Runtime
from runtime.replay import Replay
from runtime.verbs import Start
from runtime.verify import verify
from storage.errors import Unreadable
from storage.store import Delete, Update
from storage.vault import Vault
from tests.runtime import toy
from tests.runtime.house import KEY, ORG, House

ID = "thing:1"


async def _some(house: House, runtime: Runtime) -> None:
    await house.begin(runtime, Start(definition="thing", machine=ID, contact="asha"))
    await runtime.receive([house.event(ID, "tick"), house.event(ID, "ask"), house.event(ID, "hold", unit="chair/9")])
    await runtime.idle()


async def test_a_whole_journal_verifies_and_replays(house: House, runtime: Runtime) -> None:
    await _some(house, runtime)
    assert await house.holds() == 5
    entries = await house.journal(ID)
    assert [entry["seq"] for entry in entries] == [1, 2, 3, 4, 5]
    assert {"definition", "event", "outcome", "prev", "hash", "at"} <= set(entries[0])
    assert (await house.snapshot(ID)).data["heard"] == ["held"]


async def test_replay_asks_nobody_because_the_entry_holds_the_answers(house: House, runtime: Runtime) -> None:
    await _some(house, runtime)
    answer = (await house.snapshot(ID)).data["answer"]
    assert answer["machine"] == ID
    replay = Replay(house.store, Vault(house.store, [KEY]), house.shelf, toy.Toy())
    assert (await replay.machine(ORG, ID)).flaws == ()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"outcome": "ignored"}, "content was changed"),
        ({"sealed": "1.AAAA"}, "content was changed"),
        ({"at": None}, "content was changed"),
        ({"prev": "0" * 64}, "does not follow"),
    ],
)
async def test_a_changed_entry_shows(house: House, change: dict[str, object], why: str) -> None:
    house.tampered = True
    runtime = house.runtime()
    await runtime.start()
    await _some(house, runtime)
    await runtime.close()
    await house.store.org(ORG).commit([Update("journal", f"{ID}/3", {"set": change})])
    flaws = (await verify(house.store, ORG)).flaws
    assert any(flaw.seq == 3 and why in flaw.why for flaw in flaws)


async def test_a_missing_entry_shows_wherever_it_was(house: House) -> None:
    house.tampered = True
    runtime = house.runtime()
    await runtime.start()
    await _some(house, runtime)
    await runtime.close()
    await house.store.org(ORG).commit([Delete("journal", f"{ID}/3")])
    assert any("entry 3 is missing" in flaw.why for flaw in (await verify(house.store, ORG)).flaws)
    await house.store.org(ORG).commit([Delete("journal", f"{ID}/{seq}") for seq in (4, 5)])
    assert any("the machine stands at entry 5" in flaw.why for flaw in (await verify(house.store, ORG, ID)).flaws)
    await house.store.org(ORG).commit([Delete("machines", ID)])
    assert any("no machine" in flaw.why for flaw in (await verify(house.store, ORG)).flaws)


async def test_a_changed_snapshot_shows_in_the_replay(house: House) -> None:
    house.tampered = True
    runtime = house.runtime()
    await runtime.start()
    await _some(house, runtime)
    await runtime.close()
    vault = await Vault(house.store, [KEY]).org(ORG)
    await vault.ensure("asha")
    snapshot = await house.snapshot(ID)
    from engine.values import dump_snapshot

    snapshot.data["count"] = 99
    sealed = vault.seal("asha", dump_snapshot(snapshot), aad=ID.encode())
    await house.store.org(ORG).commit([Update("machines", ID, {"set": {"sealed": sealed}})])
    replay = Replay(house.store, Vault(house.store, [KEY]), house.shelf, toy.Toy())
    assert (await replay.machine(ORG, ID)).flaws


async def test_erasing_a_person_makes_the_journal_unreadable_but_its_chain_still_verifies(house: House) -> None:
    runtime = house.runtime()
    await runtime.start()
    await _some(house, runtime)
    await (await Vault(house.store, [KEY]).org(ORG)).forget("asha")
    await runtime.close()
    verified = await verify(house.store, ORG)
    assert verified.flaws == ()
    assert verified.entries == 5
    with pytest.raises(Unreadable):
        await Replay(house.store, Vault(house.store, [KEY]), house.shelf, toy.Toy()).machine(ORG, ID)
    after = house.runtime()
    await after.start()
    await after.receive([house.event(ID, "tick", id="late")])
    await after.idle()
    await after.close()
    assert house.metrics.alerts[-1] == ("runtime_dead_events", "unreadable: the key is gone")


async def test_what_a_person_said_stands_nowhere_in_the_clear(house: House, runtime: Runtime) -> None:
    await runtime.receive([house.says("hi"), house.says("tangerine")])
    await runtime.idle()
    for collection in ("journal", "machines", "outbox", "inbox", "timers"):
        assert "tangerine" not in str(await house.store.org(ORG).find(collection, {}, limit=1000)), collection
