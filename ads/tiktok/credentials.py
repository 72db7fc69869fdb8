"""What TikTok needs to know one ad account by. Sealed in the store; never printed."""

from __future__ import annotations

import msgspec

API_URL = "https://business-api.tiktok.com"
VERSION = "v1.3"


class TikTokCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """`account` is the advertiser id; `identity` the TikTok profile that ads show, of kind `identity_type`.

    An advertiser's long-term token has no refresh token: it lives until it is revoked. Where there is one, it changes
    with each use.
    """

    account: str
    token: str
    refresh_token: str = ""
    app_id: str = ""
    app_secret: str = ""
    pixel: str = ""
    identity: str = ""
    identity_type: str = "CUSTOMIZED_USER"
    base_url: str = API_URL
    version: str = VERSION

    def __post_init__(self) -> None:
        if not (self.account.isascii() and self.account.isdecimal()):
            raise ValueError("TikTok's advertiser id is a number")

    def __repr__(self) -> str:
        return f"TikTokCredentials({self.account} at {self.base_url})"
