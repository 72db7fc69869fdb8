"""`aais ads …`, each of it, beside a server that runs the demo's business and simulated Meta; and without a server."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from ads.desk import Desk
from cli import main
from composition import fortnight
from composition.house import House
from composition.settings import read
from crm.seed import CLINIC
from server import serving
from storage.store import Document
from tests.e2e.server import free_ports

Typed = tuple[int, str, str]
ACTIONS = {"list", "show", "report", "submit", "approve", "decline", "pause", "resume", "end", "rollback", "propose",
           "accounts", "connect", "test", "disconnect", "measuring", "demo"}  # fmt: skip


class Terminal:
    """What somebody types, while the house runs or when it does not."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.typed: set[str] = set()
        self.house: House

    async def aais(self, *words: str, org: str = CLINIC) -> Typed:
        self.typed.add(words[0])
        more = () if words[0] == "demo" else ("--org", org, "--demo")
        code = await asyncio.to_thread(main, ["ads", *words, *more])
        said = self._capsys.readouterr()
        return code, said.out, said.err

    async def done(self, *words: str) -> str:
        code, out, wrong = await self.aais(*words)
        assert (code, wrong) == (0, ""), words
        await self.house.runtime.idle()
        return out

    async def refused(self, *words: str, org: str = CLINIC) -> str:
        code, _, wrong = await self.aais(*words, org=org)
        assert code == 1, words
        return wrong

    async def changes(self) -> list[Document]:
        return await self.house.store.org(CLINIC).find("ad_intents", {}, sort=[("at", 1)], limit=100)

    async def state_of(self, change: str) -> str:
        return str((await self.house.store.org(CLINIC).get("ad_intents", change) or {})["state"])

    async def until(self, campaign: str, state: str) -> None:
        for _ in range(200):
            found = await self.house.store.org(CLINIC).get("campaigns", campaign)
            if found is not None and found["state"] == state:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{campaign} did not come to {state}: {found}")


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Terminal:
    port, sandbox = free_ports(2)
    for name, value in {"DATA_DIR": tmp_path, "PORT": port, "SANDBOX_PORT": sandbox, "SANDBOX_SPEED": 20}.items():
        monkeypatch.setenv(name, str(value))
    return Terminal(capsys)


def _id(said: str) -> str:
    found = re.search(r"^(\S+) (?:is under way|takes back)", said)
    assert found is not None, said
    return found[1]


async def test_a_campaign_is_lived_with_from_the_terminal(terminal: Terminal, monkeypatch: Any) -> None:
    settings = read(demo=True)
    async with serving(settings) as terminal.house:
        campaign = await _lived(terminal)
        await _changed(terminal, campaign)
        await _stopped(terminal, campaign)
        await _connected(terminal, monkeypatch)
    await _without_a_server(terminal, campaign)
    assert terminal.typed == ACTIONS


async def _lived(terminal: Terminal) -> str:
    """The demo's days, shortened to some hours."""
    assert await terminal.done("list") == ""
    lived = await terminal.done("demo", "--hours", "1")
    for seen in ("Drafted: three ads", "Amina approves the launch.", "A: launch", "A is being tested: KSh"):
        assert seen in lived, seen
    campaign = re.findall(r"^Campaign (\S+):", lived, re.MULTILINE)[-1]
    listed = await terminal.done("list")
    assert re.match(rf"{campaign} +active +Teeth cleaning +KES \d[\d,.]* of KES 6,000 today\n$", listed), listed
    shown = await terminal.done("show", campaign)
    assert "Teeth cleaning (meta): active" in shown
    assert len(re.findall(r" launch: done; the campaign was approved", shown)) == 3
    report = await terminal.done("report", campaign)
    assert report in shown, "the same figures, without the decisions"
    return str(campaign)


