"""The three angles of an offer fit every platform whatever the offer is called, and claim only what is known."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ads.variations import library
from ads.variations.drafting import drafted
from ads.variations.limits import RULES
from ads.variations.model import ANGLES, PLATFORMS, Brief, Platform
from ads.variations.review import amounts
from engine.values import Money

CLEANING = Brief(
    offer="tabasamu-dental.cleaning",
    name={"en": "Cleaning and polish", "sw": "Kusafisha meno"},
    business="Tabasamu Dental Clinic",
    price=Money(350_000, "KES"),
    deposit=Money(100_000, "KES"),
    minutes=60,
    place={"en": "Kilimani"},
    link="https://tabasamu.example/cleaning",
)
SPOKEN = [(platform, language) for platform in PLATFORMS for language in ("en", "sw")
          if (platform, language) != ("google", "sw")]  # fmt: skip
WORDS = st.text(st.characters(min_codepoint=0x41, max_codepoint=0x5A) | st.sampled_from("aeiou  ñé"), min_size=3)


def test_there_are_three_angles_each_leading_with_something_else() -> None:
    three = drafted(CLEANING, "meta", "en")
    assert tuple(each.advert.angle for each in three) == ANGLES
    assert [each.title for each in three] == ["What they get", "Why they can trust it", "What it costs"]
    assert len({each.advert.texts for each in three}) == 3


@pytest.mark.parametrize("unit", ["time", "night"])
@pytest.mark.parametrize(("platform", "language"), SPOKEN)
def test_an_offer_with_everything_known_may_be_shown_as_it_was_drafted(
    platform: Platform, language: str, unit: str
) -> None:
    brief = msgspec.structs.replace(CLEANING, unit=unit, rating=4.8, reviews=212, places_left=9, ends="30 Nov")
    assert [each.refusals for each in drafted(brief, platform, language)] == [(), (), ()]


@settings(max_examples=60, deadline=None)
@given(name=WORDS.map(str.title), business=WORDS.map(str.title), place=WORDS.map(str.title),
       price=st.integers(1, 10**7), deposit=st.booleans(), unit=st.sampled_from(["time", "night"]))  # fmt: skip
def test_every_drafted_text_fits_its_platform_whatever_the_names_and_prices(
    name: str, business: str, place: str, price: int, deposit: bool, unit: str
) -> None:
    brief = msgspec.structs.replace(
        CLEANING, name={"en": name}, business=business, place={"en": place}, unit=unit,
        price=Money(price * 100, "KES"), deposit=Money(price * 50, "KES") if deposit else None,
    )  # fmt: skip
    for platform, language in SPOKEN:
        for each in drafted(brief, platform, language):
            wrong = [refusal.code for refusal in each.refusals if refusal.code in ("too_long", "cut", "twice", "price")]
            assert wrong == [], each
            few = [refusal for refusal in each.refusals if refusal.code == "too_few"]
            assert all(refusal.field == "display_name" for refusal in few), few


@pytest.mark.parametrize("unit", ["time", "night"])
def test_what_is_not_known_is_not_said(unit: str) -> None:
    bare = msgspec.structs.replace(CLEANING, deposit=None, place={}, minutes=0, unit=unit)
    for platform, language in SPOKEN:
        for each in drafted(bare, platform, language):
            said = " ".join((*each.advert.headlines, *each.advert.descriptions, *each.advert.texts)).lower()
            assert each.showable, each.refusals
            for word in ("deposit", "rated", "alama", "{", "kilimani", "none", "m-pesa"):
                assert word not in said, (word, said)


def test_every_amount_in_an_ad_is_the_offers_own() -> None:
    said = [text for platform, language in SPOKEN for each in drafted(CLEANING, platform, language)
            for text in (*each.advert.headlines, *each.advert.descriptions, *each.advert.texts)]  # fmt: skip
    named = {amount for text in said for amount in amounts(text, "KES")}
    assert named == {350_000, 100_000}


def test_a_line_becomes_shorter_where_the_platform_gives_less_room() -> None:
    meta, google = (drafted(CLEANING, platform, "en")[0].advert.headlines[0] for platform in ("meta", "google"))
    assert meta == "Cleaning and polish at a time you pick"
    assert google == "Cleaning and polish, your time"


def test_google_takes_no_ads_in_swahili_and_says_what_to_do() -> None:
    (refusal,) = drafted(CLEANING, "google", "sw")[0].refusals
    assert (refusal.code, refusal.value) == ("language", "sw")
    assert "English" in refusal.fix


def test_a_search_ad_has_the_offers_words_behind_its_address() -> None:
    assert drafted(CLEANING, "google", "en")[0].advert.paths == ("Cleaning", "polish")


def test_every_wording_of_the_templates_can_be_filled_and_ends_short_enough_for_a_plain_offer() -> None:
    known = dict.fromkeys(library.BLANKS, "x")
    for kind in library.kinds().values():
        for angle in ANGLES:
            for language in ("en", "sw"):
                words = kind.of(angle).words(language)
                for line in words.headlines:
                    assert RULES["google"].count(library.filled(line[-1], known)) <= 30, line
                for line in words.descriptions:
                    assert RULES["google"].count(library.filled(line[-1], known)) <= 90, line
                assert RULES["tiktok"].count(library.filled(words.texts[0][-1], known)) <= 60, words.texts


def test_a_template_with_an_unknown_blank_is_refused_with_the_blanks_that_there_are() -> None:
    words = "{headlines: [[x]], descriptions: [[x]], texts: [['{colour}']]}"
    angle = f"{{title: {{en: x}}, en: {words}, sw: {words}}}"
    with pytest.raises(
        library.BadTemplate, match=r"own\.yaml: there is no blank \{colour\}; there are offer, business"
    ):
        library.kind(f"unit: time\nA: {angle}\nB: {angle}\nC: {angle}\n", "own.yaml")
    with pytest.raises(library.BadTemplate, match=r"own\.yaml: "):
        library.kind("unit: week", "own.yaml")
