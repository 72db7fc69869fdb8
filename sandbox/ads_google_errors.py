"""Refusals of the simulated Google Ads API: a status, and a GoogleAdsFailure with an error code of a family."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

_HTTP = {
    "INVALID_ARGUMENT": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "RESOURCE_EXHAUSTED": 429,
    "INTERNAL": 500,
    "UNAVAILABLE": 503,
}
# error code: (family, status)
_FAMILIES = {
    "RESOURCE_EXHAUSTED": ("quotaError", "RESOURCE_EXHAUSTED"),
    "RESOURCE_TEMPORARILY_EXHAUSTED": ("quotaError", "RESOURCE_EXHAUSTED"),
    "OAUTH_TOKEN_EXPIRED": ("authenticationError", "UNAUTHENTICATED"),
    "OAUTH_TOKEN_INVALID": ("authenticationError", "UNAUTHENTICATED"),
    "DEVELOPER_TOKEN_INVALID": ("authenticationError", "UNAUTHENTICATED"),
    "USER_PERMISSION_DENIED": ("authorizationError", "PERMISSION_DENIED"),
    "CUSTOMER_NOT_ENABLED": ("authorizationError", "PERMISSION_DENIED"),
    "TRANSIENT_ERROR": ("internalError", "INTERNAL"),
    "INTERNAL_ERROR": ("internalError", "INTERNAL"),
    "CONCURRENT_MODIFICATION": ("databaseError", "INVALID_ARGUMENT"),
    "RESOURCE_NOT_FOUND": ("mutateError", "NOT_FOUND"),
    "POLICY_FINDING": ("policyFindingError", "INVALID_ARGUMENT"),
}
VERSION = "v26"
FAILURE = f"type.googleapis.com/google.ads.googleads.{VERSION}.errors.GoogleAdsFailure"


class GoogleError(Exception):
    """`family` is the error code's field, such as campaignError; `path` what in the request was wrong."""

    def __init__(self, code: str, text: str = "", *, family: str = "", path: tuple[str, ...] = ()) -> None:
        super().__init__(text or code)
        known, self.status = _FAMILIES.get(code, ("requestError", "INVALID_ARGUMENT"))
        self.code, self.text, self.family, self.path = code, text or code, family or known, path

    def failure(self) -> dict[str, Any]:
        """The GoogleAdsFailure, as REST shows it."""
        one: dict[str, Any] = {"errorCode": {self.family: self.code}, "message": self.text}
        if self.path:
            one["location"] = {"fieldPathElements": [{"fieldName": name} for name in self.path]}
        if self.family == "quotaError":
            scope = {"rateScope": "ACCOUNT", "rateName": "Operations", "retryDelay": "42s"}
            one["details"] = {"quotaErrorDetails": scope}
        return {"errors": [one], "requestId": secrets.token_urlsafe(12)}

    def response(self) -> web.Response:
        error = {
            "code": _HTTP[self.status],
            "message": self.text,
            "status": self.status,
            "details": [{"@type": FAILURE, **self.failure()}],
        }
        return web.json_response({"error": error}, status=_HTTP[self.status])


def of_code(code: str) -> web.Response:
    return GoogleError(code).response()
