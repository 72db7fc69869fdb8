"""What Google needs to know one ad account by. Sealed in the store; never printed."""

from __future__ import annotations

import msgspec

API_URL = "https://googleads.googleapis.com"
TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 -- an address
VERSION = "v26"


class GoogleCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """`account` is the customer id in digits; `manager` the account that manages it, if one does.

    The refresh token lives until it is revoked; access tokens are fetched with it and live an hour.
    """

    account: str
    refresh_token: str
    client_id: str
    client_secret: str
    developer_token: str
    manager: str = ""
    base_url: str = API_URL
    token_url: str = TOKEN_URL
    version: str = VERSION

    def __post_init__(self) -> None:
        for id in (self.account, self.manager or "0"):
            if not (id.isascii() and id.isdecimal()):
                raise ValueError("Google's customer id is ten digits, without dashes")

    def __repr__(self) -> str:
        return f"GoogleCredentials({self.account} at {self.base_url})"
