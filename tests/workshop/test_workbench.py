"""The editor's questions, about exactly the text in its buffer: findings, pictures, a conversation tried out."""

from __future__ import annotations

import asyncio

import pytest

from composition.definitions import equipment
from engine.findings import Findings
from engine.testing import load_suite
from runtime.publishing.pointer import Pointer
from runtime.publishing.sources import Sources
from tests.yaml.shipped import DEFINITIONS
from workshop.beginnings import begun
from workshop.beside import InProcess, InThread
from workshop.trying import CannotPlay, Done, Playing
from workshop.workbench import NoFile, Workbench, named

ROOT = next(iter(DEFINITIONS.values())).parents[1]
BOOKING = "flows/booking.yaml"


class InForce:
    """A publisher's place: what ships is in force."""

    def __init__(self) -> None:
        files = [*ROOT.rglob("flows/**/*.yaml"), *ROOT.rglob("rules/*.yaml")]
        self.found = Sources.of({path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files})

    async def in_force(self, org: str) -> tuple[Pointer, Sources]:
        return Pointer(org=org), self.found


@pytest.fixture(scope="module")
def bench() -> Workbench:
    return Workbench(None, InForce(), None, InThread(equipment()))  # type: ignore[arg-type]


def _text(bench: Workbench, file: str = BOOKING) -> str:
    return bench.publisher.found.files[file]  # type: ignore[attr-defined,no-any-return]


def _play(bench: Workbench, *moves: Done, file: str = BOOKING, text: str = "") -> object:
    return asyncio.run(bench.simulate("clinic", file, text or _text(bench, file), Playing(moves=moves)))


async def test_what_is_in_force_has_nothing_to_mend(bench: Workbench) -> None:
    assert await bench.check("clinic", BOOKING, _text(bench)) == ()


async def test_a_mistake_is_found_where_it_stands_and_what_it_breaks_elsewhere_is_told(bench: Workbench) -> None:
    broken = _text(bench, "flows/deposit.yaml").replace("  given_up:   {final", "  given_in:   {final")
    found = await bench.check("clinic", "flows/deposit.yaml", broken)
    assert {finding.code for finding in found if finding.file == "flows/deposit.yaml"} >= {"unknown-state"}
    assert any(finding.file == BOOKING for finding in found)


async def test_a_flow_has_a_picture_and_a_table_a_sheet(bench: Workbench) -> None:
    drawn = await bench.picture("clinic", BOOKING, _text(bench))
    assert drawn.diagram is not None
    assert drawn.diagram.name == "booking"
    table = await bench.picture("clinic", "rules/routing.yaml", _text(bench, "rules/routing.yaml"))
    assert table.sheet is not None
    assert (await bench.picture("clinic", BOOKING, "flow: [")).diagram is None


@pytest.mark.parametrize("file", ["../etc/passwd", "flows/../x.yaml", "flows/x.txt", "flows//x.yaml", "x.yaml", ""])
def test_a_file_stands_in_one_of_our_folders(file: str) -> None:
    with pytest.raises(NoFile):
        named(file)


def test_a_booking_is_tried_out_with_the_tests_own_facts(bench: Workbench) -> None:
    begun = _play(bench)
    assert begun.state == "choosing_offer"
    first = next(offer for offer in begun.offers if offer.kind == "tap")
    then = _play(bench, first.move, Done(key="says", value="kesho"))
    assert then.flow == "booking"
    assert then.state != "choosing_offer"
    assert any(line.who == "customer" for step in then.steps for line in step.lines)
    assert any(guard.source for step in then.steps for guard in step.guards)
    assert then.timers


def test_what_a_verb_may_answer_is_offered_and_moves_it(bench: Workbench) -> None:
    moves: list[Done] = []
    for _ in range(12):
        here = _play(bench, *moves)
        answers = [offer for offer in here.offers if offer.kind == "answer"]
        if answers:
            break
        moves.append(next(offer for offer in here.offers if offer.kind == "tap").move)
    assert {offer.move.value for offer in answers} == {"bookings.held", "bookings.taken"}
    after = _play(bench, *moves, answers[0].move)
    assert after.state != here.state


