"""What a publication would do to the machines that run: counted in the store, before anything is swapped."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Literal

import msgspec

from engine.definition import Definition
from engine.migrating import refusal
from engine.moves import moves
from storage.store import Metric, Store

Fate = Literal["finish", "migrate", "drain", "removed", "unknown"]
RUNNING = ("live", "parked")
ByHash = Callable[[str], Awaitable[Any]]


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """Machines of one version that stand in one place. `states` are the callers' and, last, the innermost.

    `refused` is why they cannot be moved, though the new version asks for it.
    """

    definition: str  # "flow:booking"
    root: str
    version: int
    states: tuple[str, ...]
    count: int
    fate: Fate
    orgs: tuple[str, ...]
    to: str = ""  # the hash that they are moved to, or that new ones start on
    to_version: int = 0
    to_states: tuple[str, ...] = ()
    refused: str = ""
    code: str = ""
    forgets: tuple[str, ...] = ()
    current: bool = True  # whether they run on the version that this one takes over from

    def __str__(self) -> str:
        """ "14 conversations wait in paying, which this version renames to awaiting_payment: mapped" """
        kind, _, name = self.definition.partition(":")
        one, many = {"flow": ("conversation", "conversations"), "lifecycle": (name, f"{name}s")}.get(
            kind, ("machine", "machines")
        )
        who = f"{self.count} {one} waits" if self.count == 1 else f"{self.count} {many} wait"
        where = f"{who} in {' > '.join(self.states)}"
        where = f"{where} of {name} v{self.version}" if kind == "flow" else where
        return f"{where}{self._end()}"

    def _end(self) -> str:
        if self.fate == "removed":
            return ", which this version no longer has: finish on theirs"
        if self.fate == "unknown":
            return ", whose version is not kept here: left alone"
        if self.fate == "drain":
            return ": finish on theirs, within the time that it gives"
        if self.fate == "finish":
            return f": finish on theirs{f' ({self.refused})' if self.refused else ''}"
        forgets = f", forgetting {', '.join(self.forgets)}" if self.forgets else ""
        if self.refused:
            return f": REFUSED. {self.refused}"
        if self.states == self.to_states:
            return f": moved to v{self.to_version}{forgets}"
        renamed = [b for a, b in zip(self.states, self.to_states, strict=True) if a != b]
        return f", which this version renames to {' > '.join(renamed)}: mapped{forgets}"


class Impact(msgspec.Struct, frozen=True, kw_only=True):
    """All of the groups, and which version takes over from which: (definition, hash before, hash after)."""

    groups: tuple[Group, ...] = ()
    changed: tuple[tuple[str, str, str], ...] = ()

    @property
    def refused(self) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.fate == "migrate" and group.refused)

    def count(self, fate: Fate) -> int:
        return sum(group.count for group in self.groups if group.fate == fate)

    def __str__(self) -> str:
        if not self.groups:
            return "nothing that runs is touched"
        parts = [
            (self.count("migrate"), "moved"),
            (self.count("finish"), "finish on theirs"),
            (self.count("drain"), "drained"),
            (self.count("removed"), "finish on a version that is gone from the files"),
            (self.count("unknown"), "on a version that is not kept here"),
        ]
        return ", ".join(f"{count} {what}" for count, what in parts if count)


class Population:
    """Counts machines by org, version and place; one aggregate over an index that covers it."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def groups(self, orgs: Mapping[str, Any]) -> list[tuple[str, str, tuple[str, ...], int]]:
        """(org, root hash, states, count). `orgs` is a filter's field, so that one org or all but some are counted."""
        rows = await self._store.aggregate(
            "machines",
            {"status": {"in": list(RUNNING)}, **orgs},
            group=["org", "root", "callers", "state"],
            metrics={"machines": Metric(kind="count")},
            everyone=True,
        )
        found: list[tuple[str, str, tuple[str, ...], int]] = []
        for row in rows:
            callers = tuple(filter(None, str(row["callers"] or "").split("/")))
            found.append((row["org"], str(row["root"] or ""), (*callers, row["state"]), int(row["machines"])))
        return found


