"""Google's access tokens live an hour and are fetched with a refresh token, for ads and for conversions alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import httpx
import msgspec

from ads.answers import text, whole
from ads.failures import NeedsPerson, RetryLater, TokenRefused
from ads.line import Line

_MARGIN = timedelta(minutes=2)


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """What an access token is fetched with: somebody's lasting consent, and whose application it was given to."""

    refresh_token: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        return f"Grant({self.client_id})"


class Tokens:
    """Fetches at `url`. Raises ValueError for an address that no secret may go to."""

    def __init__(self, http: httpx.AsyncClient, url: str, now: Callable[[], datetime]) -> None:
        parts = urlsplit(url)
        self._line = Line("google", http, f"{parts.scheme}://{parts.netloc}")
        self._path = parts.path
        self._now = now

    async def fetched(self, grant: Grant, secrets: tuple[str, ...]) -> tuple[str, datetime]:
        """A token, and until when it is good. Raises RetryLater, NeedsPerson, TokenRefused."""
        form = {"grant_type": "refresh_token", **msgspec.structs.asdict(grant)}
        answer = await self._line.send("POST", self._path, writes=False, headers={}, secrets=secrets, data=form)
        token = text(answer.body, "access_token")
        if answer.status >= 500 or answer.status == 429:
            raise RetryLater("ads.google.token", "Google gives no token just now", after=timedelta(minutes=1))
        if text(answer.body, "error") in ("invalid_client", "unauthorized_client"):
            raise NeedsPerson("ads.google.client", "Google does not know the OAuth client: check id and secret")
        if answer.status != 200 or not token:
            raise TokenRefused("ads.google.token", "Google's consent was withdrawn: connect the account again")
        lives = timedelta(seconds=max(60, min(whole(answer.body, "expires_in", 3600), 86_400)))
        return token, self._now() + max(lives - _MARGIN, timedelta(seconds=30))
