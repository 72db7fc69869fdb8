"""Past conversations on a candidate version: who ends otherwise, where they part, and what is only assumed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

import engine
from runtime import reading
from runtime.backtest import Report, Result, Selection
from runtime.reading import Chosen
from runtime.replay import Replay
from tests.backtest.town import MONDAY, ORG, Town
from tests.backtest.versions import changed, shipped

Edit = Callable[[Any], None]


def titled(flow: Any) -> None:
    flow["title"] = "Another title"


def waits(state: str, old: str, new: str) -> Edit:
    """That state waits otherwise."""

    def edit(flow: Any) -> None:
        after = flow["states"][state]["after"]
        after[new] = after.pop(old)

    return edit


def deposit_above(limit: str) -> Edit:
    """A deposit is asked for only above this."""

    def edit(flow: Any) -> None:
        flow["states"]["holding"]["on"]["bookings.held"][0]["when"] = f"event.booking.deposit > {limit}"

    return edit


def sooner(flow: Any) -> None:
    for state in ("choosing_offer", "choosing_day", "choosing_time"):
        waits(state, "24h", "23h")(flow)


async def _results(town: Town, sources: dict[str, str], **selection: str) -> dict[str, Result]:
    """By person: those that were followed."""
    found: dict[str, Result] = {}
    async for passed in town.backtest(sources).run(Selection(org=ORG, **selection)):
        if passed.result is not None:
            found[passed.machine.split(":")[1] if passed.machine.startswith("booking:") else passed.machine] = (
                passed.result
            )
    return found


async def _report(town: Town, sources: dict[str, str]) -> Report:
    report = Report()
    async for passed in town.backtest(sources).run(Selection(org=ORG)):
        report.add(passed)
    return report


async def test_every_journal_of_the_week_replays_byte_for_byte(week: Town) -> None:
    replay = Replay(week.store, week.vault, week.published, engine)
    done = [each async for each in replay.run(ORG, Chosen())]
    assert [each.place for each in done] == sorted(each.place for each in done)
    assert sum(each.entries for each in done) == await week.store.count("journal", {"org": ORG}) > 150
    assert [each.flaws for each in done if each.flaws] == []


@pytest.mark.parametrize(("machines", "page"), [(1, 1), (3, 7), (5, 24), (64, 20)])
async def test_the_pages_that_are_read_do_not_matter(
    week: Town, monkeypatch: pytest.MonkeyPatch, machines: int, page: int
) -> None:
    sources = changed(booking=titled)
    whole = await _report(week, sources)
    monkeypatch.setattr(reading, "MACHINES", machines)
    monkeypatch.setattr(reading, "PAGE", page)
    assert await _report(week, sources) == whole
    replay = Replay(week.store, week.vault, week.published, engine)
    done = [each async for each in replay.run(ORG, Chosen())]
    assert sum(each.entries for each in done) == whole.entries
    assert [each.flaws for each in done if each.flaws] == []


async def test_the_version_that_ran_is_nothing_to_follow(week: Town) -> None:
    report = await _report(week, shipped())
    assert (report.followed, report.unchanged) == (0, report.machines)


async def test_another_title_changes_the_hash_and_not_one_step(week: Town) -> None:
    results = await _results(week, changed(booking=titled, payment=titled))
    assert {result.outcome for result in results.values()} == {"same"}
    assert len(results) == 12
    assert all(result.old == result.new for result in results.values())
    assert not any(result.assumptions or result.reworded for result in results.values())


async def test_another_wording_is_told_from_another_way(week: Town) -> None:
    results = await _results(week, changed(booking=lambda f: f["texts"]["which_time"].update(en="When?")))
    assert {result.outcome for result in results.values()} == {"same"}
    assert {who for who, result in results.items() if result.reworded} == set(results) - {"kamau", "baraka"}


async def test_a_shorter_wait_fires_at_its_own_time(week: Town) -> None:
    results = await _results(week, changed(deposit=waits("confirming_number", "24h", "1h")))
    zawadi = results.pop("zawadi")
    assert {result.outcome for result in results.values()} == {"same"}
    assert zawadi.outcome == "otherwise"
    assert zawadi.parting is not None
    assert zawadi.parting.why == "it goes to releasing instead of paying > confirming_number"


async def test_silence_goes_on_behind_the_end_of_the_record(week: Town) -> None:
    """Kamau wrote nothing for a day, and the record ends; waiting for two days he writes nothing either."""
    results = await _results(week, changed(booking=waits("choosing_day", "24h", "48h")))
    assert results["kamau"].outcome == "otherwise"
    assert results["kamau"].new_end == results["kamau"].old_end


async def test_without_a_deposit_who_paid_is_booked_at_once_and_who_did_not_is_unknown(week: Town) -> None:
    results = await _results(week, changed(booking=deposit_above("money(600)")))
    paid = results["achieng"]
    assert paid.outcome == "otherwise"
    assert paid.parting is not None
    assert (paid.parting.seq, paid.parting.old.state, paid.parting.new.state) == (
        5,
        "paying > confirming_number",
        "booked",
    )
    assert [each.what for each in paid.assumptions] == ["bookings.confirmed comes as it did at #9"]
    assert (paid.old.does["payments.request"], "payments.request" in paid.new.does) == (1, False)
    assert paid.old.money["payment.confirmed"] == {"KES": 50000}
    assert paid.new.messages < paid.old.messages
    for who in ("otieno", "zawadi"):
        assert results[who].outcome == "undecided"
        assert results[who].why == "nobody knows what bookings.confirm would have answered (#6)"
    assert {results[who].outcome for who in ("njeri", "kamau")} == {"same"}


async def test_what_answers_a_request_that_is_never_made_does_not_come(week: Town) -> None:
    """Nobody is prompted, so nobody pays: the wait ends with a person, as its own timer says."""
    results = await _results(week, changed(deposit=lambda f: f["states"]["paying"].pop("do")))
    achieng = results["achieng"]
    assert (achieng.outcome, achieng.old_end.state) == ("differs", "booked")
    assert achieng.parting is not None
    assert (achieng.parting.seq, achieng.parting.old.does[-1:]) == (6, ("payments.request",))
    assert "payment.confirmed" not in achieng.new.events
    assert achieng.new.does["handoff.request"] == 1


async def test_a_choice_that_has_another_id_is_taken_by_what_it_says(week: Town) -> None:
    def renamed(flow: Any) -> None:
        asking = flow["states"]["confirming_number"]
        next(each for each in asking["ask"]["choices"] if each["id"] == "send")["id"] = "pay"
        first = asking["on"]["answer"][0]
        first["when"] = first["when"].replace("send", "pay")

    result = (await _results(week, changed(deposit=renamed)))["achieng"]
    assert result.outcome == "otherwise"
    assert [each.what for each in result.assumptions] == ["'send' is taken as 'pay', which reads the same"]
    assert result.old == result.new


async def test_a_choice_that_is_gone_ends_what_can_be_said(week: Town) -> None:
    results = await _results(week, changed(deposit=lambda f: f["states"]["trying_again"]["ask"]["choices"].pop(0)))
    assert results["wanjiku"].outcome == "undecided"
    assert "the person picked 'again', which is not offered any more" in results["wanjiku"].why
    assert results["achieng"].outcome == "same"


async def test_an_answer_to_another_question_is_not_guessed(week: Town) -> None:
    def names_first(flow: Any) -> None:
        flow["states"]["choosing_offer"]["on"]["answer"] = "asking_name"

    results = await _results(week, changed(booking=names_first))
    assert results.pop("baraka").outcome == "same"  # who never answered anything
    assert {result.outcome for result in results.values()} == {"undecided"}
    assert {result.why.partition(" (")[0] for result in results.values()} == {
        "the person answered a question that it does not put"
    }


async def test_a_question_that_is_asked_otherwise_is_answered_as_the_nearest_and_said(week: Town) -> None:
    def any_day(flow: Any) -> None:
        del flow["states"]["choosing_time"]["ask"]["choices"]["with"]["day"]

    result = (await _results(week, changed(booking=any_day)))["achieng"]
    assert result.outcome == "same"
    (assumed,) = result.assumptions
    assert (assumed.seq, assumed.what) == (
        3, "bookings.free_slots answers as it did at #3, where it was asked otherwise"
    )  # fmt: skip


async def test_a_question_that_was_never_asked_has_no_answer(week: Town) -> None:
    def shows_bookings(flow: Any) -> None:
        flow["states"]["choosing_time"]["ask"]["choices"] = {"from": "bookings.upcoming"}
        flow["states"]["choosing_time"]["ask"]["type"] = "any"
        flow["states"]["choosing_time"]["ask"].pop("save", None)
        flow["states"]["choosing_time"]["on"]["answer"] = "naming"

    result = (await _results(week, changed(booking=shows_bookings)))["achieng"]
    assert (result.outcome, result.why) == (
        "undecided", "it asks bookings.upcoming, of which the record says nothing (#3)"
    )  # fmt: skip
    assert result.parting is not None
    assert result.parting.seq == 3


async def test_what_an_action_would_have_brought_is_taken_as_nothing_and_said(week: Town) -> None:
    """One look more at what became of the prompt: nobody knows what M-Pesa would have said to it."""

    def looks_again(lifecycle: Any) -> None:
        lifecycle["states"]["waiting"]["after"]["15s"] = {"do": {"mpesa.query": {"payment": "payment"}}}

    results = await _results(week, changed(payment=looks_again))
    assert any("mpesa.query" in assumed.what for each in results.values() for assumed in each.assumptions)
    assert {each.new_end.state for each in results.values()} == {each.old_end.state for each in results.values()}


async def test_a_candidate_that_fails_is_said_to_park(week: Town) -> None:
    results = await _results(week, changed(booking=deposit_above('money(1, "UGX")')))
    assert results["achieng"].outcome == "parks"
    assert results["achieng"].why.startswith("ExpressionFailed: ")
    assert results["kamau"].outcome == "same"


async def test_a_renamed_state_is_the_same_if_the_file_says_so(week: Town) -> None:
    file = "flows/booking.yaml"
    renamed = {**shipped(), file: shipped()[file].replace("choosing_time", "picking_time")}
    results = await _results(week, renamed)
    assert (results["achieng"].outcome, results["kamau"].outcome) == ("otherwise", "same")
    told = "on_publish: migrate\nmigrate: {states: {choosing_time: picking_time}}\nstart:"
    renamed[file] = renamed[file].replace("\nstart:", f"\n{told}")
    assert {result.outcome for result in (await _results(week, renamed)).values()} == {"same"}


async def test_a_table_that_a_lifecycle_asks_shows_in_both(week: Town) -> None:
    def cancelled_is_busy(rules: Any) -> None:
        next(row for row in rules["rows"] if row["id"] == "cancelled")["then"]["retry"] = "wait"

    report = await _report(week, changed(mpesa_results=cancelled_is_busy))
    table = report.tables["mpesa_results"]
    assert (table.decisions, table.changed) == (1, 1)
    (cell,) = table.rows.values()
    assert (cell.old, cell.new, cell.count, cell.same_result) == ("cancelled", "cancelled", 1, False)
    assert report.definitions["lifecycle:payment"].outcomes == {"same": 3, "otherwise": 1}


async def test_effects_add_up_by_definition(week: Town) -> None:
    report = await _report(week, changed(booking=deposit_above("money(600)")))
    booking = report.definitions["flow:booking"]
    assert booking.outcomes == {"otherwise": 3, "same": 3, "undecided": 2}
    assert (booking.old.events["bookings.confirmed"], booking.new.events["bookings.confirmed"]) == (4, 4)
    assert (booking.old.money["payment.confirmed"], booking.new.money) == ({"KES": 150000}, {})
    assert booking.undecided == {"nobody knows what bookings.confirm would have answered": 2}
    assert report.entries == await week.store.count("journal", {"org": ORG})


async def test_a_run_goes_on_behind_where_it_was_stopped(week: Town) -> None:
    sources = changed(booking=sooner)
    whole = await _report(week, sources)
    first, last = Report(), ("", "")
    async for passed in week.backtest(sources).run(Selection(org=ORG)):
        first.add(passed)
        last = passed.place
        if first.machines == 4:
            break
    async for passed in week.backtest(sources).run(Selection(org=ORG), after=last):
        first.add(passed)
    assert first == whole


async def test_who_was_erased_is_passed_over_and_counted(week: Town) -> None:
    await (await week.vault.org(ORG)).forget("wanjiku")
    report = await _report(week, changed(booking=sooner))
    assert report.erased == 3  # the conversation and two payments
    assert report.followed == 7


async def test_a_period_takes_the_machines_that_began_in_it(week: Town) -> None:
    bt = week.backtest(changed(booking=sooner))
    early = Selection(org=ORG, until=MONDAY + timedelta(minutes=3))
    late = Selection(org=ORG, since=MONDAY + timedelta(minutes=3))
    machines, _ = await bt.size(Selection(org=ORG))
    parts = [sum([1 async for _ in bt.run(each)]) for each in (early, late)]
    assert sum(parts) == machines == 12
    assert all(parts)


async def test_one_definition_can_be_looked_at_alone(week: Town) -> None:
    sources = changed(booking=titled, payment=titled)
    assert set(await _results(week, sources, definition="flow:booking")) == {
        "achieng", "baraka", "brian", "kamau", "njeri", "otieno", "wanjiku", "zawadi"
    }  # fmt: skip
    assert len(await _results(week, sources, definition="lifecycle:payment")) == 4
