"""Google's error codes as data: what each asks for. A failure lists errors by family; the first decides."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from ads.answers import mapping, rows, text
from ads.failures import Gone, NeedsPerson, OutcomeUnknown, PlatformError, Refused, RetryLater, TokenRefused
from ads.line import scrub

_AGAIN = frozenset({"CONCURRENT_MODIFICATION"})
_TROUBLE = frozenset({"TRANSIENT_ERROR", "INTERNAL_ERROR", "DEADLINE_EXCEEDED", "UNKNOWN"})
_TOKEN = re.compile(r"OAUTH_TOKEN_\w+|GOOGLE_ACCOUNT_\w+")
_PERSON = frozenset(
    {"authorizationError", "authenticationError", "billingSetupError", "policyFindingError", "policyViolationError"}
)
_GONE = frozenset({"RESOURCE_NOT_FOUND", "MUTATE_NOT_ALLOWED", "CAMPAIGN_BUDGET_REMOVED"})
_TAKEN = frozenset({"DUPLICATE_CAMPAIGN_NAME", "DUPLICATE_NAME"})
_WAIT, _TROUBLE_WAIT = timedelta(minutes=5), timedelta(minutes=1)
_STATUSES = {"UNAUTHENTICATED": "authenticationError", "PERMISSION_DENIED": "authorizationError"}


def refuses_token(status: int, body: Any) -> bool:
    family, code, _ = _first(body)
    return status == 401 and (_TOKEN.fullmatch(code) is not None or not family)


def is_taken(error: PlatformError) -> bool:
    """The name, with our id in it, is there already: a create that we lost sight of."""
    return isinstance(error, Refused) and error.code == "ads.google.taken"


def failure(body: Any, status: int, writes: bool, secrets: tuple[str, ...]) -> PlatformError:
    error = mapping(body, "error")
    family, code, first = _first(body)
    family = family or _STATUSES.get(text(error, "status"), "")
    detail = scrub(text(first, "message") or text(error, "message") or f"HTTP {status}", secrets)
    said = scrub(f"{code or text(error, 'status') or status}: {detail}", secrets)
    if status == 401 and (not code or _TOKEN.fullmatch(code)):
        return TokenRefused(
            "ads.google.token", "Google does not accept the token: connect the account again", said=said
        )
    if family == "quotaError" or status == 429 or code in _AGAIN:
        return RetryLater("ads.google.rate", "Google is asked too often", after=_delay(first), said=said)
    if code in _TROUBLE or status >= 500:
        if writes:
            return OutcomeUnknown("ads.google.trouble", "Google had trouble in the middle of a change", said=said)
        return RetryLater("ads.google.trouble", "Google has trouble of its own", after=_TROUBLE_WAIT, said=said)
    if family in _PERSON or status == 403:
        return NeedsPerson(f"ads.google.{'policy' if 'policy' in family else 'permission'}", detail, said=said)
    if code in _GONE:
        return Gone("ads.google.gone", "It is no longer there at Google", said=said)
    return Refused(
        "ads.google.taken" if code in _TAKEN else "ads.google.refused", detail, field=_field(first), said=said
    )


def _first(body: Any) -> tuple[str, str, dict[str, Any]]:
    """Family, code and the first error of the failure; empty where there is none."""
    for detail in rows(mapping(body, "error"), "details"):
        for one in rows(detail, "errors"):
            for family, code in mapping(one, "errorCode").items():
                return str(family), str(code), one
    return "", "", {}


def _delay(first: dict[str, Any]) -> timedelta:
    said = text(mapping(mapping(first, "details"), "quotaErrorDetails"), "retryDelay")
    hit = re.fullmatch(r"(\d{1,6})(?:\.\d+)?s", said)
    return timedelta(seconds=int(hit[1]) + 1) if hit else _WAIT


def _field(first: dict[str, Any]) -> str:
    path = rows(mapping(first, "location"), "fieldPathElements")
    return ".".join(text(one, "fieldName") for one in path)
