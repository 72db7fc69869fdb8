"""Carries webhooks and callbacks to the subscriber over HTTP, with retries, and keeps a log of every attempt.

The log is for tests and for the page ("the webhook was answered 500 twice"); a provider has one too, in its dashboard.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

import aiohttp
import msgspec

from sandbox.pace import Pace

log = logging.getLogger("sandbox")

# Seconds before each further try of a webhook. Meta goes on for days; after these the simulated one gives up.
WEBHOOK_RETRIES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 60.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
_FOR_GOOD = 3600.0  # simulated seconds after which a capped schedule gives up, too
_TIMEOUT = aiohttp.ClientTimeout(total=20)


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One POST that was tried. `answer` is the HTTP status, or 0 when there was none; `problem` then says why."""

    at: datetime
    url: str
    label: str
    body: str
    answer: int
    problem: str = ""


class Courier:
    """Posts bytes until they are answered with 200."""

    def __init__(self, pace: Pace, now: Callable[[], datetime], longest_retry: float = 0.0) -> None:
        self._pace = pace
        self.retries = _capped(WEBHOOK_RETRIES, longest_retry) if longest_retry else WEBHOOK_RETRIES
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self.attempts: deque[Attempt] = deque(maxlen=500)

    async def deliver(
        self, url: str, raw: bytes, label: str, headers: Mapping[str, str], retries: Sequence[float] | None = None
    ) -> bool:
        """POST until 200 or until the retries are used up; answers whether it was taken."""
        retries = self.retries if retries is None else retries
        for wait in (0.0, *retries):
            if wait:
                await self._pace.sleep(wait)
            if await self._post(url, raw, label, headers):
                return True
        log.warning("%s was not taken by %s after %d tries", label, url, len(retries) + 1)
        return False

    async def verify(self, url: str, token: str) -> bool:
        """The subscription handshake: GET with a challenge that must come back exactly."""
        challenge = "1158201444"
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": token}
        try:
            async with self._client().get(url, params=query) as answer:
                text = await answer.text()
                self._note(url, "verify", "", answer.status)
                return answer.status == 200 and text == challenge
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note(url, "verify", "", 0, str(error) or type(error).__name__)
            return False

    async def _post(self, url: str, raw: bytes, label: str, headers: Mapping[str, str]) -> bool:
        body = raw.decode("utf-8", "replace")
        try:
            async with self._client().post(
                url, data=raw, headers={"Content-Type": "application/json", **headers}, allow_redirects=False
            ) as answer:
                await answer.read()
                self._note(url, label, body, answer.status)
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError) as error:
            self._note(url, label, body, 0, str(error) or type(error).__name__)
            return False

    def _note(self, url: str, label: str, body: str, answer: int, problem: str = "") -> None:
        attempt = Attempt(at=self._now(), url=url, label=label, body=body, answer=answer, problem=problem)
        self.attempts.append(attempt)

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=_TIMEOUT)
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


def _capped(schedule: Sequence[float], longest: float) -> tuple[float, ...]:
    """The same patience in more and shorter waits."""
    waits = [min(wait, longest) for wait in schedule]
    waits += [longest] * int((_FOR_GOOD - sum(waits)) / longest)
    return tuple(waits)
