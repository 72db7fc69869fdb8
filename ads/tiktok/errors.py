"""TikTok's error numbers as data: what each asks for. They come with HTTP 200."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ads.answers import text, whole
from ads.failures import Gone, NeedsPerson, OutcomeUnknown, PlatformError, Refused, RetryLater, TokenRefused
from ads.line import scrub

_TOKEN = frozenset({40102, 40104, 40105})
_RATE = frozenset({40100, 40016, 40133})
_PERSON = frozenset({40001, 40003, *range(40200, 40400)})
_GONE = ("does not exist", "deleted", "not found")
_WAIT, _TROUBLE_WAIT = timedelta(minutes=1), timedelta(minutes=1)


def code_of(body: Any) -> int:
    """-1 where there is none: an answer without a code is no success."""
    return whole(body, "code", -1)


def refuses_token(body: Any) -> bool:
    return code_of(body) in _TOKEN


def failure(body: Any, status: int, writes: bool, secrets: tuple[str, ...]) -> PlatformError:
    code = code_of(body)
    detail = scrub(text(body, "message") or f"HTTP {status}", secrets)
    said = f"{code}: {detail}"
    if code in _TOKEN:
        text_ = "TikTok does not accept the access token: connect the account again"
        return TokenRefused("ads.tiktok.token", text_, said=said)
    if code in _RATE or status == 429:
        return RetryLater("ads.tiktok.rate", "TikTok is asked too often", after=_WAIT, said=said)
    if 50000 <= code < 60000 or status >= 500 or code == -1:
        if writes:
            return OutcomeUnknown("ads.tiktok.trouble", "TikTok had trouble in the middle of a change", said=said)
        return RetryLater("ads.tiktok.trouble", "TikTok has trouble of its own", after=_TROUBLE_WAIT, said=said)
    if code in _PERSON:
        return NeedsPerson("ads.tiktok.permission", detail, said=said)
    if code == 40002 and any(word in detail.lower() for word in _GONE):
        return Gone("ads.tiktok.gone", "It is no longer there at TikTok", said=said)
    return Refused("ads.tiktok.refused", detail, field=_field(detail), said=said)


def _field(detail: str) -> str:
    """ "budget: Not a valid number." names its field first."""
    name, colon, _ = detail.partition(":")
    return name if colon and name.replace("_", "").isalnum() and len(name) <= 40 else ""
