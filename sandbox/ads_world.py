"""What the three simulated ad platforms keep: accounts, the things in them, and what each hour brought.

A thing's `fields` are in its platform's own words. Hours are simulated when somebody looks: every whole hour since the
last look, with the budgets that stood since then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from aiohttp import web

from sandbox.ads_faults import Faults
from sandbox.ads_market import Live, Market, Result

HOUR = timedelta(hours=1)
_MOST_HOURS = 24 * 400


class AdAccount(msgspec.Struct, kw_only=True):
    """An account at a platform, and what a client must show to use it. `status` 1 is in order (Meta's numbers)."""

    platform: str
    id: str
    name: str = "Simulated ad account"
    currency: str = "KES"
    zone: str = "Africa/Nairobi"
    status: int = 1
    token: str = "simulated-ads-token"
    refresh_token: str = "simulated-refresh-token"
    client_id: str = "simulated-client"
    client_secret: str = "simulated-client-secret"
    developer_token: str = "simulated-developer-token"  # Google
    page: str = "1000000001"  # Meta
    pixel: str = "2000000002"
    identity: str = "3000000003"  # TikTok
    smallest_budget: float = 130.0  # a day, major units
    level: str = "standard"  # or "development": Meta's small limits


DEFAULT_AD_ACCOUNTS = (
    AdAccount(platform="meta", id="700100200300400"),
    AdAccount(platform="google", id="7001002003"),
    AdAccount(platform="tiktok", id="7001002003004005006"),
)


class Thing(msgspec.Struct, kw_only=True):
    """A campaign, an ad set, a creative, an ad… `fields` as the platform's API shows them."""

    platform: str
    account: str
    kind: str
    id: str
    fields: dict[str, Any]
    created: datetime
    updated: datetime
    deleted: bool = False
    shown_from: datetime | None = None  # created late: lists do not show it before
    edits: list[datetime] = []  # of the budget


Runs = Callable[["AdWorld", Thing], Live | None]
"""Whether an ad set may spend now, by its platform's rules."""


class AdWorld:
    """Everything of the simulated ad platforms. One per sandbox."""

    def __init__(self, accounts: tuple[AdAccount, ...], market: Market, now: Callable[[], datetime]) -> None:
        self.accounts = {(one.platform, one.id): msgspec.structs.replace(one) for one in accounts}
        self.market = market
        self.now = now
        self.faults = Faults()
        self.things: dict[tuple[str, str], Thing] = {}
        self.hours: dict[tuple[str, str], dict[datetime, Result]] = {}
        self.runs: dict[str, Runs] = {}
        self._number = 0
        self._until = _floor(now())

    def account(self, platform: str, id: str) -> AdAccount | None:
        return self.accounts.get((platform, id))

    def number(self, prefix: int) -> str:
        """A new id: digits, as all three platforms have it."""
        self._number += 1
        return f"{prefix}{self._number:09d}"

    def stands(self) -> tuple[int, datetime]:
        """The last number given, and until when hours were simulated; for `resume` in another process."""
        return self._number, self._until

    def resume(self, number: int, until: datetime) -> None:
        self._number, self._until = number, until

    def add(self, platform: str, account: str, kind: str, id: str, fields: dict[str, Any]) -> Thing:
        now = self.now()
        late = self.faults.use(platform, "late_creation", 0.0)
        thing = Thing(
            platform=platform, account=account, kind=kind, id=id, fields=fields, created=now, updated=now,
            shown_from=now + timedelta(seconds=float(late)) if late else None,
        )  # fmt: skip
        self.things[platform, id] = thing
        return thing

    def get(self, platform: str, id: str) -> Thing | None:
        return self.things.get((platform, id))

    def of(self, platform: str, account: str, kind: str) -> Iterator[Thing]:
        """Those that a list shows, deleted ones too; oldest first."""
        now = self.now()
        for thing in list(self.things.values()):
            shown = thing.shown_from is None or thing.shown_from <= now
            if (thing.platform, thing.account, thing.kind) == (platform, account, kind) and shown:
                yield thing

    def delete(self, thing: Thing) -> None:
        """With all that is in it: its fields name what a thing is in."""
        thing.deleted = True
        self.changed(thing)
        for one in list(self.things.values()):
            if one.platform == thing.platform and not one.deleted and thing.id in _inside(one):
                self.delete(one)

    def changed(self, thing: Thing) -> None:
        thing.updated = self.now()

    def advance(self) -> None:
        """Let the hours pass that have passed. To be called before anything is read or changed."""
        until = _floor(self.now())
        if until - self._until > _MOST_HOURS * HOUR:
            self._until = until - _MOST_HOURS * HOUR
        while self._until < until:
            live = [one for thing in self.things.values() if (one := self._live(thing)) is not None]
            if live:
                results = self.market.step(self._until, live)
                for one in live:
                    result = results.get(one.id)
                    if result is not None:
                        self.hours.setdefault((one.platform, one.id), {})[self._until] = result
            self._until += HOUR

    def _live(self, thing: Thing) -> Live | None:
        runs = self.runs.get(thing.platform)
        return runs(self, thing) if runs is not None and not thing.deleted else None

    def reported(self, platform: str, id: str) -> dict[datetime, Result]:
        """The hours of an ad set as the platform tells them today: shrunk, where the scenario says so."""
        shrink = float(self.faults.use(platform, "shrink", 0.0))
        rows = self.hours.get((platform, id), {})
        if not shrink:
            return rows
        return {hour: _shrunk(row, 1 - shrink) for hour, row in rows.items()}


def _inside(thing: Thing) -> tuple[Any, ...]:
    return tuple(thing.fields.get(name) for name in ("campaign_id", "adset_id", "adgroup_id"))


def _shrunk(row: Result, by: float) -> Result:
    return Result(
        spend=round(row.spend * by, 2),
        impressions=int(row.impressions * by),
        clicks=int(row.clicks * by),
        conversions=int(row.conversions * by),
        value=round(row.value * by, 2),
    )


def _floor(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


ADS = web.AppKey("ads", AdWorld)
