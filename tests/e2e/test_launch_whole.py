"""An owner launches ads from their own phone, and the ads run: every step of it against simulated Meta."""

from __future__ import annotations

import re

import httpx

from tests.e2e.aftermath import every, store_of
from tests.e2e.conftest import NewPhone
from tests.e2e.server import CLINIC_ORG, Phone, Server
from tests.e2e.test_main_job import whole

OWNER = {"id": "owner", "name": "Amina (the owner)", "msisdn": "254709000102"}
PAGE = "https://tabasamu.example/cleaning"


async def launched(phone: Phone) -> None:
    """From the word "ads" to an approved campaign, as the demo's owner answers."""
    await phone.say("ads")
    await phone.hear("Let us run ads like a pro")
    await phone.tap("Cleaning")
    await phone.hear("What does serving one customer cost you")
    await phone.say("1300")
    await phone.hear("A booking leaves you KSh", "may cost at most KSh")
    await phone.tap("Facebook")
    await phone.hear("✓ Meta is connected (KES).", "✓ Who writes is counted", PAGE, "Which page shall the ads lead to?")
    await phone.say(PAGE.removeprefix("https://"))
    await phone.hear(
        "*A. What they get*", "*B. Why they can trust it*", "*C. What it costs*", "Shall we use these three?"
    )
    await phone.tap("Yes, use them")
    await phone.hear("How much may it spend a day")
    await phone.say("6000")
    await phone.hear("And a month at most")
    await phone.say("100000")
    await phone.hear("ask you first")
    await phone.tap("20 %")
    await phone.hear(f"three ads to {PAGE}", "Shall we launch?")
    await phone.tap("Launch")
    await phone.hear("Approved: the ads are on their way")


async def each_morning_the_report_comes_once(server: Server, phone: Phone) -> None:
    """In words while WhatsApp's window is open, as a template when it is not."""
    await phone.skip(24 * 3600)  # the next morning, a little after eight
    told = await phone.hear("Good morning. Your daily report as PDF:", "*Your ads on", "Cleaning and polish")
    link = re.search(r"http://\S+\.pdf", told)
    assert link is not None
    async with httpx.AsyncClient() as http:
        opened = await http.get(link[0])
        assert (opened.status_code, opened.content[:5]) == (200, b"%PDF-")
        assert (await http.get(link[0].replace("/ads/report/", "/ads/report/A"))).status_code == 404
    await server.later(25 * 3600)  # nobody was there at eight
    await phone.hear("Your report: Good morning", ".pdf")


async def test_from_an_offer_to_ads_that_run_on_the_platform(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone(**OWNER)
    await launched(phone)
    await phone.skip(60)
    await phone.say("ads")
    await phone.hear("running, at most KSh\\xa06,000 a day")
    await phone.tap("May I scale?")
    await phone.hear("Before you spend more:", "✗ No ad pays for itself with certainty yet")
    await each_morning_the_report_comes_once(server, phone)
    await whole(server)
    async with store_of(server) as store:
        (campaign,) = await every(store, "campaigns")
        launches = await every(store, "ad_intents", kind="launch")
        talks = await every(store, "machines", name="ad_report", contact={"ne": ""})
        shown = await every(store, "variations")
    assert (campaign["state"], campaign["org"]) == ("active", CLINIC_ORG)
    assert sorted((each["angle"], each["kind"], each["state"]) for each in launches) == [
        ("A", "launch", "done"), ("B", "launch", "done"), ("C", "launch", "done"),
    ]  # fmt: skip
    assert {each["after"]["status"] for each in launches} == {"active"}  # read back from the platform
    assert len(talks) == 2  # one a morning
    assert all({"campaign", "adset", "creative", "ad"} <= each["external"].keys() for each in shown)
