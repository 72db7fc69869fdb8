"""Refusals of the simulated Graph API, in the form Meta gives them."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

HREF = "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/"

# code: (HTTP status, title)
CODES: dict[int, tuple[int, str]] = {
    0: (401, "AuthException"),
    1: (400, "API Unknown"),
    2: (503, "API Service"),
    3: (500, "API Method"),
    4: (400, "API Too Many Calls"),
    10: (403, "Permission Denied"),
    100: (400, "Invalid parameter"),
    190: (401, "Access token has expired"),
    368: (403, "Temporarily blocked for policies violations"),
    80007: (400, "Rate limit issues"),
    130429: (429, "Rate limit hit"),
    130472: (400, "User's number is part of an experiment"),
    130497: (403, "Business account is restricted from messaging users in this country"),
    131000: (500, "Something went wrong"),
    131005: (403, "Access denied"),
    131008: (400, "Required parameter is missing"),
    131009: (400, "Parameter value is not valid"),
    131016: (503, "Service unavailable"),
    131021: (400, "Recipient cannot be sender"),
    131026: (400, "Message undeliverable"),
    131030: (400, "Recipient phone number not in allowed list"),
    131031: (403, "Account has been locked"),
    131037: (400, "Phone number needs display name approval before message can be sent"),
    131042: (400, "Business eligibility payment issue"),
    131045: (500, "Incorrect certificate"),
    131047: (400, "Re-engagement message"),
    131048: (400, "Spam rate limit hit"),
    131049: (400, "This message was not delivered to maintain healthy ecosystem engagement"),
    131050: (400, "User has stopped marketing messages from this business"),
    131051: (400, "Unsupported message type"),
    131052: (400, "Media download error"),
    131053: (400, "Media upload error"),
    131056: (400, "(Business Account, Consumer Account) pair rate limit hit"),
    131057: (500, "Account in maintenance mode"),
    131062: (400, "Business-scoped user id is not allowed for this message"),
    132000: (400, "Template Param Count Mismatch"),
    132001: (404, "Template does not exist"),
    132005: (400, "Template Hydrated Text Too Long"),
    132007: (400, "Template Format Character Policy Violated"),
    132012: (400, "Template Parameter Format Mismatch"),
    132015: (400, "Template is Paused"),
    132016: (400, "Template is Disabled"),
    132068: (400, "Flow is in Blocked State"),
    132069: (400, "Flow is in Throttled state"),
    133010: (400, "Phone number Not Registered"),
    135000: (400, "Generic user error"),
    137000: (400, "Identity key mismatch"),
}


class GraphError(Exception):
    """A refusal with Meta's code; `details` says what was wrong with this request."""

    def __init__(self, code: int, details: str, *, subcode: int | None = None, title: str = "") -> None:
        status, known = CODES.get(code, (400, "Unknown error"))
        self.code = code
        self.status = status
        self.title = title or known
        self.details = details
        self.subcode = subcode
        super().__init__(f"(#{code}) {self.title}: {details}")

    def response(self) -> web.Response:
        error: dict[str, Any] = {
            "message": self.title if self.code in (100, 190) and self.subcode else f"(#{self.code}) {self.title}",
            "type": "OAuthException",
            "code": self.code,
            "error_data": {"messaging_product": "whatsapp", "details": self.details},
            "fbtrace_id": secrets.token_urlsafe(9),
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.code in (1, 2, 4, 80007, 130429, 131000, 131016, 131056, 131057):
            error["is_transient"] = True
        return web.json_response({"error": error}, status=self.status)


def status_error(code: int, details: str = "") -> dict[str, Any]:
    """The `errors[]` item of a `failed` status."""
    title = CODES.get(code, (400, "Unknown error"))[1]
    return {
        "code": code,
        "title": title,
        "message": title,
        "error_data": {"details": details or title},
        "href": HREF,
    }
