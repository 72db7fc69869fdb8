"""What may stand at a place of a file, out of the very JSON Schemas that judge it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.authoring import documentation
from engine.document import KINDS, schema

Shape = dict[str, Any]
TESTS = "test"  # the kind of a file that holds tests


def shapes(kind: str, path: Sequence[str | int]) -> list[Shape]:
    """The schemas that a value at `path` may follow; none for a place, or a kind, that the dialect does not have."""
    if kind not in (*KINDS, TESTS):
        return []
    found = list(_plain(schema(kind), kind))
    for part in path:
        found = [inner for shape in found for step in _steps(shape, part) for inner in _plain(step, kind)]
    return found


def keys(kind: str, path: Sequence[str | int]) -> dict[str, str]:
    """The keys that a mapping at `path` may have, each with what it says."""
    known: dict[str, str] = {}
    for shape in shapes(kind, path):
        for name, inner in shape.get("properties", {}).items():
            known.setdefault(name, _said(inner, kind) or documentation.of_key(path, name))
    return known


def words(kind: str, path: Sequence[str | int]) -> list[str]:
    """The words that a value may be, where the schema lists them."""
    found: list[str] = []
    for shape in shapes(kind, path):
        listed = [*shape.get("enum", ()), *([shape["const"]] if "const" in shape else [])]
        found += [str(word).lower() if isinstance(word, bool) else str(word) for word in listed]
        if shape.get("type") == "boolean":
            found += ["true", "false"]
    return list(dict.fromkeys(found))


def _said(shape: Shape | bool, kind: str) -> str:
    return next((str(each["description"]) for each in _plain(shape, kind) if "description" in each), "")


def _steps(shape: Shape, part: str | int) -> Iterator[Shape | bool]:
    if isinstance(part, int):
        if isinstance(shape.get("items"), dict):
            yield shape["items"]
        return
    properties = shape.get("properties", {})
    if part in properties:
        yield properties[part]
    elif isinstance(shape.get("additionalProperties"), dict):
        yield shape["additionalProperties"]


def _plain(shape: Shape | bool, kind: str) -> Iterator[Shape]:
    """A schema with its references followed and its branches laid side by side. `true` is whatever one likes."""
    if isinstance(shape, bool):
        return
    reference = shape.get("$ref")
    if isinstance(reference, str):
        file, _, name = reference.partition("#/$defs/")
        home = schema(file.removesuffix(".json") or (TESTS if kind == TESTS else "rules"))
        yield from _plain(home["$defs"][name], kind)
    yield shape
    for branch in ("then", "else"):
        if isinstance(shape.get(branch), dict):
            yield from _plain(shape[branch], kind)
    for branch in ("anyOf", "oneOf", "allOf"):
        for each in shape.get(branch, ()):
            yield from _plain(each, kind)
