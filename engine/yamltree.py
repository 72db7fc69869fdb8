"""YAML 1.2 text to a tree of nodes that know where they stand, defensively.

Built from parser events rather than composed by the library, so that depth, size, aliases, tags and
duplicate keys are judged while reading, before anything is expanded. Scalars follow the JSON
schema of YAML 1.2: `on`, `yes`, `no`, `0712`, `+254700` and `12:30` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import msgspec
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from engine import limits
from engine.codes import severity
from engine.findings import Finding, Findings, did_you_mean

_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?([eE][-+]?[0-9]{1,2})?\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
# What ruamel's scanner raises on broken text besides its own errors: found by fuzzing.
PARSER_ERRORS = (ValueError, TypeError, IndexError, KeyError, AttributeError, AssertionError, NotImplementedError)


class Place(msgspec.Struct, gc=False):
    """A stretch of the file: lines and columns from 1, end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Node(msgspec.Struct, gc=False):  # a file has tens of thousands, and they never form a circle
    """A YAML value with its place. `value` is a scalar, a dict of str -> Node, or a list of Nodes."""

    value: Any
    place: Place
    plain: bool = False  # a one-line plain scalar: its characters stand in the file as they are
    keys: dict[str, Place] = {}
    size: int = 1
    made: Any = None  # the content of a container, once it was asked for

    def content(self) -> Any:
        """The value without places. Aliases come out as the same object; nobody may change it."""
        if not isinstance(self.value, (dict, list)):
            return self.value
        if self.made is None:
            if isinstance(self.value, dict):
                self.made = {key: node.content() for key, node in self.value.items()}
            else:
                self.made = [node.content() for node in self.value]
        return self.made


