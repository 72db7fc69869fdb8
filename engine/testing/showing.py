"""A report for people: each file, each failure with its conversation and what decided, and what was not reached."""

from __future__ import annotations

from collections.abc import Iterator

from engine.testing.coverage import Share
from engine.testing.differing import shown
from engine.testing.report import Report, Result
from engine.testing.transcript import Guard, Line

_WHO = {"time": "", "customer": "customer", "business": "business", "world": "world", "does": "does", "tells": "tells"}
_INDENT = " " * 10 + "│ "


def report_text(report: Report, *, coverage: bool = False) -> str:
    """The whole report. Ends with one sentence that says how it went."""
    lines = [str(finding) for finding in report.findings]
    lines += list(_files(report))
    for failed in report.failed:
        lines += ["", result_text(failed)]
    if coverage and report.coverage:
        lines += ["", coverage_text(report.coverage)]
    return "\n".join([*lines, "", summary(report)])


def summary(report: Report) -> str:
    """One sentence."""
    count, failed = len(report.results), len(report.failed)
    took = sum(result.seconds for result in report.results)
    cases = "case" if count == 1 else "cases"
    said = f"{count} {cases} held" if not failed else f"{failed} of {count} {cases} failed"
    if report.findings:
        said += f"; {len(report.findings)} to mend in the test files"
    return f"{said}, in {took:.1f} s." if took else f"{said}."


def result_text(result: Result) -> str:
    """One failed case: what differs, the conversation so far, and what decided."""
    lines = [f"FAILED {result.file}:{result.line}: {result.title}"]
    for failure in result.failures:
        finding = failure.finding
        place = f"{finding.file}:{finding.line}:{finding.column}"
        lines.append(f"  {place}: {finding.reason}{' ' if finding.suggestion else ''}{finding.suggestion}")
    if result.conversation:
        lines += ["", "  The conversation so far:"]
        lines += [f"    {line}" for spoken in result.conversation for line in line_text(spoken)]
    if result.guards:
        lines += ["", "  What decided:"]
        lines += [f"    {guard_text(guard)}" for guard in result.guards]
    return "\n".join(lines)


def line_text(line: Line) -> list[str]:
    """One line of a conversation, as many lines as it takes."""
    if line.who == "time":
        return [f"{'':>9} ┊ {line.text}"]
    if line.who in ("does", "tells", "world"):
        return [f"{_WHO[line.who]:>9} │ {line.key}{': ' if line.text else ''}{line.text}"]
    first, *rest = line.text.splitlines() or [""]
    lines = [f"{_WHO[line.who]:>9} │ {first}", *(f"{_INDENT}{more}" for more in rest)]
    if line.choices:
        lines.append(f"{_INDENT}{'  '.join(f'[{label}]' for label in line.choices)}")
    return lines


def guard_text(guard: Guard) -> str:
    read = ", ".join(f"{name} = {shown(value)}" for name, value in guard.values.items())
    return (
        f"{guard.file}:{guard.line}: {'yes' if guard.result else 'no '}  {guard.source}{f'  ({read})' if read else ''}"
    )


def coverage_text(shares: tuple[Share, ...]) -> str:
    """A table, a row a definition, and below it the place of everything that was not reached."""
    heads = list(dict.fromkeys(str(share) for share in sorted(shares, key=_order)))
    rows: dict[str, dict[str, str]] = {}
    for share in shares:
        cell = f"{share.total - len(share.missing)}/{share.total}"
        rows.setdefault(share.definition, {})[str(share)] = cell
    width = max(len(name) for name in rows)
    lines = ["  ".join([f"{'reached':{width}}", *(f"{head:>11}" for head in heads)])]
    for name, cells in rows.items():
        lines.append("  ".join([f"{name:{width}}", *(f"{cells.get(head, ''):>11}" for head in heads)]).rstrip())
    missing = [f"  {share.file}:{each.line}: {each.path}" for share in shares for each in share.missing]
    return "\n".join([*lines, *(["", "not reached:", *missing] if missing else [])])


def _order(share: Share) -> tuple[int, str]:
    return ("states", "transitions", "rows", "texts").index(share.kind), ""


def _files(report: Report) -> Iterator[str]:
    counts: dict[str, list[int]] = {}
    for result in report.results:
        counted = counts.setdefault(result.file, [0, 0])
        counted[result.outcome == "failed"] += 1
    width = max((len(file) for file in counts), default=0)
    for file, (held, failed) in counts.items():
        yield f"{file:{width}}  {held:4} held{f', {failed} failed' if failed else ''}"
