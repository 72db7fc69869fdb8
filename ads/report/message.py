"""The report as a WhatsApp message: what matters first, and never longer than one message may be."""

from __future__ import annotations

from ads.report.model import Report, Verdict
from ads.report.words import Telling

LONGEST = 3500  # a message takes 4,096 characters
_LINES, _DEEDS = 3, 4
_VERDICTS: tuple[Verdict, ...] = ("worked", "did_not", "too_early", "unknown")


def message(report: Report, language: str) -> str:
    told = Telling(report, language)
    parts = [f"*{told.title}*", "\n".join(told.head())]
    for verdict in _VERDICTS:
        lines = [told.line(line) for line in report.of(verdict)]
        if lines:
            parts.append(_listed(told, told.say(verdict), lines, _LINES))
    gaps = [told.gap(line) for line in report.gaps]
    if gaps:
        parts.append(_listed(told, told.say("data"), gaps, _LINES))
    if report.lines or report.done:
        done = [told.deed(deed) for deed in report.done] or [told.say("nothing_done")]
        parts.append(_listed(told, told.say("done"), done, _DEEDS))
    if report.proposed:
        parts.append(_listed(told, told.say("proposed"), [told.deed(deed) for deed in report.proposed], _DEEDS))
    text = "\n\n".join(parts)
    return text if len(text) <= LONGEST else text[: LONGEST - 1].rsplit("\n", 1)[0] + "\n…"


def _listed(told: Telling, title: str, lines: list[str], most: int) -> str:
    shown = [f"• {line[:400]}" for line in lines[:most]]
    more = [told.say("more", count=len(lines) - most)] if len(lines) > most else []
    return "\n".join([f"*{title}*", *shown, *more])