def parse_tree(text: str, file: str) -> Node:
    """The one document of `text`. Raises Findings; nothing else, whatever the text."""
    if len(text) > limits.FILE_LENGTH:
        start = Place(1, 1, 1, 1)
        raise Findings(
            [_finding(file, start, "file-too-long", f"The file is longer than {limits.FILE_LENGTH} characters.")]
        )
    builder = Builder(file)
    try:
        builder.read(events(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (
            Place(1, 1, 1, 1) if mark is None else Place(mark.line + 1, mark.column + 1, mark.line + 1, mark.column + 2)
        )
        reason = " ".join(part for part in (error.context, error.problem) if part) or "This is not YAML."
        builder.findings.append(_finding(file, place, "yaml-syntax", f"Not valid YAML: {reason}."))
    except YAMLError as error:
        line, column = _position(text, getattr(error, "position", None))
        builder.findings.append(
            _finding(file, Place(line, column, line, column + 1), "yaml-syntax", f"Not valid YAML: {error}")
        )
    except PARSER_ERRORS as error:
        builder.findings.append(_finding(file, builder.last, "yaml-syntax", f"Not valid YAML: {error}"))
    if builder.findings:
        raise Findings(builder.findings)
    if builder.root is None:
        raise Findings([_finding(file, Place(1, 1, 1, 1), "empty-file", "The file is empty.")])
    return builder.root


def events(text: str) -> Iterator[Any]:
    yaml = YAML(typ="safe", pure=True)
    yaml.version = (1, 2)
    return iter(yaml.parse(text))


def _position(text: str, at: Any) -> tuple[int, int]:
    if not isinstance(at, int):
        return 1, 1
    before = text[:at]
    return before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1


def _finding(file: str, place: Place, code: str, reason: str, suggestion: str = "") -> Finding:
    return Finding(
        code=code, severity=severity(code), file=file, line=place.line, column=place.column,
        end_line=place.end_line, end_column=place.end_column, reason=reason, suggestion=suggestion,
    )  # fmt: skip


class _TooMuch(ValueError):
    """Reading further would cost more than the limits allow."""


class Builder:
    """Turns parser events into nodes, keeping an explicit stack so that depth is ours to limit."""

    def __init__(self, file: str, depth: int = 0) -> None:
        self.file = file
        self.depth = depth  # levels around what is read
        self.findings: list[Finding] = []
        self.root: Node | None = None
        self.last = Place(1, 1, 1, 1)
        self._stack: list[tuple[Node, str]] = []  # containers under construction, with their anchor
        self._keys: list[tuple[str, Place] | None] = []  # the key that waits for its value, per container
        self._anchors: dict[str, Node] = {}
        self.anchored = False  # whether anything is marked or repeated
        self._documents = 0
        self.nodes = 0

    def read(self, events: Iterator[Any]) -> None:
        for event in events:
            start, end = event.start_mark, event.end_mark
            if start is not None and end is not None:
                self.last = Place(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
            try:
                self._take(event)
            except _TooMuch as error:
                self.findings.append(_finding(self.file, self.last, error.args[0], error.args[1]))
                return

    def _take(self, event: Any) -> None:
        if isinstance(event, DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise _TooMuch("many-documents", "A file holds one definition; this is a second document.")
        elif isinstance(event, ScalarEvent):
            self._tag(event)
            if _SURROGATE.search(event.value):
                raise _TooMuch("bad-character", "Half of a character is escaped here; write the character itself.")
            plain = event.implicit[0] and event.style is None
            value = _scalar(event.value) if plain else event.value
            if event.style in ("|", ">"):  # ends where its last line does, not where the next thing begins
                self.last = Place(self.last.line, self.last.column, self.last.end_line, 1)
            if plain and not event.value and self._keys and self._keys[-1] is not None:
                self.last = self._keys[-1][1]  # nothing stands where its key does
            node = Node(value, self.last, plain and self.last.line == self.last.end_line)
            self._place(node, event.anchor, str(event.value))
        elif isinstance(event, (MappingStartEvent, SequenceStartEvent)):
            self._tag(event)
            if len(self._stack) + self.depth >= limits.YAML_DEPTH:
                raise _TooMuch("too-deep", f"Nested deeper than {limits.YAML_DEPTH} levels.")
            node = Node({} if isinstance(event, MappingStartEvent) else [], self.last)
            self._stack.append((node, event.anchor or ""))
            self._keys.append(None)
        elif isinstance(event, (MappingEndEvent, SequenceEndEvent)):
            node, anchor = self._stack.pop()
            self._keys.pop()
            line, column = self._end(node)
            node.place = Place(node.place.line, node.place.column, line, column)
            self._place(node, anchor, None)
        elif isinstance(event, AliasEvent):
            self._alias(event.anchor)

    def _end(self, node: Node) -> tuple[int, int]:
        """Where a container ends: at its bracket, or where the last thing in it ends."""
        if self.last.end_column > self.last.column or not node.value:
            return self.last.end_line, self.last.end_column
        last = (list(node.value.values()) if isinstance(node.value, dict) else node.value)[-1].place
        return last.end_line, last.end_column

    def _alias(self, name: str) -> None:
        self.anchored = True
        target = self._anchors.get(name)
        if target is None:
            open_ones = [anchor for _, anchor in self._stack]
            reason = (
                f'"*{name}" stands inside what it refers to.'
                if name in open_ones
                else f'"*{name}" is not defined above.'
            )
            raise _TooMuch("bad-alias", reason)
        self._place(target, None, target.value if isinstance(target.value, str) else None)

    def _tag(self, event: Any) -> None:
        tag = event.tag
        if tag is not None and not (isinstance(event, ScalarEvent) and tag == "!"):
            self._report(self.last, "tag", f"Tags such as {tag} are not used here.", "Remove it.")

    def _place(self, node: Node, anchor: str | None, key_text: str | None) -> None:
        if anchor:
            self.anchored = True
            self._anchors[anchor] = node
        self.nodes += node.size
        if self.nodes > limits.YAML_NODES:
            raise _TooMuch("too-large", f"More than {limits.YAML_NODES} values, aliases expanded.")
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1][0]
        parent.size += node.size
        if isinstance(parent.value, list):
            parent.value.append(node)
            return
        waiting = self._keys[-1]
        if waiting is None:
            if key_text is None:
                self._report(node.place, "bad-key", "A key must be text.")
                key_text = f"?{len(parent.value)}"
            self._keys[-1] = (key_text, self.last)
            return
        self._keys[-1] = None
        key, place = waiting
        if key in parent.value:
            first = parent.keys[key]
            self._report(
                place, "duplicate-key", f'"{key}" is already set on line {first.line}.', "Remove or rename one of them."
            )
            return
        parent.value[key] = node
        parent.keys[key] = place

    def _report(self, place: Place, code: str, reason: str, suggestion: str = "") -> None:
        self.findings.append(_finding(self.file, place, code, reason, suggestion))


def _scalar(text: str) -> Any:
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text


__all__ = ["Node", "Place", "did_you_mean", "parse_tree"]
