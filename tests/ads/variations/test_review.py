"""What an ad may not be: too long by the platform's own counting, loud, in the wrong language, or untrue."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from ads.variations import counting, library
from ads.variations.model import Advert, Brief, Category, Platform, Refusal
from ads.variations.review import amounts, refusals
from engine.values import Money

BRIEF = Brief(
    offer="o1", name={"en": "Braces"}, business="Tabasamu Dental", price=Money(6_000_000, "KES"),
    deposit=Money(500_000, "KES"), link="https://t.example",
)  # fmt: skip


def advert(platform: Platform, **fields: Any) -> Advert:
    fitting: dict[Platform, dict[str, Any]] = {
        "meta": {"texts": ("Braces in Kilimani.",), "headlines": ("Braces",)},
        "google": {"headlines": ("Braces", "Ask us", "Book"), "descriptions": ("Braces in Kilimani.", "Ask us.")},
        "tiktok": {"texts": ("Braces in Kilimani.",), "display_name": "Tabasamu"},
    }
    return Advert(
        platform=platform, angle="A", **{"language": "en", "link": "https://t.example", **fitting[platform], **fields}
    )


def against(platform: Platform, brief: Brief = BRIEF, **fields: Any) -> list[Refusal]:
    return list(refusals(advert(platform, **fields), brief))


def codes(platform: Platform, brief: Brief = BRIEF, **fields: Any) -> list[str]:
    return [each.code for each in against(platform, brief, **fields)]


@pytest.mark.parametrize("platform", ["meta", "google", "tiktok"])
def test_a_fitting_ad_has_nothing_against_it(platform: Platform) -> None:
    assert against(platform) == []


@pytest.mark.parametrize(
    ("count", "text", "long"),
    [
        (counting.google, "a" * 30, 30),
        (counting.google, "漢字", 4),
        (counting.google, "e\u0301", 1),
        (counting.tiktok, "नम", 4),
        (counting.tiktok, "é", 1),
        (counting.meta, "🦷", 2),
        (counting.meta, "漢字", 2),
    ],
    ids=["latin", "full width", "composed", "devanagari", "accent", "emoji", "meta full width"],
)
def test_lengths_are_counted_as_the_platform_counts(count: Any, text: str, long: int) -> None:
    assert count(text) == long


def test_too_long_says_by_how_much() -> None:
    (refusal,) = against("google", headlines=("a" * 31, "b", "c"))
    assert (refusal.code, refusal.field, refusal.place) == ("too_long", "headlines", 1)
    assert refusal.reason == "It counts 31 characters the way Google counts; 30 are taken."
    assert refusal.fix == "Shorten it by 1."
    assert codes("google", headlines=("漢" * 15, "b", "c")) == []
    assert codes("google", headlines=("漢" * 16, "b", "c")) == ["too_long"]


def test_what_a_feed_hides_is_a_note_and_stops_nothing() -> None:
    (note,) = against("meta", texts=("word " * 30,))
    assert (note.code, note.note) == ("cut", True)


@pytest.mark.parametrize(
    ("platform", "fields", "code"),
    [
        ("google", {"headlines": ("a", "b")}, "too_few"),
        ("google", {"headlines": tuple("abcdefghijklmnop")}, "too_many"),
        ("google", {"headlines": ("Braces", "braces", "Book")}, "twice"),
        ("google", {"descriptions": ("a", " ")}, "empty"),
        ("tiktok", {"display_name": ""}, "too_few"),
        ("tiktok", {"texts": ("Braces 🦷",)}, "emoji"),
        ("tiktok", {"texts": ("Braces #smile",)}, "character"),
        ("tiktok", {"texts": ("Braces {now}",)}, "character"),
        ("google", {"descriptions": ("Braces ☺", "b")}, "emoji"),
        ("google", {"headlines": ("Braces!", "b", "c")}, "exclamation"),
        ("google", {"descriptions": ("Really??", "b")}, "punctuation"),
        ("google", {"descriptions": ("BRACES FOR YOU", "b")}, "shouting"),
        ("google", {"descriptions": ("Call 0712 345 678", "b")}, "phone"),
        ("meta", {"link": "http://t.example"}, "link"),
        ("meta", {"link": "https://["}, "link"),
        ("meta", {"link": "https://t.example/" + "a" * 2048}, "link_too_long"),
        ("google", {"language": "sw"}, "language"),
        ("meta", {"texts": ("gua\u200branteed",)}, "hidden"),
    ],
    ids=lambda value: value if isinstance(value, str) else ",".join(value) if isinstance(value, dict) else None,
)  # fmt: skip
def test_every_limit_of_a_platform_is_held(platform: Platform, fields: dict[str, Any], code: str) -> None:
    brief = msgspec.structs.replace(BRIEF, name={"en": "x"})
    assert code in codes(platform, brief, **fields)


def test_a_businesss_own_name_may_be_in_capitals() -> None:
    own = msgspec.structs.replace(BRIEF, business="TABASAMU Dental")
    assert codes("google", own, descriptions=("TABASAMU in Kilimani", "b")) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Guaranteed results", "claim.guarantee"),
        ("It CURES bad gums", "claim.medical"),
        ("Bila maumivu!", "claim.medical"),
        ("The best dentist", "claim.superlative"),
        ("Sisi ni bora zaidi", "claim.superlative"),
        ("Hurry, book now", "claim.urgency"),
        ("Leo tu", "claim.urgency"),
        ("Check-up for free", "claim.free"),
        ("Your crooked teeth", "claim.personal"),
        ("Je, una kisukari?", "claim.personal"),
        ("Before & after", "claim.before_after"),
        ("Click here", "claim.clickbait"),
        ("Pata pesa haraka", "claim.riches"),
        ("Christians only", "claim.discrimination"),
        ("House for rent", "claim.housing"),
        ("Nafasi za kazi", "claim.employment"),
        ("Mkopo wa haraka", "claim.credit"),
        ("Gua\u0301ranteed", "claim.guarantee"),
        ("Painless-braces", "claim.medical"),
        ("ＧＵＡＲＡＮＴＥＥＤ", "claim.guarantee"),
    ],
)
def test_a_claim_that_may_not_be_made_is_refused_with_a_reason_and_a_fix(text: str, code: str) -> None:
    found = against("meta", texts=(text,))
    assert code in [each.code for each in found]
    assert all(each.reason and each.fix and not each.note for each in found)


@pytest.mark.parametrize("text", ["Bestow", "Freedom Street", "Curent prices", "Bureau", "Tibaigana Road", "Letter"])
def test_a_word_inside_another_is_no_claim(text: str) -> None:
    assert codes("meta", texts=(text,)) == []


def test_a_claim_that_is_true_may_be_made() -> None:
    assert codes("meta", msgspec.structs.replace(BRIEF, ends="30 November"), texts=("Ends soon",)) == []
    assert codes("meta", msgspec.structs.replace(BRIEF, price=Money(0, "KES")), texts=("Check-up for free",)) == []


@pytest.mark.parametrize(
    ("category", "text"),
    [("housing", "House for rent"), ("employment", "We are hiring"), ("credit", "Low interest loans"),
     ("politics", "Vote for her"), ("gambling", "Place your bet")],
)  # fmt: skip
def test_a_special_ad_category_has_to_be_declared(category: Category, text: str) -> None:
    assert codes("meta", texts=(text,)) == [f"claim.{category}"]
    assert codes("meta", texts=(text,), categories=(category,)) == []


def test_an_amount_that_is_not_the_offers_is_refused() -> None:
    (refusal,) = against("meta", texts=("Braces for KSh 49,000",))
    assert (refusal.code, refusal.reason) == ("price", "KSh 49,000 is neither the price nor the deposit of this offer.")
    assert codes("meta", texts=("Braces for KSh 60,000, deposit KES 5000, or 60,000/=",)) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("KSh 3,500", (350_000,)),
        ("Ksh3500.50", (350_050,)),
        ("3,500/= or 500 bob", (350_000, 50_000)),
        ("₦1.500", (150_000,)),
        ("KES 1,500,000", (150_000_000,)),
        ("open 8 to 5, 24 hours", ()),
        ("in 2026", ()),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, found: tuple[int, ...]) -> None:
    assert amounts(text, "KES") == found


def test_every_claim_has_words_in_both_languages_and_no_word_twice() -> None:
    for claim in library.claims():
        assert set(claim.words) == {"en", "sw"}
        listed = [word for words in claim.words.values() for word in words]
        assert listed
        assert len(listed) == len(set(listed))
        assert claim.reason.endswith(".")
        assert claim.fix.endswith(".")