async def impact(
    population: Iterable[tuple[str, str, tuple[str, ...], int]],
    by_hash: ByHash,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    pending: Mapping[str, str],
    *,
    moves_any: bool = True,
) -> Impact:
    """`before` and `after` are releases' definitions by "kind:name". With `moves_any` False all finish (a rollback).

    `pending`: hash to hash, moves that are under way: their machines count as where they will be.
    """
    gathered: dict[tuple[str, tuple[str, ...]], tuple[int, set[str]]] = {}
    for org, began, stood, count in population:
        root, states = await _arrived(by_hash, began, stood, pending)
        known, orgs = gathered.get((root, states), (0, set()))
        gathered[(root, states)] = (known + count, {*orgs, org})
    groups: list[Group] = []
    for (root, states), (count, orgs) in gathered.items():
        old = await _definition(by_hash, root)
        group = _group(old, root, states, count, before, after, moves_any)
        if group is not None:
            groups.append(msgspec.structs.replace(group, orgs=tuple(sorted(orgs))))
    order = sorted(groups, key=lambda g: (not g.refused, g.definition, -g.version, g.states))
    return Impact(groups=tuple(order), changed=tuple(_changed(before, after)))


async def _arrived(
    by_hash: ByHash, root: str, states: tuple[str, ...], pending: Mapping[str, str]
) -> tuple[str, tuple[str, ...]]:  # fmt: skip
    """Where machines will stand once the moves that are under way are done."""
    for _ in range(len(pending)):
        old, new = await _definition(by_hash, root), await _definition(by_hash, pending.get(root, ""))
        if old is None or new is None or refusal(old, new, states) is not None:
            break
        root, states = new.hash, targets(old, new, states)
    return root, states


async def _definition(by_hash: ByHash, root: str) -> Definition | None:
    found = await by_hash(root) if root else None
    return found if isinstance(found, Definition) else None


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    for name in sorted({*before, *after}):
        if ":" not in name:
            continue
        hashes = tuple(side[name].hash if name in side else "" for side in (before, after))
        if hashes[0] != hashes[1]:
            yield name, hashes[0], hashes[1]


def _group(
    old: Definition | None, root: str, states: tuple[str, ...], count: int,
    before: Mapping[str, Any], after: Mapping[str, Any], moves_any: bool,
) -> Group | None:  # fmt: skip
    """What becomes of the machines of one version in one place; None when nothing does."""
    if old is None:
        return Group(definition="", root=root, version=0, states=states, count=count, fate="unknown", orgs=())
    name = f"{old.kind}:{old.name}"
    new = after.get(name)
    base = Group(
        definition=name, root=root, version=old.version, states=states, count=count, fate="removed", orgs=(),
        current=name in before and before[name].hash == root,
    )  # fmt: skip
    if new is None:
        return base
    if new.hash == root:
        return None
    made = msgspec.structs.replace(base, to=new.hash, to_version=new.version)
    fate = policy(old, new, states) if moves_any else "finish"
    if fate != "migrate":
        return msgspec.structs.replace(made, fate=fate)
    refused = refusal(old, new, states)
    if refused is not None and not base.current:  # an old one that was left behind: its version is still here
        return msgspec.structs.replace(made, fate="finish", refused=refused.reason, code=refused.code)
    if refused is not None:
        return msgspec.structs.replace(made, fate="migrate", refused=refused.reason, code=refused.code)
    places = targets(old, new, states)
    return msgspec.structs.replace(made, fate="migrate", to_states=places, forgets=moves(old, new).forgets)


def targets(old: Definition, new: Definition, states: tuple[str, ...]) -> tuple[str, ...]:
    """Where each level of a machine that can be moved goes."""
    found: list[str] = []
    for state in states:
        target = moves(old, new).states[state]
        found.append(target)
        above, below = old.states[state].call, new.states[target].call
        if above is None or below is None:
            break
        old, new = above.definition, below.definition
    return tuple(found)


def policy(old: Definition, new: Definition, states: tuple[str, ...]) -> Fate:
    """What the files that the machine stands in ask for, where they changed: migrate before drain before finish."""
    asked: set[str] = set()
    for state in states:
        if old.hash != new.hash:
            asked.add(new.on_publish)
        target = moves(old, new).states.get(state, "")
        above = old.states[state].call if state in old.states else None
        below = new.states[target].call if target in new.states else None
        if above is None or below is None or above.definition.name != below.definition.name:
            break
        old, new = above.definition, below.definition
    if "migrate" in asked:
        return "migrate"
    return "drain" if "drain" in asked else "finish"
