"""`python -m sandbox` runs on its own, knows none of the product's rooms, and serves a page without inline code."""

from __future__ import annotations

import ast
import asyncio
import json
import re
import socket
import sys
from pathlib import Path

import aiohttp

import sandbox as package
from tests.sandbox.conftest import Running

HERE = Path(package.__file__).parent
ROOMS = {
    "engine", "storage", "language", "runtime", "channels", "payments", "ads", "crm", "bookings", "hooks", "web",
    "server",
}  # fmt: skip


def test_no_room_of_the_product_is_imported() -> None:
    for path in HERE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            assert not {name.split(".")[0] for name in names} & ROOMS, path.name


async def test_it_runs_alone_with_a_cast_of_its_own(tmp_path: Path) -> None:
    cast = tmp_path / "cast.json"
    business = {"phone_number_id": "1", "display_number": "+254 700 111 222", "waba_id": "2", "name": "Kisumu Dental"}
    cast.write_text(json.dumps({"businesses": [business]}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--port", str(port), "--cast", str(cast), cwd=HERE.parent,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(15), aiohttp.ClientSession() as session:
            state = None
            while state is None:
                try:
                    async with session.get(f"http://127.0.0.1:{port}/control/state") as answer:
                        state = await answer.json()
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.05)
        assert state["simulated"]
        assert [one["name"] for one in state["businesses"]] == ["Kisumu Dental"]
    finally:
        process.terminate()
        await process.wait()


async def test_the_page_is_served_under_a_strict_policy(sandbox: Running) -> None:
    async with sandbox.session.get(f"{sandbox.base}/") as answer:
        page = await answer.text()
        policy = answer.headers["Content-Security-Policy"]
    assert answer.url.path == "/phone/"
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=", page)


def test_every_text_of_the_page_is_there_in_both_languages() -> None:
    script = (HERE / "phone.js").read_text(encoding="utf-8")
    english, swahili = (script.split(f"\n  {code}: {{")[1].split("\n  },")[0] for code in ("en", "sw"))
    keys = {code: set(re.findall(r"\b(\w+): \"", text)) for code, text in (("en", english), ("sw", swahili))}
    page = (HERE / "phone.html").read_text(encoding="utf-8")
    assert keys["en"] | set(re.findall(r'data-t="(\w+)"', page)) <= keys["sw"]
