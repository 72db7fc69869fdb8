"""Places that conversions are told to: begun by a test event that counts for nothing, and ended on request."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from ads.connecting import Failed
from ads.conversions import destinations
from ads.conversions.delivery import Delivery
from ads.conversions.message import Conversion, Destination
from ads.truth import terms
from ads.truth.settling import BadMeasuring, Measuring, change, origin
from composition.conversions import bases
from engine.values import Money
from tests.ads.connecting.conftest import GOOGLE, ORG, TOLD, Place

PLATFORMS = sorted(TOLD)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_place_is_told_once_its_platform_took_a_test_event_which_counts_for_nothing(
    place: Place, platform: str
) -> None:
    await place.told.begin(ORG, platform, TOLD[platform])
    assert await place.heard() == {"simulated": True, "places": [], "repeated": 0, "tried": 1}
    kept = await destinations.of(place.store, await place.vault.org(ORG), platform)
    assert kept is not None
    assert kept.test_code == "", "with it, nothing that is told would ever count"
    stored = json.dumps(await place.rows(), default=str)
    secrets = [TOLD[platform].get(name, "-") for name in ("token", "client_secret", "refresh_token")]
    assert not any(secret in stored for secret in secrets if secret != "-")
    await place.told.test(ORG, platform, "TEST9")
    await place.told.end(ORG, platform)
    assert await place.rows() == []


@pytest.mark.parametrize(
    ("platform", "change", "code"),
    [
        ("meta", {"token": "wrong"}, "token"), ("meta", {"id": "x y"}, "characters"), ("meta", {"id": "abc"}, "digits"),
        ("meta", {"test_code": ""}, "missing"), ("google", {"action_payment": ""}, "action"),
        ("google", {"refresh_token": "wrong"}, "token"), ("google", {"action_lead": "Lead"}, "digits"),
        ("tiktok", {"token": "wrong"}, "token"), ("tiktok", {"id": "a/b"}, "characters"),
    ],
)  # fmt: skip
async def test_what_does_not_work_is_said_and_not_kept(
    place: Place, platform: str, change: dict[str, str], code: str
) -> None:
    with pytest.raises(Failed) as error:
        await place.told.begin(ORG, platform, {**TOLD[platform], **change})
    assert error.value.code == code
    assert await place.rows() == []


async def test_a_test_event_that_arrives_takes_the_trouble_away(place: Place) -> None:
    await place.told.begin(ORG, "meta", TOLD["meta"])
    await place.store.commit([destinations.troubled(ORG, "meta", "ads.meta.token", place.world.now())])
    with pytest.raises(Failed, match="missing"):
        await place.told.test(ORG, "meta", "")
    await place.told.test(ORG, "meta", "TEST2")
    row = await destinations.told(place.store, "meta")
    assert (row or {})["trouble"] == ""


async def test_googles_access_token_is_fetched_when_the_one_that_was_good_is_not_any_more(place: Place) -> None:
    """It lives an hour; a token that was pasted into a form would have told Google nothing after that."""
    now = [place.world.now()]
    delivery = Delivery(place.http, bases(place.settings), lambda: now[0])
    told = Destination(
        platform="google", id=GOOGLE.id, token="", names={"payment": "42"}, refresh_token=GOOGLE.refresh_token,
        client_id=GOOGLE.client_id, client_secret=GOOGLE.client_secret,
    )  # fmt: skip
    tokens = []
    for minutes in (0, 30, 70):
        now[0] = place.world.now() + timedelta(minutes=minutes)
        paid = Conversion(id=f"p{minutes}", kind="payment", at=place.world.now(), ids={"gclid": "G"},
                          value=Money(50_000, "KES"))  # fmt: skip
        await delivery.deliver(paid, told, place.world.now())
        tokens.append(place.world.accounts["google", GOOGLE.id].token)
    assert tokens[0] == tokens[1] != tokens[2]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("https://Clinic.co.ke/", "https://clinic.co.ke"), ("clinic.co.ke/teeth?x=1", "https://clinic.co.ke"),
        ("https://clinic.co.ke:443", "https://clinic.co.ke"), ("https://clinic.co.ke:8443", "https://clinic.co.ke:8443"),
        ("http://localhost:3000", "http://localhost:3000"), ("  www.clinic.co.ke ", "https://www.clinic.co.ke"),
    ],
)  # fmt: skip
def test_a_site_is_kept_as_browsers_say_where_they_are(written: str, kept: str) -> None:
    assert origin(written) == kept


@pytest.mark.parametrize(
    "written",
    ["http://clinic.co.ke", "clinic", "https://", "javascript:alert(1)", "https://a b.ke", "https://u@clinic.co.ke",
     "https://clinic.co.ke:x", "https://*.co.ke"],
)  # fmt: skip
def test_what_is_no_site_is_refused(written: str) -> None:
    with pytest.raises(BadMeasuring):
        origin(written)


async def test_sites_and_window_are_what_measuring_goes_by(place: Place) -> None:
    await change(place.whole, ORG, Measuring(sites=("clinic.co.ke", "https://clinic.co.ke/x", ""), window_days=30))
    own = await terms.of(place.store)
    assert (own.sites, own.window) == (("https://clinic.co.ke",), timedelta(days=30))
    for days in (0, 91):
        with pytest.raises(BadMeasuring):
            await change(place.whole, ORG, Measuring(window_days=days))
