"""What Meta needs to know one ad account by. Sealed in the store; never printed."""

from __future__ import annotations

import msgspec

GRAPH_URL = "https://graph.facebook.com"
VIDEO_URL = "https://graph-video.facebook.com"  # films are sent there, and asked after at the other
VERSION = "v26.0"
CONVERSIONS = (
    "offsite_conversion.fb_pixel_purchase",
    "onsite_conversion.messaging_conversation_started_7d",
    "offsite_conversion.fb_pixel_lead",
    "lead",
)


class MetaCredentials(msgspec.Struct, frozen=True, kw_only=True):
    """`account` without "act_". `offset` only for a currency that Meta's table lacks (ads/units.py).

    `conversions`: the action types that count, the first that a report has; they overlap, so they are never added up.
    `video_url` only where films go to another address than `films_go_to` would say.
    """

    account: str
    token: str
    app_id: str = ""
    app_secret: str = ""
    page: str = ""
    pixel: str = ""
    base_url: str = GRAPH_URL
    video_url: str = ""
    version: str = VERSION
    offset: int | None = None
    conversions: tuple[str, ...] = CONVERSIONS

    def __post_init__(self) -> None:
        if not (self.account.isascii() and self.account.isdecimal()):
            raise ValueError("Meta's ad account is a number, without act_")

    @property
    def films_go_to(self) -> str:
        """A simulator or proxy has one address for all."""
        return self.video_url or (VIDEO_URL if self.base_url == GRAPH_URL else self.base_url)

    def __repr__(self) -> str:
        return f"MetaCredentials(act_{self.account} at {self.base_url})"
