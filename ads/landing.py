"""Whether a landing page is fit to send paid visitors to: there, quick, measured, with a way to WhatsApp, and honest.

`checked` fetches and judges; `judged` is the judging alone, of a page that was fetched. Each check has a stable code,
a state, a reason and what to do, in both languages. What could not be found out is "unknown", never "ok".
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import msgspec

from ads import landing_words
from ads.fetching import Fetcher, Page, Refused, Unreachable
from ads.variations.drafting import priced
from ads.variations.limits import RULES
from ads.variations.model import Brief, Platform
from ads.variations.review import amounts
from engine.values import Money

FIRST_BYTE, WHOLE, WEIGHT = 1.5, 4.0, 1_000_000  # seconds, seconds, bytes of the page itself
State = Literal["ok", "warn", "fail", "unknown"]
_PIXELS: dict[Platform, tuple[str, ...]] = {
    "meta": (r"connect\.facebook\.net/\S*fbevents\.js", r"\bfbq\s*\(", r"facebook\.com/tr\?"),
    "google": (r"googletagmanager\.com/(?:gtag/js|gtm\.js|ns\.html)\?id=(?:AW|G|GT|GTM)-", r"\bgtag\s*\("),
    "tiktok": (r"analytics\.tiktok\.com/i18n/pixel", r"\bttq\.(?:load|page)\s*\("),
}
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at. A `fail` stops a launch, so does "unknown"; a `warn` costs money and stops nothing.

    `code` is of a closed list: reachable, secure, fast, light, mobile, pixel, own_script, whatsapp, price. `finding`
    with `blanks` is what `ads.landing_words` says about it.
    """

    code: str
    state: State
    finding: str
    blanks: dict[str, str] = {}

    def reason(self, language: str = "en") -> str:
        return landing_words.reason(f"{self.code}.{self.finding}", language, self._said(language))

    def fix(self, language: str = "en") -> str:
        return landing_words.fix(f"{self.code}.{self.finding}", language, self._said(language))

    def _said(self, language: str) -> dict[str, str]:
        why = self.blanks.get("why")
        return {**self.blanks, "why": landing_words.reason(f"why.{why}", language, {})} if why else self.blanks


class Landing(msgspec.Struct, frozen=True, kw_only=True):
    """A page and all that was looked at."""

    url: str
    final: str
    checks: tuple[Check, ...]

    @property
    def ready(self) -> bool:
        return all(check.state in ("ok", "warn") for check in self.checks)

    def of(self, code: str) -> Check:
        return next(check for check in self.checks if check.code == code)


async def checked(
    fetcher: Fetcher, brief: Brief, platform: Platform, *, pixel: str = "", script: str = ""
) -> Landing:  # fmt: skip
    """`pixel`: the id that should be on the page, if known; `script`: the address of our own script."""
    try:
        page = await fetcher.fetch(brief.link)
    except Refused as error:
        return _alone(brief.link, "refused", {"why": error.code})
    except Unreachable as error:
        return _alone(brief.link, "gone", {"why": error.code})
    return judged(page, brief, platform, pixel=pixel, script=script)


def judged(page: Page, brief: Brief, platform: Platform, *, pixel: str = "", script: str = "") -> Landing:
    """A fetched page, judged."""
    if page.status != 200:
        return _alone(page.url, "status", {"status": str(page.status)}, page.final)
    read = _Reading()
    read.feed(page.body)
    read.close()
    checks = (
        Check(code="reachable", state="ok", finding="ok"),
        _secure(page),
        *_fast(page),
        _mobile(read),
        _pixel(page, platform, pixel),
        *_own(page, script),
        _whatsapp(read, brief),
        _price(read, brief.price, brief.deposit),
    )
    return Landing(url=page.url, final=page.final, checks=checks)


def _alone(url: str, finding: str, blanks: dict[str, str], final: str = "") -> Landing:
    """Of a page that did not come there is nothing else to say."""
    check = Check(code="reachable", state="fail", finding=finding, blanks=blanks)
    return Landing(url=url, final=final or url, checks=(check,))


def _secure(page: Page) -> Check:
    if page.final.startswith("https:"):
        return Check(code="secure", state="ok", finding="ok")
    return Check(code="secure", state="fail", finding="plain")


