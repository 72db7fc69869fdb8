"""What an operator does beside a running server or after it: settings, checks, journals, moves, keys, stopping."""

from __future__ import annotations

import asyncio
import base64
import re
import shutil
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from storage.vault import new_master_key
from tests.e2e.aftermath import journal_is_whole, nothing_half_done, store_of
from tests.e2e.customers import person
from tests.e2e.providers import providers
from tests.e2e.server import CLINIC_ORG, Phone, Server, free_ports, running

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group(__name__)]

BOOKED = {"id": "booked", "name": "Wambui Quillfeather", "msisdn": "254700777001", "language": "en"}
MIDWAY = {"id": "midway", "name": "Zephania Oxbridge", "msisdn": "254700777002", "language": "sw"}
OTHER_NUMBER = "0711 888 003"
SAID = "My left xylodont hurts since the marimba concert"
PERSONAL = ("Wambui", "Quillfeather", "Zephania", "Oxbridge", "700777001", "700777002", "711888003", "711 888 003",
            "xylodont", "marimba")  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def left_behind(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """A server that has ended: one customer has booked and said something of their own, one is in the middle of it."""
    async with running(tmp_path_factory.mktemp("left") / "data") as server:
        async with httpx.AsyncClient() as http:
            for customer in (BOOKED, MIDWAY):
                answer = await http.post(f"{server.sandbox}/control/customers", json=customer)
                assert answer.status_code == 201, answer.text
        booked, midway = Phone(server, BOOKED["id"]), Phone(server, MIDWAY["id"])
        await booked.say(SAID)
        await booked.hear()
        await booked.tap_first()
        await booked.hear()
        await booked.tap_first()
        await booked.hear()
        await booked.tap_first()
        await booked.hear("deposit")
        await booked.tap("Another number")
        await booked.hear("Which")
        await booked.say(OTHER_NUMBER)
        await booked.hear("PIN")
        (prompt,) = (await booked.look())["prompts"]
        async with httpx.AsyncClient() as http:
            await http.post(f"{server.sandbox}/control/prompts/{prompt['id']}", json={"action": "pin", "pin": "1234"})
        await booked.hear("booked")
        await midway.say("Habari")
        await midway.hear("Karibu")
        await midway.tap_first()
        await midway.hear("siku gani")
        for phone in (booked, midway):
            await phone.close()
        assert await server.stop() == 0
        return server


@pytest.fixture
def copy(left_behind: Server, tmp_path: Path) -> Server:
    """What was left behind, to do with as a test likes."""
    shutil.copytree(left_behind.data_dir, tmp_path / "data")
    return Server(tmp_path / "data")


def bare(folder: Path, **settings: str) -> Server:
    """An installation with nothing in its environment but these settings."""
    ours = re.compile(r"(WHATSAPP|MPESA|ENCRYPTION|APP_URL|GRAPH|DARAJA|LOG_)")
    server = Server(folder, **settings)
    server.settings = {**{name: "" for name in server.environment if ours.match(name)}, **settings}
    return server


# settings


async def test_each_missing_setting_is_one_clear_sentence(tmp_path: Path) -> None:
    code, output = await bare(tmp_path).aais("serve")
    assert code == 1
    sentences = [line for line in output.splitlines() if line.startswith("  - ")]
    assert [line.split()[1] for line in sentences] == [
        "ENCRYPTION_KEY", "WHATSAPP_WEBHOOK_SECRET", "WHATSAPP_VERIFY_TOKEN",
    ]  # fmt: skip
    assert all(line.endswith(".") and "is not set" in line for line in sentences)
    assert "Traceback" not in output


async def test_each_malformed_setting_is_named_with_what_it_should_be(tmp_path: Path) -> None:
    wrong = {
        "PORT": "eighty",
        "APP_URL": "http://clinic.example",
        "ENCRYPTION_KEY": "short",
        "MPESA_SHORTCODE": "17-4379",
        "MPESA_ENV": "moon",
        "LOG_FORMAT": "xml",
    }
    code, output = await bare(tmp_path, **wrong).aais("serve")
    assert code == 1
    for name in wrong:
        lines = [line for line in output.splitlines() if line.startswith(f"  - {name} ")]
        assert len(lines) == 1, output
        assert " must " in lines[0]
        assert lines[0].endswith(".")
    assert "short" not in output, "a secret is not shown, not even a wrong one"


async def test_a_port_that_is_taken_is_said_in_a_sentence(copy: Server) -> None:
    with closing(socket.create_server(("127.0.0.1", copy.port))):
        code, output = await copy.aais("serve", "--demo")
    assert code == 1
    assert f"cannot listen on 127.0.0.1:{copy.port}" in output
    assert "Traceback" not in output


# definitions


async def test_check_points_at_the_line_and_column_of_each_mistake(tmp_path: Path) -> None:
    broken = tmp_path / "broken.yaml"
    broken.write_text(
        'flow: broken\nversion: 1\ntitle: A mistake\nlanguages: [en, sw]\ntexts:\n  hi: {en: "Hello", sw: "Habari"}\n'
        "start: asking\nstates:\n  asking:\n    ask: {text: hi, type: text}\n    on:\n      answer: nowhere\n"
    )
    unreadable = tmp_path / "unreadable.yaml"
    unreadable.write_text("flow: [\n")
    server = bare(tmp_path)
    code, output = await server.aais("check", str(broken))
    assert code == 1
    assert re.search(rf"{re.escape(broken.name)}\n\s+12:15\s+error .*unknown-state", output), output
    code, output = await server.aais("check", str(unreadable))
    assert code == 1
    assert re.search(rf"{re.escape(unreadable.name)}\n\s+\d+:\d+\s+error .*yaml-syntax", output), output


# the journal


async def test_the_journal_shows_what_happened_without_showing_who(copy: Server) -> None:
    code, output = await copy.aais("journal", "show", "--demo", CLINIC_ORG, "--limit", "200")
    assert code == 0, output
    assert "holding → " in output
    code, opened = await copy.aais("journal", "show", "--demo", CLINIC_ORG, "--limit", "200", "--open")
    assert code == 0, opened
    assert "because" in opened
    for text in PERSONAL[4:8]:
        assert text not in opened
    code, output = await copy.aais("journal", "show", "--demo", "nobody")
    assert code == 1
    assert CLINIC_ORG in output, "it says which there are"


async def test_verify_finds_an_entry_that_was_changed(copy: Server) -> None:
    await journal_is_whole(copy)
    with closing(sqlite3.connect(copy.data_dir / "aais.sqlite")) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        (table,) = [name for name in tables if name.endswith("journal")]
        columns = [row[1] for row in connection.execute(f'PRAGMA table_info("{table}")')]
        body = next(name for name in columns if name in ("body", "doc", "document", "data"))
        changed = connection.execute(
            f'UPDATE "{table}" SET {body} = replace({body}, \'"holding"\', \'"booked"\') '
            f"WHERE {body} LIKE '%\"holding\"%'"
        ).rowcount
        connection.commit()
    assert changed > 0
    code, output = await copy.aais("journal", "verify", "--demo", CLINIC_ORG)
    assert code == 1
    assert "broken" in output


# businesses


async def test_businesses_are_listed_and_made(copy: Server) -> None:
    code, output = await copy.aais("org", "--demo", "list")
    assert code == 0
    assert {line.split()[0] for line in output.splitlines()} == {CLINIC_ORG, "pwani-stays"}
    code, output = await copy.aais("org", "--demo", "create", "mama-njeri-salon", "Mama Njeri Salon")
    assert (code, "Created mama-njeri-salon" in output) == (0, True), output
    code, output = await copy.aais("org", "--demo", "create", "mama-njeri-salon", "Again")
    assert (code, "already" in output) == (1, True), output
    code, output = await copy.aais("org", "--demo", "create", "Not An Id", "Nobody")
    assert (code, "Traceback" in output) == (1, False), output
    code, output = await copy.aais("org", "--demo", "create", "far-away", "Nobody", "--zone", "Mars/Olympus")
    assert (code, "Mars/Olympus" in output) == (1, True), output
    _, output = await copy.aais("org", "--demo", "list")
    assert "Mama Njeri Salon" in output


async def test_a_business_moves_to_another_store_with_its_journal(copy: Server, tmp_path: Path) -> None:
    lines = tmp_path / "clinic.jsonl"
    code, output = await copy.aais("export", "--demo", CLINIC_ORG, "--output", str(lines))
    assert code == 0, output
    exported = lines.read_text()
    assert not any(text in exported for text in PERSONAL)
    key = (copy.data_dir / "demo.key").read_text().strip()
    other = Server(tmp_path / "other", ENCRYPTION_KEY=key)
    code, output = await other.aais("import", "--demo", str(lines))
    assert code == 0, output
    for action, word in (("verify", "whole"), ("replay", "the same")):
        code, output = await other.aais("journal", action, "--demo", CLINIC_ORG)
        assert (code, word in output) == (0, True), output
    code, output = await other.aais("import", "--demo", str(lines))
    assert code == 1, "an org that is there is not written over"
    assert "Traceback" not in output


async def test_a_months_messages_are_counted_and_priced_where_prices_are_known(copy: Server, tmp_path: Path) -> None:
    code, output = await copy.aais("org", "--demo", "costs", CLINIC_ORG)
    assert (code, "service" in output) == (0, True), output
    rates = tmp_path / "rates.yaml"
    rates.write_text(
        "as_of: '2026-11-01'\ncurrency: KES\nfree_service_messages_a_month: 0\ncountries: {KE: {service: 1000000}}\n"
    )
    code, output = await copy.aais("org", "--demo", "costs", CLINIC_ORG, "--rates", str(rates))
    assert (code, "not known" in output, "KES" in output) == (0, False, True), output
    code, output = await copy.aais("org", "--demo", "costs", CLINIC_ORG, "--month", "november")
    assert (code, "write it like 2026-11" in output) == (1, True), output


# keys


async def test_after_a_rotation_the_new_key_alone_opens_everything(copy: Server) -> None:
    old, new = (copy.data_dir / "demo.key").read_text().strip(), new_master_key()
    copy.settings = {"ENCRYPTION_KEY": new}
    code, output = await copy.aais("journal", "replay", "--demo", CLINIC_ORG)
    assert (code, "Traceback" in output) == (1, False), "the new key alone opens nothing yet: " + output
    copy.settings = {"ENCRYPTION_KEY": f"{new},{old}"}
    code, output = await copy.aais("keys", "rotate", "--demo")
    assert (code, "Re-wrapped" in output) == (0, True), output
    copy.settings = {"ENCRYPTION_KEY": old}
    code, output = await copy.aais("journal", "replay", "--demo", CLINIC_ORG)
    assert (code, "Traceback" in output) == (1, False), "the old key opens nothing any more: " + output
    copy.settings = {"ENCRYPTION_KEY": new}
    await journal_is_whole(copy)
    await _midway_goes_on(copy)


async def _midway_goes_on(server: Server) -> None:
    """The customer who was choosing a day goes on to the times."""
    await server.start()
    try:
        async with httpx.AsyncClient() as http:
            await http.post(f"{server.sandbox}/control/customers", json=MIDWAY)
        phone = Phone(server, MIDWAY["id"])
        before = len(await phone.transcript())
        await phone.say("Jumatatu")
        for _ in range(200):
            if len(await phone.transcript()) >= before + 2:
                break
            await asyncio.sleep(0.05)
        assert "Nikuwekee ipi" in (await phone.transcript())[-1]
        await phone.close()
    finally:
        assert await server.stop() == 0


# health and stopping


async def test_a_server_says_that_it_lives_and_is_ready_and_what_it_counts(copy: Server) -> None:
    await copy.start()
    try:
        async with httpx.AsyncClient(base_url=copy.url) as http:
            assert (await http.get("/healthz")).json() == {"status": "ok"}
            assert (await http.get("/readyz")).json() == {"status": "ready"}
            metrics = await http.get("/metrics")
            assert metrics.headers["content-type"].startswith("text/plain")
            assert 'aais_queue_depth{queue="inbox",state="new"} 0.0' in metrics.text
            assert not any(text in metrics.text for text in PERSONAL)
    finally:
        assert await copy.stop() == 0


@pytest_asyncio.fixture(loop_scope="session")
async def outliving(tmp_path: Path) -> AsyncIterator[Server]:
    """A server whose providers go on without it."""
    (port,) = free_ports(1)
    server = Server(tmp_path / "data", SANDBOX_URL=f"http://127.0.0.1:{port}")
    customers = [person(number, "en", prefix="stop") for number in range(1, 4)]
    async with providers(tmp_path, port, f"{server.url}/webhooks/whatsapp", customers):
        await server.start()
        yield server
        if server.process is not None and server.process.returncode is None:
            await server.stop()


async def test_being_told_to_stop_in_the_middle_of_a_talk_loses_and_doubles_nothing(outliving: Server) -> None:
    server = outliving
    phones = [Phone(server, f"stop{number}") for number in range(1, 4)]
    steps = [lambda phone: phone.say("hello"), *[lambda phone: phone.tap_first()] * 3]
    for number, step in enumerate(steps):
        await asyncio.gather(*(step(phone) for phone in phones))
        await asyncio.sleep(0.01 * number)
        assert await server.stop() == 0
        await server.start()
        await asyncio.gather(*(phone.hear() for phone in phones))
    for phone in phones:
        await phone.silent(0.3)
        said = [line for line in await phone.transcript() if line.startswith("business:")]
        assert len(said) == len(set(said)) == len(steps)
        await phone.close()
    assert await server.stop() == 0
    async with store_of(server) as store:
        await nothing_half_done(store)
    await journal_is_whole(server)


# personal data


async def test_no_name_number_or_word_of_a_customer_lies_in_the_clear(left_behind: Server) -> None:
    files = [path for path in left_behind.data_dir.iterdir() if path.is_file() and path.name != "sandbox.json"]
    assert {"aais.sqlite", "server.log"} <= {path.name for path in files}
    for path in files:
        raw = path.read_bytes().lower()
        for text in PERSONAL:
            assert text.encode().lower() not in raw, f"{text!r} stands in {path.name}"
            assert text.encode().hex().encode() not in raw, f"{text!r} stands in {path.name} in hexadecimal"
        for text in PERSONAL:
            assert not any(form in path.read_bytes() for form in _base64_forms(text)), f"{text!r} in {path.name}"


def _base64_forms(text: str) -> list[bytes]:
    """What the text looks like inside of base64, wherever in a group of three bytes it begins."""
    unknown = (0, 2, 3)  # characters in which bits of what stands before are mixed in
    raw = text.encode()
    return [
        base64.b64encode(b"\0" * before + raw)[unknown[before] : (before + len(raw)) * 8 // 6] for before in range(3)
    ]
