"""What we send, judged by the platforms' own definitions: Google's protos, and the fields and words in the SDKs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from ads.failures import Refused
from ads.google import bodies as google
from ads.google.states import like
from ads.meta import bodies as meta
from ads.meta.credentials import MetaCredentials
from ads.platform import Audience, Change, Creative, Ref
from ads.tiktok import bodies as tiktok
from ads.tiktok.credentials import TikTokCredentials
from ads.units import BadUnit
from engine.values import Money
from tests.ads.platforms.conftest import BEGIN, KES, Ads, campaign, variation

META = MetaCredentials(account="1", token="t", page="2", pixel="3")
TIKTOK = TikTokCredentials(account="1", token="t", pixel="3", identity="4")
REF = Ref(kind="variation", id="v1", external={"campaign": "1", "budget": "2", "adset": "3", "ad": "4", "label": "5"})
CHANGES = [
    Change(status="paused"),
    Change(status="active", budget=Money(60_000, KES), name="New"),
    Change(status="deleted"),
    Change(bid=Money(20_000, KES), name="New"),
    Change(bid=Money(0, KES)),
]
CAPPED = variation(bid=Money(20_000, KES))
LONG = variation(starts=BEGIN, ends=BEGIN + timedelta(days=14))


def google_requests() -> list[list[dict[str, Any]]]:
    customer = "customers/7001002003"
    return [
        google.label(customer, campaign()),
        google.variation(customer, variation(), "5", True),
        google.variation(customer, LONG, "5", False),
        google.variation(customer, CAPPED, "5", False),
        google.variation(customer, msgspec.structs.replace(CAPPED, objective="traffic"), "5", False),
        *(google.change(customer, REF, change, strategy) for change in CHANGES for strategy in google.BIDS),
        *(google.change_label(customer, REF, change, ["7", "8"]) for change in CHANGES[:3]),
    ]


@pytest.mark.parametrize("n", range(18))
def test_googles_protos_take_every_request_of_ours(n: int) -> None:
    service = pytest.importorskip("google.ads.googleads.v26.services.types.google_ads_service")
    json_format = pytest.importorskip("google.protobuf.json_format")
    body = {"customerId": "7001002003", "mutateOperations": google_requests()[n], "validateOnly": True}
    message = json_format.ParseDict(body, service.MutateGoogleAdsRequest.pb()())
    assert len(message.mutate_operations) == len(google_requests()[n])


def test_googles_protos_would_notice_a_wrong_field() -> None:
    service = pytest.importorskip("google.ads.googleads.v26.services.types.google_ads_service")
    json_format = pytest.importorskip("google.protobuf.json_format")
    operations = google_requests()[0]
    operations[0]["labelOperation"]["create"]["colour"] = "red"
    with pytest.raises(json_format.ParseError):
        json_format.ParseDict({"mutateOperations": operations}, service.MutateGoogleAdsRequest.pb()())


@pytest.mark.parametrize("objective", ["sales", "leads", "traffic", "messages"])
def test_metas_sdk_knows_every_field_and_word_of_ours(objective: Any) -> None:
    adobjects = pytest.importorskip("facebook_business.adobjects")
    assert adobjects
    from facebook_business.adobjects.ad import Ad
    from facebook_business.adobjects.adcreative import AdCreative
    from facebook_business.adobjects.adset import AdSet
    from facebook_business.adobjects.campaign import Campaign

    plan = msgspec.structs.replace(LONG, objective=objective)
    above = meta.campaign(campaign(objective=objective, categories=("housing", "credit")))
    adset, creative, ad = meta.adset(plan, "1", META), meta.creative(plan, META), meta.ad(plan, "1", "2")
    for body, kind in ((above, Campaign), (adset, AdSet), (creative, AdCreative), (ad, Ad)):
        assert set(body) <= _words(kind.Field), kind
    assert above["objective"] in _words(Campaign.Objective)
    assert set(above["special_ad_categories"]) <= _words(Campaign.SpecialAdCategories)
    assert adset["billing_event"] in _words(AdSet.BillingEvent)
    assert adset["optimization_goal"] in _words(AdSet.OptimizationGoal)
    assert adset["destination_type"] in _words(AdSet.DestinationType)
    assert adset["bid_strategy"] in _words(AdSet.BidStrategy)
    capped = meta.adset(msgspec.structs.replace(plan, bid=Money(20_000, KES)), "1", META)
    assert capped.keys() - adset.keys() == {"bid_amount"}
    assert capped["bid_strategy"] in _words(AdSet.BidStrategy)
    assert set(capped) <= _words(AdSet.Field)
    for action in ("book", "learn_more", "shop", "sign_up", "message", "contact"):
        one = msgspec.structs.replace(plan.creative, action=action, videos=())
        made = meta.creative(msgspec.structs.replace(plan, creative=one), META)
        button = made["object_story_spec"]["link_data"]["call_to_action"]["type"]
        assert button in _words(AdCreative.CallToActionType)


@pytest.mark.parametrize("whatsapp", ["", "+254709000101"], ids=["a page", "a chat"])
def test_metas_sdk_knows_every_field_of_an_ad_with_a_film(whatsapp: str) -> None:
    pytest.importorskip("facebook_business.adobjects")
    from facebook_business.adobjects.adcreative import AdCreative
    from facebook_business.adobjects.adcreativelinkdatacalltoaction import AdCreativeLinkDataCallToAction
    from facebook_business.adobjects.adcreativelinkdatacalltoactionvalue import AdCreativeLinkDataCallToActionValue
    from facebook_business.adobjects.adcreativeobjectstoryspec import AdCreativeObjectStorySpec
    from facebook_business.adobjects.adcreativevideodata import AdCreativeVideoData

    made = msgspec.structs.replace(variation().creative, whatsapp=whatsapp, images=("h",))
    story = meta.creative(variation(creative=made), META)["object_story_spec"]
    shown, button = story["video_data"], story["video_data"]["call_to_action"]
    assert set(story) <= _words(AdCreativeObjectStorySpec.Field)
    assert set(shown) <= _words(AdCreativeVideoData.Field)
    assert set(button) <= _words(AdCreativeLinkDataCallToAction.Field)
    assert set(button["value"]) <= _words(AdCreativeLinkDataCallToActionValue.Field)
    assert button["type"] in _words(AdCreative.CallToActionType)
    said = [shown[name] for name in ("video_id", "image_hash", "message", "title", "link_description")]
    assert said == [made.videos[0], "h", made.texts[0], made.headlines[0], made.descriptions[0]]
    chat = {"app_destination": "WHATSAPP", "link": "https://api.whatsapp.com/send"}
    assert button["value"] == (chat if whatsapp else {"link": made.link})


def _words(listed: Any) -> set[str]:
    return {value for name, value in vars(listed).items() if not name.startswith("_")}


@pytest.mark.parametrize("objective", ["sales", "leads", "traffic", "messages"])
def test_tiktoks_sdk_knows_every_field_of_ours(objective: Any) -> None:
    sdk = pytest.importorskip("business_api_client")
    plan = msgspec.structs.replace(LONG, objective=objective)
    sdk.CampaignCreateBody(advertiser_id="1", **tiktok.campaign(campaign(objective=objective)))
    sdk.AdgroupCreateBody(advertiser_id="1", **tiktok.adgroup(plan, "1", TIKTOK, BEGIN))
    capped = tiktok.adgroup(msgspec.structs.replace(plan, bid=Money(20_000, KES)), "1", TIKTOK, BEGIN)
    sdk.AdgroupCreateBody(advertiser_id="1", **capped)
    for bid in (Money(20_000, KES), Money(0, KES)):
        (request,) = tiktok.change(REF, Change(bid=bid), capped["billing_event"])
        sdk.AdgroupUpdateBody(advertiser_id="1", **request.body)
    body = tiktok.ad(plan, "1", TIKTOK)
    sdk.AdCreateBody(advertiser_id="1", **body)
    for creative in body["creatives"]:
        sdk.OpenApiv13adcreateCreatives(**creative)


REFUSED: list[tuple[str, dict[str, Any], Any]] = [
    ("google", {"headlines": ("One",)}, "ads.google.texts"),
    ("google", {"headlines": ("x" * 31,) * 3}, "ads.google.texts"),
    ("google", {"link": ""}, "ads.google.link"),
    ("tiktok", {"videos": ()}, "ads.tiktok.video"),
    ("tiktok", {"texts": ("x" * 101,)}, "ads.tiktok.text"),
    ("tiktok", {"link": ""}, "ads.tiktok.link"),
]
_NUMBERED = list(enumerate(REFUSED))


@pytest.mark.parametrize(
    ("name", "changes", "code"), REFUSED, ids=[f"{n}-{c}-{i}" for i, (n, _, c) in enumerate(REFUSED)]
)
def test_what_a_platform_cannot_show_is_refused_before_it_is_sent(
    name: str, changes: dict[str, Any], code: str
) -> None:
    plan = variation()
    plan = msgspec.structs.replace(plan, creative=msgspec.structs.replace(plan.creative, **changes))
    with pytest.raises(Refused) as refused:
        google.variation("customers/1", plan, "1", False) if name == "google" else tiktok.ad(plan, "1", TIKTOK)
    assert refused.value.code == code
    assert refused.value.field


def test_a_country_that_a_platform_has_no_number_for_is_refused_not_left_out() -> None:
    plan = variation(audience=Audience(countries=("KE", "ZZ")))
    with pytest.raises(Refused):
        google.variation("customers/1", plan, "1", False)
    with pytest.raises(Refused):
        tiktok.adgroup(plan, "1", TIKTOK, BEGIN)


def test_a_chat_ad_asks_meta_for_conversations() -> None:
    made = variation(creative=Creative(texts=("Braids",), whatsapp="+254700000001"))
    adset, creative = meta.adset(made, "1", META), meta.creative(made, META)
    assert (adset["optimization_goal"], adset["destination_type"]) == ("CONVERSATIONS", "WHATSAPP")
    assert creative["object_story_spec"]["link_data"]["call_to_action"]["type"] == "WHATSAPP_MESSAGE"


def test_a_budget_that_cannot_be_said_is_never_sent() -> None:
    with pytest.raises(BadUnit):
        meta.adset(variation(budget=Money(500, "UGX")), "1", META)


def test_our_id_is_looked_for_as_it_is() -> None:
    assert like("[v_1]100%'") == "[[]v[_]1[]]100[%]\\'"


def test_the_same_variation_has_the_same_request_id_and_another_has_another() -> None:
    assert tiktok.request_id("v1") == tiktok.request_id("v1") != tiktok.request_id("v2")
    assert len(tiktok.request_id("v1")) == 18


async def test_meta_takes_a_picture_once(ads: Ads) -> None:
    from ads.platform import Asset

    asset = Asset(kind="image", name="a.png", mime_type="image/png", checksum="0" * 64, content=b"\x89PNG...")
    platform = ads.meta()
    assert await platform.upload(asset) == await platform.upload(asset)
    assert len(ads.things("meta", "image")) == 1
