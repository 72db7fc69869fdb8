"""An address of one day's report that nobody can guess, for the owner's phone, which is not signed in to the console.

The token says whose report, of which day, in which language and until when; a keyed hash makes it ours. It opens this
one report and nothing else, for a fortnight.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import UTC, date, datetime, timedelta

import msgspec

PATH = "/ads/report/"
HOLDS = timedelta(days=14)
_MAC = 20  # bytes
_TOKEN = re.compile(r"[A-Za-z0-9_-]{40,400}")


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a link is for."""

    org: str
    day: date
    language: str
    until: datetime


class ReportLinks:
    """Makes and reads them. `secret` never leaves the server; `app_url` is our public address."""

    def __init__(self, secret: bytes, app_url: str) -> None:
        self._key = hashlib.sha256(b"links to reports of ads\0" + secret).digest()
        self._app_url = app_url.rstrip("/")

    def url(self, org: str, day: date, language: str, now: datetime) -> str:
        until = (now + HOLDS).astimezone(UTC).replace(microsecond=0)
        said = msgspec.json.encode(Opened(org=org, day=day, language=language, until=until))
        token = base64.urlsafe_b64encode(self._mac(said) + said).rstrip(b"=").decode()
        return f"{self._app_url}{PATH}{token}.pdf"

    def read(self, token: str, now: datetime) -> Opened | None:
        """None for one that we did not make, and for one whose time is over."""
        if not _TOKEN.fullmatch(token):
            return None
        try:
            whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
            mac, said = whole[:_MAC], whole[_MAC:]
            if not hmac.compare_digest(mac, self._mac(said)):
                return None
            opened = msgspec.json.decode(said, type=Opened)
        except ValueError:
            return None
        return opened if now < opened.until else None

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)[:_MAC]
