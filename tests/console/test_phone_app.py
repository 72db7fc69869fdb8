"""The console as an app on a phone: what a phone is told about it, what is kept there, and where its shortcuts lead."""

from __future__ import annotations

import json
import re
import struct
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.values import Money
from payments.intents import CONFIRMED, FAILED, OPEN
from people import team
from people.roles import ROLES, may
from storage.store import Insert, Update
from tests.console.conftest import CLINIC, OTHER, House
from tests.console.test_conversations import _talk
from tools import icons
from web import assets
from web.console.phone_app import GO

ROOT = Path(__file__).parents[2]


async def test_a_phone_is_told_what_it_needs_to_install_the_console(house: House) -> None:
    browser = await house.browser()
    page = (await browser.get("/sign-in")).text
    (address,) = re.findall(r'rel="manifest" href="([^"]+)"', page)
    answer = await browser.get(address)
    assert answer.headers["Content-Type"].startswith("application/manifest+json")
    told = json.loads(answer.text)
    assert (told["start_url"], told["scope"], told["display"]) == ("/o", "/", "standalone")
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} >= {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    assert [shortcut["url"] for shortcut in told["shortcuts"]] == [f"/go/{what}" for what in GO]
    swahili = json.loads((await browser.get("/manifest.webmanifest?lang=sw")).text)
    assert (swahili["lang"], swahili["shortcuts"][0]["name"]) == ("sw", "Miadi ya leo")


async def test_the_worker_names_the_shell_only_and_another_shell_is_another_worker(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await house.browser("owner")
    before = await browser.get("/sw.js")
    assert before.headers["Cache-Control"] == "no-cache"
    shell = json.loads(re.findall(r"SHELL = (\[.*?\]);", before.text)[0])
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", each) for each in shell] == [
        "/offline", "/static/console.css", "/static/build/console.js", "/static/icon.svg",
    ]  # fmt: skip
    assert (await browser.get("/sw.js")).text == before.text
    assert (await (await house.browser()).get("/sw.js")).text == before.text, "the worker is nobody's own"
    for name in ("console.css", "icon.svg"):
        (tmp_path / name).write_bytes((assets.STATIC / name).read_bytes())
    (tmp_path / "console.css").write_text("body { color: red }")
    monkeypatch.setattr(assets, "STATIC", tmp_path)
    after = (await browser.get("/sw.js")).text
    versions = [re.findall(r"aais-shell-([0-9a-f]{16})", text)[0] for text in (before.text, after)]
    assert versions[0] != versions[1]


async def test_the_page_without_a_connection_is_about_nobody(house: House) -> None:
    pages = [(await (await house.browser(role)).get("/offline")).text for role in (None, "owner")]
    assert pages[0] == pages[1]
    assert "No connection" in pages[0]
    assert "Hakuna mtandao" in pages[0]
    assert 'name="csrf"' not in pages[0]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("what", GO)
async def test_a_shortcut_leads_to_what_a_role_may_see(house: House, role: str, what: str) -> None:
    browser = await house.browser(role)  # type: ignore[arg-type]
    onward, permission = GO[what]
    place = (await browser.get(f"/go/{what}")).place
    assert place == (f"/o/{CLINIC}{onward}" if may(role, permission) else "/o")
    assert (await browser.get(place)).status in (200, 303)


async def test_who_owns_two_businesses_chooses_for_which(house: House) -> None:
    owner = await house.browser("owner")
    user = await house.users.get(owner.user)
    assert user is not None
    await team.add(house.store.org(OTHER), user, "owner", datetime.now(UTC), by="terminal")
    chooser = (await owner.get("/go/money")).text
    assert 'href="/o/clinic/money"' in chooser
    assert 'href="/o/salon/money"' in chooser
    assert (await owner.get("/go/nowhere")).status == 404
    assert (await (await house.browser()).get("/go/money")).place == "/sign-in?next=/go/money"


async def test_todays_money_says_what_came_and_what_is_awaited(house: House) -> None:
    now = datetime.now(UTC)
    for place, (state, amount) in enumerate([(CONFIRMED, 150000), (CONFIRMED, 50000), (OPEN, 70000), (FAILED, 90000)]):
        row = {"_id": f"p{place}", "at": now, "state": state, "amount": amount, "currency": "KES", "contact": "",
               "booking": "", "receipt": f"TX{place}"}  # fmt: skip
        await house.store.org(CLINIC).commit([Insert("payments", row)])
    finance = await house.browser("finance")
    told = json.loads((await finance.get("/api/v1/orgs/clinic/money")).text)

    def kes(amount: int) -> Any:
        return json.loads(msgspec.json.encode(Money(amount, "KES")))

    assert (told["received"], told["waiting"]) == (kes(200000), kes(70000))
    page = (await finance.get("/o/clinic/money")).text
    for part in ("KSh\xa02,000", "KSh\xa0700", "TX0", "failed"):
        assert part in page or part.replace("\xa0", " ") in page, part
    assert 'href="/o/clinic/money"' in (await finance.get("/o/clinic")).text
    assert 'href="/o/clinic/money"' not in (await (await house.browser("agent")).get("/o/clinic")).text
    assert "Nobody was asked" in (await (await house.browser("owner", org=OTHER)).get("/o/salon/money")).text


async def test_who_waits_is_taken_over_from_today(house: House) -> None:
    talk = await _talk(house)
    waits = {"set": {"handler": "agent"}}
    await house.store.org(CLINIC).commit([Update("conversations", talk.replace("-whatsapp", "/whatsapp"), waits)])
    agent = await house.browser("agent")
    button = f'action="/o/clinic/conversations/{talk}/take"'
    assert button in (await agent.get("/o/clinic")).text
    assert (await agent.post(f"/o/clinic/conversations/{talk}/take")).status == 303
    after = (await agent.get("/o/clinic")).text
    assert button not in after
    assert "yours" in after
    assert talk not in (await (await house.browser("viewer")).get("/o/clinic")).text


def test_the_sign_is_the_same_as_svg_and_as_image() -> None:
    assert (ROOT / "web/static/icon.svg").read_text() == icons.svg()
    for maskable, corner in ((False, 0), (True, 255)):
        image = icons.png(64, maskable=maskable)
        width, height = struct.unpack(">II", image[16:24])
        packed = image[image.index(b"IDAT") + 4 : image.index(b"IEND") - 8]
        raw = zlib.decompress(packed)
        assert (width, height, len(raw)) == (64, 64, 64 * (64 * 4 + 1))

        def pixel(x: int, y: int, raw: bytes = raw) -> tuple[int, ...]:
            start = y * (64 * 4 + 1) + 1 + 4 * x
            return tuple(raw[start : start + 4])

        assert pixel(0, 0)[3] == corner
        assert pixel(32, 2) == (*icons.LEAF, 255)
        assert pixel(20, 24) == (*icons.WHITE, 255)
        assert pixel(30, 35) == (*icons.LEAF, 255), "the tick"
