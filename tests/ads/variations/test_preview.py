"""A preview shows what the platform would: cut where it cuts, and nothing of it can become markup."""

from __future__ import annotations

import msgspec

from ads.variations.drafting import drafted
from ads.variations.model import PLATFORMS, Advert, Drafted
from ads.variations.preview import html, plain
from ads.variations.review import refusals
from tests.ads.variations.test_drafting import CLEANING


def test_a_preview_has_both_widths_and_the_angle() -> None:
    for platform in PLATFORMS:
        shown = html(drafted(CLEANING, platform, "en")[2], CLEANING.business)
        assert "max-width: 360px" in shown
        assert "max-width: 680px" in shown
        assert "C. What it costs" in shown
        assert "KSh 3,500" in shown


def test_a_long_text_is_cut_where_the_feed_cuts_it() -> None:
    advert = Advert(
        platform="meta", angle="A", language="sw", texts=("neno " * 40,), headlines=("x",), link="https://t.example"
    )
    shown = html(Drafted(advert=advert, title="t"))
    assert "… Soma zaidi" in shown
    assert "neno " * 30 not in shown


def test_what_somebody_wrote_is_text_and_never_markup() -> None:
    advert = Advert(platform="meta", angle="A", language="en", texts=("<script>alert(1)</script>",), headlines=("<b>",),
                    link="https://t.example/\"onclick")  # fmt: skip
    shown = html(Drafted(advert=advert, title="<i>", refusals=refusals(advert, CLEANING)))
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown


def test_the_plain_preview_says_what_stands_against_it() -> None:
    drafts = drafted(CLEANING, "google", "sw")
    assert "✗ language: Google takes no ads in this language. Write this ad in English" in plain(drafts[0])
    fine = plain(drafted(CLEANING, "google", "en")[0])
    assert fine.splitlines()[0] == "*A. What they get*"
    assert "✗" not in fine


def test_a_note_is_shown_as_a_note() -> None:
    draft = drafted(CLEANING, "meta", "en")[0]
    long = msgspec.structs.replace(draft.advert, texts=("word " * 40,))
    shown = html(msgspec.structs.replace(draft, advert=long, refusals=refusals(long, CLEANING)))
    assert '<li class="note"><code>cut</code>' in shown
