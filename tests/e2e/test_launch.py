"""The owner runs ads from WhatsApp: the same conversation as in the console, with a server that really checks."""

from __future__ import annotations

import asyncio
import re

import httpx

from tests.e2e.conftest import NewPhone
from tests.e2e.server import CLINIC_ORG, Server
from tests.e2e.test_main_job import whole

OWNER = "254709000102"


async def test_the_owner_is_led_from_an_offer_to_what_is_missing(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone(id="owner", msisdn=OWNER, name="Achieng Otieno")
    await phone.say("ads")
    await phone.hear("Let us run ads like a pro")
    await phone.say("cleaning")
    await phone.hear("What does serving one customer cost you")
    await phone.say("1300")
    await phone.hear("may cost at most KSh")
    await phone.tap("Google search")
    await phone.hear("No Google account is connected")
    await phone.tap("Stop here")
    await phone.hear("nothing was launched")
    await whole(server)


async def test_the_same_conversation_runs_in_the_console(server: Server) -> None:
    link = re.search(r"http://\S+/enter/\S+", server.log.read_text())
    assert link is not None, "it is printed before the server says that it is ready"
    async with httpx.AsyncClient(base_url=server.url, follow_redirects=True, timeout=20) as http:
        await http.post(link[0])
        page = f"/o/{CLINIC_ORG}/ads/launch"
        csrf = re.search(r'name="csrf" value="([^"]+)"', (await http.get(page)).text)
        assert csrf is not None

        async def say(text: str, expected: str) -> str:
            await http.post(page, data={"csrf": csrf[1], "text": text})
            for _ in range(100):
                shown = (await http.get(page)).text
                if expected in shown:
                    return shown
                await asyncio.sleep(0.1)
            raise AssertionError(f"{expected!r} did not come; there is {shown}")

        offers = await say("ads", "Let us run ads like a pro")
        assert ">Cleaning and polish</button>" in offers
        await say("Cleaning and polish", "What does serving one customer cost you")
        await say("1300", "may cost at most KSh")
        missing = await say("Google search", "No Google account is connected")
        assert ">Look again</button>" in missing
        await say("Stop here", "nothing was launched")
    await whole(server)


async def test_for_a_customer_the_word_books(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await phone.say("ads")
    await phone.hear("What would you like")
    await whole(server)
