"""How much of a platform's patience is left: per account as its headers say, and four budgets an hour per ad set.

What stops spending is never held back; reports are held back first. In memory, one per account: the platform's own
refusal is the last word, and the guardrails keep the history that outlives a process.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from ads.failures import RetryLater

Urgency = Literal["report", "change", "stop"]
BUDGETS_AN_HOUR = 4
_HOUR = timedelta(hours=1)
_HOLDS = {"report": 75, "change": 95}  # per cent used, from which on
_REST = timedelta(minutes=5)
_MANY = 10_000


class Pace:
    """`now` is the one clock, so that a simulated fortnight passes here too."""

    def __init__(self, platform: str, now: Callable[[], datetime]) -> None:
        self._platform = platform
        self._now = now
        self._used = 0
        self._until = now()
        self._budgets: dict[str, list[datetime]] = {}

    def used(self, percent: int, regain: timedelta) -> None:
        """The platform says how much of the limit is used and, beyond it, when it will listen again."""
        self._used = percent
        rest = regain or (_REST if percent >= min(_HOLDS.values()) else timedelta())
        self._until = self._now() + rest

    def check(self, urgency: Urgency) -> None:
        """Raises RetryLater when this should wait."""
        wait = self._until - self._now()
        if urgency != "stop" and wait > timedelta() and self._used >= _HOLDS[urgency]:
            text = f"{self._used} % of the platform's limit is used"
            raise RetryLater(f"ads.{self._platform}.rate", text, after=wait)

    def check_budget(self, adset: str) -> None:
        """Raises RetryLater when this ad set's budget was changed four times within the hour."""
        lately = self._lately(adset)
        if len(lately) >= BUDGETS_AN_HOUR:
            text = f"An ad set's budget may change {BUDGETS_AN_HOUR} times an hour"
            raise RetryLater(f"ads.{self._platform}.budget_rate", text, after=lately[0] + _HOUR - self._now())

    def took_budget(self, adset: str) -> None:
        """A change of budget leaves: it counts even if no answer comes."""
        if len(self._budgets) >= _MANY:
            self._budgets = {id: kept for id in list(self._budgets) if (kept := self._lately(id))}
        self._budgets[adset] = [*self._lately(adset), self._now()]

    def _lately(self, adset: str) -> list[datetime]:
        since = self._now() - _HOUR
        return [at for at in self._budgets.get(adset, []) if at > since]
