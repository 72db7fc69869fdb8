"""What an owner takes away or chooses in the settings: numbers, tokens, keys, quiet hours; and errors in Swahili."""

from __future__ import annotations

import json

import pytest

from channels import choices
from crm import orgs
from payments.mpesa.account import Accounts
from tests.console.conftest import CLINIC, OTHER, House
from tests.console.test_settings import BASE, BUSINESS, CHAIR, KEYS, OFFER, _added, _send

API = "/api/v1/orgs/clinic/settings"


async def test_a_number_is_removed_with_a_warning_and_can_come_back(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(f"{BASE}/number", number="777", token="good")
    page = (await owner.get(BASE)).text
    assert "gets no answer any more" in page
    assert "Your links, QR codes and chat button lead to it" in page
    assert (await owner.post(f"{BASE}/number/remove", number="778")).status == 404
    assert (await owner.post(f"{BASE}/number/remove", number="777")).place == f"{BASE}?done=number-removed"
    assert await orgs.at_address(house.store, "whatsapp", "777") is None
    org = await house.store.get("orgs", CLINIC) or {}
    assert (org["channels"], org["settings"]["whatsapp_number"]) == ([], "")
    assert "Connect a number first." in (await owner.get(BASE)).text
    assert "removed a number" in (await owner.get("/o/clinic/audit")).text
    salon = await house.browser("owner", org=OTHER)
    assert (await salon.post("/o/salon/settings/number", number="777", token="good")).status == 303
    assert (await owner.post(f"{BASE}/number/remove", number="777")).status == 404


async def test_links_fall_back_to_the_number_before(house: House) -> None:
    await orgs.add_number(house.store, CLINIC, "777", "254709000101")
    await orgs.add_number(house.store, CLINIC, "999", "254709000999")
    await orgs.remove_number(house.store, CLINIC, "777")
    assert (await house.store.get("orgs", CLINIC) or {})["settings"]["whatsapp_number"] == "254709000999"
    await orgs.add_number(house.store, CLINIC, "777", "254709000101")
    await orgs.remove_number(house.store, CLINIC, "777", display="+254 709 000 999")
    org = await house.store.get("orgs", CLINIC) or {}
    assert org["settings"]["whatsapp_number"] == "254709000999"
    assert [each["address"] for each in org["channels"]] == ["999"]


async def test_links_without_a_number_to_fall_back_to_are_said(house: House) -> None:
    owner = await house.browser("owner")
    await orgs.add_number(house.store, CLINIC, "999", "254709000999")
    await owner.post(f"{BASE}/number", number="777", token="good")
    answer = await owner.post(f"{BASE}/number/remove", number="777")  # Meta does not tell 999 for this token
    assert answer.place == f"{BASE}?done=number-unlinked"
    assert "lead nowhere" in (await owner.get(answer.place)).text
    assert (await house.store.get("orgs", CLINIC) or {})["settings"]["whatsapp_number"] == ""


async def test_the_token_is_forgotten_and_everything_else_stays(house: House) -> None:
    owner = await house.browser("owner")
    assert (await owner.post(f"{BASE}/token/remove")).status == 404
    assert "Forget the access token" not in (await owner.get(BASE)).text
    await owner.post(f"{BASE}/number", number="777", token="good")
    await orgs.set_secrets(house.store, house.vault, CLINIC, {"other": "kept"})
    assert "Forget the access token" in (await owner.get(BASE)).text
    assert (await owner.post(f"{BASE}/token/remove")).place == f"{BASE}?done=token-removed"
    assert await orgs.get_secrets(house.store, house.vault, CLINIC) == {"other": "kept"}
    assert "removed the WhatsApp token" in (await owner.get("/o/clinic/audit")).text


async def test_the_keys_are_forgotten_by_who_may_move_money(house: House) -> None:
    finance = await house.browser("finance")
    assert (await finance.post(f"{BASE}/mpesa/remove")).status == 404
    await finance.post(f"{BASE}/mpesa", **KEYS)
    page = (await finance.get(f"{BASE}/mpesa")).text
    assert "Customers can&#39;t pay deposits any more" in page
    assert (await (await house.browser("agent")).post(f"{BASE}/mpesa/remove")).status == 403
    weak = await house.browser("owner", strong=False)
    assert (await weak.post(f"{BASE}/mpesa/remove")).place.startswith("/me/second-factor")
    assert await Accounts(house.store, house.vault).of(CLINIC) is not None
    assert (await finance.post(f"{BASE}/mpesa/remove")).place == f"{BASE}?done=keys-removed"
    assert await Accounts(house.store, house.vault).of(CLINIC) is None
    assert "removed the M-Pesa keys" in (await (await house.browser("owner")).get("/o/clinic/audit")).text


async def test_programs_take_away_the_same(house: House) -> None:
    owner = await house.browser("owner")
    await owner.post(f"{BASE}/number", number="777", token="good")
    await owner.post(f"{BASE}/mpesa", **KEYS)
    assert (await _send(owner, "POST", f"{API}/numbers/remove", {"number": "1"}))[0] == 404
    assert (await _send(owner, "POST", f"{API}/numbers/remove", {"number": "777"})) == (200, {"id": "777"})
    for place in ("token", "mpesa"):
        assert (await _send(owner, "POST", f"{API}/{place}/remove"))[0] == 200
        assert (await _send(owner, "POST", f"{API}/{place}/remove"))[0] == 404
    shown = (await _send(owner, "GET", API))[1]
    assert (shown["numbers"], shown["own_token"], shown["paid"]) == ([], False, None)


async def test_quiet_hours_and_limits_are_chosen_and_hold_for_the_dispatcher(house: House) -> None:
    owner = await house.browser("owner")
    chosen = {"quiet_from": "19", "quiet_until": "9", "most_a_day": "1", "most_offers_a_week": ""}
    assert (await owner.post(f"{BASE}/messaging", **chosen)).place == f"{BASE}?done=messaging-saved"
    org = await house.store.get("orgs", CLINIC) or {}
    assert choices.read(org) == choices.Choices(quiet_from=19, quiet_until=9, most_a_day=1)
    page = (await owner.get(BASE)).text
    assert '<option value="19" selected>19:00</option>' in page
    assert "changed when customers are written to" in (await owner.get("/o/clinic/audit")).text
    wrong = await owner.post(f"{BASE}/messaging", quiet_from="9")
    assert (wrong.status, "Quiet begins between 16:00 and 24:00" in wrong.text) == (422, True)
    assert (await _send(owner, "POST", f"{API}/messaging", {"most_a_day": 99}))[0] == 422
    assert (await _send(owner, "POST", f"{API}/messaging", {}))[0] == 200
    assert choices.read(await house.store.get("orgs", CLINIC) or {}) == choices.Choices()


async def test_the_two_person_rule_is_switched_in_the_settings_too(house: House) -> None:
    owner = await house.browser("owner")
    switch = {"id": "two_person_rule", "from": "settings"}
    assert (await owner.post("/o/clinic/rules/setting", **switch, on="yes")).place == f"{BASE}?done=two-on"
    assert json.loads((await owner.get(API)).text)["two_people"] is True
    assert "One is enough" in (await owner.get(BASE)).text
    assert (await owner.post("/o/clinic/rules/setting", **switch, on="no")).place == f"{BASE}?done=two-off"


@pytest.mark.parametrize(
    ("place", "form", "sentence"),
    [
        ("business", {**BUSINESS, "name": " "}, "Biashara inahitaji jina"),
        ("business", {**BUSINESS, "phone": "12"}, "“12” si namba ya simu"),
        ("business", {**BUSINESS, "hold_minutes": "0"}, "kati ya dakika moja na siku moja"),
        ("business", {**BUSINESS, "hold_minutes": "soon"}, "Dakika za kulipa: “soon” si namba kamili"),
        ("business", {**BUSINESS, "hours1": "x"}, "Ikighairiwa saa kabla: “x” si namba kamili"),
        ("business", {**BUSINESS, "percent0": "120"}, "asilimia 0 hadi 100"),
        ("offer", {**OFFER, "price": "cheap"}, "“cheap” si kiasi"),
        ("offer", {**OFFER, "resource": "no"}, "chagua"),
        ("resource", {**CHAIR, "hours_mon": "8 to 5"}, "J3: andika saa kama"),
        ("resource", {**CHAIR, "hours_mon": "17:00-08:00"}, "J3: mwisho lazima uwe baada ya mwanzo"),
        ("resource", {**CHAIR, "closed": "krismasi"}, "“krismasi” si tarehe"),
        ("mpesa", {**KEYS, "shortcode": "1"}, "tarakimu 5 hadi 7"),
        ("mpesa", {**KEYS, "passkey": ""}, "Funguo zote zinahitajika"),
        ("mpesa", {**KEYS, "kind": "cash"}, "Kitu kwenye fomu"),
        ("messaging", {"quiet_from": "9"}, "Ukimya huanza"),
    ],
)  # fmt: skip
async def test_what_cannot_be_is_said_in_swahili(house: House, place: str, form: dict[str, str], sentence: str) -> None:
    owner = await house.browser("owner")
    user = await house.users.get(owner.user)
    assert user is not None
    await house.users.change(user, language="sw")
    answer = await owner.post(f"{BASE}/{place}", **form)
    assert (answer.status, sentence in answer.text) == (422, True), answer.text[answer.text.find('class="wrong"') :][
        :300
    ]


async def test_the_poster_has_all_that_customers_find_a_business_by(house: House) -> None:
    owner = await house.browser("owner")
    assert "Connect a number first." in (await owner.get(f"{BASE}/poster")).text
    await _added(house, owner)
    await owner.post(f"{BASE}/number", number="777", token="good")
    page = (await owner.get(f"{BASE}/poster")).text
    for part in ('src="/qr/clinic.svg"', "https://wa.me/254709000101", "/l/clinic", "/widget/clinic.js",
                 "Book on WhatsApp", "Weka miadi kwa WhatsApp", "+254709000101"):  # fmt: skip
        assert part in page, part
    assert (await (await house.browser("viewer")).get(f"{BASE}/poster")).status == 200
