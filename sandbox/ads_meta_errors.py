"""Refusals of the simulated Marketing API, in the form Meta gives them."""

from __future__ import annotations

import secrets
from typing import Any

from aiohttp import web

# code: (HTTP status, type, message, transient)
_CODES: dict[int, tuple[int, str, str, bool]] = {
    1: (500, "OAuthException", "An unknown error occurred", True),
    2: (503, "OAuthException", "Service temporarily unavailable", True),
    4: (400, "OAuthException", "Application request limit reached", True),
    10: (403, "OAuthException", "Application does not have permission for this action", False),
    17: (400, "OAuthException", "User request limit reached", True),
    100: (400, "OAuthException", "Invalid parameter", False),
    190: (401, "OAuthException", "Error validating access token: Session has expired", False),
    200: (403, "OAuthException", "Permissions error", False),
    368: (400, "OAuthException", "The action attempted has been deemed abusive or is otherwise disallowed", False),
    6000: (400, "OAuthException", "There was a problem uploading your video file", False),
    6001: (400, "OAuthException", "There was a problem uploading your video", False),
    613: (400, "OAuthException", "Calls to this api have exceeded the rate limit", True),
    80004: (400, "OAuthException", "There have been too many calls to this ad-account", True),
}


class MetaError(Exception):
    """`text` is what was wrong with this request, `data` what a client can go by."""

    def __init__(
        self, code: int, text: str = "", *, subcode: int | None = None, field: str = "", title: str = "",
        data: dict[str, Any] | None = None, transient: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(text)
        self.code, self.text, self.subcode, self.field = code, text, subcode, field
        self.title, self.data, self.transient = title, data, transient

    def response(self) -> web.Response:
        status, kind, known, transient = _CODES.get(self.code, (400, "OAuthException", "Unknown error", False))
        error: dict[str, Any] = {
            "message": f"(#{self.code}) {self.text or known}" if self.code != 190 else (self.text or known),
            "type": kind,
            "code": self.code,
            "is_transient": transient or self.transient,
            "fbtrace_id": secrets.token_urlsafe(9),
        }
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        if self.text:
            error["error_user_title"], error["error_user_msg"] = self.title or known, self.text
        if self.data is not None:
            error["error_data"] = self.data
        if self.field:
            error["error_data"] = {"blame_field_specs": [[self.field]]}
        return web.json_response({"error": error}, status=status)


def of_code(code: str) -> web.Response:
    """ "17/2446079" as an answer."""
    number, _, sub = code.partition("/")
    return MetaError(int(number), subcode=int(sub) if sub else None).response()


def missing(id: str) -> MetaError:
    return MetaError(
        100,
        f"Unsupported request. Object with ID '{id}' does not exist, cannot be loaded due to missing permissions, "
        "or does not support this operation",
        subcode=33,
    )


def invalid(field: str, text: str) -> MetaError:
    return MetaError(100, f"Param {field} {text}", field=field)
