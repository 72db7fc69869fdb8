"""Recorded decisions on a candidate table: what falls from one row to another, and what the record does not hold."""

from __future__ import annotations

from collections import Counter
from datetime import time, timedelta
from typing import Any

import pytest

import engine
from engine.tables import Table
from runtime.backtest import Report, Selection
from runtime.backtest.deciding import rejudge
from runtime.decisions import kept
from tests.backtest.town import MONDAY, ORG, Town
from tests.backtest.versions import changed, compiled, shipped

HOURS = range(24)
LATER = MONDAY + timedelta(days=30)  # than what the recorded week decided by itself


def facts(hour: int, *, replying: bool = False, **more: Any) -> dict[str, Any]:
    return {
        "category": "utility", "replying": replying, "window_open": True, "opted_out": False,
        "marketing_stopped": False, "sent_today": 0, "marketing_this_week": 0, "minutes_since_written": 90,
        "local_hour": hour, "local_time": time(hour), **more,
    }  # fmt: skip


def quiet_from(hour: int) -> Any:
    def edit(rules: Any) -> None:
        row = next(row for row in rules["rows"] if row["id"] == "quiet_hours")
        row["when"] = f"local_hour < 8 or local_hour >= {hour}"

    return edit


async def keeps(town: Town, table: Table, many: list[dict[str, Any]]) -> None:
    """As the dispatcher keeps what it was told."""
    vault = await town.vault.org(ORG)
    await vault.ensure("achieng", "brian")
    for number, each in enumerate(many):
        who = ("achieng", "brian")[number % 2]
        op = kept(
            engine.decide(table, each), key=f"m{number}", subject=who, at=LATER + timedelta(hours=number), vault=vault,
            place=f"booking:{who}:1#{number + 1}",
        )  # fmt: skip
        await town.store.org(ORG).commit([op, op])  # the same answer about the same message is kept once


def guardrails() -> Table:
    table = compiled(shipped()).definitions["rules:messaging_guardrails"]
    assert isinstance(table, Table)
    return table


async def reported(town: Town, sources: dict[str, str], **selection: Any) -> Report:
    report = Report()
    async for asked in town.backtest(sources).decided(Selection(org=ORG, **{"since": LATER, **selection})):
        report.asked(asked)
    return report


async def test_guardrails_are_asked_again_over_what_was_recorded(week: Town) -> None:
    await keeps(week, guardrails(), [facts(hour) for hour in HOURS] + [facts(3, replying=True)])
    report = await reported(week, changed(messaging_guardrails=quiet_from(19)))
    table = report.tables["messaging_guardrails"]
    assert (table.decisions, table.changed) == (25, 2)
    assert {(c.old, c.new): c.count for c in table.rows.values()} == {
        ("otherwise", "otherwise"): 11, ("otherwise", "quiet_hours"): 2, ("quiet_hours", "quiet_hours"): 11,
        ("conversation", "conversation"): 1,
    }  # fmt: skip
    assert table.results["decision=send -> decision=wait, until=8"].count == 2
    moved = table.rows["otherwise -> quiet_hours"]
    assert sorted(moved.examples) == ["booking:achieng:1#21", "booking:brian:1#20"]
    assert not moved.same_result


async def test_the_table_that_decided_is_not_asked_again(week: Town) -> None:
    await keeps(week, guardrails(), [facts(9)])
    assert (await reported(week, shipped())).tables == {}


async def test_a_fact_that_was_not_recorded_is_taken_as_unknown_and_said(week: Town) -> None:
    def wants_more(rules: Any) -> None:
        rules["facts"]["holiday"] = {"type": "yes_no"}
        rules["rows"].insert(1, {"id": "holiday", "when": "holiday", "then": {"decision": "wait", "until": 8}})

    await keeps(week, guardrails(), [facts(9), facts(10)])
    table = (await reported(week, changed(messaging_guardrails=wants_more))).tables["messaging_guardrails"]
    assert table.missing == {"holiday": 2}
    assert table.changed == 0


async def test_a_table_that_fails_is_said_with_its_error(week: Town) -> None:
    await keeps(week, guardrails(), [facts(hour) for hour in HOURS])
    table = (await reported(week, changed(messaging_guardrails=lambda rules: rules.update(hit="unique")))).tables
    (error,) = table["messaging_guardrails"].errors
    assert error.startswith("RowsOverlap")


async def test_what_was_decided_about_an_erased_person_is_passed_over(week: Town) -> None:
    await keeps(week, guardrails(), [facts(hour) for hour in HOURS])
    await (await week.vault.org(ORG)).forget("achieng")
    report = await reported(week, changed(messaging_guardrails=quiet_from(19)))
    assert (report.tables["messaging_guardrails"].decisions, report.erased_decisions) == (12, 12)


async def test_a_period_and_a_table_can_be_looked_at_alone(week: Town) -> None:
    await keeps(week, guardrails(), [facts(hour) for hour in HOURS])
    sources = changed(messaging_guardrails=quiet_from(19))
    early = await reported(week, sources, until=LATER + timedelta(hours=10))
    assert early.tables["messaging_guardrails"].decisions == 10
    assert (await reported(week, sources, definition="rules:routing")).tables == {}
    assert (await reported(week, sources, definition="flow:booking")).tables == {}


async def test_a_run_goes_on_behind_the_last_decision(week: Town) -> None:
    await keeps(week, guardrails(), [facts(hour) for hour in HOURS])
    bt = week.backtest(changed(messaging_guardrails=quiet_from(19)))
    everything = [asked.id async for asked in bt.decided(Selection(org=ORG, since=LATER))]
    rest = bt.decided(Selection(org=ORG, since=LATER), after=everything[9])
    assert [asked.id async for asked in rest] == everything[10:]


@pytest.mark.parametrize("hour", [18, 20, 22])
def test_the_confusion_is_what_asking_both_tables_gives(hour: int) -> None:
    old = guardrails()
    new = compiled(changed(messaging_guardrails=quiet_from(hour))).definitions["rules:messaging_guardrails"]
    assert isinstance(new, Table)
    many = [facts(h, sent_today=s, category=c) for h in HOURS for s in (0, 3) for c in ("utility", "marketing")]
    found, wanted = Report(), Counter[tuple[str, str]]()
    for number, each in enumerate(many):
        found.decided(rejudge(engine.decide(old, each), new, f"m#{number}", MONDAY))
        wanted[engine.decide(old, each).hit[0], engine.decide(new, each).hit[0]] += 1
    table = found.tables["messaging_guardrails"]
    assert {(cell.old, cell.new): cell.count for cell in table.rows.values()} == dict(wanted)
