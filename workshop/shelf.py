"""What a business has of flows, lifecycles and rules: in force, drafted, running."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from engine.findings import Finding
from storage.store import Filter, Metric, OrgStore
from workshop.drafts import Draft

_RUNNING = ("live", "parked")
_COUNT = {"count": Metric(kind="count")}
ByHash = Callable[[str], Awaitable[Any]]


class Shelved(msgspec.Struct, frozen=True, kw_only=True):
    """One file. `running` counts live machines by state, whichever version they are on."""

    file: str
    kind: str
    name: str
    title: str
    version: int
    errors: int = 0
    warnings: int = 0
    running: dict[str, int] = {}
    drafted_by: tuple[str, ...] = ()  # ids of people
    new: bool = False  # a draft of a file that is not in force


class Stray(msgspec.Struct, frozen=True, kw_only=True):
    """Live machines whose definition is not in the store. `definition` is the hash that they name; "" for none."""

    name: str
    definition: str
    states: dict[str, int]

    @property
    def count(self) -> int:
        return sum(self.states.values())


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """`own`: whether the business has a release of its own, or shares everybody's.

    `unknown` is what runs, or stopped, on something that was never published here: somebody has to look at that.
    """

    files: tuple[Shelved, ...]
    own: bool
    number: int
    release: str
    unknown: tuple[Stray, ...] = ()


def shelved(
    definitions: Mapping[str, Any], findings: Sequence[Finding], running: Mapping[str, Mapping[str, int]],
    drafts: Sequence[Draft],
) -> tuple[Shelved, ...]:  # fmt: skip
    """`definitions` by file: kind, name, title, version; `running` by kind and name ("flow:booking")."""
    files: list[Shelved] = []
    for file, about in sorted(definitions.items(), key=lambda each: (_ORDER[each[1]["kind"]], each[1]["name"])):
        mine = [finding for finding in findings if finding.file == file]
        files.append(
            Shelved(
                file=file, kind=about["kind"], name=about["name"], title=about["title"], version=about["version"],
                errors=sum(finding.severity == "error" for finding in mine),
                warnings=sum(finding.severity == "warning" for finding in mine),
                running=dict(running.get(f"{about['kind']}:{about['name']}", {})),
                drafted_by=tuple(dict.fromkeys(draft.by for draft in drafts if draft.file == file)),
                new=about.get("new", False),
            )
        )  # fmt: skip
    return tuple(files)


_ORDER = {"flow": 0, "lifecycle": 1, "rules": 2}


async def running(store: OrgStore, by_hash: ByHash) -> tuple[dict[str, dict[str, int]], tuple[Stray, ...]]:
    """How many machines of each definition are in each state now, and those whose definition nobody knows."""
    where = {"status": {"in": list(_RUNNING)}}
    counted: dict[str, dict[str, int]] = {}
    lost: list[Any] = []
    for row in await store.aggregate("machines", where, group=["definition", "state"], metrics=_COUNT):
        definition = await by_hash(str(row["definition"] or ""))
        if definition is None:
            lost += [row["definition"]] if row["definition"] not in lost else []
            continue
        states = counted.setdefault(f"{definition.kind}:{definition.name}", {})
        states[row["state"]] = states.get(row["state"], 0) + row["count"]
    return counted, tuple([stray for hash in lost for stray in await _strays(store, where, hash)])


async def _strays(store: OrgStore, where: Filter, hash: Any) -> list[Stray]:
    """By the names that they keep themselves. Asked apart: names stand in no index, and this is hardly ever."""
    found: dict[str, dict[str, int]] = {}
    these = {**where, "definition": hash}
    for row in await store.aggregate("machines", these, group=["name", "state"], metrics=_COUNT):
        states = found.setdefault(str(row["name"] or ""), {})
        states[str(row["state"] or "")] = row["count"]
    return [Stray(name=name, definition=str(hash or ""), states=states) for name, states in sorted(found.items())]
