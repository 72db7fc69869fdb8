"""Where the ad platforms are. Who connects an account never says so: only who runs the server names another address."""

from __future__ import annotations

from urllib.parse import urlsplit

import msgspec

from ads.google.credentials import API_URL as GOOGLE_URL
from ads.google.credentials import TOKEN_URL
from ads.line import allow_host
from ads.meta.credentials import GRAPH_URL
from ads.tiktok.credentials import API_URL as TIKTOK_URL


class Hosts(msgspec.Struct, frozen=True, kw_only=True):
    """Base addresses: the platforms' own, unless the operator has a simulator or a proxy before all of them."""

    meta: str = GRAPH_URL
    google: str = GOOGLE_URL
    google_token: str = TOKEN_URL
    google_data: str = "https://datamanager.googleapis.com"
    tiktok: str = TIKTOK_URL


def behind(address: str) -> Hosts:
    """A simulator or proxy with /meta, /google and /tiktok below its address; it may be sent tokens from now on."""
    allow_host((urlsplit(address).hostname or "").lower())
    google = f"{address}/google"
    return Hosts(
        meta=f"{address}/meta", google=google, google_token=f"{google}/token", google_data=google,
        tiktok=f"{address}/tiktok",
    )  # fmt: skip
