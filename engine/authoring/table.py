"""A decision table as a sheet of cells, each with its place; writing a cell changes its characters and no others."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from engine.document import Document, load
from engine.yamltree import Place

_PLAIN = re.compile(r"[A-Za-z0-9_(][^:#{}\[\],&*!|>'\"%@`\n]*\Z")


class Cell(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is what is written there, without quotes. `path` names the cell when it is put back."""

    path: tuple[str | int, ...]
    text: str
    line: int
    column: int
    absent: bool = False


class Row(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    line: int
    when: Cell
    then: dict[str, Cell]
    because: Cell


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """`outputs` are the columns of what rows give; a table of bare values has the one column ""."""

    name: str
    hit: str
    facts: dict[str, str]
    outputs: tuple[str, ...]
    rows: tuple[Row, ...]


class NoCell(KeyError):
    """There is no such cell in this table."""


def sheet(text: str, file: str = "") -> Sheet:
    """Raises Findings for what is no table."""
    document = load(text, file)
    content = document.content
    facts = {name: _said(written) for name, written in content.get("facts", {}).items()}
    outputs: dict[str, None] = {}
    rows = list(content.get("rows", ()))
    for row in rows:
        outputs.update(dict.fromkeys(row["then"] if isinstance(row["then"], dict) else [""]))
    return Sheet(
        name=document.name,
        hit=str(content.get("hit", "")),
        facts=facts,
        outputs=tuple(outputs),
        rows=tuple(_row(document, index, row, tuple(outputs)) for index, row in enumerate(rows)),
    )


def put(text: str, path: tuple[str | int, ...], value: str, file: str = "") -> str:
    """The text with another value in a cell: comments, order and writing elsewhere stay as they are.

    Raises NoCell, and Findings when the text is no table to begin with. Whether the new value makes sense is for the
    checks to say.
    """
    document = load(text, file)
    here: Any = document.content
    for part in path:
        try:
            here = here[part]
        except (KeyError, IndexError, TypeError):
            raise NoCell(path) from None
    if isinstance(here, (dict, list)):
        raise NoCell(path)
    return _replaced(text, document.place(path), _written(value, here))


def _row(document: Document, index: int, row: dict[str, Any], outputs: tuple[str, ...]) -> Row:
    at: tuple[str | int, ...] = ("rows", index)
    whole = isinstance(row["then"], dict)
    given = row["then"] if whole else {"": row["then"]}
    then = {
        name: _cell(document, (*at, "then", name) if whole else (*at, "then"), given[name])
        for name in outputs
        if name in given
    }
    return Row(
        id=row["id"],
        line=document.place(at).line,
        when=_cell(document, (*at, "when"), row.get("when")),
        then=then,
        because=_cell(document, (*at, "because"), row.get("because")),
    )


def _cell(document: Document, path: tuple[str | int, ...], value: Any) -> Cell:
    place = document.place(path)
    shown = value.get("expr", "") if isinstance(value, dict) else value
    inner = (*path, "expr") if isinstance(value, dict) else path
    return Cell(path=inner, text=_text(shown), line=place.line, column=place.column, absent=value is None)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _said(written: Any) -> str:
    return str(written.get("type", "record")) if isinstance(written, dict) else str(written)


def _written(value: str, before: Any) -> str:
    """As YAML: plain where that is safe, quoted as it was or has to be."""
    if not isinstance(before, str) or _PLAIN.match(value):
        plain = value.strip()
        return plain if _PLAIN.match(plain) or _is_scalar(plain) else _quoted(plain)
    return _quoted(value)


def _is_scalar(value: str) -> bool:
    return value in ("true", "false", "null") or re.fullmatch(r"-?\d+(\.\d+)?", value) is not None


def _quoted(value: str) -> str:
    if "'" not in value:
        return f"'{value}'"
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def _replaced(text: str, place: Place, new: str) -> str:
    lines = text.split("\n")
    before = lines[place.line - 1][: place.column - 1]
    after = lines[place.end_line - 1][place.end_column - 1 :]
    return "\n".join([*lines[: place.line - 1], before + new + after, *lines[place.end_line :]])
