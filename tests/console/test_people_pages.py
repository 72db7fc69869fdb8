"""People come in, set up a second factor, invite others, and each thing that they do is on record."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from people import arriving, passwords
from tests.console.conftest import CLINIC, House
from web.console.words import WORDS, gathered

PASSWORD = "maziwa lala na mandazi"


def _code(secret: str, later: int = 0) -> str:
    moment = int(datetime.now(UTC).timestamp()) + later
    return TOTP(bytes.fromhex(secret), 6, SHA1(), 30).generate(moment).decode()  # noqa: S303


async def test_an_owner_comes_in_by_the_terminals_link_once(house: House) -> None:
    now = datetime.now(UTC)
    user = await arriving.let_in(house.store, house.users, "ann@x.ke", "Ann", [CLINIC], "owner", now)
    link = (await arriving.way_in(house.store, user, "", now)).removeprefix("http://console.example")
    browser = await house.browser()
    assert (await browser.get(link)).status == 200
    assert (await browser.post(link)).place == "/o"
    assert (await browser.get("/o")).place == "/o/clinic"
    assert "Tabasamu Dental" in (await browser.get("/o/clinic")).text
    assert (await (await house.browser()).post(link)).status == 410


async def test_password_then_code_then_the_page_that_was_asked_for(house: House) -> None:
    now = datetime.now(UTC)
    hashed = await passwords.hashed(PASSWORD)
    user = await house.users.create("ann@x.ke", "Ann", now, password=hashed)
    await arriving.let_in(house.store, house.users, "ann@x.ke", "Ann", [CLINIC], "owner", now)
    secret = b"12345678901234567890"
    await house.users.change(user, totp=secret)
    browser = await house.browser()
    assert (await browser.get("/o/clinic/team")).place == "/sign-in?next=/o/clinic/team"
    wrong = await browser.post("/sign-in", email="ann@x.ke", password="wrong", next="/o/clinic/team")
    assert wrong.status == 401
    assert 'role="alert"' in wrong.text
    first = await browser.post("/sign-in", email="ann@x.ke", password=PASSWORD, next="/o/clinic/team")
    assert first.place == "/sign-in/code?next=/o/clinic/team"
    assert (await browser.get("/o/clinic/team")).place == "/sign-in/code"
    again = await browser.post("/sign-in/code", code="000000", next="/o/clinic/team")
    assert again.status == 401
    last = await browser.post("/sign-in/code", code=_code(secret.hex()), next="/o/clinic/team")
    assert last.place == "/o/clinic/team"
    assert (await browser.get("/o/clinic/team")).status == 200


@pytest.mark.parametrize("onward", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
async def test_signing_in_leads_to_our_own_pages_only(house: House, onward: str) -> None:
    await house.users.create("ann@x.ke", "Ann", datetime.now(UTC), password=await passwords.hashed(PASSWORD))
    answer = await (await house.browser()).post("/sign-in", email="ann@x.ke", password=PASSWORD, next=onward)
    assert answer.place == "/o"


async def test_a_second_factor_is_set_up_and_gives_recovery_codes(house: House) -> None:
    browser = await house.browser("owner", strong=False)
    assert (await browser.get("/o/clinic/tokens")).place == "/me/second-factor?next=/o/clinic/tokens"
    shown = await browser.get("/me/second-factor?next=/o/clinic/tokens")
    secret = re.search(r'name="secret" value="(\w+)"', shown.text)
    assert secret is not None
    wrong = await browser.post("/me/second-factor", secret=secret[1], code="000000", next="/o/clinic/tokens")
    assert wrong.status == 422
    done = await browser.post("/me/second-factor", secret=secret[1], code=_code(secret[1]), next="/o/clinic/tokens")
    assert len(re.findall(r"<li><code>", done.text)) == 8
    assert 'href="/o/clinic/tokens"' in done.text
    assert (await browser.get("/o/clinic/tokens")).status == 200


async def test_an_invitation_brings_somebody_in_with_the_role(house: House) -> None:
    owner = await house.browser("owner")
    assert "is no e-mail address" in (await owner.post("/o/clinic/team/invite", email="nonsense", role="agent")).text
    invited = await owner.post("/o/clinic/team/invite", email="ben@x.ke", role="agent")
    link = re.search(r"http://console.example(/join/[\w-]+)", invited.text)
    assert link is not None
    assert house.letters.sent[0][0] == "ben@x.ke"
    assert link[1] in house.letters.sent[0][2]
    ben = await house.browser()
    assert "Tabasamu Dental" in (await ben.get(link[1])).text
    assert (await ben.post(link[1], name="Ben", password="short")).status == 422
    assert (await ben.post(link[1], name="Ben", password=PASSWORD)).place == "/o/clinic"
    assert (await ben.get("/o/clinic")).status == 200
    assert (await ben.get("/o/clinic/team")).status == 403
    assert (await (await house.browser()).get(link[1])).status == 410
    log = (await owner.get("/o/clinic/audit")).text
    assert "invited somebody" in log
    assert "joined or was added" in log


async def test_an_invitation_can_be_withdrawn(house: House) -> None:
    owner = await house.browser("owner")
    invited = await owner.post("/o/clinic/team/invite", email="ben@x.ke", role="agent")
    link = re.search(r"(/join/[\w-]+)", invited.text)
    id = re.search(r'name="id" value="(\w+)"', invited.text)
    assert link is not None
    assert id is not None
    stranger = await house.browser("owner", org="salon")
    assert (await stranger.post("/o/salon/team/withdraw", id=id[1])).status == 404
    await owner.post("/o/clinic/team/withdraw", id=id[1])
    assert (await (await house.browser()).get(link[1])).status == 410


async def test_the_only_owner_cannot_go(house: House) -> None:
    owner = await house.browser("owner")
    answer = await owner.post("/o/clinic/team/remove", user=owner.user)
    assert answer.status == 422
    assert "only owner" in answer.text


async def test_whoever_is_let_go_is_out_at_once(house: House) -> None:
    owner, agent = await house.browser("owner"), await house.browser("agent")
    assert (await agent.get("/o/clinic")).status == 200
    await owner.post("/o/clinic/team/remove", user=agent.user)
    assert (await agent.get("/o/clinic")).status == 404


async def test_a_forgotten_password_is_said_to_nobody_and_set_by_the_link(house: House) -> None:
    await house.users.create("ann@x.ke", "Ann", datetime.now(UTC), password=await passwords.hashed(PASSWORD))
    browser = await house.browser()
    known, unknown = [await browser.post("/forgotten", email=email) for email in ("ann@x.ke", "nobody@x.ke")]
    assert known.text == unknown.text
    assert len(house.letters.sent) == 1
    link = re.search(r"(/reset/[\w-]+)", house.letters.sent[0][2])
    assert link is not None
    assert (await browser.post(link[1], password="too short")).status == 422
    assert (await browser.post(link[1], password="samaki wa kupaka")).place == "/sign-in?done=password-set"
    assert (await browser.post("/sign-in", email="ann@x.ke", password="samaki wa kupaka")).place == "/o"


async def test_a_session_can_be_ended_elsewhere(house: House) -> None:
    here, there = await house.browser("owner"), await house.browser("owner")
    await here.post("/me/sessions/end", session="others")
    assert (await there.get("/me")).place.startswith("/sign-in")
    assert (await here.get("/me")).status == 200


async def test_the_language_is_kept_for_visitors_and_for_people(house: House) -> None:
    browser = await house.browser("viewer")
    await browser.post("/language", language="sw", next="/me")
    assert "Akaunti yako" in (await browser.get("/me")).text
    visitor = await house.browser()
    await visitor.post("/language", language="sw")
    assert "Nenosiri" in (await visitor.get("/sign-in")).text


def test_every_sentence_is_there_in_both_languages_with_the_same_blanks() -> None:
    for key, (english, swahili) in WORDS.items():
        assert english, key
        assert swahili, key
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", swahili)), key


def test_a_sentence_that_two_subjects_claim_does_not_load() -> None:
    with pytest.raises(ValueError, match=r"said twice: nav\.today"):
        gathered(({"nav.today": ("Today", "Leo")}, {"nav.today": ("This day", "Siku hii")}))
