"""An ad platform as the rest of the house sees it: one protocol that Meta, Google and TikTok all keep.

A *campaign* has one offer; each of its *variations* is an ad set of its own with its own daily budget (an ad group at
TikTok; at Google, where a budget belongs to a campaign, a campaign of its own). Everything is created paused, so that
nothing can spend before somebody resumes it, and carries our id in its name, so that creating it again after a crash
finds what was made. Every write can be a dry run, which validates and says what would be sent.

Errors are those of `ads.failures`, and no others, except `ads.units.BadUnit` for an amount that cannot be said.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal, Protocol

import msgspec

from engine.values import Money

Name = Literal["meta", "google", "tiktok"]
Kind = Literal["campaign", "variation"]
Status = Literal["active", "paused", "deleted"]
Delivery = Literal["running", "paused", "in_review", "rejected", "limited", "ended", "deleted", "unknown"]
Objective = Literal["sales", "leads", "traffic", "messages"]
Action = Literal["book", "learn_more", "shop", "sign_up", "message", "contact"]
Category = Literal["housing", "employment", "credit", "politics"]


class Ref(msgspec.Struct, frozen=True, kw_only=True):
    """Something of ours on a platform: our `id`, and in `external` the platform's ids by its own words.

    campaign: {"campaign"} (Google: {"label"}). variation: {"campaign", "adset", "creative", "ad"} (Google: {"campaign",
    "budget", "adset", "ad"}; TikTok: {"campaign", "adset", "ad"}). Stored as it is; `external` may be empty in a plan.
    """

    kind: Kind
    id: str
    external: dict[str, str] = {}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An ad account as the platform describes it now. `zone` is an IANA name; `usable` false with the reason."""

    platform: Name
    id: str
    name: str
    currency: str
    zone: str
    usable: bool = True
    reason: str = ""
    smallest_daily_budget: Money | None = None


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """Whom an ad is for. Countries ISO 3166 ("KE"), languages ISO 639 ("sw"); ages 18 to 65 (65 means and above).

    `places` and `interests` are the platform's own ids, where somebody chose some. `keywords` are for search (Google).
    """

    countries: tuple[str, ...]
    places: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    youngest: int = 18
    oldest: int = 65
    interests: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()


class Asset(msgspec.Struct, frozen=True, kw_only=True):
    """A picture or film to upload. `checksum` is SHA-256 in hexadecimal: the same bytes are uploaded once."""

    kind: Literal["image", "video"]
    name: str
    mime_type: str
    checksum: str
    content: bytes


class Creative(msgspec.Struct, frozen=True, kw_only=True):
    """What a person sees. Texts are within the platform's limits already (ads/variations sees to that).

    `texts` are the body, `headlines` and `descriptions` the short lines; Google takes several, Meta and TikTok the
    first of each. `link` has its campaign tags. `whatsapp` (a number, E.164) makes the button open a chat.
    `images` and `videos` are ids that `upload` answered.
    """

    texts: tuple[str, ...]
    headlines: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    link: str = ""
    action: Action = "learn_more"
    whatsapp: str = ""
    images: tuple[str, ...] = ()
    videos: tuple[str, ...] = ()
    assets: tuple[str, ...] = ()  # ours, by our ids: uploaded before the ad is made, and then among the former two


class CampaignPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign to create, paused. `categories` are the special ad categories that it falls under."""

    id: str
    name: str
    objective: Objective
    currency: str
    categories: tuple[Category, ...] = ()


class VariationPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A variation to create, paused: ad set with daily budget, creative and ad. `angle` is A, B, C.

    Times are aware; without `ends` it runs until paused. `bid` is the most that a result may cost on average, as the
    platform counts results; without one it is bought at the lowest cost.
    """

    id: str
    name: str
    angle: str
    objective: Objective
    budget: Money
    audience: Audience
    creative: Creative
    starts: datetime | None = None
    ends: datetime | None = None
    bid: Money | None = None


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to change; None leaves it, a `bid` of 0 takes it away. `status="deleted"` can be taken back nowhere."""

    status: Status | None = None
    budget: Money | None = None
    name: str | None = None
    bid: Money | None = None

    @property
    def empty(self) -> bool:
        return self == Change()

    def beyond(self, state: State) -> Change:
        """What of this is not so already."""
        return Change(
            status=self.status if self.status != state.status else None,
            budget=self.budget if self.budget != state.budget else None,
            name=self.name if self.name != state.name else None,
            bid=self.bid if self.bid != state.bid else None,
        )


class State(msgspec.Struct, frozen=True, kw_only=True):
    """How something stands on the platform, read just now.

    `status` is what was set, `delivery` what comes of it, with the platform's `reason`. `name` is without our id.
    `bid` is 0 for the lowest cost, and None for a campaign, or where somebody chose another way of bidding than ours.
    `fingerprint` is over all else that was set (audience, creative, bidding, dates): it changes when somebody edits.
    """

    ref: Ref
    name: str
    status: Status
    delivery: Delivery
    reason: str = ""
    budget: Money | None = None
    fingerprint: str = ""
    bid: Money | None = None

    def differences(self, other: State) -> tuple[str, ...]:
        """What was set otherwise in `other`; delivery is the platform's affair and does not count."""
        pairs = {
            "status": (self.status, other.status),
            "budget": (self.budget, other.budget),
            "name": (self.name, other.name),
            "bid": (self.bid, other.bid),
            "settings": (self.fingerprint, other.fingerprint),
        }
        return tuple(name for name, (mine, its) in pairs.items() if mine != its)


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was, or in a dry run would be, sent. Never holds a token."""

    method: str
    path: str
    body: dict[str, Any] = {}


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a write came to.

    `found`: it was there already, nothing was created. `validated`: by "platform", or by "us" where the platform has
    no such mode or what it would stand in does not exist yet. A dry run has empty `external` ids for what is new.
    """

    ref: Ref
    dry_run: bool = False
    found: bool = False
    validated: Literal["", "platform", "us"] = ""
    requests: tuple[Request, ...] = ()


