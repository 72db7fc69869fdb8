"""A text set in order: each level two spaces deeper, nothing at the ends of lines, one empty line where many were.

What is lined up within a line stays so, and comments stay where they are: only what nobody reads is changed. A text
comes back as it was if setting it in order would change what it says.
"""

from __future__ import annotations

import re

from engine.findings import Findings
from engine.yamltree import Node, parse_tree

STEP = 2
_DASHES = re.compile(r"(?:- +)+(?=\S)")


def formatted(text: str, file: str = "") -> str:
    """Raises Findings for what is no YAML: where it ends can't be known then."""
    plain = text.replace("\r\n", "\n")
    tree = parse_tree(plain, file)
    if not isinstance(tree.value, dict | list) or plain[:1] in "{[":
        return plain
    result = _Layout(plain.split("\n"), tree).text()
    try:
        same = parse_tree(result, file).content() == tree.content()
    except Findings:
        same = False
    return result if same else plain


class _Layout:
    """`_goes` has the new indentation of each line that begins something; `_within` the line whose value goes on."""

    def __init__(self, lines: list[str], tree: Node) -> None:
        self._lines = lines
        self._goes: dict[int, int] = {}  # lines from 0
        self._within: dict[int, int] = {}
        self._seen: set[int] = set()
        self._verbatim: set[int] = set()  # lines of which every character is said
        self._lay(tree, 0)
        self._begun = sorted(self._goes)

    def text(self) -> str:
        made: list[str] = []
        for number, line in enumerate(self._lines):
            if number in self._within:
                made.append(self._shifted(number, self._within[number]))
            elif line.strip():
                written = line.strip() if number not in self._goes else _tight(line.strip())
                made.append(" " * self._indent(number) + written)
            elif made and made[-1]:
                made.append("")
        return "\n".join(made).rstrip("\n") + "\n"

    def _lay(self, node: Node, level: int) -> None:
        if id(node) in self._seen:  # a thing that is repeated by its name stands where it stood first
            return
        self._seen.add(id(node))
        place = node.place
        block = isinstance(node.value, dict | list) and self._lines[place.line - 1][place.column - 1] not in "{["
        if not block or not node.value:
            self._go_on(node)
        elif isinstance(node.value, dict):
            for key, inner in node.value.items():
                self._begin(node.keys[key].line, node.keys[key].column, level)
                self._begin(inner.place.line, inner.place.column, level + STEP)
                self._lay(inner, level + STEP)
        else:
            for inner in node.value:
                self._begin(inner.place.line, self._first(inner.place.line - 1) + 1, level)
                self._lay(inner, level + STEP)

    def _begin(self, line: int, column: int, level: int) -> None:
        """Whatever stands first on its line says how far that line is indented; the outermost says it first."""
        if self._first(line - 1) == column - 1:
            self._goes.setdefault(line - 1, level)

    def _go_on(self, node: Node) -> None:
        place = node.place
        last = place.end_line - (1 if place.end_column > 1 else 2)
        inside = range(place.line, last + 1)
        self._within.update(dict.fromkeys(inside, place.line - 1))
        if self._lines[place.line - 1][place.column - 1 : place.column] in ("|", ">"):
            self._verbatim.update(inside)

    def _first(self, number: int) -> int:
        line = self._lines[number]
        return len(line) - len(line.lstrip(" "))

    def _indent(self, number: int) -> int:
        """A comment goes with the next line that begins something, unless it stands under an earlier one."""
        if number in self._goes:
            return self._goes[number]
        column = self._first(number)
        after = next((each for each in self._begun if each > number), None)
        if after is not None and self._first(after) == column:
            return self._goes[after]
        above = (each for each in reversed(self._begun) if each < number and self._first(each) == column)
        with_ = next(above, after if after is not None else self._begun[-1])
        return self._goes[with_]

    def _shifted(self, number: int, first: int) -> str:
        line = self._lines[number] if number in self._verbatim else self._lines[number].rstrip()
        by = self._indent(first) - self._first(first)
        return line if not line.strip() else " " * max(self._first(number) + by, 0) + line.lstrip(" ")


def _tight(written: str) -> str:
    dashes = _DASHES.match(written)
    return written if dashes is None else "- " * dashes[0].count("-") + written[dashes.end() :]
