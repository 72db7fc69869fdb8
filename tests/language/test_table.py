"""Labelled lines as customers write them: how many are read right, and that next to none is read wrong.

`table.csv` columns: split (tuned, held_out), context, text, expected. The clock stands at Wednesday
18 November 2026, 09:00 in Nairobi. Expected: a value; "?" for unclear, "?a,b" with candidates;
"!key" for an interrupt; "=" for the text itself. `held_out` lines are never tuned on.
"""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from engine.model import Asked, Choice, Event, Expectation
from engine.values import Money
from language import understand

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 11, 18, 6, tzinfo=UTC)
HEARS = (("agent", ("agent", "human", "mtu")), ("stop", ("stop", "acha")))
SALON = tuple(
    Choice(id=key, label=label)
    for key, label in zip(
        "abcde", ("Haircut", "Haircut & beard", "Gel nails", "Braids", "Full body massage"), strict=True
    )
)
SLOTS = tuple(
    Choice(
        id=f"s{at}",
        label=label,
        value={"start": datetime(2026, 11, day, hour, minute, tzinfo=NAIROBI).astimezone(UTC)},
    )
    for at, (label, day, hour, minute) in enumerate(
        (("Thu 19 Nov, 10:00", 19, 10, 0), ("Thu 19 Nov, 14:30", 19, 14, 30), ("Thu 19 Nov, 16:00", 19, 16, 0),
         ("Fri 20 Nov, 10:00", 20, 10, 0)), 1)
)  # fmt: skip
CONFIRM = (Choice(id="yes", label="Yes, book it"), Choice(id="no", label="No, change it"))
CONTEXTS = {"salon": ("choice", SALON), "slots": ("when", SLOTS), "confirm": ("choice", CONFIRM), "hear": ("text", ())}
ROWS = list(csv.DictReader((Path(__file__).parent / "table.csv").open(encoding="utf-8")))


def expectation(context: str) -> Expectation:
    kind, choices = CONTEXTS.get(context, (context, ()))
    return Expectation(asked=Asked(text="q", type=kind, choices=choices), hears=HEARS)


def answer(row: dict[str, str]) -> Event:
    return understand(
        expectation(row["context"]), {"kind": "text", "text": row["text"]}, now=NOW, zone="Africa/Nairobi"
    )


def shown(event: Event) -> str:
    """An event in the notation of the table."""
    if event.name == "heard":
        return "!" + str(event.data["key"])
    if event.name == "unclear":
        return "?" + ",".join(event.data["candidates"])
    return str(event.data["choice"]) if "choice" in event.data else _value(event.data["value"], event.data["text"])


def _value(value: Any, text: str) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return f"{value.currency} {value.amount}"
    if isinstance(value, datetime):
        return value.astimezone(NAIROBI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.strftime("%H:%M")
    return str(value)


def verdict(row: dict[str, str]) -> str:
    """right; wrong (an answer or interrupt that was not meant); missed (asked back though it was clear)."""
    got = shown(answer(row))
    expected = row["text"] if row["expected"] == "=" else row["expected"]
    if got == expected or (expected == "?" and got.startswith("?")):
        return "right"
    return "missed" if got.startswith("?") else "wrong"


@pytest.mark.parametrize(("split", "floor", "most_wrong"), [("tuned", 0.98, 0.005), ("held_out", 0.88, 0.02)])
def test_most_lines_are_read_right_and_next_to_none_wrong(split: str, floor: float, most_wrong: float) -> None:
    rows = [row for row in ROWS if row["split"] == split]
    verdicts = [verdict(row) for row in rows]
    assert verdicts.count("wrong") / len(rows) <= most_wrong
    assert verdicts.count("right") / len(rows) >= floor


def test_the_table_is_large_and_its_held_out_part_too() -> None:
    assert len(ROWS) >= 450
    assert sum(row["split"] == "held_out" for row in ROWS) >= 120
    assert sum(row["expected"].startswith("?") for row in ROWS) >= 120
