"""Click ids and tags as the platforms put them into links."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ads import clicks


@pytest.mark.parametrize(
    ("name", "platform"),
    [("fbclid", "meta"), ("gclid", "google"), ("gbraid", "google"), ("wbraid", "google"), ("ttclid", "tiktok")],
)
def test_each_platforms_click_id_is_kept_as_it_came(name: str, platform: str) -> None:
    click = clicks.of_url(f"https://x.ke/a?{name}=IwAR0_aB-c.D&utm_source=ads&phone=0712345678")
    assert (click.ids, click.tags, click.platform) == ({name: "IwAR0_aB-c.D"}, {"utm_source": "ads"}, platform)
    assert click.page == "https://x.ke/a"


def test_the_first_of_two_counts_and_one_too_long_is_dropped_not_cut() -> None:
    assert clicks.of_url("https://x.ke/?gclid=a&GCLID=b").ids == {"gclid": "a"}
    assert clicks.of_url(f"https://x.ke/?gclid={'a' * 600}").empty


@given(st.text(max_size=200), st.text(max_size=50))
def test_no_address_breaks_the_reader(url: str, referrer: str) -> None:
    assert isinstance(clicks.of_url(url, referrer), clicks.Click)
    assert isinstance(clicks.of_url(f"https://x.ke/?{url}", referrer), clicks.Click)


def test_a_login_in_the_address_is_not_kept() -> None:
    assert clicks.of_url("https://user:secret@x.ke:8443/a").page == "https://x.ke/a"


def test_meta_gets_its_click_back_in_its_own_form() -> None:
    clicked = datetime(2026, 11, 23, 7, 0, 0, 123000, tzinfo=UTC)
    assert clicks.fbc("IwAR0", clicked) == f"fb.1.{int(clicked.timestamp() * 1000)}.IwAR0"


def test_a_referral_without_a_click_id_still_names_its_ad() -> None:
    click = clicks.of_referral({"source_type": "ad", "source_id": "1202", "source_url": "https://fb.me/1"})
    assert (click.ids, click.ad, click.platform, click.empty) == ({}, "1202", "meta", False)
