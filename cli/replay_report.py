"""A replay's report for people, in plain text or in Markdown: one content, written in two ways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from engine.currency import written
from runtime.backtest import Report, Reproduction, Result
from runtime.backtest.report import Cell, Confusion, Definition, Effects
from runtime.backtest.results import Side

Row = tuple[str, ...]
_OUTCOMES = (
    ("same", "go the same way, step by step"),
    ("otherwise", "come to the same end another way"),
    ("differs", "end elsewhere"),
    ("undecided", "cannot be followed to an end"),
    ("parks", "would stop with an error"),
    ("gone", "have no definition in the candidate"),
)
_HEADLINES = (  # for people, what is counted, of what
    ("bookings confirmed", (), ("bookings.confirmed",)),
    ("payments asked for", ("payments.request",), ()),
    ("payments made", (), ("payment.confirmed", "payment.late")),
    ("handed to a person", ("handoff.request",), ()),
)
MOST_COLUMNS = 7
MOST_LINES = 10


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """A heading (`level` 1 or 2), a paragraph, a table whose first row is its head, or lines as they are."""

    level: int = 0
    text: str = ""
    table: tuple[Row, ...] = ()
    lines: tuple[str, ...] = ()


def shown(reports: Mapping[str, Report], format: str, *, demo: bool = False) -> str:
    blocks = [block for org, report in reports.items() for block in _report(org, report, demo)]
    return (_markdown if format == "markdown" else _people)(blocks)


def reproduced(found: Mapping[str, Reproduction], format: str) -> str:
    """The journal run again on its own versions."""
    blocks = []
    for org, each in found.items():
        erased = f", {each.erased:,} of erased people left out" if each.erased else ""
        verdict = f"{len(each.flaws):,} differ" if each.flaws else "the same"
        blocks.append(
            Block(text=f"{org}: {each.machines:,} machines, {each.entries:,} entries replayed{erased}: {verdict}")
        )
        blocks.append(Block(lines=tuple(f"{flaw.machine} #{flaw.seq}: {flaw.why}" for flaw in each.flaws)))
    return (_markdown if format == "markdown" else _people)(blocks)


def _report(org: str, report: Report, demo: bool) -> Iterable[Block]:
    yield Block(level=1, text=f"{org}: {report.machines:,} machines with {report.entries:,} entries")
    aside = []
    if report.unchanged:
        aside.append(f"{report.unchanged:,} ran on what the candidate leaves as it is.")
    if report.erased:
        aside.append(f"{report.erased:,} concern people who were erased; they were left out.")
    if not report.followed and not report.tables:
        aside.append("Nothing that was recorded is touched by the candidate.")
    if aside:
        yield Block(text=" ".join(aside))
    for name, definition in sorted(report.definitions.items()):
        yield from _definition(name, definition)
    for table in sorted(report.tables.values(), key=lambda each: each.table):
        yield from _confusion(table, org, demo)
    if report.examples:
        yield from _examples(report, org, demo)


def _definition(name: str, found: Definition) -> Iterable[Block]:
    yield Block(level=2, text=f"{name}: {sum(found.outcomes.values()):,} replayed")
    rows = [(f"{found.outcomes[key]:,}", words) for key, words in _OUTCOMES if found.outcomes.get(key)]
    notes = []
    if found.reworded:
        notes.append(f"{found.reworded:,} would have read otherwise in places.")
    if found.assumed:
        notes.append(f"{found.assumed:,} could be followed only by assuming something, which is said below.")
    yield Block(table=(("machines", ""), *rows))
    if notes:
        yield Block(text=" ".join(notes))
    if found.partings:
        yield Block(text="Where they part:")
        yield Block(table=(("machines", "when"), *_counted(found.partings)))
    if found.undecided:
        yield Block(text="Why some cannot be followed to an end:")
        yield Block(table=(("machines", "because"), *_counted(found.undecided)))
    decided = sum(found.outcomes.get(key, 0) for key in ("same", "otherwise", "differs"))
    effects = _effects(found.old, found.new)
    if decided and effects:
        yield Block(text=f"What it would have meant, for the {decided:,} that can be followed to an end:")
        yield Block(table=(("", "recorded", "candidate", "difference"), *effects))
    rest = sum(found.outcomes.values()) - decided
    at_stake = [(words, recorded) for words, recorded, _, _ in _effects(found.open, Effects())]
    if rest and at_stake:
        yield Block(text=f"What is recorded of the other {rest:,}:")
        yield Block(table=(("", "recorded"), *at_stake))


def _counted(counts: Mapping[str, int]) -> list[Row]:
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows: list[Row] = [(f"{count:,}", what) for what, count in ranked[:MOST_LINES]]
    more = sum(count for _, count in ranked[MOST_LINES:])
    return [*rows, (f"{more:,}", "elsewhere")] if more else rows


def _effects(old: Effects, new: Effects) -> list[Row]:
    """The headlines that anything is known of, then whatever else differs, by its own name."""
    rows: list[Row] = []
    told: set[str] = set()
    for words, does, events in _HEADLINES:
        told |= {*does, *events}
        counts = [
            sum(side.does.get(n, 0) for n in does) + sum(side.events.get(n, 0) for n in events) for side in (old, new)
        ]
        if any(counts):
            rows.append(_row(words, counts, [_money(side, (*does, *events)) for side in (old, new)]))
    for words, counts in (
        ("messages", [old.messages, new.messages]),
        ("begun by the business", [old.begun, new.begun]),
    ):
        if any(counts):
            rows.append(_row(words, counts, [{}, {}]))
    for name in sorted({*old.does, *new.does, *old.events, *new.events} - told):
        counts = [side.does.get(name, 0) + side.events.get(name, 0) for side in (old, new)]
        money = [_money(side, (name,)) for side in (old, new)]
        if counts[0] != counts[1] or money[0] != money[1]:
            rows.append(_row(name, counts, money))
    return rows


def _money(effects: Effects, names: Iterable[str]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for name in names:
        for currency, amount in effects.money.get(name, {}).items():
            sums[currency] = sums.get(currency, 0) + amount
    return sums


def _row(words: str, counts: list[int], money: list[dict[str, int]]) -> Row:
    old, new = counts
    currencies = sorted({*money[0], *money[1]})
    change = [f"{new - old:+,}" if new != old else "none"]
    change += [
        _amount(currency, difference, sign="+")
        for currency in currencies
        if (difference := money[1].get(currency, 0) - money[0].get(currency, 0))
    ]
    sides = [
        ", ".join([f"{count:,}", *(_amount(currency, sums[currency]) for currency in currencies if sums.get(currency))])
        for count, sums in ((old, money[0]), (new, money[1]))
    ]
    return (words, *sides, ", ".join(change))


def _amount(currency: str, amount: int, sign: str = "") -> str:
    return written(amount, currency, short=True, sign=bool(sign))


def _confusion(found: Confusion, org: str, demo: bool) -> Iterable[Block]:
    yield Block(
        level=2, text=f"rules:{found.table}: {found.decisions:,} decisions, {found.changed:,} with another result"
    )
    yield Block(text="Rows: recorded down the side, the candidate's across.")
    yield Block(table=_matrix(found.rows))
    if found.changed and set(found.results) != set(found.rows):
        yield Block(text="Results that change:")
        changed = [cell for cell in found.results.values() if cell.old != cell.new]
        yield Block(table=(("decisions", "recorded", "candidate"), *((f"{c.count:,}", c.old, c.new) for c in changed)))
    if found.missing:
        facts = ", ".join(f"{name} ({count:,})" for name, count in sorted(found.missing.items()))
        yield Block(text=f"Facts that the record does not hold, taken as not known: {facts}.")
    if found.errors:
        errors = "; ".join(f"{error} ({count:,})" for error, count in sorted(found.errors.items()))
        yield Block(text=f"The candidate's table fails: {errors}.")
    links = [_link(org, place, demo) for cell in found.rows.values() if not cell.same_result for place in cell.examples]
    if links:
        yield Block(text="For example:")
        yield Block(lines=tuple(links[:MOST_LINES]))


def _matrix(cells: Mapping[str, Cell]) -> tuple[Row, ...]:
    old, new = (sorted({getattr(cell, side) for cell in cells.values()}) for side in ("old", "new"))
    if len(new) > MOST_COLUMNS:
        ranked = sorted(cells.values(), key=lambda cell: (-cell.count, cell.old, cell.new))
        return (("decisions", "recorded", "candidate"), *((f"{c.count:,}", c.old, c.new) for c in ranked))
    counts = {(cell.old, cell.new): cell.count for cell in cells.values()}
    rows = [(row, *(f"{counts[row, column]:,}" if (row, column) in counts else "" for column in new)) for row in old]
    return (("", *new), *rows)


def _examples(report: Report, org: str, demo: bool) -> Iterable[Block]:
    yield Block(level=2, text="One by one")
    for result in report.examples:
        yield Block(lines=tuple(_example(result, org, demo)))
    if report.more:
        yield Block(text=f"{report.more:,} more are not listed (--limit).")


def _example(result: Result, org: str, demo: bool) -> Iterable[str]:
    words = dict(_OUTCOMES)[result.outcome].replace("have no", "has no").split(" ", 1)
    verb = {"go": "goes", "come": "comes", "end": "ends"}.get(words[0], words[0])
    yield f"{result.machine} {verb} {words[1]}" + (f": {result.why}" if result.why else "")
    if result.outcome in ("differs", "undecided"):
        yield f"  in the end: {result.old_end.state} -> {result.new_end.state}"
    parting = result.parting
    if parting is not None:
        yield f"  parts at #{parting.seq} ({parting.event}, {parting.at:%Y-%m-%d %H:%M} UTC): {parting.why}"
        yield f"    recorded:  {_side(parting.old)}"
        yield f"    candidate: {_side(parting.new)}"
    for assumption in result.assumptions:
        yield f"  assumed at #{assumption.seq}: {assumption.what}"
    if parting is not None:
        yield f"  {_link(org, f'{result.machine}#{parting.seq}', demo)}"


def _side(side: Side) -> str:
    parts = [side.state]
    for words, names in (("says", [said.key for said in side.says]), ("does", side.does), ("tells", side.tells)):
        if names:
            parts.append(f"{words} {', '.join(names)}")
    return "; ".join([*parts, *(f"decides {decision}" for decision in side.decides)])


def _link(org: str, place: str, demo: bool) -> str:
    machine, _, seq = place.rpartition("#")
    if not machine:
        return place
    return f"aais journal show {'--demo ' if demo else ''}{org} {machine} --at {seq}"


def _people(blocks: Iterable[Block]) -> str:
    lines: list[str] = []
    for block in blocks:
        if block.level and lines:
            lines.append("")
        if block.text:
            lines.append(block.text)
        if block.table:
            lines += _aligned(block.table)
        lines += [f"  {line}" for line in block.lines]
    return "\n".join(lines) + "\n"


def _aligned(table: tuple[Row, ...]) -> list[str]:
    widths = [max(len(row[place]) for row in table) for place in range(len(table[0]))]
    numbers = [all(_numeric(row[place]) for row in table[1:]) for place in range(len(table[0]))]
    cells = (
        [c.rjust(w) if right else c.ljust(w) for c, w, right in zip(row, widths, numbers, strict=True)] for row in table
    )
    return [f"  {'  '.join(row)}".rstrip() for row in cells]


def _numeric(cell: str) -> bool:
    return not cell or cell == "none" or cell.lstrip("+-")[:1].isdigit()


def _markdown(blocks: Iterable[Block]) -> str:
    parts: list[str] = []
    for block in blocks:
        if block.text:
            parts.append(f"{'#' * (block.level + 1)} {block.text}" if block.level else block.text)
        if block.table:
            head, *rows = [[cell.replace("|", "\\|") for cell in row] for row in block.table]
            lines = ["| " + " | ".join(row) + " |" for row in (head, ["---"] * len(head), *rows)]
            parts.append("\n".join(lines))
        if block.lines:
            parts.append("\n".join(["```", *block.lines, "```"]))
    return "\n\n".join(parts) + "\n"
