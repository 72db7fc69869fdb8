"""One YAML file, read and checked against its kind's JSON Schema, with a place for everything in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

import jsonschema
from referencing import Registry as Schemas
from referencing import Resource

from engine import limits
from engine.codes import severity
from engine.findings import Finding, Findings, Fix, did_you_mean
from engine.recent import Recent
from engine.yamlpieces import parse
from engine.yamltree import Node, Place

Kind = Literal["flow", "lifecycle", "rules"]
KINDS: tuple[Kind, ...] = ("flow", "lifecycle", "rules")
_FOLDER = Path(__file__).parent / "schemas"
At = Sequence[str | int]


class Document:
    """A definition as written. `content` is plain data; `text` is kept as it was, comments and all."""

    def __init__(self, kind: Kind, root: Node, content: dict[str, Any], text: str, file: str) -> None:
        self.kind = kind
        self.content = content
        self.text = text
        self.file = file
        self._root = root

    @property
    def name(self) -> str:
        return str(self.content[self.kind])

    @property
    def version(self) -> int:
        return int(self.content["version"])

    def place(self, path: At, *, key: bool = False) -> Place:
        """Where the value at `path` stands, or (with `key`) its key; the nearest thing around it if it is absent."""
        return _place(self._root, path, key)

    def finding(
        self, code: str, path: At, reason: str, suggestion: str = "", *,
        key: bool = False, offset: int = 0, end: int = 0, fix: Fix | None = None,
    ) -> Finding:  # fmt: skip
        """A finding at `path`; `offset` and `end` count characters into a text that stands on one line."""
        place = self.stretch(path, key=key, offset=offset, end=end)
        return Finding(
            code=code, severity=severity(code), file=self.file, line=place.line, column=place.column,
            end_line=place.end_line, end_column=place.end_column, reason=reason, suggestion=suggestion, fix=fix,
        )  # fmt: skip

    def stretch(self, path: At, *, key: bool = False, offset: int = 0, end: int = 0) -> Place:
        """The place of some characters of the text at `path`; all of it where it runs over several lines."""
        place, node = _place(self._root, path, key), _node(self._root, path)
        one_line = node is not None and isinstance(node.value, str) and place.line == place.end_line
        if node is None or not one_line or not (offset or end):
            return place
        first = place.column + (0 if node.plain else 1)
        last = max(place.end_column - (0 if node.plain else 1), first)
        column = min(first + offset, max(last - 1, first))
        return Place(place.line, column, place.end_line, min(first + end, last) if end > offset else last)


def load(source: str | Path, file: str = "") -> Document:
    """Read one definition, unless it was read lately. `source` is its text, or the path of a file. Raises Findings,
    whatever the text.
    """
    if isinstance(source, Path):
        file = file or str(source)
        text = read_text(source, file)
    else:
        text, file = source, file or "<text>"
    return _loaded.get((text, file)) or _loaded.put((text, file), _load(text, file), len(text))


_TEXTS = 2_000_000  # characters of definitions that are kept, so that what nobody changed is not read again
_loaded: Recent[Document] = Recent(_TEXTS)


def _load(text: str, file: str) -> Document:
    root = parse(text, file)
    kind = _kind(root, file)
    content = root.content()
    document = Document(kind, root, content, text, file)
    found = list(_against_schema(document))
    if found:
        raise Findings(found)
    return document


def read_text(path: Path, file: str) -> str:
    """A file's text. Raises Findings."""
    start = Place(1, 1, 1, 1)
    try:
        if path.stat().st_size > 4 * limits.FILE_LENGTH:
            raise Findings(
                [_at(file, start, "file-too-long", f"The file is longer than {limits.FILE_LENGTH} characters.")]
            )
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise Findings([_at(file, start, "unreadable", f"The file cannot be read: {error.strerror}.")]) from error
    except UnicodeDecodeError as error:
        raise Findings([_at(file, start, "not-utf8", f"The file is not UTF-8: {error.reason}.")]) from error


def _kind(root: Node, file: str) -> Kind:
    if not isinstance(root.value, dict):
        raise Findings([_at(file, root.place, "not-a-definition", "A definition is a mapping of keys to values.")])
    kinds: list[Kind] = [kind for kind in KINDS if kind in root.value]
    if len(kinds) == 1:
        return kinds[0]
    if kinds:
        reason = "A file is one of flow, lifecycle and rules; this one says " + " and ".join(kinds) + "."
        raise Findings([_at(file, root.keys[kinds[1]], "many-kinds", reason)])
    near = next((key for key in root.value if did_you_mean(key, KINDS).startswith("Did")), "")
    place = root.keys[near] if near else root.place
    reason = "A definition begins with flow:, lifecycle: or rules: and its name."
    raise Findings([_at(file, place, "no-kind", reason, did_you_mean(near, KINDS) if near else "")])


def _at(file: str, place: Place, code: str, reason: str, suggestion: str = "") -> Finding:
    return Finding(
        code=code, severity=severity(code), file=file, line=place.line, column=place.column,
        end_line=place.end_line, end_column=place.end_column, reason=reason, suggestion=suggestion,
    )  # fmt: skip


def _node(root: Node, path: At) -> Node | None:
    node: Node | None = root
    for part in path:
        inner = node.value if node is not None else None
        if isinstance(inner, dict):
            node = inner.get(part)
        elif isinstance(inner, list) and isinstance(part, int) and part < len(inner):
            node = inner[part]
        else:
            return None
    return node


