"""docs/replay.md shows what the command really prints: `WRITE_DOCS=1 pytest tests/backtest/test_docs.py` writes it."""

from __future__ import annotations

import json
import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cli import main
from tests.backtest.test_conversations import deposit_above
from tests.backtest.test_decisions import quiet_from
from tests.backtest.versions import ROOT, changed

PAGE = ROOT / "docs" / "replay.md"
_BLOCK = re.compile(r"```console\n\$ (aais [^\n]*)\n(.*?)```", re.DOTALL)
WRITING = bool(os.environ.get("WRITE_DOCS"))


@pytest.fixture
def drafts(tmp_path: Path, installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page's candidates, and an installation that is no demo."""
    sources = changed(booking=deposit_above("money(600)"), messaging_guardrails=quiet_from(23))
    (tmp_path / "draft").mkdir()
    for file in ("flows/booking.yaml", "rules/messaging_guardrails.yaml"):
        YAML(typ="safe").dump(json.loads(sources[file]), tmp_path / "draft" / Path(file).name)
    for name in ("WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("drafts")
def test_the_page_shows_what_the_command_prints(capsys: pytest.CaptureFixture[str]) -> None:
    text = PAGE.read_text(encoding="utf-8")

    def printed(block: re.Match[str]) -> str:
        assert main(shlex.split(block[1])[1:]) == 0, capsys.readouterr().err
        return f"```console\n$ {block[1]}\n{_cut(capsys.readouterr().out)}```"

    made = _BLOCK.sub(printed, text)
    if WRITING:
        PAGE.write_text(made, encoding="utf-8")
    assert text.count("```console") == 4
    told = "the page is out of date: WRITE_DOCS=1 pytest " + __file__
    assert _counted(made) == _counted(PAGE.read_text(encoding="utf-8")), told


def _counted(text: str) -> str:
    """Without how many entries there are: a lead that hears of two things at once may be noted in one or two."""
    return re.sub(r"\d+ entries", "… entries", text)


def _cut(said: str) -> str:
    """A fence in a fence would end it; examples of one kind are enough for a page."""
    return said.replace("```", "~~~")


def test_the_page_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["replay", "--help"])
    options: set[Any] = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help", "--demo"}
    assert [option for option in sorted(options) if option not in PAGE.read_text(encoding="utf-8")] == []
