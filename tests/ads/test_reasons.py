"""Reasons in Swahili: each that the shipped rules, lifecycles and caps can give has one, and none is left over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from ads.reasons import said, swahili

ROOT = Path(__file__).parents[2]
TABLES = ("ad_brakes", "ad_guardrails", "anomaly", "fatigue", "keep_kill_scale", "pacing", "rebalance")
LIFECYCLES = ("ad_change", "campaign", "variation")
READ_BY_CODE = {"below the platform's smallest budget"}  # a lifecycle asks for it, and gives another


def _read(path: str) -> Any:
    return YAML(typ="safe", pure=True).load((ROOT / path).read_text(encoding="utf-8"))


def _of_tables() -> Iterator[str]:
    for name in TABLES:
        table = _read(f"rules/{name}.yaml")
        for row in [*table["rows"], *([table["otherwise"]] if "otherwise" in table else [])]:
            then = row.get("then")
            yield from (row.get("because"), then.get("reason") if isinstance(then, dict) else None)


def _of_lifecycles() -> Iterator[str]:
    for name in LIFECYCLES:
        text = (ROOT / f"flows/lifecycles/{name}.yaml").read_text(encoding="utf-8")
        yield from (each.replace("''", "'") for each in re.findall(r"""reason: "'([^"]+)'\"""", text))


def _of_python() -> Iterator[str]:
    """What is given where no rule is asked: by the caps that stand in code, by who launches and who changes."""
    given = re.compile(
        r"""(?:reason=|reason or |"reason": |_missed\(|return |HeldBack\("[a-z_.]+", )f?"([a-z][^"]+ [^"]+)\""""
    )
    for name in ("law", "starting", "changes", "dispatcher", "desk", "telling", "collecting", "pacing"):
        yield from given.findall((ROOT / f"ads/{name}.py").read_text(encoding="utf-8"))


def _given() -> list[str]:
    found = [each for each in [*_of_tables(), *_of_lifecycles(), *_of_python()] if each]
    return sorted(set(found) - READ_BY_CODE)


def _rendered(reason: str) -> str:
    return re.sub(r"{{.*?}}|{[^{}]*}", "KSh 1,250", reason)


@pytest.mark.parametrize("reason", _given())
def test_each_reason_can_be_said_in_swahili(reason: str) -> None:
    shown = said(_rendered(reason), "sw")
    assert shown != _rendered(reason)
    assert shown.count("KSh 1,250") == _rendered(reason).count("KSh 1,250")
    assert said(_rendered(reason), "en") == _rendered(reason)


@pytest.mark.parametrize("english", swahili())
def test_each_translation_is_of_a_reason_that_is_still_given(english: str) -> None:
    files = [path.read_text(encoding="utf-8") for room in ("ads", "rules", "flows") for path in _sources(room)]
    spoken = max(re.split(r"{\w+}", english), key=len).strip()
    assert any(spoken in text.replace("''", "'") for text in files)


@pytest.mark.parametrize("english", swahili())
def test_both_languages_have_the_same_blanks(english: str) -> None:
    assert sorted(re.findall(r"{\w+}", english)) == sorted(re.findall(r"{\w+}", swahili()[english]))


def test_a_platforms_own_words_stay_and_its_name_is_written_as_it_writes_it() -> None:
    limit = "Meta is asked too often [ads.meta.rate] (613: Calls to this api have exceeded the rate limit.)"
    assert said(limit, "sw").startswith("Meta inaulizwa mara nyingi mno [ads.meta.rate] (613: Calls")
    assert said("no tiktok account is connected", "sw") == "hakuna akaunti ya TikTok iliyounganishwa"


def test_an_owners_own_rule_speaks_in_the_owners_words() -> None:
    for own in ("Wateja wengi mno leo", "We are closed on Sundays {really}", ""):
        assert said(own, "sw") == own


def _sources(room: str) -> Iterator[Path]:
    found = (ROOT / room).rglob("*.py" if room == "ads" else "*.yaml")
    return (path for path in found if not path.name.endswith(".test.yaml"))
