"""Definitions that are compiled, checked and pinned together.

A definition's hash covers its own content and the hashes of the flows that it calls and the tables
that it asks, so that naming one hash names a whole behaviour.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from engine import limits, types
from engine.checking import Checker
from engine.compiling import Compiler
from engine.definition import Definition
from engine.document import Document
from engine.findings import Finding, Findings
from engine.outline import Around, Outline, outline
from engine.registry import Registry
from engine.tables import Table, compile_table
from engine.types import Shape, Types
from engine.values import canonical

Compiled = Definition | Table


class Release(msgspec.Struct, frozen=True, kw_only=True):
    """What `compile_release` gives. `warnings` are findings that do not stand in the way.

    `definitions` is by name. Where a flow and a lifecycle share theirs, each is there under its kind and
    name only ("flow:booking", "lifecycle:booking"), as all are besides.
    """

    definitions: Mapping[str, Compiled]
    by_hash: Mapping[str, Compiled]
    warnings: tuple[Finding, ...] = ()


class Compilation(msgspec.Struct, frozen=True, kw_only=True):
    """What became of some documents: `release` holds what is sound, `findings` all that was found in any of them."""

    release: Release
    documents: Mapping[str, Document]  # by "flow:booking"
    findings: tuple[Finding, ...]


def compile_release(documents: Iterable[Document], registry: Registry) -> Release:
    """Raises Findings with everything that is wrong in any of the documents."""
    made = compile_documents(documents, registry)
    if any(finding.severity == "error" for finding in made.findings):
        raise Findings(made.findings)
    return made.release


def compile_documents(documents: Iterable[Document], registry: Registry) -> Compilation:
    """Compile what can be compiled. A definition is sound if nothing that it calls or asks has an error either."""
    found: list[Finding] = []
    documents = _distinct(documents, found)
    records: dict[str, Mapping[str, Any]] = {name: record.fields for name, record in registry.records.items()}
    known = Types(records)
    tables: dict[str, Table] = {}
    for document in documents:
        if document.kind == "rules":
            table = tables[document.name] = compile_table(document, known, found)
            if table.result.base == "record":
                records.setdefault(table.name, table.outputs)
    machines = [document for document in documents if document.kind != "rules"]
    outlines = [outline(document, Checker(document, known, found)) for document in machines]
    around = _around(outlines, tables, registry, known)
    order = _order(outlines, found)
    made: dict[int, Definition] = {}
    by_flow: dict[str, Definition] = {}
    for outlined in order:
        definition = _definition(outlined, around, by_flow, found)
        made[id(outlined)] = definition
        if definition.kind == "flow":
            by_flow[definition.name] = definition
    sound = _sound([*made.values(), *tables.values()], found)
    ordered: list[Compiled] = [made[id(outlined)] for outlined in outlines]
    return Compilation(
        release=_release([item for item in (*ordered, *tables.values()) if item.file in sound], found),
        documents={f"{document.kind}:{document.name}": document for document in documents},
        findings=tuple(found),
    )


def _sound(compiled: list[Compiled], found: list[Finding]) -> frozenset[str]:
    """The files of what can be used. Callees come before their callers."""
    broken = {finding.file for finding in found if finding.severity == "error"}
    tables = {item.name for item in compiled if isinstance(item, Table) and item.file in broken}
    for item in compiled:
        if isinstance(item, Definition):
            asked = tables & item.tables.keys()
            if asked or any(callee.file in broken for callee in item.callees.values()):
                broken.add(item.file)
    return frozenset(item.file for item in compiled) - broken


def _distinct(documents: Iterable[Document], found: list[Finding]) -> list[Document]:
    kept: dict[tuple[str, str], Document] = {}
    for document in documents:
        key = (document.kind, document.name)
        if key in kept:
            reason = f"The {document.kind} {document.name} is already in {kept[key].file}."
            found.append(document.finding("duplicate-definition", [document.kind], reason))
            continue
        kept[key] = document
    return list(kept.values())


def _around(outlines: list[Outline], tables: dict[str, Table], registry: Registry, known: Types) -> Around:
    told: dict[str, dict[str, Shape]] = {}
    for outlined in outlines:
        for event, fields in _told(outlined.document.content):
            told.setdefault(event, {}).update(dict.fromkeys(fields, types.ANY))
    return Around(
        registry=registry,
        types=known,
        tables=tables,
        outlines={o.document.name: o for o in outlines if o.document.kind == "flow"},
        told=told,
        ambients={name: known.shape(ambient.type) for name, ambient in registry.ambients.items()},
    )


def _told(content: Any) -> Iterable[tuple[str, list[str]]]:
    """Every `tell` in a document, wherever it stands."""
    if isinstance(content, list):
        for item in content:
            yield from _told(item)
    elif isinstance(content, dict):
        for key, item in content.items():
            if key == "tell":
                for tell in item if isinstance(item, list) else [item]:
                    yield tell["event"], list(tell.get("with") or {})
            else:
                yield from _told(item)


def _calls(outlined: Outline) -> dict[str, str]:
    """The flows that a definition calls, each with a state that calls it."""
    states = outlined.document.content["states"]
    return {state["call"]["flow"]: name for name, state in states.items() if state and "call" in state}


def _order(outlines: list[Outline], found: list[Finding]) -> list[Outline]:
    """Callees before callers. A circle of calls is a finding."""
    flows = {o.document.name: o for o in outlines if o.document.kind == "flow"}
    order: list[Outline] = []
    done: set[int] = set()

    def visit(outlined: Outline, above: tuple[str, ...]) -> None:
        if id(outlined) in done:
            return
        name = outlined.document.name
        for callee, state in _calls(outlined).items():
            if callee not in flows:
                continue
            circle = outlined.document.kind == "flow" and callee in (*above, name)
            if circle or len(above) >= limits.CALL_DEPTH:
                reason = f"Flows call each other in a circle: {' > '.join((*above, name, callee))}."
                if not circle:
                    reason = f"Flows call each other more than {limits.CALL_DEPTH} deep."
                found.append(outlined.document.finding("recursion", ["states", state, "call", "flow"], reason))
                continue
            visit(flows[callee], (*above, name))
        done.add(id(outlined))
        order.append(outlined)

    for outlined in outlines:
        visit(outlined, ())
    return order


def _definition(outlined: Outline, around: Around, flows: Mapping[str, Definition], found: list[Finding]) -> Definition:
    document = outlined.document
    definition = Definition(document.kind, document.name, document.version, "")
    definition.title = str(document.content.get("title", ""))
    definition.file, definition.source, definition.content = document.file, document.text, document.content
    definition.takes = frozenset(outlined.takes)
    definition.needed = frozenset(name for name, optional in outlined.takes.items() if not optional)
    data = {**(document.content.get("takes") or {}), **(document.content.get("data") or {})}
    definition.personal = frozenset(
        n for n, written in data.items() if isinstance(written, dict) and written.get("personal")
    )
    definition.callees = {name: flows[name] for name in _calls(outlined) if name in flows}
    Compiler(outlined, around, found, definition).compile()
    callees = {name: callee.hash for name, callee in definition.callees.items()}
    pinned = canonical({"kind": document.kind, "calls": callees, "tables": definition.tables})
    written = msgspec.json.encode(document.content)  # in its own order: of what is set, one value may read another
    definition.hash = hashlib.sha256(pinned + written).hexdigest()
    definition.reachable = {definition.hash: definition}
    for callee in definition.callees.values():
        definition.reachable.update(callee.reachable)
        definition.ambients |= callee.ambients
    return definition


def _release(compiled: list[Compiled], found: list[Finding]) -> Release:
    by_hash: dict[str, Compiled] = {item.hash: item for item in compiled}
    machines = {item.hash: item for item in compiled if isinstance(item, Definition)}
    definitions: dict[str, Compiled] = {}
    names = [item.name for item in compiled]
    for item in compiled:
        if names.count(item.name) == 1:
            definitions[item.name] = item
        definitions[f"{item.kind}:{item.name}"] = item
        if isinstance(item, Definition):
            item.release = machines
    return Release(definitions=definitions, by_hash=by_hash, warnings=tuple(found))
