"""The way of an event to its platform: a token that is good just now, one request, and what the answer means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from types import ModuleType

import httpx
import msgspec

from ads import failures
from ads.conversions import google, meta, tiktok
from ads.conversions.destinations import Bases
from ads.conversions.message import Accepted, Conversion, Destination
from ads.google.tokens import Grant, Tokens
from ads.line import Line

ROOMS: dict[str, ModuleType] = {"meta": meta, "google": google, "tiktok": tiktok}


class Delivery:
    """For all businesses over one connection pool. Google's access tokens are kept while they are good."""

    def __init__(self, http: httpx.AsyncClient, bases: Bases, now: Callable[[], datetime]) -> None:
        self._http = http
        self._bases = bases
        self._now = now
        self._tokens: dict[Grant, tuple[str, datetime]] = {}

    async def deliver(
        self, conversion: Conversion, place: Destination, now: datetime, *, test: bool = False
    ) -> Accepted:  # fmt: skip
        """With `test` nothing is counted: by the place's test code, or where there is none, by only validating it.

        Raises Unsendable, a PlatformError, or ValueError for an address that no token may go to.
        """
        room = ROOMS[place.platform]
        room.request(conversion, place, now)  # whether there is anything to say, before anybody is asked for a token
        grant = _grant(place)
        ready = msgspec.structs.replace(place, token=await self._fresh(grant)) if grant is not None else place
        request = room.request(conversion, ready, now)
        checked = test and place.platform == "google"
        body = {**request.body, "validateOnly": True} if checked else request.body
        line = Line(place.platform, self._http, self._bases.of(place))
        answer = await line.send(
            "POST", request.path, writes=True, headers=request.headers, json=body, params=request.params,
            secrets=(ready.token, place.app_secret, place.developer_token, place.refresh_token, place.client_secret),
        )  # fmt: skip
        try:
            if place.platform == "google":
                return google.understood(answer.status, answer.body, legacy=place.legacy, checked=checked)
            understood: Accepted = room.understood(answer.status, answer.body)
            return understood
        except failures.TokenRefused:
            if grant is not None:
                self._tokens.pop(grant, None)
            raise

    async def _fresh(self, grant: Grant) -> str:
        known = self._tokens.get(grant)
        if known is None or self._now() >= known[1]:
            secrets = (grant.refresh_token, grant.client_secret)
            tokens = Tokens(self._http, self._bases.google_token, self._now)
            known = self._tokens[grant] = await tokens.fetched(grant, secrets)
        return known[0]


def _grant(place: Destination) -> Grant | None:
    if not place.refresh_token:
        return None
    return Grant(refresh_token=place.refresh_token, client_id=place.client_id, client_secret=place.client_secret)
