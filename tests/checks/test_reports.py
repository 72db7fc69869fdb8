"""How findings are shown: to people, to GitHub, as SARIF and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from composition.definitions import limits, registry
from engine import Finding
from engine.checks import check_sources
from engine.codes import CODES
from engine.codes.code import files
from engine.findings import Edit, Fix
from engine.reporting import as_json, explained, github, people, sarif, summary

REGISTRY = registry()
EVERY = [code for code in CODES.values() if not code.untold]


def finding(**changed: Any) -> Finding:
    plain: dict[str, Any] = {
        "code": "unknown-key", "severity": "error", "file": "flows/a.yaml", "line": 2, "column": 3, "end_line": 2,
        "end_column": 6, "reason": '"aks" is not a key here.', "suggestion": 'Did you mean "ask"?',
    }  # fmt: skip
    return Finding(**{**plain, **changed})


SOURCE = {"flows/a.yaml": "states:\n  aks: {text: how}\n"}


def test_people_see_the_line_with_what_is_meant_underlined() -> None:
    assert people([finding()], SOURCE) == (
        "flows/a.yaml\n"
        '  2:3      error  "aks" is not a key here.  unknown-key\n'
        "           aks: {text: how}\n"
        "           ^^^\n"
        '           Did you mean "ask"?\n'
    )


def test_files_stand_apart_and_nothing_found_is_nothing_said() -> None:
    shown = people([finding(), finding(file="flows/b.yaml")], SOURCE)
    assert shown.count("flows/") == 2
    assert "\n\nflows/b.yaml\n" in shown
    assert people([], SOURCE) == ""


def test_a_long_line_is_cut_around_what_is_meant() -> None:
    line = "  a: {" + "x" * 200 + ": 1, aks: 2}" + " " + "y" * 200
    column = line.index("aks") + 1
    shown = people([finding(line=1, end_line=1, column=column, end_column=column + 3)], {"flows/a.yaml": line})
    text, under = shown.split("\n")[2:4]
    assert len(text) < 140
    assert text[under.index("^") : under.rindex("^") + 1] == "aks"


def test_colour_only_when_it_is_asked_for() -> None:
    assert "\x1b[" not in people([finding()], SOURCE)
    assert "\x1b[31m" in people([finding()], SOURCE, colour=True)


@pytest.mark.parametrize("code", EVERY, ids=lambda code: code.code)
def test_every_finding_underlines_something_within_its_line(code: Any) -> None:
    sources = files(code.example)
    for each in check_sources(sources, REGISTRY, limits()):
        lines = sources[each.file].split("\n")
        assert 1 <= each.line <= each.end_line <= len(lines)
        assert 1 <= each.column <= len(lines[each.line - 1]) + 1
        assert (each.line, each.column) <= (each.end_line, each.end_column)
        people([each], sources)


def test_the_last_line_counts() -> None:
    safe = Fix(title="Write it.", edits=(), safe=True)
    found = [finding(fix=safe), finding(severity="warning"), finding(severity="warning")]
    assert summary(found, 2, 1) == "2 files, 1 definition: 1 error, 2 warnings. `--fix` mends 1 of them."
    assert summary([], 1, 1) == "1 file, 1 definition: nothing to mend."


def test_github_gets_a_command_a_finding_with_its_signs_escaped() -> None:
    assert github([finding(reason="100%, really\nso")]) == (
        "::error file=flows/a.yaml,line=2,endLine=2,col=3,endColumn=5,title=unknown-key"
        '::100%25, really%0Aso Did you mean "ask"?\n'
    )
    assert github([finding(severity="note", file="a,b:c.yaml")]).startswith("::notice file=a%2Cb%3Ac.yaml,")
    assert "col=" not in github([finding(end_line=3)])


def test_json_has_everything_even_the_edits() -> None:
    edit = Edit(line=2, column=3, end_line=2, end_column=6, text="ask")
    [plain] = json.loads(as_json([finding(fix=Fix(title='Write "ask".', edits=(edit,), safe=True))]))["findings"]
    assert plain["code"] == "unknown-key"
    assert (plain["line"], plain["column"], plain["end_line"], plain["end_column"]) == (2, 3, 2, 6)
    assert plain["fix"] == {
        "title": 'Write "ask".', "safe": True,
        "edits": [{"line": 2, "column": 3, "end_line": 2, "end_column": 6, "text": "ask"}],
    }  # fmt: skip


def test_sarif_is_one_run_whose_results_point_at_their_rules() -> None:
    sources = {f"{code.code}/{name}": text for code in EVERY for name, text in files(code.example).items()}
    found = [each for code in EVERY for each in check_sources(files(code.example), REGISTRY, limits())]
    log = json.loads(sarif(found, "1.2"))
    assert sources
    _is_sarif(log)
    [run] = log["runs"]
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {each.code for each in found}
    assert [result["ruleId"] for result in run["results"]] == [each.code for each in found]
    assert sum("fixes" in result for result in run["results"]) == sum(each.fix is not None for each in found) > 10


def _is_sarif(log: Any) -> None:
    """What sections 3.13 to 3.57 of SARIF 2.1.0 ask of a log such as ours."""
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    for run in log["runs"]:
        driver = run["tool"]["driver"]
        assert driver["name"]
        assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
        for rule in driver["rules"]:
            assert rule["id"]
            assert rule["shortDescription"]["text"]
            assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
        for result in run["results"]:
            assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
            assert result["level"] in ("none", "note", "warning", "error")
            assert result["message"]["text"]
            for location in result["locations"]:
                place = location["physicalLocation"]
                assert " " not in place["artifactLocation"]["uri"]
                _is_region(place["region"])
            for fix in result.get("fixes", ()):
                for change in fix["artifactChanges"]:
                    assert change["artifactLocation"]["uri"]
                    for replacement in change["replacements"]:
                        _is_region(replacement["deletedRegion"])
                        assert isinstance(replacement["insertedContent"]["text"], str)


def _is_region(region: dict[str, int]) -> None:
    assert all(isinstance(number, int) and number >= 1 for number in region.values())
    assert (region["startLine"], region["startColumn"]) <= (region["endLine"], region["endColumn"])


@pytest.mark.parametrize("code", CODES.values(), ids=lambda code: code.code)
def test_every_code_is_explained(code: Any) -> None:
    said = explained(code)
    assert said.startswith(f"{code.code} ({code.severity}): ")
    assert code.untold in said if code.untold else "And not here:" in said
