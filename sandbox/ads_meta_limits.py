"""Meta's call limits: a score per ad account that decays in five minutes, and the share used an hour, in headers."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from sandbox.ads_meta_errors import MetaError
from sandbox.ads_meta_objects import META, effective
from sandbox.ads_world import AdAccount, AdWorld

_DECAY, _HOUR = timedelta(seconds=300), timedelta(hours=1)
_SCORES = {"development": (60, 300), "standard": (9000, 60)}  # most points, seconds of being blocked
_CALLS = {"development": 300, "standard": 100_000}


class Limits:
    """Reads count 1, writes 3."""

    def __init__(self, world: AdWorld) -> None:
        self._world = world
        self._points: dict[str, list[tuple[datetime, int]]] = {}
        self._calls: dict[str, list[datetime]] = {}
        self._blocked: dict[str, datetime] = {}

    def take(self, account: AdAccount, points: int) -> dict[str, str]:
        """Count a call; the headers that tell how near the limit is. Raises MetaError when beyond it."""
        now = self._world.now()
        most, block = _SCORES[account.level]
        lately = [(at, n) for at, n in self._points.get(account.id, []) if at > now - _DECAY]
        if self._blocked.get(account.id, now) > now or sum(n for _, n in lately) + points > most:
            self._blocked[account.id] = max(self._blocked.get(account.id, now), now + timedelta(seconds=block))
            raise MetaError(17, subcode=2446079)
        self._points[account.id] = [*lately, (now, points)]
        calls = [at for at in self._calls.get(account.id, []) if at > now - _HOUR]
        self._calls[account.id] = [*calls, now]
        active = sum(effective(self._world, ad) == "ACTIVE" for ad in self._world.of(META, account.id, "ad"))
        percent = 100 * (len(calls) + 1) // (_CALLS[account.level] + 40 * active)
        return _headers(account.id, int(self._world.faults.use(META, "usage", percent)))


def _headers(account: str, percent: int) -> dict[str, str]:
    usage = {
        "type": "ads_management",
        "call_count": percent,
        "total_cputime": 1,
        "total_time": 1,
        "estimated_time_to_regain_access": 12 if percent >= 100 else 0,
        "ads_api_access_tier": "standard_access",
    }
    return {"X-Business-Use-Case-Usage": json.dumps({account: [usage]})}
