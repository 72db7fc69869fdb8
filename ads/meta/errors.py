"""Meta's error numbers as data: what each asks for (facts, section 3.1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from ads.answers import mapping, text, whole
from ads.failures import Gone, NeedsPerson, OutcomeUnknown, PlatformError, Refused, RetryLater, TokenRefused
from ads.line import scrub

_TOKEN = frozenset({102, 190})
_RATE = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
_TROUBLE = frozenset({1, 2})
_PERSON = frozenset({3, 10, 368, *range(200, 300)})
_BUDGET_RATE = 1487632  # with 613: an ad set's budget, four times an hour
_NOT_READY = 1885252  # with 100: the film of an ad is not prepared yet
_OFFSET = 1363037  # another part of a film is awaited than the one that came; `error_data` says which
_BROKEN_OFF = frozenset({1363019, 1363030, 1363033})  # a film's upload, which may begin anew
_UPLOADS = frozenset({6000, 6001})  # which mean that too, with no more said
_GONE = frozenset({33, 1487056})  # with 100: no such object, or a deleted one
_RATE_WAIT, _TROUBLE_WAIT, _BUDGET_WAIT = timedelta(minutes=5), timedelta(minutes=1), timedelta(minutes=15)


class OtherPart(RetryLater):
    """A film's upload stands elsewhere than we thought: `start` is the first byte that is awaited, `end` the limit."""

    def __init__(self, start: int, end: int, said: str) -> None:
        super().__init__("ads.meta.part", "Meta awaits another part of the film", after=_TROUBLE_WAIT, said=said)
        self.start = start
        self.end = end


class BrokenOff(RetryLater):
    """A film's upload came to nothing: it can only begin anew."""


def is_refusal(body: Any) -> bool:
    return bool(mapping(body, "error"))


def refuses_token(body: Any) -> bool:
    return whole(mapping(body, "error"), "code") in _TOKEN


def failure(body: Any, status: int, writes: bool, regain: timedelta, secrets: tuple[str, ...]) -> PlatformError:
    """The `error` of an answer as one of ours. `regain` is what the usage header says."""
    error = mapping(body, "error")
    code, sub = whole(error, "code", -1), whole(error, "error_subcode")
    said = scrub(f"{code}{f'/{sub}' if sub else ''}: {text(error, 'message') or f'HTTP {status}'}", secrets)
    detail = scrub(text(error, "error_user_msg") or text(error, "message") or f"HTTP {status}", secrets)
    if code in _TOKEN:
        return TokenRefused(
            "ads.meta.token", "Meta does not accept the access token: connect the account again", said=said
        )
    if (code, sub) == (613, _BUDGET_RATE):
        return RetryLater(
            "ads.meta.budget_rate", "An ad set's budget may change 4 times an hour", after=_BUDGET_WAIT, said=said
        )
    if sub == _OFFSET and "start_offset" in mapping(error, "error_data"):
        data = mapping(error, "error_data")
        return OtherPart(whole(data, "start_offset"), whole(data, "end_offset"), said)
    if sub in (_OFFSET, *_BROKEN_OFF) or (code in _UPLOADS and not sub):
        return BrokenOff("ads.meta.broken_off", "The film did not get to Meta", after=_TROUBLE_WAIT, said=said)
    if (code, sub) == (100, _NOT_READY):
        return RetryLater("ads.meta.processing", "Meta is still preparing the film", after=_TROUBLE_WAIT, said=said)
    if code in _RATE:
        return RetryLater("ads.meta.rate", "Meta is asked too often", after=regain or _RATE_WAIT, said=said)
    if code in _TROUBLE or (code not in (100, *_PERSON) and error.get("is_transient") is True):
        if writes:  # "an unknown error" may have come after the change was made
            return OutcomeUnknown("ads.meta.trouble", "Meta had trouble in the middle of a change", said=said)
        return RetryLater("ads.meta.trouble", "Meta has trouble of its own", after=_TROUBLE_WAIT, said=said)
    if code in _PERSON:
        return NeedsPerson("ads.meta.blocked" if code == 368 else "ads.meta.permission", detail, said=said)
    if code == 100 and sub in _GONE:
        return Gone("ads.meta.gone", "It is no longer there at Meta", said=said)
    return Refused("ads.meta.refused", detail, field=_blamed(error), said=said)


def _blamed(error: dict[str, Any]) -> str:
    specs = mapping(error, "error_data").get("blame_field_specs")
    found = specs[0] if isinstance(specs, list) and specs else []
    return ".".join(str(part) for part in found) if isinstance(found, list) else ""
