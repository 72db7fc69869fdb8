"""A landing page is fit for paid visitors when it is there, measured, leads to WhatsApp and names the same price."""

from __future__ import annotations

import inspect
import re

import msgspec
import pytest

from ads import fetching
from ads.fetching import Fetcher, Page
from ads.landing import Landing, checked, judged, whatsapp_number
from ads.landing_words import words
from ads.variations.model import Brief, Platform
from engine.values import Money

BRIEF = Brief(
    offer="o1", name={"en": "Cleaning"}, business="Tabasamu", price=Money(350_000, "KES"),
    deposit=Money(100_000, "KES"), link="https://t.example/c", phone="+254 709 000 101",
)  # fmt: skip
META = "<script src='https://connect.facebook.net/en_US/fbevents.js'></script><script>fbq('init', '123456');</script>"
GOOGLE = '<script async src="https://www.googletagmanager.com/gtag/js?id=AW-1"></script>'
TIKTOK = "<script>ttq.load('C1'); ttq.page();</script>"
BODY = """<html><head><meta name="viewport" content="width=device-width">{pixel}</head><body>
<h1>Cleaning</h1><p>KSh&nbsp;3,500, deposit KES 1,000</p><a href="https://wa.me/254709000101?text=Hi">Book</a></body></html>"""


def page(body: str = BODY.format(pixel=META), **fields: object) -> Page:
    given = Page(url=BRIEF.link, final=BRIEF.link, status=200, body=body, size=len(body), answered=0.2, took=0.4)
    return msgspec.structs.replace(given, **fields)


def landing(body: str = BODY.format(pixel=META), platform: Platform = "meta", pixel: str = "") -> Landing:
    return judged(page(body), BRIEF, platform, pixel=pixel)


@pytest.mark.parametrize(("platform", "pixel"), [("meta", META), ("google", GOOGLE), ("tiktok", TIKTOK)])
def test_a_page_with_everything_is_ready(platform: Platform, pixel: str) -> None:
    found = landing(BODY.format(pixel=pixel), platform)
    assert found.ready
    assert {check.state for check in found.checks} == {"ok"}


@pytest.mark.parametrize(
    ("body", "code", "state"),
    [
        (BODY.format(pixel=""), "pixel", "fail"),
        (BODY.format(pixel=f"<!-- {META} -->"), "pixel", "fail"),
        (BODY.format(pixel=GOOGLE), "pixel", "unknown"),
        (BODY.format(pixel=META).replace("wa.me", "example.org"), "whatsapp", "fail"),
        (BODY.format(pixel=META).replace("wa.me/254709000101", "wa.me/254700000000"), "whatsapp", "fail"),
        (BODY.format(pixel=META).replace("wa.me/254709000101", "wa.me/message/ABC"), "whatsapp", "warn"),
        (BODY.format(pixel=META).replace("3,500", "4,500"), "price", "fail"),
        (BODY.format(pixel=META).replace("KSh&nbsp;3,500, deposit KES 1,000", "Ask us"), "price", "warn"),
        (BODY.format(pixel=META).replace("KSh&nbsp;3,500, ", ""), "price", "warn"),
        (BODY.format(pixel=META).replace("viewport", "x"), "mobile", "warn"),
    ],
    ids=["no pixel", "pixel in a comment", "tag manager only", "no link", "another's number", "short link",
         "another price", "no price", "deposit only", "not for phones"],
)  # fmt: skip
def test_what_is_missing_or_wrong_is_said_with_a_reason_and_a_fix(body: str, code: str, state: str) -> None:
    check = landing(body).of(code)
    assert check.state == state
    for language in ("en", "sw"):
        assert check.reason(language)
        assert check.fix(language)


def test_only_what_would_waste_money_for_certain_stops_a_launch() -> None:
    assert not landing(BODY.format(pixel="")).ready
    assert not landing(BODY.format(pixel=GOOGLE)).ready, "unknown is not ok"
    assert landing(BODY.format(pixel=META).replace("viewport", "x")).ready


def test_another_pixel_than_ones_own_is_wrong() -> None:
    assert landing(pixel="123456").of("pixel").state == "ok"
    assert landing(pixel="999999").of("pixel").state == "fail"


def test_a_price_in_a_script_is_not_one_that_visitors_see() -> None:
    body = BODY.format(pixel=META).replace("KSh&nbsp;3,500", "<script>price = 'KSh 3,500'</script>KSh 9,000")
    assert landing(body).of("price").reason().startswith("The page says KSh 9,000, the offer KSh 3,500")


def test_a_page_of_another_status_is_not_there() -> None:
    found = judged(page(status=404), BRIEF, "meta")
    assert [check.reason() for check in found.checks] == ["It answers with status 404."]
    assert not found.ready


def test_without_https_it_is_not_fit() -> None:
    assert judged(page(final="http://t.example/c"), BRIEF, "meta").of("secure").state == "fail"


def test_slow_and_heavy_are_said_and_stop_nothing() -> None:
    found = judged(page(answered=2.0, took=6.0, size=1_800_000), BRIEF, "meta")
    assert [found.of(code).state for code in ("fast", "light")] == ["warn", "warn"]
    assert found.ready


def test_what_was_not_read_to_its_end_is_not_called_missing() -> None:
    cut = judged(page(BODY.format(pixel=""), whole=False), BRIEF, "meta")
    assert cut.of("pixel").state == "unknown"


def test_our_own_script_is_looked_for_where_there_is_one() -> None:
    script = "https://aais.example/t/clinic.js"
    assert judged(page(), BRIEF, "meta", script=script).of("own_script").state == "warn"
    there = page(BODY.format(pixel=META + '<script src="//aais.example/t/clinic.js"></script>'))
    assert judged(there, BRIEF, "meta", script=script).of("own_script").state == "ok"


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("https://wa.me/254709000101", "254709000101"),
        ("https://wa.me/+254709000101?text=x", "254709000101"),
        ("https://api.whatsapp.com/send?phone=254709000101", "254709000101"),
        ("whatsapp://send?phone=254709000101", "254709000101"),
        ("https://wa.me/message/XYZ", ""),
        ("https://wa.me", ""),
        ("https://wa.me.evil.example/254709000101", None),
        ("/book", None),
        ("https://[", None),
    ],
)
def test_a_whatsapp_link_is_read_for_whom_it_leads_to(link: str, number: str | None) -> None:
    assert whatsapp_number(link) == number


async def test_an_address_that_is_not_asked_is_a_reason_and_not_a_crash() -> None:
    found = await checked(Fetcher(), msgspec.structs.replace(BRIEF, link="http://10.0.0.1/"), "meta")
    assert found.of("reachable").reason() == "It was not asked: it is not a public address."
    assert found.of("reachable").reason("sw") == "Hatukuufungua: si anwani ya umma."
    assert not found.ready


@pytest.mark.parametrize("body", ["", "<", "<a href", "<![CDATA[", "\x00", "<script>" * 50, "<a href='https://['>"])
def test_whatever_a_page_holds_it_is_judged(body: str) -> None:
    assert not landing(body).ready


def test_every_finding_has_words_in_both_languages_with_the_same_blanks() -> None:
    for key, each in words().items():
        for said, other in zip(each.en, each.sw, strict=True):
            assert sorted(re.findall(r"{\w+}", said)) == sorted(re.findall(r"{\w+}", other)), key
            assert bool(said) == bool(other), key


def test_every_reason_why_a_page_is_not_there_has_words() -> None:
    source = inspect.getsource(fetching)
    for code in set(re.findall(r'(?:Refused|Unreachable)\("(\w+)"', source)):
        assert f"why.{code}" in words()
