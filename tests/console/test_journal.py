"""The journal in the console: found by what one knows, covered for who may not read, verified, taken away."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from insights import trace
from runtime.agent import chain_of
from runtime.journal import entry_hash
from storage.store import Document, Update
from tests.console.conftest import CLINIC, OTHER, Browser, House
from tests.console.test_conversations import _talk

HERE, API = "/o/clinic/journal", "/api/v1/orgs/clinic/journal"
WORDS = "Yes, from ten to four."


async def _answered(house: House) -> tuple[Browser, str]:
    """A conversation that somebody has taken, answered in and handed back; who, and its chain."""
    talk, agent = await _talk(house), await house.browser("agent")
    await agent.post(f"/o/clinic/conversations/{talk}/take")
    await agent.post(f"/o/clinic/conversations/{talk}/answer", text=WORDS, key="a" * 24)
    await agent.post(f"/o/clinic/conversations/{talk}/hand-back")
    return agent, chain_of(talk.replace("-whatsapp", "/whatsapp"))


async def _found(browser: Browser, query: str) -> list[str]:
    found = json.loads((await browser.get(f"{API}?{query}")).text)["entries"]
    return [entry["event"] for entry in found if entry["kind"] != "publication"]


async def test_entries_are_found_by_machine_event_person_and_time(house: House) -> None:
    agent, chain = await _answered(house)
    owner = await house.browser("owner")
    every = ["desk.returned", "desk.answered", "desk.taken"]
    assert await _found(owner, f"machine={quote(chain)}") == every
    assert await _found(owner, "event=desk.answered") == ["desk.answered"]
    assert await _found(owner, f"actor={agent.user}") == every
    assert await _found(owner, f"actor={agent.user}&event=desk.taken") == ["desk.taken"]
    assert await _found(owner, f"actor={owner.user}") == []
    assert await _found(owner, "flow=booking") == []
    tomorrow = (datetime.now() + timedelta(days=2)).isoformat(timespec="minutes")
    assert await _found(owner, f"ends={tomorrow}") == every
    assert await _found(owner, f"begins={tomorrow}") == []
    page = await owner.get(f"{HERE}?event=desk.taken")
    assert "Taken over" in page.text
    assert "Agent" in page.text  # who
    assert (await owner.get(f"{HERE}?begins=yesterday")).status == 422
    assert (await owner.get(f"{API}?begins=yesterday")).status == 400


async def test_entries_are_found_by_the_rule_that_was_followed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    _, chain = await _answered(house)
    owner = await house.browser("owner")
    seen: list[tuple[str, str]] = []

    async def follows(_vault: object, row: Document, rule: str) -> bool:
        seen.append((row["event"], rule))
        return row["event"] == "desk.answered"

    assert await _found(owner, "rule=routing.booking") == []
    monkeypatch.setattr("insights.trace.follows", follows)
    assert await _found(owner, f"rule=routing.booking&machine={quote(chain)}") == ["desk.answered"]
    assert seen == [(event, "routing.booking") for event in ("desk.returned", "desk.answered", "desk.taken")]
    page = await owner.get(f"{HERE}?rule=routing.booking")
    assert "desk.answered" in page.text or "Answered" in page.text
    assert 'value="routing.booking"' in page.text


@pytest.mark.parametrize(("rule", "found"), [
    ("states.paying.on", True), ("routing", True), ("routing.booking", True), ("routing.other", False), ("x", False),
])  # fmt: skip
async def test_a_rule_is_a_place_in_a_flow_or_a_table_with_its_row(
    rule: str, found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Vault:
        async def ensure(self, *subjects: str) -> None:
            assert subjects == ("contact-1",)

    moved = SimpleNamespace(rule="states.paying.on.payment.confirmed[0]")
    asked = SimpleNamespace(table="routing", hit=("booking",))
    body = SimpleNamespace(step=SimpleNamespace(microsteps=(moved,), decisions=(asked,)))
    monkeypatch.setattr("insights.trace.open_entry", lambda _row, _vault: body)
    row = {"kind": "step", "subject": "contact-1"}
    assert await trace.follows(Vault(), row, rule) is found  # type: ignore[arg-type]


async def test_a_long_journal_comes_a_page_at_a_time(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    for number in range(60):
        await agent.post(f"/o/clinic/conversations/{talk}/answer", text=f"{number}", key=f"{number:08d}")
    owner = await house.browser("owner")
    first = json.loads((await owner.get(f"{API}?event=desk.answered")).text)
    second = json.loads((await owner.get(f"{API}?event=desk.answered&after={quote(first['after'])}")).text)
    assert [entry["seq"] for entry in (*first["entries"], *second["entries"])] == list(range(60, 0, -1))
    assert second["after"] == ""


async def test_a_link_leads_to_the_very_entry_also_far_down_a_long_life(house: House) -> None:
    talk, agent = await _talk(house), await house.browser("agent")
    for number in range(150):
        await agent.post(f"/o/clinic/conversations/{talk}/answer", text=f"{number}", key=f"{number:08d}")
    owner, chain = await house.browser("owner"), quote(chain_of(talk.replace("-whatsapp", "/whatsapp")))
    listed = (await owner.get(f"{HERE}?event=desk.answered")).text
    assert "&amp;at=150#e-150" in listed
    page = (await owner.get(f"{HERE}/machine?id={chain}&at=140")).text
    assert '<li id="e-140" class="lit" aria-current="true"><details open>' in page
    assert page.count('class="lit"') == 1
    assert 'id="e-121"' in page  # what led to it
    assert "after=20" in page  # and what was before that
    life = json.loads((await owner.get(f"{API}/machine?id={chain}&at=140")).text)
    assert (life["entries"][0]["seq"], life["begins"], life["earlier"], life["after"]) == (121, False, 20, 0)
    first = json.loads((await owner.get(f"{API}/machine?id={chain}&at=3")).text)
    assert (first["entries"][0]["seq"], first["begins"], first["after"]) == (1, True, 100)


@pytest.mark.parametrize(("role", "reads"), [("owner", True), ("viewer", False), ("finance", False)])
async def test_what_was_written_is_covered_for_who_may_not_read_conversations(
    house: House, role: str, reads: bool
) -> None:
    _, chain = await _answered(house)
    browser = await house.browser(role)  # type: ignore[arg-type]
    for path in (f"entry?id={quote(f'{chain}/2')}", f"machine?id={quote(chain)}"):
        for address in (f"{HERE}/{path}", f"{API}/{path}"):
            answer = await browser.get(address)
            assert answer.status == 200, address
            assert (WORDS in answer.text) is reads, address
            assert ("•••" in answer.text or "\\u2022" in answer.text) is not reads, address


async def test_an_entry_or_machine_that_is_not_there_or_another_s_is_not_found(house: House) -> None:
    _, chain = await _answered(house)
    stranger = await house.browser("owner", org=OTHER)
    for path in (f"entry?id={quote(f'{chain}/2')}", f"machine?id={quote(chain)}", "entry?id=none", "machine?id="):
        assert (await stranger.get(f"/o/{OTHER}/journal/{path}")).status == 404
        assert (await stranger.get(f"/api/v1/orgs/{OTHER}/journal/{path}")).status == 404


async def test_a_changed_entry_is_found_by_verifying(house: House) -> None:
    _, chain = await _answered(house)
    owner = await house.browser("owner")
    whole = json.loads((await owner.get(f"{API}/verify?machine={quote(chain)}")).text)
    assert (whole["entries"], whole["flaws"]) == (3, [])
    assert "Whole" in (await owner.get(f"{HERE}/verify?machine={quote(chain)}")).text
    await house.store.org(CLINIC).commit([Update("journal", f"{chain}/2", {"set": {"outcome": "moved"}})])
    broken = json.loads((await owner.get(f"{API}/verify?machine={quote(chain)}")).text)
    assert [(flaw["seq"], flaw["why"]) for flaw in broken["flaws"]] == [(2, "its content was changed")]
    assert "Broken" in (await owner.get(f"{HERE}/verify")).text
    lines = (await owner.ask("GET", f"{API}/verify", headers={"Accept": "application/x-ndjson"})).text.splitlines()
    assert any(flaw["machine"] == chain for flaw in json.loads(lines[-1])["flaws"])


async def test_what_is_taken_away_verifies_by_itself_and_is_in_the_audit_trail(house: House) -> None:
    _, chain = await _answered(house)
    owner = await house.browser("owner")
    answer = await owner.get(f"{HERE}/export?machine={quote(chain)}")
    assert "attachment" in answer.headers["Content-Disposition"]
    entries = [json.loads(line) for line in answer.text.splitlines()]
    assert [entry["seq"] for entry in entries] == [3, 2, 1]
    assert WORDS not in answer.text  # what is sealed stays sealed
    for entry in entries:
        assert entry_hash({**entry, "at": datetime.fromisoformat(entry["at"])}) == entry["hash"]
    told = await house.store.org(CLINIC).find("audit", {"actor": owner.user})
    assert [(entry["what"], entry["details"]) for entry in told] == [("journal.exported", {"machine": chain})]
