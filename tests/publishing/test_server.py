"""A server that runs: folders watched, read again at a signal, asked by commands; what is in force after a restart."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import Server

HELLO = """\
flow: hello
version: 1
languages: [en]
texts:
  hello: {en: "Hello!"}
start: greeting
states:
  greeting: {say: hello, final: true}
"""
POLITE = HELLO.replace("version: 1", "version: 2").replace("Hello!", "Good morning!")
BROKEN = POLITE.replace("start: greeting", "start: nowhere")


class Installation:
    """A server with YAML folders of its own."""

    def __init__(self, path: Path, *arguments: str) -> None:
        self.flow = path / "flows" / "hello.yaml"
        self.flow.parent.mkdir()
        (path / "rules").mkdir()
        self.flow.write_text(HELLO)
        self.server = Server(
            path / "data", *arguments, FLOWS_DIR=str(path / "flows"), RULES_DIR=str(path / "rules")
        )  # fmt: skip

    async def ready(self) -> dict[str, Any]:
        async with httpx.AsyncClient() as http:
            answer = await http.get(f"{self.server.url}/readyz")
            assert answer.status_code == 200
            return answer.json()  # type: ignore[no-any-return]

    async def until(self, holds: Callable[[str], bool]) -> str:
        """What `aais versions` says, once it is so."""
        for _ in range(150):
            _, said = await self.server.aais("versions", "--demo")
            if holds(said):
                return said
            await asyncio.sleep(0.1)
        raise AssertionError(f"{said}\n{self.server.log.read_text()}")

    async def until_refused(self) -> dict[str, Any]:
        for _ in range(300):
            if "publishing" in (said := await self.ready()):
                return said["publishing"]  # type: ignore[no-any-return]
            await asyncio.sleep(0.1)
        raise AssertionError(self.server.log.read_text())

    async def command(self, *arguments: str) -> str:
        code, said = await self.server.aais(arguments[0], "--demo", *arguments[1:])
        assert code == 0, said
        return said


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


async def test_a_watched_folder_is_published_as_it_is_saved_and_a_broken_edit_changes_nothing(tmp_path: Path) -> None:
    installation = Installation(tmp_path, "--watch")
    await installation.server.start()
    try:
        await asyncio.sleep(0.5)  # until it watches
        installation.flow.write_text(POLITE)
        said = await installation.until(lambda said: "* #2" in said)
        assert "was published by aais (files)" in said
        assert "changed: flows/hello.yaml" in said
        installation.flow.write_text(BROKEN)
        refused = await installation.until_refused()
        assert refused["in_force"] == "#2"
        assert 'There is no state "nowhere"' in installation.server.log.read_text()
        installation.flow.write_text(POLITE.replace("version: 2", "version: 3"))
        await installation.until(lambda said: "* #3" in said)
        assert await installation.ready() == {"status": "ready"}
    finally:
        assert await installation.server.stop() == 0


async def test_a_signal_or_a_command_lets_the_server_read_its_folders_again(installation: Installation) -> None:
    server = installation.server
    await server.start()
    try:
        installation.flow.write_text(POLITE)
        assert server.process is not None
        server.process.send_signal(signal.SIGHUP)
        assert "by SIGHUP (files)" in await installation.until(lambda said: "* #2" in said)
        installation.flow.write_text(POLITE.replace("version: 2", "version: 3"))
        assert "as #3" in await installation.command("reload", "--why", "a third", "--by", "njeri")
        assert "Nothing to publish" in await installation.command("reload")
    finally:
        assert await server.stop() == 0


async def test_what_an_operator_published_outlives_a_restart_until_the_files_change(
    installation: Installation, tmp_path: Path
) -> None:
    server = installation.server
    await server.start()
    edited = tmp_path / "hello.yaml"
    edited.write_text(POLITE)
    said = await installation.command("publish", str(edited), "--why", "we are polite", "--by", "njeri")
    assert "Published, as #2" in said
    assert await server.stop() == 0
    await server.start()
    assert "* #2" in await installation.command("versions"), "the files are as they were when they were last taken"
    assert await server.stop() == 0
    installation.flow.write_text(POLITE.replace("version: 2", "version: 3"))
    await server.start()
    assert "* #3" in await installation.command("versions")
    assert await server.stop() == 0
    installation.flow.write_text(BROKEN)
    await server.start()
    assert (await installation.until_refused())["in_force"] == "#3", "broken files do not keep a server from starting"
    assert "Rolled back" in await installation.command("rollback", "2", "--why", "back to polite")
    assert await server.stop() == 0
    code, said = await server.aais("journal", "verify", "--demo", "aais")
    assert (code, "4 entries: whole" in said) == (0, True), said


async def test_a_server_does_not_start_on_broken_yaml_with_nothing_in_force(installation: Installation) -> None:
    installation.flow.write_text(BROKEN)
    code, said = await installation.server.aais("serve", "--demo")
    assert code == 1
    assert "is not put in force" in said
    assert 'There is no state "nowhere"' in said
    assert "Traceback" not in said


async def test_a_checkout_is_followed_commit_by_commit(tmp_path: Path) -> None:
    installation = Installation(tmp_path, "--watch", "git")
    (tmp_path / "rules" / ".keep").write_text("")

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=Njeri", "-c", "user.email=njeri@example.com"]
        done = subprocess.run(["git", "-C", str(tmp_path), *who, *arguments], capture_output=True, check=False)
        assert done.returncode == 0, done.stderr

    git("init", "-q")
    git("add", "flows", "rules")
    git("commit", "-q", "-m", "Say hello")
    installation.flow.write_text(BROKEN)  # not committed: none of its business
    await installation.server.start()
    try:
        assert "* #1" in await installation.command("versions")
        installation.flow.write_text(POLITE)
        git("commit", "-q", "-a", "-m", "Be polite in the morning")
        said = await installation.until(lambda said: "* #2" in said)
        assert "was published by Njeri (git)" in said
        assert "Be polite in the morning" in said
    finally:
        assert await installation.server.stop() == 0


async def test_a_command_needs_the_servers_token(installation: Installation) -> None:
    server = installation.server
    await server.start()
    try:
        door = server.data_dir / "control.json"
        assert os.stat(door).st_mode & 0o777 == 0o600
        place = json.loads(door.read_text())
        async with httpx.AsyncClient() as http:
            address = f"http://127.0.0.1:{place['port']}/reload"
            for headers in ({}, {"Authorization": "Bearer guess"}):
                answer = await http.post(address, json={"by": "x", "why": "y"}, headers=headers)
                assert answer.status_code == 403
            headers = {"Authorization": f"Bearer {place['token']}"}
            assert (await http.post(address, json={"by": 1}, headers=headers)).status_code == 400
            assert (await http.post(f"{address}x", json={}, headers=headers)).status_code == 404
    finally:
        assert await server.stop() == 0
    assert not door.exists()
