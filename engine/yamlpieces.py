"""Reads a file in pieces, so that after an edit only the piece that changed is parsed again.

A piece is one key of the file, or one key of a block two spaces in (`states:`, `texts:`, `data:`). What a piece says
does not depend on its neighbours as long as there are no anchors, which is why a file that has them, and whatever
else is out of the ordinary, is left to `parse_tree`: so is everything that is wrong, for it to say.
"""

from __future__ import annotations

import re

import msgspec
from ruamel.yaml.error import YAMLError

from engine import limits
from engine.recent import Recent
from engine.yamltree import PARSER_ERRORS, Builder, Node, Place, events, parse_tree

_TOP = re.compile(r"[A-Za-z_]\w*:(?=\s|$)")
_HEAD = re.compile(r"[A-Za-z_]\w*:\s*(#.*)?\Z")
_CHILD = re.compile(r"  [A-Za-z_][\w.-]*:(?=\s|$)")
_KEPT = 2_000_000  # characters of pieces
_ODD = re.compile("[\t\r\ufeff\x85\u2028\u2029]")


def parse(text: str, file: str) -> Node:
    """The one document of `text`, as `parse_tree` gives it. Raises Findings."""
    return _in_pieces(text) or parse_tree(text, file)


class _Read(msgspec.Struct):
    """A part of a file: the mapping that it is, and how many values it would count for in a whole."""

    node: Node
    nodes: int


_pieces: Recent[_Read] = Recent(_KEPT)


def _in_pieces(text: str) -> Node | None:
    if len(text) > limits.FILE_LENGTH or _ODD.search(text):
        return None
    sections = _sections(text.split("\n"))
    if sections is None:
        return None
    parts: list[_Read] = []
    for first, lines in sections:
        if first != sections[-1][0]:
            lines.append("")  # the line ends before the next one begins
        part = _section(first, lines)
        if part is None:
            return None
        parts.append(part)
    whole = _joined(parts)
    if whole is None or whole.nodes + whole.node.size > limits.YAML_NODES:
        return None
    return whole.node


def _sections(lines: list[str]) -> list[tuple[int, list[str]]] | None:
    """What stands under each key at the margin, with the line of the key."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines):
        if not line or line[0] in " #":
            if found:
                found[-1][1].append(line)
            elif line.strip() and not line.startswith("#"):
                return None
        elif _TOP.match(line):
            found.append((number, [line]))
        else:
            return None
    return found or None


def _section(first: int, lines: list[str]) -> _Read | None:
    children = _children(lines) if _HEAD.match(lines[0]) else None
    if not children:
        return _piece("\n".join(lines), 0, first)
    parts: list[_Read] = []
    for number, child in children:
        if number != children[-1][0]:
            child.append("")
        part = _piece("\n".join(child), 1, first + number)
        if part is None:
            return None
        parts.append(part)
    inside = _joined(parts)
    if inside is None:
        return None
    name = lines[0].partition(":")[0]
    end = inside.node.place
    root = Node({name: inside.node}, Place(first + 1, 1, end.end_line, end.end_column))
    root.keys = {name: Place(first + 1, 1, first + 1, len(name) + 1)}
    root.size = 2 + inside.node.size
    return _Read(root, inside.nodes + inside.node.size + 1)


def _children(lines: list[str]) -> list[tuple[int, list[str]]] | None:
    """The keys two spaces in; nothing if the block is not made of them."""
    found: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines[1:], start=1):
        inner = line.lstrip(" ")
        indent = len(line) - len(inner)
        if not inner or inner[0] == "#" or indent > 2:
            if found:
                found[-1][1].append(line)
            elif inner and inner[0] != "#":
                return None
        elif _CHILD.match(line):
            found.append((number, [line]))
        else:
            return None
    return found


def _joined(parts: list[_Read]) -> _Read | None:
    """Mappings as one. Nothing if they share a key: that is for `parse_tree` to say."""
    value: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for part in parts:
        value.update(part.node.value)
        keys.update(part.node.keys)
    if len(value) < sum(len(part.node.value) for part in parts):
        return None
    first, last = parts[0].node.place, parts[-1].node.place
    node = Node(value, Place(first.line, first.column, last.end_line, last.end_column))
    node.keys = keys
    node.size = 1 + sum(part.node.size - 1 for part in parts)
    return _Read(node, sum(part.nodes for part in parts))


def _piece(text: str, depth: int, line: int) -> _Read | None:
    """One piece that begins after so many lines. The same piece elsewhere is moved, not parsed again."""
    found = _pieces.get((text, depth, line))
    if found is None:
        if line:
            above = _piece(text, depth, 0)
            found = _Read(_moved(above.node, line), above.nodes) if above is not None else None
        else:
            found = _parsed(text, depth)
        if found is not None:
            _pieces.put((text, depth, line), found, len(text))
    return found


def _parsed(text: str, depth: int) -> _Read | None:
    builder = Builder("", depth)
    try:
        builder.read(events(text))
    except (YAMLError, *PARSER_ERRORS):
        return None
    root = builder.root
    if builder.findings or builder.anchored or root is None or not isinstance(root.value, dict) or len(root.value) != 1:
        return None
    root.content()  # made once, and shared by all places that the piece is moved to
    return _Read(root, builder.nodes - root.size)


def _moved(node: Node, lines: int) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _moved(inner, lines) for key, inner in value.items()}
    elif isinstance(value, list):
        value = [_moved(inner, lines) for inner in value]
    moved = Node(value, _lower(node.place, lines), node.plain)
    moved.keys = {key: _lower(place, lines) for key, place in node.keys.items()}
    moved.size, moved.made = node.size, node.made
    return moved


def _lower(place: Place, lines: int) -> Place:
    return Place(place.line + lines, place.column, place.end_line + lines, place.end_column)
