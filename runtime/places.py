"""Where a business is: the time zone and region that its customers' words are read in."""

from __future__ import annotations

import time
from functools import cache
from typing import NamedTuple
from zoneinfo import available_timezones

from storage.store import Store

_FRESH_SECONDS = 60.0
_REGIONS = {
    "Africa/Nairobi": "KE",
    "Africa/Kampala": "UG",
    "Africa/Dar_es_Salaam": "TZ",
    "Africa/Kigali": "RW",
    "Africa/Lagos": "NG",
}


@cache
def _zones() -> set[str]:
    """Walks the tz database: once, and not before a business is first asked for."""
    return available_timezones()


class Place(NamedTuple):
    zone: str  # IANA name
    region: str  # ISO 3166, for phone numbers without a country code
    language: str
    currency: str


NAIROBI = Place("Africa/Nairobi", "KE", "en", "KES")


class Places:
    """Looks up an org's place, remembering it for a minute."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[float, Place]] = {}

    async def of(self, org: str) -> Place:
        known = self._known.get(org)
        if known is not None and time.monotonic() - known[0] < _FRESH_SECONDS:
            return known[1]
        document = await self._store.get("orgs", org)
        place = NAIROBI if document is None else _read(document)
        self._known[org] = (time.monotonic(), place)
        return place


def _read(document: dict[str, object]) -> Place:
    zone = document.get("zone")
    languages = document.get("languages")
    first = str(languages[0]) if isinstance(languages, list) and languages else NAIROBI.language
    currency = str(document.get("currency") or NAIROBI.currency)
    if not isinstance(zone, str) or zone not in _zones():
        return Place(NAIROBI.zone, NAIROBI.region, first, currency)
    return Place(zone, _REGIONS.get(zone, NAIROBI.region), first, currency)
