"""`aais check`, `test`, `prove` and `diff` on every definition that the ad autopilot decides by."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import pytest

from cli import main
from tests.yaml.shipped import ROOT

TABLES = ("ad_brakes", "ad_guardrails", "anomaly", "fatigue", "keep_kill_scale", "pacing", "rebalance")
LIFECYCLES = ("campaign", "variation", "ad_change", "ad_report", "conversion")
FILES = {
    **{name: ROOT / "rules" / f"{name}.yaml" for name in TABLES},
    **{name: ROOT / "flows" / "lifecycles" / f"{name}.yaml" for name in LIFECYCLES},
    "launch": ROOT / "flows" / "launch.yaml",
}
EDITS = {
    "ad_brakes": ("velocity > guardrail.velocity_limit", "velocity > 2 * guardrail.velocity_limit"),
    "ad_guardrails": ("hours_since_change < guardrail.cooldown_hours", "hours_since_change < 12"),
    "anomaly": ("spend_factor > 1.5", "spend_factor > 3"),
    "fatigue": ("impressions_recent < 1000", "impressions_recent < 3000"),
    "keep_kill_scale": ("hours_running < 12", "hours_running < 72"),
    "pacing": ("1.2 * expected_today", "1.4 * expected_today"),
    "rebalance": ("hours_running < 12", "hours_running < 48"),
    "campaign": ("hours(6)", "hours(12)"),
    "variation": ("1h: looking_for_room", "2h: looking_for_room"),
    "ad_change": ("48h: expired", "24h: expired"),
    "ad_report": ("1h: planning", "2h: planning"),
}


def _run(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(said):
        code = main(arguments)
    return code, said.getvalue()


@cache
def _of_all(command: str, *flags: str) -> tuple[int, str]:
    """The command on all of the files at once, since each run compiles everything around them."""
    return _run(command, *flags, *(str(path) for path in FILES.values()))


def test_check_finds_nothing_to_mend_in_any_of_them() -> None:
    code, said = _of_all("check")
    assert (code, said.strip()) == (0, f"{len(FILES)} files, {len(FILES)} definitions: nothing to mend.")


@pytest.mark.parametrize("name", FILES)
def test_each_has_cases_beside_it_and_they_hold(name: str) -> None:
    code, said = _of_all("test")
    (line,) = [line for line in said.splitlines() if f"/{name}.test.yaml" in f"/{line.split(' ')[0]}"]
    assert code == 0
    assert line.endswith("held")


@pytest.mark.parametrize("name", FILES)
def test_each_has_promises_and_they_are_proved(name: str) -> None:
    _, said = _of_all("prove", "--json")
    found = [each for each in json.loads(said) if each["file"].endswith(f"/{name}.yaml")]
    assert found
    assert {each["answer"] for each in found} == {"proved"}


@pytest.mark.parametrize("name", EDITS)
def test_diff_says_what_an_edit_of_it_means(name: str, tmp_path: Path) -> None:
    before, after = EDITS[name]
    text = FILES[name].read_text(encoding="utf-8")
    assert before in text
    edited = tmp_path / f"{name}.yaml"
    edited.write_text(text.replace(before, after, 1), encoding="utf-8")
    behaviour = [] if name in ("keep_kill_scale", "anomaly") else ["--no-behaviour"]
    code, said = _run("diff", "--exit-code", "--format", "json", *behaviour, str(FILES[name]), str(edited))
    changes = json.loads(said)["changes"]
    kind = "rules" if name in TABLES else "lifecycle"
    assert code == 1
    assert {each["definition"] for each in changes} == {f"{kind}:{name}"}
