"""What YAML says of endpoints and of what goes along is checked, compared and tested like anything else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import engine
import language
from cli import main
from composition.definitions import equipment, limits, registry
from composition.gate import InThread
from engine.checks import check_sources
from engine.comparing import compare
from engine.testing import run_sources
from runtime.publishing.gate import Candidate
from runtime.publishing.sources import Sources
from tests.hooks.town import ORDER
from workshop import questions
from workshop.own import receivers

FILE = "flows/lifecycles/order.yaml"
SEND = "{hooks.send: {to: sheet, event: order.made, data: {number: number, paid: 'money(1500, \"KES\")', at: now, note: note, days: days(2)}}}"  # noqa: E501


def found(text: str, endpoints: list[str] | None = None) -> list[tuple[str, int]]:
    return [(each.code, each.line) for each in check_sources({FILE: text}, registry(), limits(endpoints))]


def test_a_rule_that_tells_a_known_endpoint_has_nothing_to_mend() -> None:
    assert SEND in ORDER
    assert found(ORDER) == []
    assert found(ORDER, ["sheet"]) == []


def test_a_name_that_the_business_does_not_have_is_an_error_where_the_business_is_known() -> None:
    (finding,) = check_sources({FILE: ORDER}, registry(), limits(["sheets", "crm"]))
    assert (finding.code, finding.line, finding.severity) == ("unknown-endpoint", 8, "error")
    assert (finding.reason, finding.suggestion) == ('The business has no endpoint "sheet".', 'Did you mean "sheets"?')
    assert found(ORDER, []) == [("unknown-endpoint", 8)]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("{hooks.send: {to: sheet, event: order.made, data: {number: numbr}}}", "unknown-name"),
        ("{hooks.send: {to: sheet, event: order.made, data: number}}", "wrong-type"),
        ("{hooks.send: {to: {a: sheet}, event: order.made}}", "wrong-type"),
        ("{hooks.send: {to: sheet, event: order.made, data: {Number One: number}}}", "bad-name"),
        ("{hooks.send: {to: sheet, event: order.made, data: {number: {a: number}}}}", "wrong-type"),
        ("{hooks.send: {to: sheet, event: order.made, data: {number: [1, 2]}}}", "wrong-type"),
        ("{hooks.send: {to: sheet, event: order.made, data: {note: null}}}", "nothing-given"),
        ("{hooks.send: {to: sheet, event: order.made, body: {number: number}}}", "unknown-argument"),
        ("{hooks.send: {event: order.made}}", "missing-argument"),
        ("{hooks.send: {to: sheet, event: order.made, data: {why: why}}}", "never-written"),
    ],
)
def test_what_goes_along_is_checked_where_it_stands(written: str, code: str) -> None:
    text = ORDER.replace("start: telling\n", "data: {why: {type: text}}\nstart: telling\n")
    codes = {each for each, _ in found(text.replace(SEND, written))}
    assert code in codes, codes


def test_other_verbs_take_no_names_with_values() -> None:
    text = ORDER.replace(SEND, "{leads.score: {score: {a: 1}}}")
    assert "wrong-type" in {code for code, _ in found(text)}


def test_whoever_reads_a_change_sees_what_is_told_to_whom() -> None:
    after = ORDER.replace("to: sheet", "to: crm").replace("number: number", "number: number + 1")
    made = compare(_released(ORDER), _released(after), registry())
    said = "\n".join(line for line in str(made).splitlines())
    assert "sheet" in said
    assert "crm" in said
    assert "data.number" in said


def test_a_test_beside_says_what_goes_along() -> None:
    tests = """
tests: lifecycle:order
cases:
  - name: the sheet is told of it
    takes: {number: 3}
    steps:
      - {expect: {does: [{hooks.send: {to: sheet, event: order.made, data: {number: 3}}}]}}
      - {event: hooks.failed, with: {to: sheet, event: order.made, code: gone}, expect: {state: untold}}
"""
    report = run_sources({FILE: ORDER, FILE.replace(".yaml", ".test.yaml"): tests}, registry(), language.understand)
    assert report.holds, [str(each.finding) for result in report.failed for each in result.failures]
    wrong = tests.replace("{number: 3}}}]", "{number: 4}}}]")
    report = run_sources({FILE: ORDER, FILE.replace(".yaml", ".test.yaml"): wrong}, registry(), language.understand)
    assert not report.holds


async def test_what_names_an_endpoint_that_is_not_there_cannot_be_published() -> None:
    sources = Sources.of({FILE: ORDER})
    for endpoints, verdict in ((None, "passed"), (("sheet",), "passed"), ((), "refused")):
        candidate = Candidate(sources=sources, endpoints=endpoints)
        (checked,) = [each async for each in InThread().judge(candidate) if each.name == "check"]
        assert (checked.verdict, endpoints) == (verdict, endpoints)


def test_the_workshop_underlines_it_and_offers_the_names_that_there_are() -> None:
    (finding,) = questions.findings(equipment(), {}, {FILE: ORDER}, FILE, ("crm",))
    assert finding.code == "unknown-endpoint"
    line = "    do: {hooks.send: {to: s"
    assert [each.label for each in receivers(line, 1, len(line) + 1, ("sheet", "crm"))] == ["sheet"]
    block = "    do:\n      hooks.send:\n        event: order.made\n        to: "
    assert [each.label for each in receivers(block, 4, 13, ("sheet", "crm"))] == ["sheet", "crm"]
    assert receivers("    on: {answer: {to: s", 1, 24, ("sheet",)) == ()


def test_the_command_line_is_told_the_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.yaml").write_text(ORDER)
    assert main(["check", "order.yaml"]) == 0
    assert main(["check", "order.yaml", "--endpoints", "sheet,crm"]) == 0
    assert main(["check", "order.yaml", "--endpoints", "crm"]) == 1
    assert "unknown-endpoint" in capsys.readouterr().out


def _released(text: str) -> Any:
    return engine.compile_release([engine.load(text, FILE)], registry())
