"""The two-person rule over HTTP: whoever drafts proposes, somebody else decides, and of two who decide, one does."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from people import sessions, team
from people.roles import Role
from tests.console.conftest import CLINIC, SHIPPED, Browser, House
from web.console.gate import COOKIE

AT = "/api/v1/orgs/clinic/rules"
FILE = "flows/booking.yaml"
OLD, NEW = "What would you like to book?", "What would you like to book? We open at eight."


async def ask(browser: Browser, path: str, **body: Any) -> tuple[int, dict[str, Any]]:
    """An address of the workshop, asked as the page's script does."""
    headers = {"X-CSRF-Token": browser.csrf}
    where = browser.house.url(AT + path)
    async with browser.session.post(where, json=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


async def person(house: House, role: Role, name: str) -> Browser:
    """Another one with a role that somebody has already."""
    browser = await house.browser()
    now = datetime.now(UTC)
    user = await house.users.create(f"{name}@clinic.example", name.title(), now)
    await team.add(house.store.org(CLINIC), user, role, now, by="terminal")
    token, session = await sessions.begin(house.store, user.id, now, strong=True)
    browser.session.cookie_jar.update_cookies({COOKIE: token}, house.server.make_url("/"))
    browser.user, browser.csrf = user.id, session.csrf
    return browser


async def draft(browser: Browser, text: str, file: str = FILE) -> dict[str, Any]:
    opened = json.loads((await browser.get(f"{AT}/file?file={file}")).text)
    status, kept = await ask(browser, "/draft", file=file, text=text, base=opened["base"])
    assert status == 200
    return kept


@pytest.fixture
async def owner(house: House) -> Browser:
    """The owner of a business that has switched the rule on."""
    browser = await house.browser("owner")
    answer = await browser.post("/o/clinic/rules/setting", id="two_person_rule", on="yes")
    assert answer.place == "/o/clinic/rules?done=two-on"
    return browser


async def propose(browser: Browser, text: str = "") -> str:
    await draft(browser, text or SHIPPED[FILE].replace(OLD, NEW))
    status, made = await ask(browser, "/publish", why="Say when we open")
    assert (status, made["status"]) == (200, "proposed")
    waiting = json.loads((await browser.get(f"{AT}/proposals")).text)["proposals"]
    return str(next(each["id"] for each in waiting if each["mine"]))


async def in_force(browser: Browser) -> str:
    return str(json.loads((await browser.get(f"{AT}/file?file={FILE}")).text)["in_force"])


async def test_what_one_proposes_another_sees_whole_and_puts_in_force(house: House, owner: Browser) -> None:
    marketer = await house.browser("marketer")
    id = await propose(marketer)
    assert NEW not in await in_force(owner)
    assert "Say when we open" in (await owner.get("/o/clinic")).text
    assert "Say when we open" in (await owner.get("/o/clinic/rules")).text
    page = (await owner.get(f"/o/clinic/proposals/one?id={id}")).text
    assert "We open at eight." in page
    assert "Approve and publish" in page
    answer = await owner.post("/o/clinic/proposals/decide", id=id, decision="approve")
    assert answer.place == "/o/clinic/proposals?done=approved"
    assert NEW in await in_force(owner)
    versions = json.loads((await owner.get(f"{AT}/versions")).text)["versions"]
    assert versions[0]["by"] == "Marketer, approved by Owner"
    assert not json.loads((await marketer.get(f"{AT}/file?file={FILE}")).text)["drafted"]


async def test_nobody_approves_what_they_wrote_by_page_or_by_script(house: House, owner: Browser) -> None:
    id = await propose(owner)
    assert "Approve and publish" not in (await owner.get(f"/o/clinic/proposals/one?id={id}")).text
    answer = await owner.post("/o/clinic/proposals/decide", id=id, decision="approve")
    assert answer.status == 409
    assert "Nobody approves what they wrote" in answer.text
    status, said = await ask(owner, "/decide", id=id, decision="approve")
    assert (status, said["error"]["code"]) == (403, "own-proposal")
    assert NEW not in await in_force(owner)


async def test_of_two_who_decide_at_once_one_does(house: House, owner: Browser) -> None:
    id = await propose(await house.browser("marketer"))
    second = await person(house, "owner", "wanjiru")
    answers = await asyncio.gather(
        ask(owner, "/decide", id=id, decision="approve"), ask(second, "/decide", id=id, decision="approve")
    )
    assert sorted(status for status, _ in answers) == [200, 404]
    versions = json.loads((await owner.get(f"{AT}/versions")).text)["versions"]
    assert len(versions) == 1


async def test_declined_it_is_not_in_force_and_its_author_keeps_the_draft(house: House, owner: Browser) -> None:
    marketer = await house.browser("marketer")
    id = await propose(marketer)
    answer = await owner.post("/o/clinic/proposals/decide", id=id, decision="decline", note="We open at nine")
    assert answer.place == "/o/clinic/proposals?done=declined"
    assert NEW not in await in_force(owner)
    assert "We open at nine" in (await marketer.get("/o/clinic/proposals")).text
    assert json.loads((await marketer.get(f"{AT}/file?file={FILE}")).text)["drafted"]


async def test_one_takes_back_ones_own_and_nobody_elses(house: House, owner: Browser) -> None:
    marketer = await house.browser("marketer")
    id = await propose(marketer)
    assert (await owner.post("/o/clinic/proposals/withdraw", id=id)).status == 404
    assert (await marketer.post("/o/clinic/proposals/withdraw", id=id)).place == "/o/clinic/proposals?done=taken-back"
    assert json.loads((await owner.get(f"{AT}/proposals")).text)["proposals"] == []
    audit = (await owner.get("/o/clinic/audit")).text
    assert "took a proposal back" in audit
    assert "proposed a change" in audit


async def test_what_cannot_be_published_is_refused_and_waits_again(house: House, owner: Browser) -> None:
    wrong = SHIPPED[FILE].replace(
        "set: {booking: event.booking}, to: paying", "set: {booking: event.booking}, to: gone"
    )
    id = await propose(await house.browser("marketer"), wrong)
    assert "disabled" in (await owner.get(f"/o/clinic/proposals/one?id={id}")).text
    answer = await owner.post("/o/clinic/proposals/decide", id=id, decision="approve")
    assert answer.status == 409
    assert [each["id"] for each in json.loads((await owner.get(f"{AT}/proposals")).text)["proposals"]] == [id]


async def test_an_overtaken_proposal_does_not_undo_what_was_published_since(house: House, owner: Browser) -> None:
    first = await propose(await house.browser("marketer"))
    other = await person(house, "marketer", "otieno")
    second = await propose(other, SHIPPED[FILE].replace(OLD, f"{OLD} We are open late."))
    assert (await ask(owner, "/decide", id=second, decision="approve"))[1]["status"] == "published"
    answer = await owner.post("/o/clinic/proposals/decide", id=first, decision="approve")
    assert answer.status == 409
    assert "merge" in answer.text
    assert "We are open late." in await in_force(owner)


async def test_what_the_author_wrote_after_proposing_is_kept(house: House, owner: Browser) -> None:
    marketer = await house.browser("marketer")
    id = await propose(marketer)
    later = SHIPPED[FILE].replace(OLD, f"{OLD} We open at nine.")
    await draft(marketer, later)
    assert (await ask(owner, "/decide", id=id, decision="approve"))[1]["status"] == "published"
    opened = json.loads((await marketer.get(f"{AT}/file?file={FILE}")).text)
    assert (opened["text"], opened["stale"]) == (later, False)


async def test_only_an_owner_switches_the_rule_and_the_audit_says_so(house: House, owner: Browser) -> None:
    marketer = await house.browser("marketer")
    assert (await marketer.post("/o/clinic/rules/setting", id="two_person_rule", on="no")).status == 403
    assert (await owner.post("/o/clinic/rules/setting", id="two_person_rule", on="no")).place.endswith("two-off")
    audit = (await owner.get("/o/clinic/audit")).text
    assert audit.count("switched the two-person rule") == 2
    rows = await house.store.org(CLINIC).find("audit", {}, limit=50)
    assert [row["details"]["value"] for row in rows if row["what"] == "settings.two_person_rule"] == [True, False]
