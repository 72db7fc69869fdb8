"""The report as a PDF, to be kept or printed. The same report gives the same bytes.

Its letters are Helvetica's, one of those that every reader has: English and Swahili need no more. What it lacks
(the sign of the naira, an emoji in a name) is written as people type it without.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from ads.report.model import Line, Report, Verdict
from ads.report.words import Telling

_TYPED = str.maketrans({
    "\u00a0": " ", "\u202f": " ", "–": "-", "—": "-", "’": "'", "‘": "'", "“": '"', "”": '"', "…": "...", "•": "-",
    "₦": "NGN ", "₵": "GHS ", "€": "EUR ", "→": "->", "−": "-",
})  # fmt: skip
_VERDICTS: tuple[Verdict, ...] = ("worked", "did_not", "too_early", "unknown")
_COLUMNS = (34, 15, 11, 15, 15, 20)


def pdf(report: Report, language: str) -> bytes:
    from fpdf import FPDF  # so that the server starts without it

    told = Telling(report, language)
    page = FPDF(format="A4")
    page.set_creation_date(report.made)
    page.set_title(_plain(f"{report.business}: {told.title}"))
    page.set_lang(told.language)
    page.set_auto_page_break(True, margin=18)
    page.add_page()
    _text(page, report.business, size=10)
    _text(page, told.title, size=18, bold=True)
    for sentence in told.head():
        _text(page, sentence)
    if report.lines:
        page.ln(3)
        _table(page, told)
    for verdict in _VERDICTS:
        _list(page, told.say(verdict), [told.line(line) for line in report.of(verdict)])
    _list(page, told.say("data"), [told.gap(line) for line in report.gaps])
    _list(page, told.say("done"), [told.deed(deed) for deed in report.done] or [told.say("nothing_done")])
    _list(page, told.say("proposed"), [told.deed(deed) for deed in report.proposed] or [told.say("nothing_proposed")])
    page.ln(4)
    _text(page, f"{told.say('how')} {told.say('made', time=told.clock(report.made))}", size=8)
    return bytes(page.output())


def _table(page: Any, told: Telling) -> None:
    page.set_font("helvetica", size=9)
    heads = ("ad", "spend", "bookings", "revenue", "earned", "verdict")
    with page.table(col_widths=_COLUMNS, line_height=5.5, text_align=("L", "R", "R", "R", "R", "L")) as table:
        row = table.row()
        for head in heads:
            row.cell(_plain(told.say(f"column.{head}")))
        for line in told.report.lines:
            row = table.row()
            for cell in _cells(told, line):
                row.cell(_plain(cell))


def _cells(told: Telling, line: Line) -> tuple[str, ...]:
    week = line.week
    known = line.verdict != "unknown"
    return (
        told.name(line), told.money(week.spend) if known else "?", str(week.bookings), told.money(week.revenue),
        told.money(week.earned) if known else "?", told.say(f"so.{line.verdict}"),
    )  # fmt: skip


def _list(page: Any, title: str, lines: list[str]) -> None:
    if not lines:
        return
    page.ln(3)
    _text(page, title, size=12, bold=True)
    for line in lines:
        _text(page, f"- {line}")


def _text(page: Any, text: str, *, size: int = 10, bold: bool = False) -> None:
    page.set_font("helvetica", style="B" if bold else "", size=size)
    page.multi_cell(0, size * 0.55, _plain(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _plain(text: str) -> str:
    """In the letters of Latin-1, which Helvetica has."""
    typed = unicodedata.normalize("NFC", text).translate(_TYPED)
    if typed.isascii():
        return typed
    letters = []
    for letter in typed:
        bare = letter if ord(letter) < 256 else unicodedata.normalize("NFKD", letter)
        letters.append(bare.encode("latin-1", "ignore").decode("latin-1"))
    return "".join(letters)
