"""A business settles how ads are measured: on which sites of its own, and for how long after a click."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

import msgspec

from ads.truth.terms import LONGEST_DAYS
from storage.store import Op, Store, Update

MOST_SITES = 20
_LOCAL = ("localhost", "127.0.0.1")


class BadMeasuring(ValueError):
    """It cannot be so. `code` is site, sites or window; `value` is what was written."""

    def __init__(self, code: str, value: str) -> None:
        super().__init__(f"{code}: {value}")
        self.code = code
        self.value = value


class Measuring(msgspec.Struct, frozen=True, kw_only=True):
    """`sites` are origins, https://clinic.co.ke; for `window_days` after an ad's click what follows is its doing."""

    sites: tuple[str, ...] = ()
    window_days: int = 7


async def change(store: Store, org: str, wanted: Measuring, note: Sequence[Op] = ()) -> Measuring:
    """What was kept, written as browsers write an origin. Raises BadMeasuring."""
    if not 1 <= wanted.window_days <= LONGEST_DAYS:
        raise BadMeasuring("window", str(wanted.window_days))
    sites = tuple(dict.fromkeys(origin(site) for site in wanted.sites if site.strip()))
    if len(sites) > MOST_SITES:
        raise BadMeasuring("sites", str(len(sites)))
    sets = {"settings.sites": list(sites), "settings.ads_window_days": wanted.window_days}
    await store.org(org).commit([Update("orgs", org, {"set": sets}), *note])
    return Measuring(sites=sites, window_days=wanted.window_days)


def origin(site: str) -> str:
    """Scheme and host, whatever page of the site was named; without a scheme, https. Raises BadMeasuring."""
    written = site.strip().lower()
    full = written if "://" in written else f"https://{written}"
    try:
        parts = urlsplit(full)
        host, port = parts.hostname or "", parts.port
    except ValueError:  # a port that is no number
        raise BadMeasuring("site", site[:80]) from None
    local = host in _LOCAL
    letters = host.replace(".", "").replace("-", "")
    named = letters.isalnum() and letters.isascii() and ("." in host.strip(".") or local) and not parts.username
    if parts.scheme not in (("http", "https") if local else ("https",)) or not named:
        raise BadMeasuring("site", site[:80])
    usual = port in (None, 443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}{'' if usual else f':{port}'}"
