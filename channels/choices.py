"""What a business chooses to be stricter in than its guardrails' table: when it is quiet, how often it begins.

Owners set these in the settings, where the table asks for somebody who edits rules. They only ever take away: what
the table refuses or puts off stays so. A reply is never touched, since the person is waiting for it. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from channels.policy import Situation, Verdict

EVENING, MORNING = range(16, 25), range(13)  # when quiet may begin and end: 24 and 0 are no hours of one's own
MOST = 50


class BadChoice(ValueError):
    """A choice that cannot be kept; the message says why."""


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """`quiet_from` and `quiet_until` are hours where the business is. 0 messages or offers: no limit of one's own."""

    quiet_from: int = 24
    quiet_until: int = 0
    most_a_day: int = 0  # messages that one customer gets in 24 hours without having asked
    most_offers_a_week: int = 0

    def quiet(self, hour: int) -> bool:
        return hour >= self.quiet_from or hour < self.quiet_until


def read(org: Mapping[str, Any]) -> Choices:
    """As the business has stored them. What cannot be read is no choice."""
    try:
        return checked(msgspec.convert((org.get("settings") or {}).get("messaging") or {}, Choices))
    except (msgspec.ValidationError, BadChoice):
        return Choices()


def checked(choices: Choices) -> Choices:
    """The same, or `BadChoice`."""
    if choices.quiet_from not in EVENING or choices.quiet_until not in MORNING:
        raise BadChoice("quiet begins between 16:00 and 24:00 and ends between 0:00 and 12:00")
    if not 0 <= choices.most_a_day <= MOST or not 0 <= choices.most_offers_a_week <= MOST:
        raise BadChoice(f"a limit is between 1 and {MOST}, or 0 for none of your own")
    return choices


def stricter(verdict: Verdict, now: Situation, choices: Choices) -> Verdict:
    """The verdict of the table, or what the business's own choices make of it."""
    if now.replying or verdict.action == "withhold":
        return verdict
    if choices.most_a_day and now.sent_today >= choices.most_a_day:
        return Verdict(action="withhold", reason="own_limit_a_day")
    promoting = now.category == "marketing"
    if promoting and choices.most_offers_a_week and now.marketing_this_week >= choices.most_offers_a_week:
        return Verdict(action="withhold", reason="own_limit_a_week")
    local = now.now.astimezone(now.zone)
    if choices.quiet(local.hour):
        until = _morning(local, choices.quiet_until)
        if verdict.action != "wait" or verdict.until is None or verdict.until < until:
            return Verdict(action="wait", reason="own_quiet_hours", until=until)
    return verdict


def _morning(local: datetime, hour: int) -> datetime:
    """When quiet ends next; the clock of the place is read anew, for nights in which it changes."""
    day = local.date() if local.hour < hour else local.date() + timedelta(days=1)
    return datetime.combine(day, time(hour), local.tzinfo)
