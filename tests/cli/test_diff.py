"""`aais diff` on files, folders and git: what it prints, how it ends, and that `git diff` never breaks by it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli import main
from composition import stores
from composition.settings import read
from runtime.publishing.pointer import Pointer, read_pointer
from runtime.publishing.record import Publication, entered
from runtime.publishing.sources import Sources
from runtime.release import EVERYONE
from storage.store import Insert
from tests.comparing.samples import CALLBACK, KEEP_KILL_SCALE, edited
from tests.yaml.shipped import ROOT

NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)
SHORTER = edited(CALLBACK, "24h: left\n\n  done", "12h: left\n\n  done")
DEARER = edited(KEEP_KILL_SCALE, "1.3", "1.5")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, where nobody's git settings count."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    for name, value in {
        "HOME": str(tmp_path), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CEILING_DIRECTORIES": str(tmp_path.parent),
        "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com", "PYTHONPATH": str(ROOT),
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return tmp_path


def git(*arguments: str) -> str:
    ended = subprocess.run(["git", *arguments], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture
def repository(folder: Path) -> Path:
    """Two commits: a flow and a table, and then each with one thing changed."""
    git("init", "-q", "-b", "main")
    _write(folder, CALLBACK, KEEP_KILL_SCALE)
    (folder / "flows" / "callback.test.yaml").write_text("tests: flow:callback\ncases: []\n", encoding="utf-8")
    (folder / "compose.yaml").write_text("services: {}\n", encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "one")
    _write(folder, SHORTER, DEARER)
    (folder / "flows" / "callback.test.yaml").write_text("tests: flow:callback\ncases: [] # none\n", encoding="utf-8")
    git("commit", "-qam", "two")
    return folder


def _write(folder: Path, flow: str, table: str) -> None:
    for name, text in (("flows/callback.yaml", flow), ("rules/keep_kill_scale.yaml", table)):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_two_files_are_compared_whatever_they_are_called(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("now.yaml").write_text(CALLBACK, encoding="utf-8")
    Path("draft.yaml").write_text(SHORTER, encoding="utf-8")
    assert main(["diff", "now.yaml", "draft.yaml"]) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("now.yaml → draft.yaml\n")
    assert "timing: waits 12 h instead of 24" in shown
    assert "Behaves differently" in shown


def test_the_exit_code_is_as_gits(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("now.yaml").write_text(CALLBACK, encoding="utf-8")
    Path("draft.yaml").write_text(SHORTER, encoding="utf-8")
    assert main(["diff", "--exit-code", "now.yaml", "draft.yaml"]) == 1
    assert main(["diff", "--exit-code", "now.yaml", "now.yaml"]) == 0
    assert main(["diff", "--no-behaviour", "now.yaml", "draft.yaml"]) == 0
    assert "Behaves" not in capsys.readouterr().out.rpartition("now.yaml → draft.yaml")[2]


@pytest.mark.parametrize(
    ("old", "new"),
    [("HEAD~1:flows", "HEAD:flows"), ("HEAD~1:flows/callback.yaml", "flows/callback.yaml"), ("HEAD~1:flows", "flows"),
     ("main~1", "main"), ("HEAD~1:", "HEAD:")],
)  # fmt: skip
def test_a_revision_is_named_as_git_names_it(
    repository: Path, capsys: pytest.CaptureFixture[str], old: str, new: str
) -> None:
    assert main(["diff", old, new]) == 0
    shown = capsys.readouterr().out
    assert f"{old} → {new}" in shown
    assert "timing: waits 12 h instead of 24" in shown
    assert ("losing_money: cost limit 1.3 → 1.5 × max_cpa" in shown) == (":" not in old or old.endswith(":"))


@pytest.mark.parametrize("range_", ["HEAD~1..HEAD", "HEAD~1..", "main~1...main", "HEAD~1"])
def test_a_range_of_revisions_is_compared(repository: Path, capsys: pytest.CaptureFixture[str], range_: str) -> None:
    assert main(["diff", "--git", range_]) == 0
    shown = capsys.readouterr().out
    assert "timing: waits 12 h instead of 24" in shown
    assert "losing_money: cost limit 1.3 → 1.5 × max_cpa" in shown
    assert "compose" not in shown
    assert ".test.yaml" not in shown


def test_three_dots_leave_out_what_the_other_branch_did(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    git("checkout", "-q", "-b", "draft", "main~1")
    _write(repository, edited(CALLBACK, "tries: 2", "tries: 3"), KEEP_KILL_SCALE)
    git("commit", "-qam", "three")
    assert main(["diff", "--git", "main...draft"]) == 0
    shown = capsys.readouterr().out
    assert "bears 3 unclear answers instead of 2" in shown
    assert "waits 12 h" not in shown


def test_only_the_paths_that_are_named_are_looked_at(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["diff", "--git", "HEAD~1..HEAD", "rules"]) == 0
    shown = capsys.readouterr().out
    assert "losing_money" in shown
    assert "timing" not in shown
    monkeypatch.chdir(repository / "flows")
    assert main(["diff", "--git", "HEAD~1..HEAD", "callback.yaml"]) == 0
    assert "losing_money" not in capsys.readouterr().out


def test_what_is_not_committed_is_compared_with_a_revision(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _write(repository, SHORTER, edited(DEARER, "0.95", "0.9"))
    assert main(["diff", "--git", "HEAD"]) == 0
    shown = capsys.readouterr().out
    assert "HEAD → work tree" in shown
    assert "winner: chance_to_win limit 0.95 → 0.9" in shown


def test_json_and_markdown_are_written_alone(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--git", "HEAD~1..HEAD", "--format", "json"]) == 0
    held = json.loads(capsys.readouterr().out)
    assert {change["definition"] for change in held["changes"]} == {"flow:callback", "rules:keep_kill_scale"}
    assert main(["diff", "--git", "HEAD~1..HEAD", "--format", "markdown"]) == 0
    assert capsys.readouterr().out.startswith("### What this changes\n")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [([], 2, "name two versions"), (["flows"], 2, "name two versions"),
     (["nowhere", "flows"], 1, "nowhere: there is no such file, folder or git revision"),
     (["HEAD:nowhere", "flows"], 1, "there are no definitions at nowhere"),
     (["--git", "nowhere..HEAD"], 1, "nowhere"),
     (["--git", "HEAD", "../outside"], 1, "outside of this repository"),
     (["compose.yaml", "compose.yaml"], 0, "no-kind")],
)  # fmt: skip
def test_what_is_not_there_is_said_in_a_sentence(
    repository: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    assert main(["diff", *arguments]) == code
    told = capsys.readouterr()
    assert words in told.out + told.err
    assert "Traceback" not in told.err


def _published(folder: Path, *releases: str) -> None:
    """A store in which these were published, one after the other."""

    async def publish() -> None:
        settings = read(demo=True)
        async with stores.opened_store(settings) as store:
            pointer = Pointer(org=EVERYONE)
            for text in releases:
                sources = Sources.of({"flows/callback.yaml": text})
                made = Publication(
                    number=pointer.journal_seq + 1, event="published", at=NOW, release=sources.id,
                    before=pointer.release, by="A", why="a test", origin="cli",
                )  # fmt: skip
                after = pointer.moved(number=made.number, release=sources.id, at=NOW)
                after, entry = entered(pointer, after, made)
                row = {"_id": sources.id, **sources.row(EVERYONE), "at": NOW}
                await store.commit([entry, pointer.write(after), Insert("definitions", row)])
                pointer = await read_pointer(store, EVERYONE)

    asyncio.run(publish())


@pytest.mark.parametrize(
    ("old", "new"), [("version:1", "version:2"), ("version:#1", "version:now"), ("version:1", "flows")]
)
def test_a_published_version_is_named_by_its_number(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, old: str, new: str
) -> None:
    monkeypatch.setenv("DATA_DIR", str(repository / "data"))
    _published(repository, CALLBACK, SHORTER)
    assert main(["diff", "--demo", old, new]) == 0
    assert "timing: waits 12 h instead of 24" in capsys.readouterr().out


def test_a_published_version_may_be_named_by_its_hash_and_must_be_there(
    repository: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(repository / "data"))
    _published(repository, CALLBACK, SHORTER)
    hash = Sources.of({"flows/callback.yaml": CALLBACK}).id.removeprefix("release:")
    assert main(["diff", "--demo", f"version:{hash[:8]}", "flows"]) == 0
    assert "waits 12 h" in capsys.readouterr().out
    for name in ("version:9", "version:abcdef", "version:"):
        assert main(["diff", "--demo", name, "flows"]) == 1
        assert "was never published here" in capsys.readouterr().err


# git's own diff driver

DRIVER = f"'{sys.executable}' -m cli diff --driver"
ATTRIBUTES = (ROOT / ".gitattributes").read_text(encoding="utf-8")


@pytest.fixture
def driven(repository: Path) -> Path:
    """The repository with the attributes that ship, and the one line of configuration."""
    (repository / ".gitattributes").write_text(ATTRIBUTES, encoding="utf-8")
    git("add", "-A")
    git("commit", "-qm", "three")
    git("config", "diff.aais.command", DRIVER)
    return repository


def test_git_diff_speaks_in_words_and_shows_other_files_as_ever(driven: Path) -> None:
    shown = git("diff", "HEAD~2", "HEAD")
    assert "diff --aais a/flows/callback.yaml b/flows/callback.yaml" in shown
    assert "timing: waits 12 h instead of 24  (line 38)" in shown
    assert "losing_money: cost limit 1.3 → 1.5 × max_cpa" in shown
    assert "-cases: []\n+cases: [] # none" in shown
    assert "-        24h: left" not in shown


def test_git_log_speaks_in_words_when_asked_to_and_in_lines_else(driven: Path) -> None:
    assert "timing: waits 12 h instead of 24" in git("log", "-p", "--ext-diff", "-2")
    assert "-      24h: left\n+      12h: left" in git("log", "-p", "-2")


def test_without_the_line_of_configuration_git_shows_lines(driven: Path) -> None:
    git("config", "--unset", "diff.aais.command")
    assert "-      24h: left\n+      12h: left" in git("diff", "HEAD~2", "HEAD")


def test_git_diff_goes_on_where_a_side_is_missing_broken_or_renamed(driven: Path) -> None:
    flows, rules = driven / "flows", driven / "rules"
    (flows / "callback.yaml").write_text(edited(SHORTER, "[stop, acha]", "[stop, acha"), encoding="utf-8")
    (rules / "new.yaml").write_text(edited(KEEP_KILL_SCALE, "keep_kill_scale", "other"), encoding="utf-8")
    git("mv", "rules/keep_kill_scale.yaml", "rules/moved.yaml")
    (rules / "moved.yaml").write_text(edited(DEARER, "0.95", "0.9"), encoding="utf-8")
    git("add", "-A")
    shown = git("diff", "HEAD", "-M")
    assert "error [yaml-syntax]" in shown
    assert "+  - {hear: [stop, acha, to: left}" in shown
    assert "a new table with 4 rows" in shown
    assert "rename to rules/moved.yaml" in shown
    assert "winner: chance_to_win limit 0.95 → 0.9" in shown
    git("rm", "-qf", "rules/new.yaml")
    (flows / "callback.yaml").unlink()
    assert "the flow is gone" in git("diff", "HEAD")


def test_only_comments_are_said_to_be_only_comments(driven: Path) -> None:
    (driven / "flows" / "callback.yaml").write_text(f"# Asked on Mondays\n{SHORTER}", encoding="utf-8")
    assert "Only comments or layout differ." in git("diff")


@pytest.mark.parametrize("arguments", [["flows/x.yaml"], [], ["a"] * 3])
def test_a_path_that_is_not_merged_is_named(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["diff", "--driver", *arguments]) == 0
    assert capsys.readouterr().out.startswith("* Unmerged path")


def test_a_failure_of_the_driver_costs_nobody_the_diff(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*_: object, **__: object) -> None:
        raise RuntimeError("no luck")

    monkeypatch.setattr("cli.driver.compare", failing)
    Path("a").write_text(CALLBACK, encoding="utf-8")
    Path("b").write_text(SHORTER, encoding="utf-8")
    assert main(["diff", "--driver", "flows/x.yaml", "a", "0", "100644", "b", "0", "100644"]) == 0
    told = capsys.readouterr()
    assert "-      24h: left\n+      12h: left" in told.out
    assert "RuntimeError: no luck" in told.err
