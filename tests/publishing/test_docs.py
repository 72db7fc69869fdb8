"""docs/publish.md: its commands are run one after the other beside what ships, and what they print is compared.

`python -m tests.publishing.test_docs` writes what they print now into the page.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import re
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

import engine
from cli import main
from composition import stores
from composition.definitions import compile_sources
from composition.desk import Handed
from composition.publishing import opened_desk
from composition.settings import HERE, read
from runtime.release import EVERYONE, Published
from storage.store import Insert

PAGE = HERE / "docs" / "publish.md"
TEXT = PAGE.read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
WAITING = 14


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What ships, to be edited, and a store with nothing in it."""
    for name in ("flows", "rules"):
        shutil.copytree(HERE / name, tmp_path / name)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    before = structlog.get_config()
    yield tmp_path
    structlog.configure(**before)


def sessions() -> list[tuple[str, str]]:
    """The commands of the page and what it says that they print, in order."""
    found: list[tuple[str, str]] = []
    for kind, text in BLOCKS:
        if kind == "console":
            for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
                line, _, output = part.partition("\n")
                found.append((line, output))
    return found


def ran(line: str) -> str:
    """What a command prints."""
    command, *arguments = shlex.split(line)
    if command == "sed":
        subprocess.run([command, *arguments], check=True)
        if "improving/listening" in line:
            asyncio.run(customers_wait())
        return ""
    assert command == "aais"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        main(arguments)
    return said.getvalue()


async def customers_wait() -> None:
    """As many as the page speaks of; where they stand is all that counting asks."""
    async with stores.opened_store(read(demo=True)) as store:
        published = Published(store, compile_sources)
        await published.refresh()
        review = published.named(EVERYONE, "flow:review")
        for number in range(WAITING):
            machine = {
                "_id": f"review:{number}",
                "org": "salon",
                "name": "review",
                "status": "live",
                "callers": "",
                "contact": "",
            }
            await store.commit([Insert("machines", {**machine, "root": review.hash, "state": "improving"})])


def shown(text: str) -> str:
    """Without what differs from run to run, or as the YAML that ships grows."""
    lines = [line.rstrip() for line in text.strip().splitlines()]
    plain = re.sub(r"\b(?=[0-9a-f]*\d)[0-9a-f]{8,32}\b", "HASH", "\n".join(lines))
    return re.sub(r"\d+", "0", re.sub(r"  \(\d+\.\d s\)", "", plain))


@pytest.mark.timeout(300)
def test_the_page_shows_what_happens(folder: Path) -> None:
    for line, output in sessions():
        assert shown(ran(line)) == shown(output), line
    moved = f"{WAITING} conversations wait in improving of review"
    assert moved in TEXT
    assert "which this version renames to listening: mapped" in TEXT


def test_the_python_of_the_page_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (code,) = (text for kind, text in BLOCKS if kind == "python")
    texts = {"flows/hello.yaml": "flow: hello\nversion: 1\nstart: greeting\nstates:\n  greeting: {final: true}\n"}
    names: dict[str, Any] = {
        "opened_desk": opened_desk, "Handed": Handed, "settings": read(demo=True), "texts": texts,
    }  # fmt: skip
    asyncio.run(_nothing(names["settings"]))
    exec(code, names)  # noqa: S102 - our own page
    asyncio.run(names["main"]())
    assert capsys.readouterr().out == "published ['compile', 'changes', 'check', 'tests', 'promises']\n"


async def _nothing(settings: Any) -> None:
    """A store has to be there to be looked into."""
    async with stores.opened_store(settings):
        return


def test_the_map_of_the_page_is_one_that_a_file_may_have() -> None:
    (written,) = (text for kind, text in BLOCKS if kind == "yaml")
    document = (
        f"flow: talk\nversion: 2\n{written}data:\n  payer: {{type: phone}}\nstart: awaiting_payment\n"
        "states:\n  awaiting_payment: {final: true}\n"
    )
    compile_sources({"talk.yaml": document})
    with pytest.raises(engine.Findings):
        compile_sources({"talk.yaml": document.replace("payer: {type", "payee: {type")})


def _write() -> None:
    """The page with what its commands print now."""

    def session(block: re.Match[str]) -> str:
        lines = [part.partition("\n")[0] for part in re.split(r"^\$ ", block[1], flags=re.MULTILINE)[1:]]
        return "```console\n" + "".join(f"$ {line}\n{_ended(ran(line))}" for line in lines) + "```"

    with tempfile.TemporaryDirectory() as made:
        for name in ("flows", "rules"):
            shutil.copytree(HERE / name, Path(made) / name)
        os.environ["DATA_DIR"] = f"{made}/data"
        os.chdir(made)
        PAGE.write_text(re.sub(r"^```console\n(.*?)^```$", session, TEXT, flags=re.MULTILINE | re.DOTALL))


def _ended(said: str) -> str:
    plain = "\n".join(line.rstrip() for line in said.strip().splitlines())
    return f"{plain}\n" if plain else ""


if __name__ == "__main__":
    _write()