def _fast(page: Page) -> Iterator[Check]:
    """Seen from this server, which is not where customers are; only a slow page says something for certain."""
    blanks = {"answered": f"{page.answered:.1f}", "took": f"{page.took:.1f}"}
    if page.answered > FIRST_BYTE or page.took > WHOLE:
        yield Check(code="fast", state="warn", finding="slow", blanks=blanks)
    else:
        yield Check(code="fast", state="ok", finding="ok", blanks=blanks)
    if not page.whole or page.size > WEIGHT:
        yield Check(code="light", state="warn", finding="heavy", blanks={"size": f"{page.size / 1e6:.1f}"})


def _mobile(read: _Reading) -> Check:
    if read.viewport:
        return Check(code="mobile", state="ok", finding="ok")
    return Check(code="mobile", state="warn", finding="missing")


def _pixel(page: Page, platform: Platform, pixel: str) -> Check:
    plain, blanks = _COMMENT.sub(" ", html.unescape(page.body)), {"platform": RULES[platform].title, "pixel": pixel}
    if not any(re.search(sign, plain) for sign in _PIXELS[platform]):
        if platform != "google" and re.search(_PIXELS["google"][0], plain):
            return Check(code="pixel", state="unknown", finding="tag_manager", blanks=blanks)
        if not page.whole:
            return Check(code="pixel", state="unknown", finding="unread", blanks=blanks)
        return Check(code="pixel", state="fail", finding="missing", blanks=blanks)
    if pixel and pixel not in plain:
        return Check(code="pixel", state="fail", finding="other", blanks=blanks)
    return Check(code="pixel", state="ok", finding="ok", blanks=blanks)


def _own(page: Page, script: str) -> Iterator[Check]:
    """Ours is what decisions about money rest on; without it only who writes to us is counted."""
    if not script:
        return
    if script.partition("://")[2] in _COMMENT.sub(" ", page.body):
        yield Check(code="own_script", state="ok", finding="ok")
    else:
        yield Check(code="own_script", state="warn", finding="missing", blanks={"script": script})


def _whatsapp(read: _Reading, brief: Brief) -> Check:
    numbers = [number for link in read.links if (number := whatsapp_number(link)) is not None]
    own = re.sub(r"\D", "", brief.phone)
    if not numbers:
        return Check(code="whatsapp", state="fail", finding="missing")
    if own and own in numbers:
        return Check(code="whatsapp", state="ok", finding="ok")
    if own and any(numbers):
        blanks = {"found": ", ".join(sorted({number for number in numbers if number})), "own": own}
        return Check(code="whatsapp", state="fail", finding="other", blanks=blanks)
    return Check(code="whatsapp", state="warn", finding="unseen")


def whatsapp_number(link: str) -> str | None:
    """The digits that a WhatsApp link leads to, "" for one that hides them; None for what is no WhatsApp link."""
    try:
        parts = urlsplit(link.strip())
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return None
    if host == "wa.me":
        digits = re.sub(r"\D", "", parts.path.split("/")[1]) if "/" in parts.path else ""
        return "" if parts.path.startswith("/message/") else digits
    if host in ("api.whatsapp.com", "web.whatsapp.com", "whatsapp.com") or parts.scheme == "whatsapp":
        return re.sub(r"\D", "", (parse_qs(parts.query).get("phone") or [""])[0])
    return None


def _price(read: _Reading, price: Money, deposit: Money | None) -> Check:
    seen = sorted(set(amounts(read.text, price.currency)))
    if price.amount in seen:
        return Check(code="price", state="ok", finding="ok")
    other = [Money(each, price.currency) for each in seen if deposit is None or each != deposit.amount]
    if other:
        found = ", ".join(priced(each, "en") for each in other[:5])
        return Check(code="price", state="fail", finding="other", blanks={"found": found, "own": priced(price, "en")})
    return Check(code="price", state="warn", finding="missing")


class _Reading(HTMLParser):
    """Links, visible words, and whether the page is made for phones."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[str] = []
        self.viewport = False
        self._words: list[str] = []
        self._hidden = 0

    @property
    def text(self) -> str:
        return " ".join(" ".join(self._words).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "template", "noscript"):
            self._hidden += 1
        if tag == "a" and given.get("href"):
            self.links.append(given["href"])
        if tag == "meta" and given.get("name", "").lower() == "viewport" and "width" in given.get("content", ""):
            self.viewport = True

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style", "template", "noscript") and self._hidden:
            self._hidden -= 1

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self._words.append(data)
