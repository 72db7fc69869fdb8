"""What is true of one market and hidden from whoever advertises in it."""

from __future__ import annotations

from dataclasses import dataclass, field

HOURS_OF_DAY = (
    0.35, 0.25, 0.2, 0.2, 0.3, 0.5, 0.8, 1.0, 1.1, 1.1, 1.15, 1.2,
    1.3, 1.25, 1.15, 1.1, 1.15, 1.3, 1.45, 1.6, 1.7, 1.5, 1.0, 0.65,
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Ad:
    """One variation's truth. Money in units of the account's currency, rates per impression and per click.

    A day's spend x wins `saturation × ln(1 + x / saturation) × 1000 / cpm` impressions: the cheapest people are
    reached first. `saturation` is the daily spend at which the next impression costs twice the first one.
    """

    cpm: float
    ctr: float
    cvr: float
    saturation: float
    fatigue: float = 0.0  # the share of the click rate that is lost each day, compounding

    @property
    def cpa(self) -> float:
        """What an order costs at the smallest spend, fresh."""
        return self.cpm / 1000 / (self.ctr * self.cvr)


@dataclass(frozen=True, kw_only=True)
class Outage:
    """Something that fails for some hours: `delivery` (no ad is shown), `tracking` (we see no order made in it),
    `report` (the platform reports nothing until it is over)."""

    kind: str
    first: int
    last: int  # the first hour after it


@dataclass(frozen=True, kw_only=True)
class World:
    """A market with the ads that run in it. Whoever advertises knows `margin`, `price` and `budget`, and no more."""

    ads: tuple[Ad, ...]
    seed: int = 0
    margin: float = 8.0  # what one order leaves before ads
    price: float = 20.0
    budget: float = 120.0  # a day
    days: int = 28
    delays: tuple[tuple[int, float], ...] = ((0, 0.65), (24, 0.35))  # hours from click to order, and their shares
    hours_of_day: tuple[float, ...] = HOURS_OF_DAY
    days_of_week: tuple[float, ...] = (1.0,) * 7  # on the order rate
    curve: str = "log"  # or "hill": x / (1 + x / saturation), which bends twice as sharply
    over_report: float = 0.0  # 0.4: the platform claims 40 % more orders than there were
    drift: float = 0.0  # a day's standard deviation of the logarithm of each ad's order rate
    shock: tuple[int, float] | None = None  # from this hour on, everything the platform sells costs so many times more
    capacity: int | None = None  # orders a day that can be served; what is beyond earns nothing
    shrink: float = 0.0  # the share of clicks that the platform takes back two days later
    outages: tuple[Outage, ...] = field(default=())
