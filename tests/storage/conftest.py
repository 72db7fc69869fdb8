"""The contract's two backends: SQLite in a temporary file, and MongoDB's wire protocol.

The second is the server of MONGODB_URI if there is one, else SecantusDB in a process of its own (a development
dependency, GPL-2.0: never imported, only talked to over a socket).
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from storage.base import BaseStore
from storage.collections import Catalogue, Collection, Index
from storage.mongo import open_mongo
from storage.sqlite import open_sqlite

SMALL = Catalogue(
    [
        Collection(
            name="things",
            doc="Whatever a test needs.",
            indexes=(
                Index(name="by_state", fields=("org", "state", "at")),
                Index(name="phone", fields=("org", "phone"), unique=True, only=("phone",)),
                Index(name="expiry", fields=("expires_at",), expire_after=timedelta(hours=1)),
            ),
        ),
        Collection(
            name="entries",
            doc="Like the journal.",
            indexes=(Index(name="machine_seq", fields=("org", "machine", "seq"), unique=True),),
        ),
        Collection(name="orgs", doc="The orgs themselves.", owner="_id"),
        Collection(name="keys", doc="Wrapped keys.", indexes=(Index(name="by_kind", fields=("kind",)),)),
        Collection(name="shared", doc="Of no org.", owner=""),
    ]
)

_used: set[str] = set()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="session")
def mongodb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server that speaks MongoDB's protocol."""
    if given := os.environ.get("MONGODB_URI"):
        _used.add("MongoDB (MONGODB_URI)")
        yield given
        return
    program = shutil.which("secantusd-py", path=str(Path(sys.executable).parent)) or shutil.which("secantusd-py")
    if program is None:
        pytest.skip("no MONGODB_URI and no SecantusDB (pip install secantusdb): the MongoDB side was not run")
    port = _free_port()
    home = tmp_path_factory.mktemp("secantus")
    log = (home / "log").open("w")
    command = [program, "--port", str(port), "--host", "127.0.0.1", "--storage-path", str(home / "data")]
    process = subprocess.Popen([*command, "--sync-on-commit"], stdout=log, stderr=log, cwd=home)
    try:
        deadline = time.monotonic() + 20
        while not _answers(port):
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"SecantusDB did not start: {(home / 'log').read_text()[-500:]}")
            time.sleep(0.1)
        _used.add("MongoDB's wire protocol (SecantusDB)")
        yield f"mongodb://127.0.0.1:{port}/?directConnection=true"
    finally:
        process.terminate()
        process.wait(10)
        log.close()


@pytest.fixture
def catalogue() -> Catalogue:
    return SMALL


@pytest.fixture(params=["sqlite", "mongo"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, catalogue: Catalogue) -> AsyncIterator[BaseStore]:
    """An empty store, on each backend; a module that wants another `catalogue` says so."""
    opened: BaseStore
    if request.param == "sqlite":
        _used.add("SQLite")
        opened = await open_sqlite(tmp_path / "store.db", catalogue=catalogue)
    else:
        uri = request.getfixturevalue("mongodb")
        opened = await open_mongo(uri, f"t{uuid.uuid4().hex[:12]}", catalogue=catalogue)
    yield opened
    await opened.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _used:
        terminalreporter.write_line(f"store contract ran on: {', '.join(sorted(_used))}")
