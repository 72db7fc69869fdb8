"""The server is killed again and again in the middle of its work; customers and money must not notice.

WhatsApp and M-Pesa are simulated by a process of their own, which goes on while the server is down and delivers
again, as the real ones do.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from channels.ledger import provider_key
from storage.base import BaseStore
from tests.e2e.aftermath import every, journal_is_whole, nothing_half_done, sent, store_of
from tests.e2e.customers import Walker, person
from tests.e2e.providers import providers
from tests.e2e.server import APARTMENTS, CLINIC, Phone, Server, free_ports

SEED = 20261121
GREETINGS = {"en": "Hi, I want to book", "sw": "Habari, naomba kuweka miadi"}
CUSTOMERS = [person(number, ("en", "sw")[number // 2 % 2]) for number in range(1, 9)]
PATIENT = 6.0  # simulated seconds between deliveries: a server that is killed all the time still gets each message
ON_ARRIVAL = 25_000  # shillings on each simulated M-Pesa account


@pytest.mark.timeout(420)  # as many starts, each as slow as the machine is busy
@pytest.mark.parametrize("kills", [8, pytest.param(20, marks=pytest.mark.soak)])
async def test_kills_lose_double_or_halve_nothing(tmp_path: Path, kills: int) -> None:
    (port,) = free_ports(1)
    server = Server(tmp_path / "data", SANDBOX_URL=f"http://127.0.0.1:{port}")
    webhook = f"{server.url}/webhooks/whatsapp"
    async with providers(tmp_path, port, webhook, CUSTOMERS, longest_retry=PATIENT) as address:
        await _deliver_callbacks_again(address)
        await server.start()
        acted = asyncio.Event()
        walkers = [
            Walker(Phone(server, who["id"], business), GREETINGS[who["language"]], SEED + place, acted.set)
            for place, (who, business) in enumerate(zip(CUSTOMERS, [CLINIC, APARTMENTS] * 4, strict=True))
        ]
        try:
            await _book_while_killed(server, walkers, acted, kills)
            phones = [await walker.phone.look() for walker in walkers]
            await _statuses_are_told(walkers)
        finally:
            for walker in walkers:
                await walker.phone.close()
            stopped = await server.stop()
    assert stopped == 0
    shown = [bubble for phone in phones for bubble in phone["bubbles"] if bubble["author"] == "business"]
    bubbles = {provider_key(bubble["id"]) for bubble in shown}
    receipts = [sms["text"].split()[0] for phone in phones for sms in phone["sms"] if "Confirmed" in sms["text"]]
    spent = [ON_ARRIVAL - phone["balance"] for phone in phones]
    assert len(receipts) == len(set(receipts)) == len(CUSTOMERS), "each phone paid once"
    async with store_of(server) as store:
        await nothing_half_done(store)
        await _each_is_booked_and_paid_once(store, receipts, spent)
        doubles = await _each_message_arrived(store, bubbles)
    assert doubles <= 2, "a double needs a status that is later than the grace"
    await journal_is_whole(server)


async def _deliver_callbacks_again(address: str) -> None:
    """Safaricom may or may not; here it does, so that the receipts come. Dropped callbacks have a test of their own."""
    async with httpx.AsyncClient() as http:
        answer = await http.put(f"{address}/control/scenario/all", json={"callback_attempts": 100})
        assert answer.status_code == 200, answer.text


async def _book_while_killed(server: Server, walkers: Sequence[Walker], acted: asyncio.Event, kills: int) -> None:
    """All walk at once, arriving one after the other; each kill strikes soon after somebody did something."""
    moments = random.Random(SEED)

    async def arrive(place: int, walker: Walker) -> None:
        await asyncio.sleep(place * 3.0)
        await walker.book()

    walking = [asyncio.create_task(arrive(place, walker)) for place, walker in enumerate(walkers)]
    try:
        for _ in range(kills):
            acted.clear()
            with contextlib.suppress(TimeoutError):  # nobody has anything to answer: then it strikes an idle server
                await asyncio.wait_for(acted.wait(), 3)
            await asyncio.sleep(moments.uniform(0, 0.12))
            await server.kill()
            await server.start()
        done, waiting = await asyncio.wait(walking, timeout=25)
        for _ in range(4):
            if waiting:
                # Killed between "a prompt is about to be sent" and the sending: it is never sent twice, so that the
                # customer hears after two minutes and a half that M-Pesa is silent, and asks for another prompt.
                await server.later(160)
                done, waiting = await asyncio.wait(walking, timeout=25)
        assert not waiting, await _stuck(walkers)
        for task in done:
            task.result()
    finally:
        for task in walking:
            task.cancel()
        await asyncio.gather(*walking, return_exceptions=True)


async def _stuck(walkers: Sequence[Walker]) -> str:
    """What the phones show that have no confirmation, and what the webhook's deliveries were answered."""
    lines: list[str] = []
    for walker in walkers:
        if not await walker.booked():
            shown = await walker.phone.look()
            lines += [shown["customer"]["id"], *await walker.phone.transcript(), f"prompts: {shown['prompts']}", ""]
    return "\n".join(lines)


async def _statuses_are_told(walkers: Sequence[Walker]) -> None:
    """Wait until each phone has reported its last message as read, and a little for the webhook to arrive."""
    for walker in walkers:
        for _ in range(200):
            said = [bubble for bubble in (await walker.phone.look())["bubbles"] if bubble["author"] == "business"]
            if all(bubble["status"] == "read" for bubble in said):
                break
            await asyncio.sleep(0.05)
    await asyncio.sleep(1)


async def _each_is_booked_and_paid_once(store: BaseStore, receipts: list[str], spent: list[int]) -> None:
    bookings = await every(store, "bookings", state="confirmed")
    payments = await every(store, "payments", state="confirmed")
    assert Counter(row["contact"] for row in bookings).most_common(1)[0][1] == 1
    assert Counter(row["contact"] for row in payments).most_common(1)[0][1] == 1
    assert {row["contact"] for row in bookings} == {row["contact"] for row in payments}
    assert len(bookings) == len(CUSTOMERS)
    assert sorted(row["receipt"] for row in payments) == sorted(receipts)
    assert sorted(row["amount"] for row in payments) == sorted(shillings * 100 for shillings in spent)
    assert sorted(row["paid"] for row in bookings) == sorted(shillings * 100 for shillings in spent)
    assert [row["_id"] for row in await every(store, "bookings", state="held")] == []
    slots = [(row["resource"], unit) for row in bookings for unit in [row["start"]]]
    assert len(slots) >= 1
    claims = await every(store, "slots_taken")
    assert {row["booking"] for row in claims} == {row["_id"] for row in bookings}


async def _each_message_arrived(store: BaseStore, bubbles: set[str]) -> int:
    """Each message that we know of is on a phone and the other way round; how many arrived a second time."""
    records = await sent(store)
    known = {row["provider_id"] for row in records}
    doubles = {wamid for row in records for wamid in row.get("doubles", ())}
    assert known <= bubbles, "we believe to have sent what nobody got"
    assert bubbles - known == doubles, "a phone shows what we do not know of"
    assert all(row["tries"] >= 2 for row in records if row.get("doubles"))
    return len(doubles)
