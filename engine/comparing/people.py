"""Differences for a person at a terminal: definition by definition, the gravest change first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.comparing.difference import Behaviour, Difference, Differences, Parting, Spot, Weight
from engine.comparing.words import facts_said, listed

_BOLD, _PLAIN = "\x1b[1m", "\x1b[0m"
_COLOURS: dict[Weight, str] = {
    "money": "\x1b[31m", "messages": "\x1b[33m", "behaviour": "\x1b[36m", "wording": "\x1b[32m", "none": "\x1b[2m",
}  # fmt: skip
_LABELS: dict[Weight, str] = {
    "money": "money", "messages": "messages", "behaviour": "behaviour", "wording": "wording", "none": "-",
}  # fmt: skip
ANSWERS = {
    "same": "No change in behaviour: established",
    "different": "Behaves differently",
    "through": "Behaves as before itself, but not what it uses",
    "undecided": "Whether it behaves as before could not be decided",
    "unasked": "Whether it behaves as before was not asked",
}


def people(differences: Differences, *, colour: bool = False, heading: bool = True) -> str:
    """The whole answer, ending in a line break."""
    return "".join(f"{line}\n" for line in _lines(differences, _Pen(colour), heading))


class _Pen:
    def __init__(self, colour: bool) -> None:
        self.colour = colour

    def bold(self, text: str) -> str:
        return f"{_BOLD}{text}{_PLAIN}" if self.colour else text

    def weight(self, weight: Weight) -> str:
        label = f"{_LABELS[weight]:<9}"
        return f"{_COLOURS[weight]}{label}{_PLAIN}" if self.colour else label


def _lines(differences: Differences, pen: _Pen, heading: bool) -> Iterator[str]:
    if heading and differences.old != differences.new:
        yield f"{differences.old} → {differences.new}"
        yield ""
    for side, found in ((differences.old, differences.old_findings), (differences.new, differences.new_findings)):
        if found:
            yield f"{side} cannot be read or compiled as a whole:"
            yield from (f"  {finding}" for finding in found)
            yield ""
    behaviour = {each.definition: each for each in differences.behaviour}
    for definition in differences.definitions:
        changes, answer = differences.of(definition), behaviour.get(definition)
        if not changes and (answer is None or answer.answer in ("same", "unasked")):
            continue
        yield pen.bold(definition.replace(":", " ", 1)) + _file(changes)
        yield from (f"  {pen.weight(change.weight)}  {change}{_line(change)}" for change in changes)
        if answer is not None:
            yield from (f"  {line}" for line in behaviour_lines(answer))
        yield ""
    yield summary(differences)


def _file(changes: tuple[Difference, ...]) -> str:
    spot = next((change.new or change.old for change in changes), None)
    return f"  {spot.file}" if spot is not None else ""


def _line(change: Difference) -> str:
    spot: Spot | None = change.new or change.old
    if spot is None:
        return ""
    return f"  (line {spot.line})" if change.new is not None else f"  (was line {spot.line})"


def behaviour_lines(answer: Behaviour) -> Iterator[str]:
    asked = f" ({answer.questions} questions)" if answer.questions else ""
    if answer.answer == "through":
        yield f"Behaves as before itself; but it uses {listed(answer.through)}, which may not."
    else:
        yield f"{ANSWERS[answer.answer]}{asked}."
    for flip in answer.flips:
        yield f"  decides  {flip.words}"
        yield f"           for example {facts_said(flip.facts)}"
    for parting, alike in grouped(answer.partings):
        yield f"  {parting.kind:<7}  {parting.place}"
        yield from (f"           {line}" for line in parting_lines(parting))
        if alike:
            yield f"           and {_many(alike, 'more case')} with the same outcome now"
    for why in answer.undecided:
        yield f"  open     {why}"


def grouped(partings: Sequence[Parting]) -> list[tuple[Parting, int]]:
    """The first of those that come to the same now in one place, with how many more there are."""
    found: dict[tuple[str, str, str], list[Parting]] = {}
    for parting in partings:
        found.setdefault((parting.kind, parting.place, parting.after.words), []).append(parting)
    return [(group[0], len(group) - 1) for group in found.values()]


def parting_lines(parting: Parting) -> Iterator[str]:
    if parting.events:
        yield f"by {' › '.join(parting.events)}"
    if parting.facts:
        yield f"with {facts_said(parting.facts)}"
    yield f"before: {parting.before.words}"
    yield f"now:    {parting.after.words}"


def summary(differences: Differences) -> str:
    """One line: how much differs, and what is known of the behaviour."""
    count = len(differences.changes)
    unread = bool(differences.old_findings or differences.new_findings)
    if not count:
        said = "What could be read is written alike." if unread else "Nothing is written differently."
    else:
        changed = len({change.definition for change in differences.changes})
        said = f"{_many(count, 'difference')} in {_many(changed, 'definition')} of {len(differences.definitions)}."
    return f"{said} {behaviour_summary(differences)}".rstrip()


def behaviour_summary(differences: Differences) -> str:
    if not differences.behaviour:
        return ""
    if differences.same_behaviour:
        return "No change in behaviour: established for every definition."
    said = []
    for answer, words in (("different", "behaves differently"), ("undecided", "could not be decided"),
                          ("unasked", "was not asked"), ("through", "behaves as before itself, but not what it uses"),
                          ("same", "behaves as before")):  # fmt: skip
        found = [each.definition for each in differences.behaviour if each.answer == answer]
        if found:
            named = listed([name.partition(":")[2] for name in found]) if len(found) <= 4 else f"{len(found)}"
            said.append(f"{words}: {named}")
    text = "; ".join(said)
    return text[:1].upper() + text[1:] + "."


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
