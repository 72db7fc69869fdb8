"""What waits for a person: seen on the command line and in the metrics, and done there."""

from __future__ import annotations

import asyncio

import httpx

from tests.e2e.aftermath import every, journal_is_whole, store_of
from tests.e2e.conftest import NewPhone
from tests.e2e.server import CLINIC_ORG, Server
from tests.e2e.test_main_job import choose_a_time


async def tasks(server: Server, *options: str) -> list[list[str]]:
    """The lines of `aais tasks list`, in words."""
    code, output = await server.aais("tasks", "list", "--demo", CLINIC_ORG, *options)
    assert code == 0, output
    return [line.split() for line in output.splitlines() if line.startswith("20")]


async def idle(server: Server) -> None:
    """Wait until the server has done what the command line left for it, and all that follows."""
    async with httpx.AsyncClient(base_url=server.url) as http:
        quiet = 0
        for _ in range(300):
            text = (await http.get("/metrics")).text
            rows = [line for line in text.splitlines() if line.startswith("aais_queue_depth") and 'state="new"' in line]
            quiet = quiet + 1 if all(line.endswith(" 0.0") for line in rows) else 0
            if quiet == 5:
                return
            await asyncio.sleep(0.1)
    raise AssertionError("the server does not come to rest")


async def test_money_without_a_receipt_is_booked_and_counts_once_a_person_found_the_receipt(
    server: Server, new_phone: NewPhone
) -> None:
    phone = await new_phone()
    await phone.scenario(drop_callback=True)
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    for _ in range(20):
        if any("booked" in line for line in await phone.transcript()):
            break
        await phone.skip(10)
    heard = " ".join(await phone.transcript())
    assert "You are booked" in heard
    assert "We received" not in heard, "no money is claimed that nobody verified"
    async with httpx.AsyncClient() as http:
        assert 'aais_queue_depth{queue="tasks",state="open"} 1.0' in (await http.get(f"{server.url}/metrics")).text
    ((_, _, id, *what),) = await tasks(server)
    assert "receipt on the M-Pesa statement: KES" in " ".join(what)
    assert await server.stop() == 0
    code, output = await server.aais("tasks", "done", "--demo", CLINIC_ORG, id, "--receipt", "not one")
    assert (code, "not an M-Pesa receipt" in output) == (1, True), output
    code, output = await server.aais("tasks", "done", "--demo", CLINIC_ORG, id, "--receipt", "skl1234567")
    assert code == 0, output
    await server.start()
    await idle(server)
    assert await server.stop() == 0
    assert await tasks(server) == []
    async with store_of(server) as store:
        ((payment,), (booking,)) = await every(store, "payments"), await every(store, "bookings")
    assert (payment["state"], payment["receipt"]) == ("confirmed", "SKL1234567")
    assert booking["paid"] == payment["amount"]
    await journal_is_whole(server)


async def test_a_customer_who_waits_is_a_task_and_its_end_gives_them_back_to_the_bot(
    server: Server, new_phone: NewPhone
) -> None:
    phone = await new_phone(name="Atieno Onyango")
    await phone.say("hi")
    await phone.hear()
    await phone.say("agent")
    await phone.hear("calling someone")
    assert await server.stop() == 0
    ((_, _, id, *what),) = await tasks(server)
    assert "answer the customer" in " ".join(what)
    code, output = await server.aais("tasks", "list", "--demo", CLINIC_ORG, "--open")
    assert "Atieno" in output
    code, output = await server.aais("tasks", "done", "--demo", CLINIC_ORG, id)
    assert code == 0, output
    code, output = await server.aais("tasks", "done", "--demo", CLINIC_ORG, id)
    assert (code, "no open task" in output) == (1, True), output
    assert [line[-1] for line in await tasks(server, "--all")] == ["(done)"]
    await server.start()
    await idle(server)
    assert await server.stop() == 0
    async with store_of(server) as store:
        (conversation,) = await every(store, "conversations")
        assert (conversation["handler"], conversation["floor"]) == ("bot", [])
