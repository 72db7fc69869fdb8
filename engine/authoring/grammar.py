"""What may stand at a place of a file, out of the very JSON Schemas that judge it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from engine.document import KINDS, schema

Shape = dict[str, Any]


def shapes(kind: str, path: Sequence[str | int]) -> list[Shape]:
    """The schemas that a value at `path` may follow; none for a place that the dialect does not have."""
    found = list(_plain(schema(kind)))
    for part in path:
        found = [inner for shape in found for step in _steps(shape, part) for inner in _plain(step)]
    return found


def keys(kind: str, path: Sequence[str | int]) -> dict[str, str]:
    """The keys that a mapping at `path` may have, each with what it says."""
    if not path and kind not in KINDS:
        return {}
    known: dict[str, str] = {}
    for shape in shapes(kind, path):
        for name, inner in shape.get("properties", {}).items():
            known.setdefault(name, _said(inner))
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


def _said(shape: Shape) -> str:
    for each in _plain(shape):
        if "description" in each:
            return str(each["description"])
    return str(shape.get("description", ""))


def _steps(shape: Shape, part: str | int) -> Iterator[Shape]:
    if isinstance(part, int):
        if isinstance(shape.get("items"), dict):
            yield shape["items"]
        return
    properties = shape.get("properties", {})
    if part in properties:
        yield properties[part]
    elif isinstance(shape.get("additionalProperties"), dict):
        yield shape["additionalProperties"]


def _plain(shape: Shape) -> Iterator[Shape]:
    """A schema with its references followed and its branches laid side by side."""
    reference = shape.get("$ref")
    if isinstance(reference, str):
        file, _, name = reference.partition("#/$defs/")
        home = schema(file.removesuffix(".json") or "rules")
        yield from _plain(home["$defs"][name])
    yield shape
    for branch in ("then", "else"):
        if isinstance(shape.get(branch), dict):
            yield from _plain(shape[branch])
    for branch in ("anyOf", "oneOf", "allOf"):
        for each in shape.get(branch, ()):
            yield from _plain(each)
