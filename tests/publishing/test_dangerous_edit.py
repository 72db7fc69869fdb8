"""An edit that looks harmless and would confirm bookings that nobody paid for is refused, with the conversation."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

import cli
from composition import stores
from composition.definitions import compile_sources
from composition.folders import read_folders
from composition.settings import HERE, read
from runtime.release import EVERYONE, Published

PAYING = """\
        - {when: event.booking.deposit > money(0), set: {booking: event.booking}, to: paying}
"""


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store with what ships in force, and a copy of the flow to edit."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    flow = tmp_path / "flows" / "booking.yaml"
    flow.parent.mkdir()
    flow.write_text((HERE / "flows" / "booking.yaml").read_text(encoding="utf-8"), encoding="utf-8")

    async def first_start() -> None:
        async with stores.opened_store(read(demo=True)) as store:
            await Published(store, compile_sources).publish(read_folders((HERE / "flows", HERE / "rules")))

    asyncio.run(first_start())
    before = structlog.get_config()
    yield flow
    structlog.configure(**before)


def in_force() -> int:
    async def look() -> int:
        async with stores.opened_store(read(demo=True), read_only=True) as store:
            published = Published(store, compile_sources)
            await published.refresh()
            found = published.in_force(EVERYONE)
            return found.number if found is not None else 0

    return asyncio.run(look())


def test_confirming_before_the_payment_is_refused_with_the_conversation_that_shows_why(
    installed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = installed.read_text(encoding="utf-8")
    assert PAYING in text
    installed.write_text(text.replace(PAYING, ""), encoding="utf-8")
    code = cli.main(
        ["publish", "--demo", "flows/booking.yaml", "--why", "fewer steps", "--write-test", "shown.test.yaml"]
    )
    said = capsys.readouterr().out
    assert code == 1, said
    assert re.search(r"1 broken, \d{2} rest on nothing that changed", said), "only what the edit touches is proved anew"
    conversation = said[said.index("broken: after: bookings.held") : said.index("Refused:")]
    assert "the customer picks one → holding; does bookings.hold" in conversation
    assert "bookings.confirmed comes with booking () → booked; says see_you" in conversation
    assert "payment" not in conversation.partition("1. it begins")[2], "nobody pays in it"
    assert "✗ tests:" in said, "the tests that are in force go on being asked, though none came with the edit"
    assert said.rstrip().endswith("#1 stays in force.")
    assert in_force() == 1
    capsys.readouterr()
    assert cli.main(["test", "shown.test.yaml", "--around", "flows", *_around()]) == 0, "this is what it would do"
    installed.write_text(text, encoding="utf-8")
    assert cli.main(["test", "shown.test.yaml", "--around", "flows", *_around()]) == 1, "and what ships does not"


def _around() -> list[str]:
    """The rest of what ships, without the flow that was edited."""
    return [
        str(path)
        for folder in ("flows", "rules")
        for path in sorted((HERE / folder).rglob("*.yaml"))
        if path != HERE / "flows" / "booking.yaml" and not path.name.endswith(".test.yaml")
    ]
