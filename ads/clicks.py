"""Where a visitor came from: the click ids and campaign tags that ad platforms put into links. Pure.

Meta: fbclid (and fbc, made from it), and ctwa_clid in the referral of a click-to-WhatsApp message. Google: gclid,
and gbraid/wbraid where iOS allows no gclid. TikTok: ttclid. Campaign tags: utm_*. None of the ids is ever hashed:
they go back to the platform as they came. Values are cut, never parsed: they are opaque.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import msgspec

PLATFORMS = {
    "fbclid": "meta",
    "ctwa_clid": "meta",
    "gclid": "google",
    "gbraid": "google",
    "wbraid": "google",
    "ttclid": "tiktok",
}
TAGS = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "utm_id")
URL_LENGTH = 4096
_ID_LENGTH, _TAG_LENGTH, _FIELDS = 512, 200, 100


class Click(msgspec.Struct, frozen=True, kw_only=True):
    """What one visit says about its origin. `page` is the address without its query, which could hold anything."""

    ids: dict[str, str] = {}
    tags: dict[str, str] = {}
    platform: str = ""  # of the click id: meta, google, tiktok
    page: str = ""
    referrer: str = ""  # the host only
    ad: str = ""  # the platform's id of the ad, where it says so

    @property
    def empty(self) -> bool:
        return not (self.ids or self.tags or self.ad)


def of_url(url: str, referrer: str = "") -> Click:
    """The origin in a landing page's address; an empty one for what cannot be read."""
    try:
        parts = urlsplit(url[:URL_LENGTH])
        pairs = parse_qsl(parts.query, max_num_fields=_FIELDS, errors="replace")
        host = urlsplit(referrer[:URL_LENGTH]).hostname or ""
    except ValueError:
        return Click()
    given: dict[str, str] = {}
    for name, value in pairs:
        given.setdefault(name.lower(), value)  # the first counts, as the platforms' own scripts have it
    ids = _kept(given, PLATFORMS, _ID_LENGTH)
    web = parts.scheme in ("http", "https") and bool(parts.netloc)
    return Click(
        ids=ids,
        tags=_kept(given, TAGS, _TAG_LENGTH),
        platform=next((PLATFORMS[name] for name in ids), ""),
        page=f"{parts.scheme}://{parts.hostname}{parts.path}"[:_ID_LENGTH] if web else "",
        referrer=host[:_TAG_LENGTH],
    )


def of_referral(referral: dict[str, Any]) -> Click:
    """The origin in a click-to-WhatsApp message's `referral`; the click id may be missing."""
    clid = _clean(str(referral.get("ctwa_clid") or ""), _ID_LENGTH)
    tagged = of_url(str(referral.get("source_url") or ""))
    ids = {**tagged.ids, **({"ctwa_clid": clid} if clid else {})}
    kind = str(referral.get("source_type") or "")
    return msgspec.structs.replace(
        tagged, ids=ids, platform="meta", ad=_clean(str(referral.get("source_id") or ""), _TAG_LENGTH) if kind else ""
    )


def fbc(fbclid: str, clicked: datetime) -> str:
    """Meta's `fbc` parameter for a click id: version 1, domain index 1, the click's time in milliseconds."""
    return f"fb.1.{int(clicked.timestamp() * 1000)}.{fbclid}"


def _kept(given: dict[str, str], names: Any, length: int) -> dict[str, str]:
    cleaned = {name: _clean(given[name], length) for name in names if name in given}
    return {name: value for name, value in cleaned.items() if value}


def _clean(value: str, length: int) -> str:
    """Printable and short. A click id that is too long is not cut, since half an id is another's: it is dropped."""
    printable = "".join(letter for letter in value if letter.isprintable()).strip()
    return printable if len(printable) <= length else ""
