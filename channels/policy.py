"""Whether a message may go out, judged at the moment of sending: the rules that no YAML can lift, then the table.

Pure. The dispatcher gathers the `Situation`; `rules/messaging_guardrails.yaml` gives the decision on what a
business begins; what is here holds whatever that table says.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

import msgspec

from channels.outgoing import Category

MORNING = time(8)
NEVER = 10 * 365 * 24 * 60  # minutes: a table compares a number, so who never wrote did so ten years ago
CONVERSING = timedelta(minutes=15)  # what is said this soon after the person wrote is part of the talk


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """What is so right now.

    `sent_today` counts what the business began in 24 hours, `marketing_this_week` what it promoted in 7 days.
    `replying` holds while the two are talking, not only for a direct answer (which has the category "service").
    """

    now: datetime
    zone: ZoneInfo
    category: Category
    replying: bool
    window_open: bool
    opted_out: bool = False
    marketing_stopped: bool = False
    agent_answers: bool = False
    by_agent: bool = False
    sent_today: int = 0
    marketing_this_week: int = 0
    minutes_since_written: int | None = None

    def facts(self) -> dict[str, Any]:
        """For the table. Times are the business's own."""
        local = self.now.astimezone(self.zone)
        return {
            "category": self.category,
            "replying": self.replying,
            "window_open": self.window_open,
            "opted_out": self.opted_out,
            "marketing_stopped": self.marketing_stopped,
            "sent_today": self.sent_today,
            "marketing_this_week": self.marketing_this_week,
            "minutes_since_written": NEVER if self.minutes_since_written is None else self.minutes_since_written,
            "local_hour": local.hour,
            "local_time": local.time().replace(second=0, microsecond=0),
        }


class Ruling(Protocol):
    """What a decision table gives (`engine.model.Decision` does): `result` and the reasons."""

    @property
    def result(self) -> Any: ...

    @property
    def because(self) -> tuple[str, ...]: ...


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`template`: may go, but only as a template. `wait`: not before `until`. `withhold`: not at all."""

    action: Literal["send", "template", "wait", "withhold"]
    reason: str = ""
    until: datetime | None = None


def forbidden(now: Situation) -> Verdict | None:
    """What is withheld whatever the table says. None: ask the table."""
    if now.agent_answers and not now.by_agent:
        return Verdict(action="withhold", reason="agent_answers")
    if now.opted_out and now.category != "service" and not now.by_agent:
        # A direct answer may still go ("you will not hear from us again", or when they write anew).
        return Verdict(action="withhold", reason="opted_out")
    if now.marketing_stopped and now.category == "marketing":
        return Verdict(action="withhold", reason="marketing_stopped")
    return None


def judge(now: Situation, ruling: Ruling | None) -> Verdict:
    """The table's `decision` is send, template, wait (`until`: an hour or a time of day) or refuse.

    A reply is not put off: the person is waiting for it. A table that answers nothing allows.
    """
    answer = ruling.result if ruling is not None and isinstance(ruling.result, dict) else {}
    reason = ruling.because[0] if ruling is not None and ruling.because else ""
    decision = answer.get("decision", "send")
    if decision == "refuse":
        return Verdict(action="withhold", reason=reason or "guardrails")
    if decision == "wait" and not now.replying:
        return Verdict(action="wait", reason=reason or "quiet_hours", until=_next(now, answer.get("until")))
    if decision == "template" or not now.window_open:
        return Verdict(action="template", reason=reason)
    return Verdict(action="send", reason=reason)


def _next(now: Situation, until: Any) -> datetime:
    """The next time that it is `until` o'clock at the business."""
    hour = until if isinstance(until, time) else MORNING
    if isinstance(until, (int, float)) and not isinstance(until, bool) and 0 <= until < 24:
        hour = time(int(until))
    if isinstance(until, datetime):
        return until
    local = now.now.astimezone(now.zone)
    morning = local.replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    if morning <= local:
        morning = (local + timedelta(days=1)).replace(hour=hour.hour, minute=hour.minute, second=0, microsecond=0)
    return morning
