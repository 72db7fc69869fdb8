"""`aais replay` on every table and lifecycle of the ad autopilot: the record again, and on an edit.

The days are lived once, in a store on disk, by the autopilot around a platform in memory; the commands find them there.
"""

from __future__ import annotations

import asyncio
import io
import json
from base64 import b64encode
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from cli import main
from composition.stores import DATABASE
from storage.sqlite import open_sqlite
from tests.ads.autopilot.past import At, lived
from tests.ads.autopilot.pilot import ORG, ROOT, Pilot

# An edit of each after which the days below would have gone otherwise.
TABLES = {
    "ad_brakes": ("velocity > guardrail.velocity_limit", "spend > max_cpa"),
    "ad_guardrails": ("{verdict: go, allowed: {expr: exposure}", "{verdict: refuse, allowed: {expr: exposure}"),
    "anomaly": ("not reported or hours_since_report > 6", "not reported or hours_since_report >= 0"),
    "fatigue": ("hours_running < 96", "hours_running < 480"),
    "keep_kill_scale": ("hours_running < 12", "hours_running < 720"),
    "pacing": ("{decision: go_on, factor: 1}", "{decision: slow, factor: 0.9}"),
    "rebalance": ("hours_running < 12", "hours_running < 720"),
}
LIFECYCLES = {
    "campaign": ("ads.submitted: checking", "ads.submitted: waiting_for_approval"),
    "variation": ('verdict.decision == "scale"', 'verdict.decision == "more"'),
    "ad_change": ('verdict.verdict == "go"\', to: rehearsing', 'verdict.verdict == "go"\', to: asking'),
    "ad_report": ("{set: {due: event.due}, to: waiting}", "{set: {due: event.due}, to: silent}"),
}


async def _lived(path: Path) -> None:
    store = await open_sqlite(path)
    pilot = await Pilot(store).open()
    await pilot.launched(1000, 1000)
    await lived(pilot, "A", 120, lambda ago: At(orders=int(ago % 5 == 0)))
    await lived(pilot, "B", 120, lambda ago: At(orders=int(ago % 6 == 0)))
    await pilot.pass_(hours=14)
    await pilot.close()
    await store.close()


@pytest.fixture(scope="module")
def days(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("days")
    asyncio.run(_lived(folder / DATABASE))
    return folder


@pytest.fixture
def house(days: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What a command is told of the installation: where its store is, and the key to it."""
    monkeypatch.setenv("DATA_DIR", str(days))
    monkeypatch.setenv("ENCRYPTION_KEY", b64encode(b"k" * 32).decode())
    return days


def _replay(*arguments: str) -> tuple[int, str]:
    said = io.StringIO()
    with redirect_stdout(said):
        code = main(["replay", "--demo", "--org", ORG, "--format", "json", *arguments])
    return code, said.getvalue()


def test_each_step_is_computed_again_and_is_the_same(house: Path) -> None:
    code, said = _replay()
    assert code == 0
    found = json.loads(said)[ORG]
    assert (found["machines"], found["flaws"]) == (8, [])  # a campaign, two variations, their four changes, the report


@pytest.mark.parametrize("name", TABLES)
def test_an_edited_table_is_put_to_what_was_decided(house: Path, tmp_path: Path, name: str) -> None:
    found = _edited(tmp_path, ROOT / "rules" / f"{name}.yaml", TABLES[name])
    told = found["tables"][name]
    assert told["changed"] > 0
    assert (told["missing"], told["errors"]) == ({}, {})


@pytest.mark.parametrize("name", LIFECYCLES)
def test_what_was_lived_is_followed_on_an_edited_lifecycle(house: Path, tmp_path: Path, name: str) -> None:
    found = _edited(tmp_path, ROOT / "flows" / "lifecycles" / f"{name}.yaml", LIFECYCLES[name])
    assert set(found["definitions"]) == {f"lifecycle:{name}"}
    assert found["definitions"][f"lifecycle:{name}"]["partings"]


def _edited(folder: Path, shipped: Path, edit: tuple[str, str]) -> dict[str, Any]:
    """What the command says of a candidate with this edit."""
    text = shipped.read_text(encoding="utf-8")
    assert edit[0] in text
    candidate = folder / shipped.name
    candidate.write_text(text.replace(*edit, 1), encoding="utf-8")
    code, said = _replay("--candidate", str(candidate))
    assert code == 0
    return dict(json.loads(said)[ORG])
