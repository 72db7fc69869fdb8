"""Partings in words: what one version does where two part, and what was gained, lost or changed by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from engine.comparing import deeds as telling
from engine.comparing.blocks import Deed, Names
from engine.comparing.difference import Parting, Side
from engine.comparing.firsts import Case
from engine.comparing.nodes import Entry, Nodes, Outcome, entry_said
from engine.comparing.words import value
from engine.definition import Definition
from engine.values import encode

Kind = Literal["gained", "lost", "changed"]
NOTHING = "nothing happens"


def parting(
    kind: Kind, state: str, place: str, way: tuple[str, ...], sides: tuple[Side, Side], facts: Mapping[str, Any] = {}
) -> Parting:
    """`place` is where it happens, in words: "paying, after 15 min"."""
    before, after = sides
    if before.words == after.words:  # the same verbs with other values
        before, after = (msgspec.structs.replace(side, words=", ".join(side.full)) for side in sides)
    words = f"{after.words} instead of: {before.words}"
    if kind == "gained":
        words = f"now {after.words}" + (f" instead of: {before.words}" if before.words != NOTHING else "")
    elif kind == "lost":
        words = f"no longer {before.words}" + (f" but {after.words}" if after.words != NOTHING else "")
    return Parting(
        kind=kind, state=state, place=place, events=way, facts={name: encode(item) for name, item in facts.items()},
        before=before, after=after, words=f"{place}: {words}",
    )  # fmt: skip


def came_to(nodes: Nodes, state: str, outcome: Outcome | None) -> Side:
    """What a rule of this (old or new) state comes to; without a rule, nothing."""
    here = nodes.state(state)
    if outcome is None:
        return Side(state=here, words=NOTHING)
    return arriving(nodes, outcome.target, outcome.deeds, here)


def arriving(nodes: Nodes, target: str | None, deeds: Sequence[Deed] = (), here: str = "") -> Side:
    """Deeds, and then the state that is entered with what it does itself."""
    entry = nodes.entry(target) if target is not None else None
    state = nodes.state(target) if target is not None else here
    words = [telling.said(deed) for deed in deeds]
    if entry is None:
        words.append("stays" if not words else f"stays in {state}")
    else:
        more = entered(entry)
        words.append(f"goes to {state}" + (f" ({more})" if more else ""))
    done = (*deeds, *(entry.deeds if entry is not None else ()))
    return Side(state=state, says=_says(done, entry), does=_does(done), words=", ".join(words), full=_full(done, entry))


def entered(entry: Entry) -> str:
    """All that happens on entry, in words; "" where nothing does."""
    return ", ".join(part for part in (*(telling.said(deed) for deed in entry.deeds), entry_said(entry)) if part)


def entering(state: str, entry: Entry) -> Side:
    words = entered(entry) or NOTHING
    says, full = _says(entry.deeds, entry), _full(entry.deeds, entry)
    return Side(state=state, says=says, does=_does(entry.deeds), words=words, full=full)


def _says(deeds: Sequence[Deed], entry: Entry | None) -> tuple[str, ...]:
    asked = (entry.ask.text,) if entry is not None and entry.ask is not None else ()
    return (*(deed.name for deed in deeds if deed.kind == "say"), *asked)


def _full(deeds: Sequence[Deed], entry: Entry | None) -> tuple[str, ...]:
    more = entry_said(entry, full=True) if entry is not None else ""
    return (*(telling.said(deed, full=True) for deed in deeds), *([more] if more else []))


def _does(deeds: Sequence[Deed]) -> tuple[str, ...]:
    return tuple(f"{deed.kind} {deed.name}" for deed in deeds if deed.kind != "say")


def unclear_side(nodes: Nodes, state: str, cases: Sequence[Case]) -> Side:
    """What becomes of answers that are not understood."""
    parts: list[str] = []
    for case in cases:
        told = [telling.said(deed) for deed in case.item.deeds]
        if case.item.again:
            tries, again, between = case.item.again
            often = "each time" if tries is None else "once" if tries == 1 else f"{tries} times"
            told += [f"asks {again}"] if again else []
            told += [f"asks {between} between a few"] if between else []
            parts.append(", ".join([f"asks again {often}", *told]))
        else:
            goes = f"goes to {nodes.state(case.item.target)}" if case.item.target is not None else "stays"
            parts.append(", ".join([*told, goes]))
    return Side(state=nodes.state(state), words=", then ".join(parts) or NOTHING)


def settings(old: Definition, new: Definition, names: Names) -> list[Parting]:
    """What does not stand in any state and still shows: languages, category, what data begins as."""
    found: list[tuple[str, Any, Any]] = []
    if old.languages != new.languages:
        found.append(("languages", "speaks " + ", ".join(old.languages), "speaks " + ", ".join(new.languages)))
    if old.category != new.category:
        found.append(("category", f"its messages count as {old.category}", f"its messages count as {new.category}"))
    was = {names.data.get(name, name): item for name, item in old.defaults.items()}
    for name, item in new.defaults.items():
        if name in was and was[name] != item:
            told = [f"{name} begins as {value(encode(side))}" for side in (was[name], item)]
            found.append((name, told[0], told[1]))
    return [
        parting("changed", "", place, (), (Side(state="", words=before), Side(state="", words=after)))
        for place, before, after in found
    ]
