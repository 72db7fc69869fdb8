"""What a rule or state does now and did before: said, done, set, told, asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from engine.comparing import guards
from engine.comparing.blocks import Block, Deed
from engine.comparing.difference import Weight
from engine.comparing.ledger import Weighing
from engine.comparing.words import pretty


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A change among deeds: `words` go on from what does it ("says too_late instead of sorry")."""

    kind: str
    words: str
    weight: Weight
    old: Deed | None = None
    new: Deed | None = None


def said(deed: Deed, *, full: bool = False) -> str:
    """ "says see_you", "does bookings.confirm", "sets payer to contact.phone"; in full with all values."""
    if full and deed.args and deed.kind != "set":
        given = ", ".join(f"{name}: {pretty(source)}" for name, source in deed.args)
        return f"{said(deed)} ({given})"
    if deed.kind == "say":
        return f"says {deed.name}"
    if deed.kind == "set":
        return f"sets {deed.name} to {pretty(deed.args[0][1])}"
    if deed.kind == "tell":
        return f"tells {deed.to} {deed.name}"
    return f"asks the table {deed.name}" if deed.kind == "decide" else f"does {deed.name}"


def block_said(block: Block) -> str:
    """All that a rule does and where it leads: "says sorry, goes to with_agent"."""
    parts = [said(deed) for deed in block.deeds]
    parts += [f"goes to {block.to}"] if block.to is not None else [] if parts else ["stays"]
    return ", ".join(parts)


def changes(old: Sequence[Deed], new: Sequence[Deed], weigh: Weighing) -> Iterator[Change]:
    gone, come = list(old), list(new)
    for deed in old:
        twin = next((other for other in come if other.key == deed.key), None)
        if twin is not None:
            gone.remove(deed)
            come.remove(twin)
    if not gone and not come:
        if [deed.key for deed in old] != [deed.key for deed in new]:
            order = ", then ".join(said(deed) for deed in new)
            yield Change(kind="order", words=f"in another order: {order}", weight="behaviour", old=old[0], new=new[0])
        return
    for deed in list(gone):
        other = next((one for one in come if (one.kind, one.name) == (deed.kind, deed.name)), None)
        if other is not None:
            gone.remove(deed)
            come.remove(other)
            yield _altered(deed, other, weigh)
    for deed in list(gone):
        other = next((one for one in come if one.kind == deed.kind), None)
        if other is not None:
            gone.remove(deed)
            come.remove(other)
            words = f"{said(other)} instead of {said(deed).split(' ', 1)[1]}"
            yield Change(kind=deed.kind, words=words, weight=_heavier(weigh, deed, other), old=deed, new=other)
    for deed in gone:
        yield Change(kind=deed.kind, words=f"no longer {said(deed)}", weight=weigh.deed(deed), old=deed)
    for deed in come:
        yield Change(kind=deed.kind, words=f"also {said(deed)}", weight=weigh.deed(deed), new=deed)


def _heavier(weigh: Weighing, one: Deed, two: Deed) -> Weight:
    first, second = weigh.deed(one), weigh.deed(two)
    return "money" if "money" in (first, second) else first if first == "messages" else second


def _altered(old: Deed, new: Deed, weigh: Weighing) -> Change:
    """The same verb, table, event or datum with other values."""
    was, now = dict(old.args), dict(new.args)
    parts: list[str] = []
    for name in [*was, *(name for name in now if name not in was)]:
        if was.get(name) == now.get(name):
            continue
        label = name or old.name
        if name not in was:
            parts.append(f"{label} {pretty(now[name])}, not given before")
        elif name not in now:
            parts.append(f"{label} not given, was {pretty(was[name])}")
        else:
            parts += [f"{label} {_argued(was[name], now[name])}"]
    if old.to != new.to:
        parts.append(
            f"told to {new.to} instead of {old.to}" if old.kind == "tell" else f"kept in {new.to}, not {old.to}"
        )
    head = "sets" if old.kind == "set" else f"{old.name}:"
    return Change(
        kind=old.kind, words=f"{head} {', '.join(parts)}", weight=_heavier(weigh, old, new), old=old, new=new
    )  # fmt: skip


def _argued(old: str, new: str) -> str:
    one, two = guards.parsed(old), guards.parsed(new)
    return guards.amounts(one, two) if one is not None and two is not None else f"{pretty(old)} → {pretty(new)}"
