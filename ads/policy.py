"""What a business allows its autopilot: cadence and guardrails, by campaign, else by business, else as here.

`orgs.settings.ads` and `campaigns.policy` hold what was set otherwise, under the same names. `rules/ad_guardrails.yaml`
and `rules/ad_brakes.yaml` read the guardrails; `flows/lifecycles/campaign.yaml` takes the cadence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec


class BadPolicy(ValueError):
    """A setting that cannot be; the text says which and what it may be."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """Percentages are of the budget before; `cpa_multiple` of the most that a customer may cost."""

    watch_minutes: int = 30
    pace_hours: int = 6
    rebalance_hours: int = 6
    report_hour: int = 8  # by the business's clock
    report_days: int = 1  # 1 every day, 7 on Mondays, 0 never
    min_conversions: int = 5
    cooldown_hours: float = 6.0
    largest_step_pct: float = 50.0
    approval_pct: float = 20.0
    cpa_multiple: float = 2.5
    velocity_limit: float = 4.0
    changes_per_hour: int = 4  # Meta takes no more of an ad set's budget

    def record(self) -> dict[str, Any]:
        """As tables see it: the record `ad_guardrail`."""
        return {
            "min_conversions": self.min_conversions,
            "cooldown_hours": self.cooldown_hours,
            "largest_step_pct": self.largest_step_pct,
            "approval_pct": self.approval_pct,
            "cpa_multiple": self.cpa_multiple,
            "velocity_limit": self.velocity_limit,
            "changes_per_hour": min(self.changes_per_hour, PLATFORM_CHANGES),
        }

    @property
    def watch_every(self) -> timedelta:
        return timedelta(minutes=self.watch_minutes)

    @property
    def pace_every(self) -> timedelta:
        return timedelta(hours=self.pace_hours)

    @property
    def rebalance_every(self) -> timedelta:
        return timedelta(hours=self.rebalance_hours)


PLATFORM_CHANGES = 4
_BOUNDS: dict[str, tuple[float, float]] = {
    "watch_minutes": (15, 24 * 60),
    "pace_hours": (1, 24),
    "rebalance_hours": (1, 7 * 24),
    "report_hour": (0, 23),
    "report_days": (0, 7),
    "min_conversions": (1, 1000),
    "cooldown_hours": (0, 14 * 24),
    "largest_step_pct": (1, 500),
    "approval_pct": (0, 500),
    "cpa_multiple": (1, 20),
    "velocity_limit": (1.2, 24),
    "changes_per_hour": (1, PLATFORM_CHANGES),
}
NAMES = tuple(_BOUNDS)


def of(*layers: Mapping[str, Any] | None) -> Policy:
    """The later layer wins; what is in none of them is the default. Raises BadPolicy."""
    chosen: dict[str, Any] = {}
    for layer in layers:
        chosen |= {name: value for name, value in (layer or {}).items() if name in _BOUNDS and value is not None}
    for name, value in chosen.items():
        low, high = _BOUNDS[name]
        if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
            raise BadPolicy(f"{name} is a number from {low:g} to {high:g}; it is {value!r}")
    try:
        return msgspec.convert(chosen, Policy)
    except msgspec.ValidationError as error:
        raise BadPolicy(str(error)) from error
