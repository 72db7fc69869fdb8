"""`compare`: two versions in, everything that differs out. The one way in, for the command line, CI and the console."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.comparing.behaving import Matched, behaving
from engine.comparing.blocks import Names, alike
from engine.comparing.difference import WEIGHTS, Difference, Differences, Spot
from engine.comparing.ledger import Ledger, Weighing
from engine.comparing.machines import compare_machines
from engine.comparing.matching import features, pairs
from engine.comparing.renames import machine_names
from engine.comparing.rows import TableNames, compare_tables, table_names
from engine.comparing.sides import Sources, Version, sources_of
from engine.document import Document
from engine.registry import Registry
from engine.release import Release

Pairs = dict[str, str]  # old "flow:deposit" -> new "flow:deposit"


def compare(
    old: Version | Release | Sources, new: Version | Release | Sources, registry: Registry, *, behaviour: bool = True
) -> Differences:
    """Never raises for what the files say: what cannot be read is in `old_findings` and `new_findings`.

    Without `behaviour` only what is written is compared, which asks no prover.
    """
    one, two = _version(old, "old"), _version(new, "new")
    matched = _matched(one, two)
    names = {was: _names(one.documents[was], two.documents[now]) for was, now in matched.items()}
    renamed = _across(matched, names)
    changes: list[Difference] = []
    for was, document in one.documents.items():
        if was in matched:
            now = matched[was]
            changes += _pair(document, two.documents[now], now, renamed[was], registry)
        elif not _unread(document, was, two):
            changes.append(_whole(document, was, registry, old=True))
    came = [key for key in two.documents if key not in matched.values() and not _unread(two.documents[key], key, one)]
    changes += [_whole(two.documents[key], key, registry, old=False) for key in came]
    known = list(dict.fromkeys([*(matched.get(key, key) for key in one.documents), *two.documents]))
    differences = Differences(
        old=one.label, new=two.label, definitions=tuple(known), changes=tuple(_sorted(changes, known)),
        old_findings=tuple(one.findings), new_findings=tuple(two.findings),
    )  # fmt: skip
    if not behaviour:
        return differences
    return behaving(differences, one, two, Matched(pairs=matched, names=renamed), registry)


def _version(side: Version | Release | Sources, label: str) -> Version:
    if isinstance(side, Version):
        return side
    return Version(label, sources_of(side) if isinstance(side, Release) else side)


def _matched(old: Version, new: Version) -> Pairs:
    """By kind and name, then by likeness: a definition may have been given another name."""
    found = {key: key for key in old.documents if key in new.documents}
    gone = [key for key in old.documents if key not in found]
    come = [key for key in new.documents if key not in found]
    for kind in ("flow", "lifecycle", "rules"):
        before, after = (
            {key: features(_body(side.documents[key])) for key in keys if key.startswith(f"{kind}:")}
            for side, keys in ((old, gone), (new, come))
        )
        found |= pairs(before, after, least=0.6)
    return found


def _unread(document: Document, key: str, other: Version) -> bool:
    """Whether the other side has it too, in a file that could not be read."""
    return key in other.lost or document.file in other.unread


def _body(document: Document) -> dict[str, Any]:
    return {key: item for key, item in document.content.items() if key not in (document.kind, "version", "title")}


def _names(old: Document, new: Document) -> Names | TableNames:
    if alike(old.content, new.content):
        return Names() if old.kind != "rules" else TableNames()
    if old.kind == "rules":
        return table_names(old.content, new.content)
    return machine_names(old.content, new.content)


def _across(matched: Pairs, names: Mapping[str, Names | TableNames]) -> dict[str, Names | TableNames]:
    """Names of other definitions reach those that call and ask them."""
    bare = {was: (was.partition(":")[2], now.partition(":")[2]) for was, now in matched.items()}
    flows = {old: new for was, (old, new) in bare.items() if was.startswith("flow:") and old != new}
    tables = {old: new for was, (old, new) in bare.items() if was.startswith("rules:") and old != new}
    finals: dict[str, str] = {}
    for was, own in names.items():
        if isinstance(own, Names) and was.startswith("flow:"):
            old, new = bare[was]
            finals |= {f"{old}.{state}": f"{new}.{other}" for state, other in own.states.items()}
    made: dict[str, Names | TableNames] = {}
    for was, own in names.items():
        if isinstance(own, TableNames):
            made[was] = own
        else:
            made[was] = Names(
                states=own.states, texts=own.texts, data=own.data, flows=flows, tables=tables, finals=finals
            )
    return made


def _pair(old: Document, new: Document, name: str, names: Names | TableNames, registry: Registry) -> list[Difference]:
    if alike(old.content, new.content) and not (
        isinstance(names, Names) and (names.flows or names.tables or names.finals)
    ):
        return []
    ledger = Ledger(name, old, new, registry)
    if old.name != new.name:
        ledger.add("definition-renamed", "", f"was called {old.name}", "none", old=[old.kind], new=[new.kind])
    if isinstance(names, TableNames):
        compare_tables(ledger, old.content, new.content, names)
    else:
        compare_machines(ledger, old.content, new.content, names)
    return ledger.found


def _whole(document: Document, key: str, registry: Registry, *, old: bool) -> Difference:
    weigh = Weighing(registry, [document])
    word = {"flow": "flow", "lifecycle": "lifecycle", "rules": "table"}[document.kind]
    size = document.content.get("states") or document.content.get("rows") or ()
    of = "rows" if document.kind == "rules" else "states"
    spot = Spot(file=document.file, line=1)
    title = f": {document.content['title']}" if document.content.get("title") else ""
    return Difference(
        kind="definition-removed" if old else "definition-added", definition=key, where=document.kind, subject="",
        words=f"the {word} is gone" if old else f"a new {word} with {len(size)} {of}{title}",
        weight="money" if weigh.tills or weigh.monied else "behaviour",
        old=spot if old else None, new=None if old else spot,
    )  # fmt: skip


def _sorted(changes: list[Difference], known: list[str]) -> list[Difference]:
    """By definition, the gravest first, then as they stand in the file."""

    def place(change: Difference) -> tuple[int, int, int]:
        spot = change.new or change.old
        where = known.index(change.definition) if change.definition in known else len(known)
        return where, WEIGHTS.index(change.weight), spot.line if spot else 0

    return sorted(changes, key=place)
