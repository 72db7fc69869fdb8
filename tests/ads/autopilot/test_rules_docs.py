"""The tables of docs/ads-rules.md compile, keep their promises, and decide what the page says that they do."""

from __future__ import annotations

import re
from datetime import time
from pathlib import Path
from typing import Any

import pytest

import engine
from composition.definitions import compile_sources, registry
from engine.proving import prove
from engine.values import Money

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
