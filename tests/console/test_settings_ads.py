"""Ad accounts in the settings: keys go in and never come out; what does not work is said; pages are measured."""

from __future__ import annotations

import json
from typing import Any

from storage.store import Insert
from tests.console.conftest import CLINIC, Browser, House

BASE = "/o/clinic/settings/ads"
API = "/api/v1/orgs/clinic/settings/ads"
ACCOUNT = {"platform": "meta", "account": "act_777", "token": "good", "page": "888", "app_secret": "hidden-secret"}
PLACE = {"platform": "meta", "id": "555", "token": "good", "test_code": "TEST1"}


async def _send(browser: Browser, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"X-CSRF-Token": browser.csrf}
    async with browser.session.request(method, browser.house.url(path), json=body, headers=headers) as answer:
        return answer.status, json.loads(await answer.text())


async def test_an_account_is_connected_tried_and_taken_away_and_nothing_secret_is_shown(house: House) -> None:
    owner = await house.browser("owner")
    assert "Not connected." in (await owner.get(BASE)).text
    assert (await owner.post(f"{BASE}/account", **ACCOUNT)).place == f"{BASE}?done=ads-connected"
    page = (await owner.get(f"{BASE}?done=ads-connected")).text
    for seen in (
        "They are sealed and kept.",
        "Tabasamu ads",
        "777",
        "UGX",
        "Africa/Kampala",
        "Your prices are in KES",
        "Its days begin in",
    ):
        assert seen in page, seen
    assert "hidden-secret" not in page
    assert "hidden-secret" not in json.dumps(await house.store.find("ad_accounts", {}, everyone=True), default=str)
    assert (await owner.post(f"{BASE}/account/test", platform="meta")).place == f"{BASE}?done=ads-works"
    assert (await owner.post(f"{BASE}/account/remove", platform="meta")).place == f"{BASE}?done=ads-removed"
    assert "Tabasamu ads" not in (await owner.get(BASE)).text
    audit = (await owner.get("/o/clinic/audit")).text
    assert "connected an ad account" in audit
    assert "disconnected an ad account" in audit


WRONG: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("account", {**ACCOUNT, "token": "bad"}, "Meta does not accept the access token", "Meta haikubali access token"),
    ("account", {**ACCOUNT, "page": ""}, "Fill this in: Facebook page ID", "Jaza hapa: ID ya ukurasa"),
    ("account", {**ACCOUNT, "account": "mine"}, "Only digits, please: Ad account ID", "Tarakimu tu"),
    ("account", {"platform": "linkedin"}, "There is no such platform", "Hakuna jukwaa"),
    ("account/remove", {"platform": "google"}, "Google is not connected", "Google haijaunganishwa"),
    ("place", {**PLACE, "token": "bad"}, "Meta does not accept the access token", "Meta haikubali access token"),
    ("place/test", {"platform": "tiktok"}, "TikTok is not connected", "TikTok haijaunganishwa"),
    ("measuring", {"sites": "http://x.ke", "window_days": "7"}, "is no site like", "si tovuti kama"),
    ("measuring", {"sites": "", "window_days": "400"}, "From 1 to 90 days", "Kuanzia siku 1"),
)


async def test_what_is_wrong_is_said_in_the_persons_language(house: House) -> None:
    owner = await house.browser("owner")
    for language, place in (("en", 2), ("sw", 3)):
        await owner.post("/language", language=language)
        for case in WRONG:
            answer = await owner.post(f"{BASE}/{case[0]}", **case[1])
            assert (answer.status, str(case[place]) in answer.text) == (422, True), case
    assert await house.store.find("ad_accounts", {}, everyone=True) == []


async def test_an_account_is_not_forgotten_while_its_campaigns_run(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(f"{BASE}/account", **ACCOUNT)
    running = {"_id": "c1", "platform": "meta", "state": "active"}
    await house.store.org(CLINIC).commit([Insert("campaigns", running)])
    answer = await owner.post(f"{BASE}/account/remove", platform="meta")
    assert "Campaigns run there" in answer.text
    assert "Tabasamu ads" in (await owner.get(BASE)).text


async def test_a_platform_is_told_after_a_test_event(house: House) -> None:
    owner = await house.browser("owner")
    assert (await owner.post(f"{BASE}/place", **PLACE)).place == f"{BASE}?done=ads-told"
    assert "is told" in (await owner.get(BASE)).text
    again = await owner.post(f"{BASE}/place/test", platform="meta", test_code="TEST2")
    assert again.place == f"{BASE}?done=ads-tested"
    assert (await owner.post(f"{BASE}/place/remove", platform="meta")).place == f"{BASE}?done=ads-untold"
    assert await house.store.find("ad_accounts", {}, everyone=True) == []


async def test_the_own_pages_get_their_script_and_are_measured(house: House) -> None:
    owner = await house.browser("owner")
    sites = "https://clinic.co.ke/teeth\nwww.clinic.co.ke"
    saved = await owner.post(f"{BASE}/measuring", sites=sites, window_days="14")
    assert saved.place == f"{BASE}?done=ads-measuring"
    page = (await owner.get(BASE)).text
    assert "https://clinic.co.ke\nhttps://www.clinic.co.ke</textarea>" in page
    assert "&lt;script async src=&#34;http://console.example/t.js&#34; data-org=&#34;clinic&#34;&gt;" in page
    assert (await house.store.get("orgs", CLINIC) or {})["settings"]["ads_window_days"] == 14


async def test_a_viewer_sees_what_is_connected_and_no_form(house: House) -> None:
    await (await house.browser("owner")).post(f"{BASE}/account", **ACCOUNT)
    page = (await (await house.browser("viewer")).get(BASE)).text
    assert "Tabasamu ads" in page
    assert f'action="{BASE}/' not in page


async def test_programs_do_the_same(house: House) -> None:
    owner = await house.browser("owner")
    fields = {name: value for name, value in ACCOUNT.items() if name != "platform"}
    bad = {"platform": "meta", "fields": {**fields, "token": "bad"}}
    status, said = await _send(owner, "POST", f"{API}/account", bad)
    assert (status, said["status"], said["said"]) == (200, "token", "190: Invalid OAuth access token.")
    status, said = await _send(owner, "POST", f"{API}/account", {"platform": "meta", "fields": fields})
    assert (status, said["status"], said["account"]["currency"]) == (200, "works", "UGX")
    status, shown = await _send(owner, "GET", API)
    assert (shown["connected"]["accounts"][0]["account"], shown["fields"]["meta"][0]) == ("777", "account")
    assert "hidden-secret" not in json.dumps(shown)
    assert (await _send(owner, "POST", f"{API}/account/test", {"platform": "meta"}))[1]["status"] == "works"
    assert (await _send(owner, "POST", f"{API}/account/remove", {"platform": "meta"}))[1]["status"] == "works"
    place = {"platform": "meta", "fields": {name: value for name, value in PLACE.items() if name != "platform"}}
    for path, body in (("place", place), ("place/test", {"platform": "meta", "test_code": "T"}),
                       ("place/remove", {"platform": "meta"})):  # fmt: skip
        assert (await _send(owner, "POST", f"{API}/{path}", body))[1]["status"] == "works", path
    status, said = await _send(owner, "POST", f"{API}/measuring", {"sites": ["clinic.co.ke"], "window_days": 30})
    assert (status, said) == (200, {"sites": ["https://clinic.co.ke"], "window_days": 30})
    assert (await _send(owner, "POST", f"{API}/measuring", {"sites": ["x"], "window_days": 30}))[0] == 422