def _place(root: Node, path: At, key: bool) -> Place:
    while True:
        if key and path:
            parent = _node(root, path[:-1])
            if parent is not None and str(path[-1]) in parent.keys:
                return parent.keys[str(path[-1])]
        node = _node(root, path)
        if node is not None:
            return node.place
        path = path[:-1]


@cache
def schema(name: str) -> dict[str, Any]:
    """A JSON Schema by kind: flow, lifecycle, rules (or machine: what the first two share)."""
    loaded: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


@cache
def _validator(kind: Kind) -> Any:
    shared = Resource.from_contents(schema("machine"))
    schemas: Any = Schemas()
    return jsonschema.Draft202012Validator(schema(kind), registry=schemas.with_resource("machine.json", shared))


def _passes(document: Document) -> bool:
    """Whether the schema is met, seen state by state: of one that was read before it is known."""
    content, states = document.content, document.content.get("states")
    if document.kind == "rules" or not isinstance(states, dict) or not states:
        return bool(_validator(document.kind).is_valid(content))
    if not all(map(_NAME.match, states)) or not all(map(_written, (content.get("texts") or {}).values())):
        return False
    rest = {**content, "states": {next(iter(states)): None}, "texts": {}}
    return all(map(_met, states.values())) and bool(_validator(document.kind).is_valid(rest))


def _written(forms: Any) -> bool:
    return isinstance(forms, dict) and bool(forms) and all(isinstance(text, str) for text in forms.values())


def _met(state: Any) -> bool:
    if _met_before.get(id(state)) is state:
        return True
    if not _part("state").is_valid(state):
        return False
    while len(_met_before) >= _KEPT:
        _met_before.pop(next(iter(_met_before)))
    _met_before[id(state)] = state
    return True


@cache
def _part(name: str) -> Any:
    schemas: Any = Schemas()
    shared = Resource.from_contents(schema("machine"))
    return jsonschema.Draft202012Validator(
        {"$ref": f"machine.json#/$defs/{name}"}, registry=schemas.with_resource("machine.json", shared)
    )


_NAME = re.compile(schema("machine")["$defs"]["name"]["pattern"])
_KEPT = 5_000  # states
_met_before: dict[int, Any] = {}  # kept, so that an id stays whose it is


def _against_schema(document: Document) -> Iterator[Finding]:
    if _passes(document):
        return
    for error in _validator(document.kind).iter_errors(document.content):
        yield from _translated(document, error)


def _translated(document: Document, error: Any) -> Iterator[Finding]:
    path = list(error.absolute_path)
    rule, wanted, value = error.validator, error.validator_value, error.instance
    if rule == "additionalProperties":
        known = error.schema.get("properties", {})
        for name in value:
            if name not in known:
                hint = did_you_mean(name, known)
                yield document.finding("unknown-key", [*path, name], f'"{name}" is not a key here.', hint, key=True)
    elif rule == "required":
        missing = [name for name in wanted if name not in value]
        name = missing[0] if missing else ""
        where = document.kind if not path else str(path[-1])
        for name in missing:
            if f"'{name}'" in error.message:
                at = path or [document.kind]
                yield document.finding("missing-key", at, f'"{name}" is missing in {where}.', key=True)
    elif rule == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        says = " or ".join(_PEOPLE.get(kind, kind) for kind in kinds if kind != "null")
        yield document.finding("wrong-type", path, f"This should be {says}, not {_said(value)}.")
    elif rule in ("enum", "const"):
        allowed = wanted if rule == "enum" else [wanted]
        listed = ", ".join(str(item).lower() if isinstance(item, bool) else str(item) for item in allowed)
        yield document.finding(
            "not-allowed",
            path,
            f"{_said(value)} is not one of: {listed}.",
            did_you_mean(str(value), allowed_words(allowed)),
        )
    elif rule == "pattern":
        named = "propertyNames" in error.absolute_schema_path or ("pattern" in error.schema and isinstance(value, str))
        reason = error.schema.get("description") or f"It must match {wanted}."
        yield document.finding(
            "bad-name", [*path, value], f'"{value}" is not written as it should be. {reason}', key=named
        )
    else:
        yield document.finding("wrong-form", path, _form(rule, wanted))


_PEOPLE = {
    "object": "a mapping", "array": "a list", "string": "text", "integer": "a whole number", "number": "a number",
    "boolean": "true or false",
}  # fmt: skip


def allowed_words(allowed: Sequence[Any]) -> list[str]:
    return [item for item in allowed if isinstance(item, str)]


def _said(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    said = str(value)
    return f'"{said[:40]}"' if isinstance(value, str) else said


def _form(rule: str, wanted: Any) -> str:
    forms = {
        "minItems": "The list is empty.",
        "minLength": "The text is empty.",
        "minProperties": "There is nothing in it.",
        "maxProperties": "Only one verb goes here. Write a list for more.",
        "minimum": f"The smallest allowed is {wanted}.",
        "maximum": f"The largest allowed is {wanted}.",
        "uniqueItems": "Something is in the list twice.",
        "dependentRequired": "`tries` needs `then`: where to go when it stays unclear.",
    }
    return forms.get(rule, "This is not written as it should be.")
