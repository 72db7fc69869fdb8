"""An entry of the journal in words: what happened, what was weighed, what was decided, done and said.

What customers and the business wrote is shown to those who may read conversations; to others it is covered.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from engine.currency import written
from engine.model import Decision, Step
from engine.testing.machine import Taken
from engine.testing.transcript import transcript
from engine.values import Money, encode
from runtime.journal import Body, open_entry
from runtime.publishing.record import KIND as PUBLICATION
from storage.errors import Unreadable
from storage.store import Document, Store
from storage.vault import OrgVault

COVERED = "•••"
Sort = Literal[
    "happened",
    "wrote",
    "moved",
    "guard",
    "table",
    "row",
    "because",
    "does",
    "tells",
    "says",
    "waits",
    "note",
    "answered",
]
_WHO: dict[str, Sort] = {
    "customer": "wrote", "world": "happened", "does": "does", "tells": "tells", "business": "says",
}  # fmt: skip


class Detail(msgspec.Struct, frozen=True, kw_only=True):
    """A value that was read or given."""

    name: str
    value: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One thing in an entry. `key`: the verb's, event's, text's or table's name; `holds`: a guard said yes."""

    sort: Sort
    text: str = ""
    key: str = ""
    holds: bool | None = None
    details: tuple[Detail, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of the journal. `name` is the flow's or lifecycle's; `sealed`: its person was forgotten."""

    id: str
    machine: str
    seq: int
    at: datetime
    name: str
    kind: str
    event: str
    source: str
    target: str
    outcome: str
    by: str = ""  # who, where a person did it
    lines: tuple[Line, ...] = ()
    sealed: bool = False
    hash: str = ""
    prev: str = ""


def plain(entry: Document, names: dict[str, str]) -> Entry:
    """What stands in the clear. `names` are the definitions', by hash."""
    cause = str(entry.get("cause") or "")
    by = cause.removeprefix("person:") if cause.startswith("person:") else str(entry.get("by") or "")
    return Entry(
        id=entry["_id"], machine=entry["machine"], seq=entry["seq"], at=entry["at"], kind=entry["kind"],
        name=names.get(str(entry.get("definition") or ""), ""), event=entry["event"], source=entry["source"],
        target=entry["target"], outcome=entry["outcome"], by=by, hash=entry["hash"], prev=entry["prev"],
    )  # fmt: skip


async def opened(vault: OrgVault, entry: Document, names: dict[str, str], *, reads: bool) -> Entry:
    """With its lines; `reads`: whoever looks may read what was written."""
    made = plain(entry, names)
    if entry["kind"] == PUBLICATION:
        return msgspec.structs.replace(made, lines=(Line(sort="note", text=str(entry.get("why") or "")),))
    try:
        await vault.ensure(*filter(None, [entry["subject"]]))
        body = open_entry(entry, vault)
    except Unreadable:
        return msgspec.structs.replace(made, sealed=True)
    return msgspec.structs.replace(made, lines=tuple(lines(body, reads=reads)))


async def follows(vault: OrgVault, entry: Document, rule: str) -> bool:
    """Whether a rule with this in its name was followed; not said of an entry whose person was forgotten."""
    if entry["kind"] == PUBLICATION:
        return False
    try:
        await vault.ensure(*filter(None, [entry["subject"]]))
        step = open_entry(entry, vault).step
    except Unreadable:
        return False
    if step is None:
        return False
    rows = (f"{decision.table}.{row}" for decision in step.decisions for row in decision.hit or ("",))
    return any(rule in name for name in (*(each.rule for each in step.microsteps), *rows))


def lines(body: Body, *, reads: bool) -> Iterator[Line]:
    """An entry's body, line by line in the order in which it came about."""
    if body.step is None:
        yield from _note(body.note, reads)
        return
    told = [line for line in transcript((Taken(before=None, step=body.step),)) if line.who in _WHO]
    for line in told:
        if line.who in ("customer", "world"):
            sort = _WHO[line.who]
            yield Line(sort=sort, text=_covered(line.text, reads), key=line.key)
    yield from _weighed(body.step, reads)
    for line in told:
        if line.who not in ("customer", "world"):
            text = _covered(line.text, reads)
            yield Line(sort=_WHO[line.who], text=text, key=line.key)
    for arm in body.step.arms:
        yield Line(sort="waits", key=arm.name, text=arm.due.isoformat(timespec="seconds"))


def _weighed(step: Step, reads: bool) -> Iterator[Line]:
    """The guards as they were tried, the transitions that followed, and what the tables said."""
    for microstep in step.microsteps:
        for tried in microstep.guards:
            yield Line(sort="guard", text=tried.source, holds=tried.result, details=_details(tried.values, reads))
        if microstep.rule:
            moved = (
                microstep.source if microstep.source == microstep.target else f"{microstep.source} → {microstep.target}"
            )
            yield Line(sort="moved", text=moved, key=microstep.rule, details=_details(microstep.changed, reads))
    for decision in step.decisions:
        yield from _decided(decision, reads)


def _decided(decision: Decision, reads: bool) -> Iterator[Line]:
    answer = {"rows": ", ".join(decision.hit), "result": decision.result, **decision.facts}
    yield Line(
        sort="table", key=decision.table, text=", ".join(decision.hit), details=_details(answer, reads, but="rows")
    )
    for tried in decision.tried:
        yield Line(sort="row", text=tried.source, holds=tried.result, details=_details(tried.values, reads))
    for reason in decision.because:
        yield Line(sort="because", text=reason)


def _note(note: dict[str, Any], reads: bool) -> Iterator[Line]:
    event = note.get("event") or {}
    data = dict(event.get("data") or {})
    text = data.pop("text", "")
    if text:
        yield Line(sort="wrote", text=_covered(str(text), reads), key=str(event.get("name") or ""))
    rest = {key: value for key, value in note.items() if key != "event"} | data
    if rest:
        yield Line(sort="note", key=str(event.get("name") or ""), details=_details(rest, reads))


def _details(values: dict[str, Any], reads: bool, *, but: str = "") -> tuple[Detail, ...]:
    return tuple(
        Detail(name=name, value=str(value) if name == but else shown(value, reads)) for name, value in values.items()
    )


def shown(value: Any, reads: bool = True) -> str:
    """A value of the dialect for a person. What could be somebody's words is covered unless they may be read."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Money):
        return written(value.amount, value.currency)
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, (int, float, timedelta)):
        return str(value)
    if not reads:
        return COVERED
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{key}: {shown(item)}" for key, item in value.items() if item is not None)
    if isinstance(value, (list, tuple)):
        return "; ".join(shown(item) for item in value)
    if isinstance(value, msgspec.Struct):
        return shown(encode(value))
    return str(value)


def _covered(text: str, reads: bool) -> str:
    return text if reads or not text else COVERED


async def named(store: Store, hashes: set[str], known: dict[str, str] | None = None) -> dict[str, str]:
    """The names of definitions ("booking") by their hashes."""
    found = dict(known or {})
    for hash in sorted(hashes - found.keys() - {""}):
        row = await store.get("definitions", hash)
        found[hash] = str(row.get("name") or "").rpartition(":")[2] if row is not None else ""
    return found
