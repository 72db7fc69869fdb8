"""The desk and the customer's phone, with the whole house between them: what is done by hand, the customer hears."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.aftermath import replays
from tests.e2e.server import Phone, Server, running

API = "/api/v1/orgs/tabasamu-dental/bookings"


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[Server]:
    async with running(tmp_path / "data") as started:
        yield started
    await replays(started)


async def _owner(server: Server) -> httpx.AsyncClient:
    """Signed in by the link that the demo prints."""
    link = re.search(r"http://\S+/enter/\S+", server.log.read_text())
    assert link is not None
    owner = httpx.AsyncClient(base_url=server.url, timeout=30, follow_redirects=True)
    page = (await owner.get(link[0])).text
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page))
    await owner.post(link[0], data=fields)
    token = re.search(r'name="csrf" value="([^"]+)"', (await owner.get("/me")).text)
    assert token is not None
    owner.headers["X-CSRF-Token"] = token[1]
    return owner


async def _done(owner: httpx.AsyncClient, path: str, **body: Any) -> dict[str, Any]:
    answer = await owner.post(API + path, json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["booked"])


async def _times(owner: httpx.AsyncClient, offer: str, ahead: int) -> list[dict[str, Any]]:
    today = (await owner.get(API)).json()["today"]
    for more in range(4):  # past a weekend
        day = datetime.fromisoformat(today).date() + timedelta(days=ahead + more)
        free = (await owner.get(f"{API}/free", params={"offer": offer, "day": day.isoformat()})).json()["times"]
        if free:
            return list(free)
    raise AssertionError("nothing is free")


async def _until(owner: httpx.AsyncClient, id: str, paid: int) -> dict[str, Any]:
    for _ in range(100):
        booked = dict((await owner.get(f"{API}/{id}")).json()["booked"])
        if booked["booking"]["paid"]["amount"] == paid:
            return booked
        await asyncio.sleep(0.2)
    raise AssertionError(f"it stayed {booked}")


async def _heard(phone: Phone, *parts: str) -> str:
    """What was said with all of this in it; what they had begun themselves may go on in between."""
    for _ in range(100):
        lines = await phone.transcript()
        if found := [line for line in lines if all(part in line for part in parts)]:
            return found[-1]
        await asyncio.sleep(0.2)
    raise AssertionError(f"{parts} was not said: {lines}")


async def test_what_the_desk_does_the_customer_hears_in_their_language(server: Server) -> None:
    async with httpx.AsyncClient() as http:
        customer = {"id": "asha", "name": "Asha Mwinyi", "msisdn": "254700133733", "language": "sw"}
        assert (await http.post(f"{server.sandbox}/control/customers", json=customer)).status_code == 201
    phone, owner = Phone(server, "asha"), await _owner(server)
    await phone.say("habari")
    await phone.hear("Ungependa")
    offer = "tabasamu-dental.checkup"
    (first, *_), (later, *_) = await _times(owner, offer, 2), await _times(owner, offer, 6)
    made = await _done(
        owner, "", key="1", offer=offer, start=first["start"], resource=first["resource"], phone="0700133733"
    )
    id = made["booking"]["id"]

    asked = await _done(owner, f"/{id}/deposit", key="2", shillings=500, phone="0700133733")
    assert asked["prompt"]["state"] == "open"
    await phone.answer_prompt("pin", pin="1234")
    booked = await _until(owner, id, 50000)
    assert [payment["state"] for payment in booked["payments"]] == ["confirmed"]
    assert booked["payments"][0]["receipt"]
    await _heard(phone, "imepokea", booked["payments"][0]["receipt"])

    await _done(owner, f"/{id}/move", start=later["start"], resource=later["resource"])
    await _heard(phone, "imehamisha booking yako", made["booking"]["ref"])
    await phone.tap("Ndiyo, inanifaa")
    await _heard(phone, "tutaonana")

    await _done(owner, f"/{id}/cancel", by="business", reason="Dr Otieno is ill")
    said = await _heard(phone, "imelazimika kughairi", "Kukaguliwa meno", "Tutakurudishia")
    assert "ill" not in said  # the reason is for the business's own notes
    await owner.aclose()
    await phone.close()
