"""Where Daraja calls back to: an address per payment that nobody can guess.

The token is the payment's id and a keyed hash of it, so that a forged one is refused before anything is looked up.
It is written in hexadecimal, which cannot spell the words that Safaricom refuses in a callback address
(mpesa, m-pesa, safaricom, exe, exec, cmd, sql, query).
"""

from __future__ import annotations

import hashlib
import hmac
import re

PATH = "/hooks/pay/"
REFUSED_WORDS = ("mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query")
ID_LENGTH = 24
_MAC_LENGTH = 40
_TOKEN = re.compile(rf"[0-9a-f]{{{ID_LENGTH + _MAC_LENGTH}}}")


class Links:
    """Makes and reads callback addresses. `secret` is MPESA_WEBHOOK_SECRET, `app_url` our public address."""

    def __init__(self, secret: str, app_url: str) -> None:
        if not secret:
            raise ValueError("MPESA_WEBHOOK_SECRET must not be empty")
        refused = next((word for word in REFUSED_WORDS if word in app_url.lower()), None)
        if refused:
            raise ValueError(f"Safaricom refuses callback addresses with {refused!r} in them: change APP_URL")
        self._key = hashlib.sha256(f"payment callbacks\0{secret}".encode()).digest()
        self._app_url = app_url.rstrip("/")

    def token(self, payment: str) -> str:
        return payment + hmac.digest(self._key, payment.encode(), hashlib.sha256).hex()[:_MAC_LENGTH]

    def url(self, payment: str) -> str:
        return f"{self._app_url}{PATH}{self.token(payment)}"

    def payment(self, token: str) -> str | None:
        """The payment that a token is for; None for a token that we did not make."""
        if not isinstance(token, str) or not _TOKEN.fullmatch(token):
            return None
        id = token[:ID_LENGTH]
        return id if hmac.compare_digest(self.token(id), token) else None
