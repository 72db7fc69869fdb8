"""docs/webhooks.md: its lifecycle is whole, its receiver takes what is signed and nothing else, its tables are true."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from pathlib import Path

from composition.definitions import limits, registry
from engine.checks import check_sources
from hooks.hosts import hosts
from hooks.sending import REASONS, WAITS
from tests.e2e.server import free_ports
from tests.hooks.town import ORG, Town

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def _block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_lifecycle_of_the_page_has_nothing_to_mend() -> None:
    assert check_sources({"large_deposit.yaml": _block("yaml")}, registry(), limits(["sheet"])) == ()


async def test_the_receiver_of_the_page_takes_what_is_signed_and_refuses_the_rest(town: Town, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    program = tmp_path / "receiver.py"
    program.write_text(_block("python").replace("9000", str(port)))
    secret = await town.desk.add(ORG, "sheet", f"http://127.0.0.1:{port}/", "", ())
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(program), env={**os.environ, "WEBHOOK_SECRET": secret},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        await _listening(port)
        await town.starts("order:1", number=42)
        assert process.stdout is not None
        said = (await asyncio.wait_for(process.stdout.readline(), 10)).decode()
        assert "'number': 42" in said
        await town.desk.renew(ORG, "sheet", ())
        await town.pass_(hours=25)
        await town.starts("order:2")
        assert [await town.state("order:1"), await town.state("order:2")] == ["told", "untold"]
    finally:
        process.kill()
        await process.wait()


async def _listening(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.05)
        else:
            writer.close()
            return
    raise AssertionError("the receiver did not begin")


def test_the_message_of_the_page_has_the_fields_that_are_sent() -> None:
    assert list(json.loads(_block("json"))) == ["id", "event", "at", "business", "machine", "data"]


def test_the_codes_the_waits_and_the_hosts_of_the_page_are_those_that_there_are() -> None:
    assert {code for code in REASONS if f"`{code}`" not in PAGE} == set()
    units = (("h", 3600), ("min", 60), ("s", 1))
    words = [
        next(f"{wait.seconds // size} {unit}" for unit, size in units if wait.seconds % size == 0) for wait in WAITS
    ]
    assert f"{', '.join(words[:-1])}, then every {words[-1]}" in PAGE
    for written in re.findall(r"^\| `([^`]+)` \| .*$", PAGE, re.MULTILINE)[1:]:
        hosts(written.split(","))
