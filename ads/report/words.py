"""The sentences of the report, made of a `Report` and the YAML beside this file: one telling for page, PDF and chat."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from zoneinfo import ZoneInfo

from babel.dates import format_date

from ads import reasons
from ads.report.model import Deed, Line, Report
from ads.variations.limits import RULES
from ads.wording import Said, beside
from engine.texts import render_value
from engine.values import Money

_LOCALES = {"en": "en_KE", "sw": "sw_KE"}


@cache
def sentences() -> dict[str, Said]:
    return beside(__file__, dict[str, Said])


class Telling:
    """A report in a language."""

    def __init__(self, report: Report, language: str) -> None:
        self.report = report
        self.language = language if language in _LOCALES else "en"
        self._zone = ZoneInfo(report.zone)

    def say(self, key: str, **blanks: object) -> str:
        return sentences()[key].to(self.language).format(**blanks)

    def money(self, amount: Money) -> str:
        """KSh 1,500; a loss has its minus in front."""
        shown = render_value(abs(amount), {"__language": self.language, "__zone": "UTC", "__now": None})
        return f"-{shown}" if amount.amount < 0 else shown

    def clock(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%H:%M}"

    @property
    def title(self) -> str:
        day = format_date(self.report.day, "EEEE d MMMM", locale=_LOCALES[self.language])
        return self.say("title", day=day)

    def head(self) -> list[str]:
        """The day in a few sentences, with what is not certain about them."""
        report, total = self.report, self.report.total
        if not report.lines and not report.unattributed.amount:
            return [self.say("no_ads")]
        said = [] if report.complete else [self.say("so_far", time=self.clock(report.made))]
        said.append(self.say("total", spend=self.money(total.spend), revenue=self.money(total.revenue)))
        key = "earned" if report.costs_known else "earned_before_costs"
        said.append(self.say(key, earned=self.money(total.earned)))
        said.append(self.say("bookings", conversations=total.conversations, bookings=total.bookings))
        if total.claimed > total.bookings:
            said.append(self.say("claims", claimed=f"{total.claimed:g}", bookings=total.bookings))
        if report.unattributed.amount:
            said.append(self.say("unattributed", revenue=self.money(report.unattributed)))
        said += [self.say("others", revenue=self.money(each)) for each in report.others]
        return said

    def name(self, line: Line) -> str:
        return f"{line.campaign_name}, {line.angle} ({self.platform(line)})"

    def platform(self, line: Line) -> str:
        return next((rules.title for rules in RULES.values() if rules.platform == line.platform), line.platform)

    def line(self, line: Line) -> str:
        week = line.week
        said = [self.say("line", name=self.name(line), spend=self.money(week.spend), bookings=week.bookings,
                         revenue=self.money(week.revenue))]  # fmt: skip
        if week.cost is not None:
            said.append(self.say("cost", cost=self.money(week.cost)))
        if line.verdict != "unknown":
            said.append(self.say("range", low=f"{line.low:.0f}", high=f"{line.high:.0f}"))
        return " ".join(said)

    def gap(self, line: Line) -> str:
        return self.say(f"gap.{line.gap}", name=self.name(line), platform=self.platform(line), hours=line.hours_missing)

    def deed(self, deed: Deed) -> str:
        """What was done with its reason; of what did not happen, what had been wanted, and why not."""
        made = deed.state == "done"
        blanks = {
            "name": f"{deed.campaign_name}, {deed.angle}" if deed.angle else deed.campaign_name,
            "before": self.money(deed.before) if deed.before is not None else "?",
            "after": self.money(deed.after if deed.after is not None else deed.before or Money(0, "KES")),
        }
        if deed.kind == "bid":
            amounts = {"before": deed.before, "after": deed.after}
            blanks |= {name: self.say("no_bid") for name, amount in amounts.items() if amount and not amount.amount}
        said = self.say(f"{'deed' if made else 'wish'}.{deed.kind}", **blanks)
        notes = [] if made or deed.state == "asking" else [self.say(f"state.{deed.state}")]
        notes += [self.say("by_person")] if deed.by_person else []
        said += f" ({', '.join(notes)})" if notes else ""
        why = self.say("reason", reason=reasons.said(deed.reason, self.language)) if deed.reason else ""
        return f"{said}. {why}".rstrip()