class Hour(msgspec.Struct, frozen=True, kw_only=True):
    """What the platform reports of one variation in one hour (`hour` is its beginning, UTC, on the full hour).

    Reported, not true: conversions are the platform's claim. Numbers of past hours may still rise or shrink.
    """

    external: str  # the platform's id of the ad set
    hour: datetime
    spend: Money
    impressions: int
    clicks: int
    conversions: float = 0.0
    value: Money | None = None  # of the conversions, as the platform claims


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """One page. `after` asks for the next; empty on the last."""

    rows: tuple[Hour, ...]
    after: str = ""


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """How many people saw a variation over some days, and how often it was shown to them in all.

    Nobody is counted twice within those days, so the people of two spans cannot be added. Raises ValueError for more
    people than impressions.
    """

    external: str  # the platform's id of the ad set
    people: int
    impressions: int

    def __post_init__(self) -> None:
        if self.people > self.impressions:
            raise ValueError(f"{self.people} people cannot have seen {self.impressions} impressions")


class Platform(Protocol):
    """One ad account. Share one object per account: it holds the token and keeps the pace."""

    name: Name

    async def account(self) -> Account:
        """Asks the platform each time: currency and time zone may have changed."""
        ...

    async def upload(self, asset: Asset) -> str:
        """The platform's id of a picture or film; the same bytes give the same id. Harms nobody when repeated."""

    async def create_campaign(self, plan: CampaignPlan, *, dry_run: bool = False) -> Receipt: ...

    async def create_variation(self, campaign: Ref, plan: VariationPlan, *, dry_run: bool = False) -> Receipt:
        """Continues where an earlier try ended: each part that is there already is found, not made twice."""
        ...

    async def find(self, kind: Kind, id: str) -> Ref | None:
        """What stands under our id and is not deleted; parts that are missing are missing in `external`."""
        ...

    async def read(self, ref: Ref) -> State:
        """Raises Gone for what no longer is there; a deleted one that the platform still shows is a State."""
        ...

    async def change(self, ref: Ref, change: Change, *, expect: State | None = None, dry_run: bool = False) -> Receipt:
        """Makes the change, all of it or nothing. Setting what is set already is no error and sends nothing.

        With `expect`, the state is read first, and ChangedByHand raised when somebody edited it meanwhile (between
        that look and the write there remains a moment that no platform lets us close).
        """
        ...

    async def hours(self, since: datetime, until: datetime, currency: str, after: str = "") -> Hours:
        """Hourly insights of all variations of the account from `since` up to and without `until`, a page at a time.

        Raises CurrencyChanged when the platform reports in another currency. A page is whole or an error, never half.
        """
        ...

    async def reach(self, first: date, last: date) -> dict[str, Reach]:
        """By ad set, how many people saw each variation of the account from `first` to `last`, whole days of the
        account's own time. What is missing nobody saw, or the platform does not tell (Google). Whole or an error.
        """
        ...


async def every_hour(platform: Platform, since: datetime, until: datetime, currency: str) -> list[Hour]:
    """All pages of `hours`. A row that comes twice counts once; of two different ones the later page's counts."""
    rows: dict[tuple[str, datetime], Hour] = {}
    after = ""
    while True:
        page = await platform.hours(since, until, currency, after)
        rows.update({(row.external, row.hour): row for row in page.rows})
        if not page.after or page.after == after:
            return sorted(rows.values(), key=lambda row: (row.hour, row.external))
        after = page.after