def test_time_passes_until_the_next_timer_or_as_long_as_is_said(bench: Workbench) -> None:
    begun = _play(bench)
    waited = _play(bench, Done(key="wait"))
    assert waited.at == begun.timers[0].due
    left = _play(bench, Done(key="wait", seconds=2 * 86400))
    assert left.done


def test_a_simulation_becomes_a_test_that_holds(bench: Workbench) -> None:
    begun = _play(bench)
    tried = _play(bench, next(offer for offer in begun.offers if offer.kind == "tap").move)
    tests = bench.publisher.found.tests["flows/booking.test.yaml"]  # type: ignore[attr-defined]
    suite = load_suite(f"{tests.rstrip()}\n\n{tried.test}\n", "flows/booking.test.yaml")
    assert suite.cases[-1].name == "tried in the workshop"


def test_time_that_passed_and_what_was_sent_again_are_in_the_test_as_well(bench: Workbench) -> None:
    said = Done(key="says", value="mlima")
    tried = _play(bench, said, said, Done(key="wait", seconds=3600), Done(key="wait"))
    assert tried.test.count('says: "mlima"') + tried.test.count("says: mlima") == 2
    assert "after: 1h" in tried.test
    tests = bench.publisher.found.tests["flows/booking.test.yaml"]  # type: ignore[attr-defined]
    file = "flows/booking.test.yaml"
    played = asyncio.run(bench.test("clinic", file, f"{tests.rstrip()}\n\n{tried.test}\n"))
    assert [each.reasons for each in played.cases if each.name.startswith("tried in the workshop")] == [()]


def test_tests_are_played_on_the_text_in_the_editor(bench: Workbench) -> None:
    file = "flows/deposit.yaml"
    holds = asyncio.run(bench.test("clinic", file, _text(bench, file)))
    assert holds.file == "flows/deposit.test.yaml"
    assert holds.held == len(holds.cases) > 10
    changed = _text(bench, file).replace("tries: 3, then: with_agent", "tries: 2, then: with_agent")
    fails = asyncio.run(bench.test("clinic", file, changed))
    assert not fails.cases[0].held
    assert fails.cases[0].reasons
    assert fails.cases[0].lines
    none = asyncio.run(bench.test("clinic", "flows/new.yaml", begun("flow", "new")[1]))
    assert none.file == ""


def test_tests_expect_a_new_sentence_by_a_click_and_nothing_else(bench: Workbench) -> None:
    changed = _text(bench).replace("What would you like to book?", "What may we do for you?")
    fails = asyncio.run(bench.test("clinic", BOOKING, changed))
    assert [each.held for each in fails.cases].count(False) == 1
    assert "What may we do for you?" in fails.reworded
    before = bench.publisher.found.tests["flows/booking.test.yaml"]  # type: ignore[attr-defined]
    differing = [one for one, two in zip(before.split("\n"), fails.reworded.split("\n"), strict=True) if one != two]
    assert len(differing) == 1
    other = _text(bench, "flows/deposit.yaml").replace("tries: 3, then: with_agent", "tries: 2, then: with_agent")
    assert asyncio.run(bench.test("clinic", "flows/deposit.yaml", other)).reworded == ""


def test_what_cannot_be_played_says_why(bench: Workbench) -> None:
    with pytest.raises(CannotPlay, match="table"):
        _play(bench, file="rules/routing.yaml")
    with pytest.raises(Findings):
        _play(bench, text="flow: broken")


async def test_long_work_is_done_in_a_process_beside_and_its_findings_come_back() -> None:
    beside = InProcess(equipment)
    bench = Workbench(None, InForce(), None, beside)  # type: ignore[arg-type]
    try:
        assert await bench.check("clinic", BOOKING, _text(bench)) == ()
        with pytest.raises(Findings):
            await bench.simulate("clinic", BOOKING, "flow: broken", Playing())
        drawn = await bench.picture("clinic", BOOKING, _text(bench))
        assert drawn.diagram is not None
    finally:
        beside.close()
