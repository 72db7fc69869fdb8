"""What came of a publication, for a terminal or a log."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.publishing.gate import Checked
from runtime.publishing.impact import Impact
from runtime.publishing.outcome import Outcome
from runtime.publishing.record import Publication

_SIGNS = {"passed": "✓", "refused": "✗", "undecided": "?", "skipped": "·"}
_DONE = {"published": "was published", "rolled_back": "was put in force again", "drained": "is being drained"}


def checked_text(checked: Checked) -> str:
    """One check: a line, and below it what it found."""
    took = f"  ({checked.seconds:.1f} s)" if checked.seconds >= 0.05 else ""
    lines = [f"{_SIGNS[checked.verdict]} {checked.name}: {checked.summary}{took}"]
    if checked.details:
        lines += [f"    {line}".rstrip() for line in checked.details]
    else:
        lines += [f"    {finding}" for finding in checked.findings]
    return "\n".join(lines)


def impact_text(impact: Impact) -> str:
    """Which definitions have a new version, and what becomes of all that runs."""
    lines = [f"  {_changed(*change)}" for change in impact.changed]
    if lines:
        lines.insert(0, "New versions:")
    if impact.groups:
        lines += ["What runs:", *(f"  {group}" for group in impact.groups)]
    elif lines:
        lines.append("Nothing that runs is touched.")
    return "\n".join(lines)


def _changed(name: str, before: str, after: str) -> str:
    kind, _, plain = name.partition(":")
    if not before:
        return f"{kind} {plain}: new, {after[:8]}"
    return f"{kind} {plain}: gone, it was {before[:8]}" if not after else f"{kind} {plain}: {before[:8]} → {after[:8]}"


def outcome_text(outcome: Outcome, *, dry_run: bool = False) -> str:
    """The last word. The checks are told as they are done."""
    whose = "" if outcome.org == "aais" else f" for {outcome.org}"
    stays = f"#{outcome.number} stays in force{whose}." if outcome.number else f"Nothing is in force{whose} yet."
    if outcome.status == "unchanged":
        return f"Nothing to publish: that is what is in force{whose}, as #{outcome.number}."
    if outcome.status == "refused":
        return f"Refused: {outcome.why}\n{stays}"
    if outcome.status == "overtaken":
        return f"Not published: {outcome.why}"
    if dry_run:
        return f"It would be published{whose}. {stays}"
    did = "Published" if outcome.status == "published" else "Rolled back: the YAML of before is in force again"
    return f"{did}{whose}, as #{outcome.number} ({outcome.release})."


def versions_text(found: list[Publication], in_force: int) -> str:
    """The log, newest first; the one in force is marked."""
    return "\n".join(line for one in found for line in _publication(one, in_force))


def _publication(one: Publication, in_force: int) -> Iterator[str]:
    mark = "*" if one.number == in_force else " "
    by = f" by {one.by}" if one.by else ""
    yield f"{mark} #{one.number:<4} {one.at:%Y-%m-%d %H:%M}  {one.release[8:20]}  {_DONE[one.event]}{by} ({one.origin})"
    if one.why:
        yield f"          {one.why}"
    if one.event == "drained":
        yield f"          {one.details['definition']}@{one.details['root'][:8]} until {one.details['due'][:16]}"
    for checked in one.details.get("checks") or ():
        if checked["verdict"] == "undecided":
            yield f"          undecided: {checked['summary']}; accepted: {one.details.get('accepted', '')}"
    if one.details.get("impact") and one.event != "drained":
        yield f"          {one.details['impact']}"
