"""What is to be told to a platform, and where: the same for all three, before each puts it into its own words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from ads.truth.events import Kind
from engine.values import Money

PLATFORMS = ("meta", "google", "tiktok")
SENT: tuple[Kind, ...] = ("lead", "booking", "payment")
FOLLOWED: tuple[Kind, ...] = (*SENT, "refund")


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who it was, in the clear; hashed before anything is sent. `refuses`: they want nothing of it."""

    phone: str = ""  # E.164
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    country: str = ""
    refuses: bool = False


class Restated(msgspec.Struct, frozen=True, kw_only=True):
    """A payment that was told, and what remains of it after a refund."""

    id: str
    at: datetime
    remains: Money


class Conversion(msgspec.Struct, frozen=True, kw_only=True):
    """One event for one platform. `id` is ours and never changes: by it the platform knows a repetition.

    `person`, `agent` and `address` are empty unless the person agreed (`consent` granted).
    """

    id: str
    kind: Kind
    at: datetime
    ids: dict[str, str] = {}
    clicked_at: datetime | None = None
    contact: str = ""
    page: str = ""
    value: Money | None = None
    consent: Literal["", "granted", "denied"] = ""
    person: Person = Person()
    agent: str = ""
    address: str = ""
    restated: tuple[Restated, ...] = ()  # of a refund, for a platform that takes payments anew


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """A business's place at a platform. `names` are the platform's words for our kinds, where they differ from usual.

    Meta: `id` is the dataset (pixel), `page` the Facebook page of click-to-WhatsApp ads. Google: `id` is the customer,
    `login` the manager that signs in, `names` the ids of the conversion actions (a kind without one is not sent),
    `legacy` uploads by the Google Ads API, which needs `developer_token`. TikTok: `id` is the pixel's code.
    """

    platform: Literal["meta", "google", "tiktok"]
    id: str
    token: str  # Google: empty, where one is fetched by `refresh_token`
    names: dict[str, str] = {}
    page: str = ""
    login: str = ""
    app_secret: str = ""
    developer_token: str = ""
    legacy: bool = False
    refresh_token: str = ""
    client_id: str = ""
    client_secret: str = ""
    test_code: str = ""

    def __repr__(self) -> str:
        return f"Destination({self.platform} {self.id})"


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent: a path under the platform's base address, headers, and a JSON body."""

    path: str
    body: Mapping[str, Any]
    headers: dict[str, str] = {}
    params: dict[str, str] = {}

    def __repr__(self) -> str:
        return f"Request({self.path})"


class Accepted(msgspec.Struct, frozen=True):
    """The platform took it; `trace` is its own name for that."""

    trace: str


class Unsendable(Exception):
    """The platform has no use for this event; `why` says it: kind, old, no_ids, no_page, refused, untold."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
