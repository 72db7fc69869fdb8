"""The tables of docs/ads-rules.md compile, keep their promises, and decide what the page says that they do."""

from __future__ import annotations

import re
import shlex
from datetime import time
from pathlib import Path
from typing import Any

import pytest

import engine
from cli import main
from composition.definitions import compile_sources, registry
from engine.proving import prove
from engine.values import Money
from tests.yaml.shipped import ROOT

PAGE = Path(__file__).resolve().parents[3] / "docs" / "ads-rules.md"
TABLES = dict(re.findall(r"```yaml\n# (rules/[a-z_]+\.yaml)\n(.*?)```", PAGE.read_text(), re.DOTALL))


def kes(amount: float) -> Money:
    return Money(round(amount * 100), "KES")


NINE = time(9, 0)
DEAR = {"week": {"cpa": kes(1300), "spend": kes(5000)}, "month": None, "max_cpa": kes(1200),
        "hours_since_change": 1, "day": "tuesday", "hour": NINE}  # fmt: skip
PAYS = {"week": {"cpa": kes(300), "spend": kes(5000), "roas": 3.2, "conversions": 16}, "month": {"cpa": kes(280)},
        "max_cpa": kes(1200), "hours_since_change": 30, "day": "tuesday", "hour": NINE}  # fmt: skip
ASKED: list[tuple[str, dict[str, Any], Any]] = [
    ("pause_dear", {"cpa": kes(1000), "spend": kes(4000)}, {"action": "pause"}),
    ("pause_dear", {"cpa": kes(1000), "spend": kes(2000)}, {"action": "none"}),
    ("unpause_paying", {"roas": 2.5, "running": False, "day": "tuesday", "hour": NINE}, {"action": "resume"}),
    ("unpause_paying", {"roas": 1.5, "running": False, "day": "tuesday", "hour": NINE}, {"action": "none"}),
    ("toward_target", {"cpa": kes(400), "target": kes(500), "budget": kes(1000)}, {"becomes": kes(1250)}),
    ("toward_target", {"cpa": kes(600), "target": kes(500), "budget": kes(1000)}, {"becomes": kes(800)}),
    ("toward_target", {"cpa": kes(100), "target": kes(500), "budget": kes(4000)}, {"becomes": kes(5000)}),
    (
        "what_to_do",
        {"cpc": kes(9), "ctr_change": -0.4, "spend_today": kes(1), "budget": kes(9), "conversions": 3},
        {"action": "rotate", "pct": 0},
    ),
    (
        "what_to_do",
        {"cpc": kes(50), "ctr_change": 0, "spend_today": kes(1), "budget": kes(9), "conversions": 3},
        {"action": "bid", "pct": -10},
    ),
    (
        "what_to_do",
        {"cpc": kes(9), "ctr_change": 0, "spend_today": kes(1), "budget": kes(9), "conversions": 30},
        {"action": "rebalance", "pct": 0},
    ),
    (
        "what_to_do",
        {"cpc": kes(9), "ctr_change": 0, "spend_today": kes(5), "budget": kes(9), "conversions": 0},
        {"action": "notify", "pct": 0},
    ),
]


ASKED += [
    ("last_week", DEAR, {"decision": "pause", "change_pct": 0}),
    ("last_week", PAYS, {"decision": "budget", "change_pct": 15}),
    ("last_week", PAYS | {"day": "sunday"}, {"decision": "none", "change_pct": 0}),
    ("last_week", PAYS | {"month": {"cpa": kes(100)}}, {"decision": "budget", "change_pct": -20}),
]

SEEN = {"frequency": 4.2, "lately": {"ctr": 0.011, "impressions": 9000}, "month": {"ctr": 0.02}}
ASKED += [
    ("seen_by_all", SEEN, {"decision": "pause"}),
    ("seen_by_all", SEEN | {"frequency": 3.5}, {"decision": "none"}),
    ("seen_by_all", SEEN | {"frequency": None}, {"decision": "none"}),
    ("seen_by_all", SEEN | {"month": {"ctr": 0.012}}, {"decision": "none"}),
]


COST = {"week": {"cpa": kes(600), "conversions": 10}, "max_cpa": kes(1000), "bid": None, "hours_since_bid_change": 30}
_NOT = {"decision": "none", "change_pct": 0}
ASKED += [
    ("what_an_order_may_cost", COST, _NOT | {"decision": "first", "becomes": kes(1000)}),
    ("what_an_order_may_cost", COST | {"hours_since_bid_change": 23}, _NOT),
    ("what_an_order_may_cost", COST | {"week": {"cpa": kes(600), "conversions": 9}}, _NOT),
    (
        "what_an_order_may_cost",
        COST | {"bid": kes(800)},
        _NOT | {"decision": "step", "change_pct": 10, "limit": kes(1000)},
    ),
    (
        "what_an_order_may_cost",
        COST | {"bid": kes(800), "week": {"cpa": kes(1001), "conversions": 10}},
        _NOT | {"decision": "step", "change_pct": -10},
    ),
    ("what_an_order_may_cost", COST | {"bid": kes(800), "week": {"cpa": kes(900), "conversions": 10}}, _NOT),
]


@pytest.mark.parametrize("place", range(len(ASKED)))
def test_a_table_of_the_page_decides_as_it_says(place: int) -> None:
    name, facts, expected = ASKED[place]
    table = compile_sources(TABLES).definitions[f"rules:{name}"]
    assert engine.decide(table, facts).result == expected


def test_each_table_of_the_page_is_asked_here_and_keeps_its_promises() -> None:
    assert {f"rules/{name}.yaml" for name, _, _ in ASKED} == set(TABLES)
    verdicts = prove(compile_sources(TABLES), registry())
    assert verdicts
    assert {verdict.answer for verdict in verdicts} == {"proved"}


def test_the_commands_of_the_page_say_what_it_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All but those about a demo that was lived through. `[…]` stands for whatever is left out."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "draft").mkdir()
    for name in ("flows", "rules"):
        (tmp_path / name).symlink_to(ROOT / name)
    blocks = re.findall(r"^```console\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    asked = [part.partition("\n") for block in blocks for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]]
    played = [(line, told) for line, _, told in asked if "--demo" not in line]
    assert {shlex.split(line)[1] for line, told in played if told} == {"check", "prove", "test", "diff"}
    for line, told in played:
        _shown(told, _ran(line, capsys), line)


def _ran(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    command, *arguments = shlex.split(line)
    if command == "cp":
        Path(arguments[1]).write_text(Path(arguments[0]).read_text())
    elif command == "sed":
        change, source, _, target = arguments
        _, old, new, _ = change.split("/")
        text, times = re.subn(old.replace("*", r"\*"), new, Path(source).read_text(), flags=re.MULTILINE)
        assert times == 1
        Path(target).write_text(text)
    else:
        main(arguments)
    return capsys.readouterr().out


def _shown(told: str, came: str, line: str) -> None:
    lines = iter(came.splitlines())
    for wanted in (each.partition("[…]")[0].rstrip() for each in told.splitlines()):
        assert any(each.startswith(wanted) for each in lines), (line, wanted, came)
