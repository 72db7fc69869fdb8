"""Ad accounts: tried before they are kept, never shown again, and not forgotten while ads run in them."""

from __future__ import annotations

import json

import pytest

from ads import line
from ads.connecting import FIELDS, Failed, credentials
from ads.hosts import Hosts
from storage.store import Insert
from tests.ads.connecting.conftest import GIVEN, ORG, Place
from web.console.words import WORDS
from web.console.wrong import failed

PLATFORMS = sorted(GIVEN)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_an_account_is_tried_and_its_currency_and_time_zone_are_read_back(place: Place, platform: str) -> None:
    found = await place.accounts.connect(ORG, platform, GIVEN[platform])
    assert (found.currency, found.zone, found.trouble) == ("KES", "Africa/Nairobi", "")
    assert await place.accounts.listed(ORG) == (found,)
    stored = json.dumps(await place.rows(), default=str)
    assert not [name for name, value in GIVEN[platform].items() if value in stored and name not in ("account", "pixel")]


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_was_connected_is_what_the_autopilot_uses(place: Place, platform: str) -> None:
    from ads.accounts import Accounts

    await place.accounts.connect(ORG, platform, GIVEN[platform])
    connector = await Accounts(place.whole, place.vault, place.http, place.world.now).of(ORG, platform)
    assert connector is not None
    assert (await connector.account()).currency == "KES"


@pytest.mark.parametrize(
    ("platform", "change", "code", "value"),
    [
        ("meta", {"token": "wrong"}, "token", ""),
        ("meta", {"token": "with a blank"}, "characters", "token"),
        ("meta", {"token": "zufällig"}, "characters", "token"),
        ("meta", {"token": ""}, "missing", "token"),
        ("meta", {"account": "my-account"}, "digits", "account"),
        ("meta", {"offset": "10"}, "offset", ""),
        ("google", {"refresh_token": "wrong"}, "token", ""),
        ("google", {"client_secret": "wrong"}, "client", ""),
        ("google", {"developer_token": "wrong"}, "permission", ""),
        ("tiktok", {"token": "wrong"}, "token", ""),
        ("linkedin", {}, "platform", "linkedin"),
    ],
)
async def test_what_is_wrong_is_said_in_words_and_nothing_is_kept(
    place: Place, platform: str, change: dict[str, str], code: str, value: str
) -> None:
    with pytest.raises(Failed) as error:
        await place.accounts.connect(ORG, platform, {**GIVEN.get(platform, {}), **change})
    assert (error.value.code, error.value.value) == (code, value)
    assert await place.rows() == []
    for language in ("en", "sw"):
        words = failed(error.value, platform, language)
        assert "{" not in words
        assert all(len(secret) < 8 or secret not in words for secret in change.values())


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [({"outage": 503}, "unreachable"), ({"error": "80004"}, "busy"), ({"lost_answer": True}, "unreachable")],
    ids=["outage", "rate", "silence"],
)
async def test_a_platform_that_does_not_answer_is_not_the_owners_fault(
    place: Place, behaviour: dict[str, object], code: str
) -> None:
    place.misbehave("meta", **behaviour)
    with pytest.raises(Failed) as error:
        await place.accounts.connect(ORG, "meta", GIVEN["meta"])
    assert error.value.code == code


async def test_an_account_that_is_not_in_order_says_so(place: Place) -> None:
    place.world.accounts["meta", "700100200300400"].status = 3
    with pytest.raises(Failed) as error:
        await place.accounts.connect(ORG, "meta", GIVEN["meta"])
    assert (error.value.code, error.value.said) == ("unusable", "its payment is not settled")


async def test_a_currency_that_metas_table_lacks_asks_for_the_unit(place: Place) -> None:
    place.world.accounts["meta", "700100200300400"].currency = "UGX"
    with pytest.raises(Failed) as error:
        await place.accounts.connect(ORG, "meta", GIVEN["meta"])
    assert error.value.code == "offset"
    found = await place.accounts.connect(ORG, "meta", {**GIVEN["meta"], "offset": "1"})
    assert found.currency == "UGX"


async def test_trying_again_notes_what_became_of_the_account(place: Place) -> None:
    await place.accounts.connect(ORG, "meta", GIVEN["meta"])
    place.world.accounts["meta", "700100200300400"].zone = "Africa/Lagos"
    assert (await place.accounts.check(ORG, "meta")).zone == "Africa/Lagos"
    place.misbehave("meta", token_expired=True)
    with pytest.raises(Failed):
        await place.accounts.check(ORG, "meta")
    (known,) = await place.accounts.listed(ORG)
    assert known.trouble == "token"
    assert (await place.accounts.check(ORG, "meta")).trouble == ""


@pytest.mark.parametrize(("state", "removable", "other"), [("active", False, False), ("paused", True, False),
                                                           ("ended", True, True)])  # fmt: skip
async def test_an_account_that_ads_live_in_is_neither_forgotten_nor_exchanged(
    place: Place, state: str, removable: bool, other: bool
) -> None:
    await place.accounts.connect(ORG, "meta", GIVEN["meta"])
    await place.store.commit([Insert("campaigns", {"_id": "c1", "platform": "meta", "state": state})])
    changed = {**GIVEN["meta"], "account": "999"}
    with pytest.raises(Failed) as error:
        await place.accounts.connect(ORG, "meta", changed)
    assert error.value.code == ("token" if other else "another")
    await place.accounts.connect(ORG, "meta", GIVEN["meta"])  # new keys for the same one are welcome
    if removable:
        await place.accounts.remove(ORG, "meta")
        assert await place.rows() == []
    else:
        with pytest.raises(Failed, match="running"):
            await place.accounts.remove(ORG, "meta")


async def test_a_token_goes_nowhere_that_the_operator_did_not_name(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ads.accounts import Accounts
    from ads.failures import NeedsPerson

    await place.accounts.connect(ORG, "meta", GIVEN["meta"])
    monkeypatch.setattr(line, "_EXTRA", set())
    with pytest.raises(Failed, match="host"):
        await place.accounts.check(ORG, "meta")
    with pytest.raises(NeedsPerson):
        await Accounts(place.whole, place.vault, place.http, place.world.now).of(ORG, "meta")
    for address in ("http://127.0.0.1:1", "http://localhost", "https://graph.facebook.com.evil.example",
                    "http://graph.facebook.com", "https://user@graph.facebook.com"):  # fmt: skip
        with pytest.raises(ValueError):
            line.check_host(address)
    line.check_host("https://graph.facebook.com")


def test_nobody_who_connects_an_account_says_where_its_platform_is() -> None:
    own = credentials("meta", {**GIVEN["meta"], "base_url": "https://evil.example"}, Hosts())
    assert own.base_url == "https://graph.facebook.com"


def test_every_field_and_every_failure_has_its_words() -> None:
    from ads.conversions.connecting import FIELDS as TOLD

    for fields in (*FIELDS.values(), *TOLD.values()):
        assert [each.name for each in fields if f"adset.{each.name}" not in WORDS] == []
    codes = (
        "platform missing digits characters offset token client permission account zone unusable busy unreachable host "
        "none running another refused action"
    )
    assert [code for code in codes.split() if f"adset.failed.{code}" not in WORDS] == []
