"""What the addresses of the campaigns take and give."""

from __future__ import annotations

from typing import Literal

import msgspec

from insights.ads import Summary


class Campaigns(msgspec.Struct, frozen=True, kw_only=True):
    """All campaigns, the latest first."""

    campaigns: tuple[Summary, ...]


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What is to become of a campaign."""

    campaign: str
    do: Literal["submit", "pause", "resume", "end"]
    reason: str = ""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Yes or no to a launch (`campaign`) or to a change (`change`) that waits for it."""

    approve: bool
    campaign: str = ""
    change: str = ""
    reason: str = ""


class Caps(msgspec.Struct, frozen=True, kw_only=True):
    """Other caps, in minor units of the campaign's currency."""

    campaign: str
    daily: int
    monthly: int
    approval_pct: float


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A person's own change of a variation: a daily budget, or the most that a result may cost on average (0: the
    lowest cost), in minor units; or "active" or "paused".
    """

    variation: str
    budget: int | None = None
    bid: int | None = None
    status: Literal["", "active", "paused"] = ""
    reason: str = ""


class Back(msgspec.Struct, frozen=True, kw_only=True):
    """A change to take back."""

    change: str
    reason: str = ""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """The change that this became; see the campaign's decisions for what comes of it."""

    change: str