async def _changed(terminal: Terminal, campaign: str) -> None:
    """A step within the percentage, a larger one that is approved, one that is declined, and back again."""
    shown = await terminal.done("show", campaign)
    variation = re.findall(r"^  A (\S+) ", shown, re.MULTILINE)[0]
    small = _id(await terminal.done("propose", variation, "--budget", "130000", "--reason", "Friday"))
    assert await terminal.state_of(small) == "done"
    rehearsed = next(each for each in await terminal.changes() if each["_id"] == small)
    assert rehearsed["rehearsed_at"] is not None, "said to the platform as a dry run before it was made"
    assert [each["method"] for each in rehearsed["requests"]] == ["POST"]
    assert f"{small} A budget KES 1,200 -> KES 1,300: done; Friday" in await terminal.done("show", campaign)
    large = _id(await terminal.done("propose", variation, "--budget", "200000"))
    assert "1 to approve" in await terminal.done("list")
    assert await terminal.done("approve", large, "--by", "amina") == f"approve: {large}\n"
    assert await terminal.state_of(large) == "done"
    other = _id(await terminal.done("propose", variation, "--budget", "300000"))
    await terminal.done("decline", other, "--by", "amina", "--reason", "too much")
    assert await terminal.state_of(other) == "declined"
    assert "waits for no approval" in await terminal.refused("approve", other)
    back = _id(await terminal.done("rollback", large, "--by", "amina"))
    assert await terminal.state_of(back) == "done"
    assert "KES 1,300 a day" in await terminal.done("report", campaign)
    assert "There is no such variation." in await terminal.refused("propose", "nothing", "--budget", "1")
    capped = _id(await terminal.done("propose", variation, "--bid", "65000", "--reason", "dear orders"))
    assert await terminal.state_of(capped) == "done"
    assert f"{capped} A bid lowest cost -> at most KES 650 a result: done; dear orders" in await terminal.done(
        "show", campaign
    )
    assert "KES 1,300 a day, at most KES 650 a result;" in await terminal.done("report", campaign)
    free = _id(await terminal.done("rollback", capped))
    assert await terminal.state_of(free) == "done"
    assert "KES 1,300 a day, lowest cost;" in await terminal.done("report", campaign)


async def _stopped(terminal: Terminal, campaign: str) -> None:
    await terminal.done("pause", campaign, "--reason", "stock-taking")
    await terminal.until(campaign, "paused")
    assert "paused, stock-taking" in await terminal.done("show", campaign)
    await terminal.done("resume", campaign)
    await terminal.until(campaign, "active")
    assert "no campaign 'nothing'" in await terminal.refused("show", "nothing")
    assert "aais ads:" in await terminal.refused("submit", campaign)
    desk = Desk(terminal.house.store, terminal.house.vault, terminal.house.clock.now, terminal.house.runtime.hand_in)
    again = await desk.draft(CLINIC, fortnight.drafted("another"), "terminal")
    await terminal.house.runtime.idle()
    await terminal.done("submit", again)
    await terminal.until(again, "waiting_for_approval")
    await terminal.done("decline", again, "--by", "amina", "--reason", "not now")
    await terminal.until(again, "draft")
    audit = await terminal.house.store.org(CLINIC).find("audit", {}, limit=100)
    assert {"ads.pause", "ads.resume", "ads.propose", "ads.approve", "ads.rollback"} <= {each["what"] for each in audit}


async def _connected(terminal: Terminal, monkeypatch: Any) -> None:
    """The server that runs has the store, and carries it out."""
    assert "KES, Africa/Nairobi" in await terminal.done("accounts")
    assert "It works" in await terminal.done("test", "meta")
    assert "Campaigns run there" in await terminal.refused("disconnect", "meta")
    monkeypatch.setattr("sys.stdin.readline", lambda: "wrong\n", raising=False)
    assert "TikTok does not accept" in await terminal.refused("connect", "tiktok", "--account", "1", "--identity", "2")
    assert "for 14 days" in await terminal.done("measuring", "--window-days", "14")


async def _without_a_server(terminal: Terminal, campaign: str) -> None:
    """What is stored, is found by the server when it starts; what has to be asked of a platform is asked from here."""
    code, said, _ = await terminal.aais("end", campaign)
    assert (code, said) == (0, f"end: {campaign}\n")
    assert (await terminal.aais("list"))[0] == 0
    assert "for 30 days" in (await terminal.aais("measuring", "--window-days", "30"))[1]
    assert "cannot be reached just now" in await terminal.refused("test", "meta")
    assert "no demo runs here" in await terminal.refused("demo")
    assert "there is no org 'nobody'" in await terminal.refused("list", org="nobody")


def test_there_is_no_action_that_these_tests_leave_out() -> None:
    from cli import parser

    (subparsers,) = [each for each in parser("ads")._actions if each.choices]
    (ads,) = [each for each in subparsers.choices["ads"]._actions if each.choices]  # type: ignore[index,call-overload]
    assert set(ads.choices or ()) == ACTIONS
