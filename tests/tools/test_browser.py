"""What the browser tests need is installed where it is missing, and nothing else is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tools import browser


class Machine:
    """A made-up computer: which programs there are, whether a font has emoji, who runs it, what was installed."""

    def __init__(self, *programs: str, emoji: bool, root: bool = True) -> None:
        self.programs, self.emoji, self.root = {*programs, "fc-list", "apt-get"}, emoji, root
        self.installed: list[str] = []

    def run(self, command: list[str], **_: Any) -> SimpleNamespace:
        if command[0] == "fc-list":
            return SimpleNamespace(returncode=0, stdout="NotoColorEmoji.ttf" if self.emoji else "\n")
        if "install" in command:
            self.installed = [word for word in command[2:] if not word.startswith("-")]
        return SimpleNamespace(returncode=0, stdout="")

    def ask(self, monkeypatch: pytest.MonkeyPatch) -> int:
        monkeypatch.setattr(browser.shutil, "which", lambda name: name if name in self.programs else None)
        monkeypatch.setattr(browser.subprocess, "run", self.run)
        monkeypatch.setattr(browser.os, "geteuid", lambda: 0 if self.root else 1000)
        return browser.main()


@pytest.mark.parametrize(
    ("programs", "emoji", "installed"),
    [
        (("chromium",), True, []),
        (("google-chrome",), False, ["fonts-noto-color-emoji"]),
        ((), True, ["chromium"]),
        ((), False, ["chromium", "fonts-noto-color-emoji"]),
    ],
)
def test_only_what_is_missing_is_installed(
    monkeypatch: pytest.MonkeyPatch, programs: tuple[str, ...], emoji: bool, installed: list[str]
) -> None:
    machine = Machine(*programs, emoji=emoji)
    assert machine.ask(monkeypatch) == 0
    assert machine.installed == installed


def test_without_root_a_missing_browser_is_an_error_and_a_missing_font_is_only_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Machine("chromium", emoji=False, root=False).ask(monkeypatch) == 0
    assert "fonts-noto-color-emoji" in capsys.readouterr().err
    assert Machine(emoji=True, root=False).ask(monkeypatch) == 1
    assert "sudo apt-get install chromium." in capsys.readouterr().err
