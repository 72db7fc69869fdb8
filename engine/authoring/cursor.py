"""Where a cursor stands in YAML that is half written: the way of keys to it, and the word that it is in.

Goes by indentation and brackets alone, since a parser has nothing to say about a line that is not finished. Block
style with inline mappings and lists on one line, as the dialect is written.
"""

from __future__ import annotations

import re

import msgspec

_KEY = re.compile(r"""(?P<key>"[^"]*"|'[^']*'|[^\s{}\[\],:#"'&*!|>%@`-][^:{}\[\],#]*?)\s*:(?:\s|$)""")
_MARK = re.compile(r"-(?:\s+|$)")
_WORD = re.compile(r"[\w.:/-]*\Z")
_NEXT = re.compile(r"[\w.:/-]*")


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """`path` leads to the mapping of the key under way (`key` is true), or to the value under way.

    `word` is what is written of it before the cursor, beginning at `column` (from 1).
    """

    path: tuple[str | int, ...]
    key: bool
    word: str
    column: int
    value: str = ""  # all that is written of the value before the cursor: an expression may have many words


class _Line(msgspec.Struct, frozen=True):
    """A line taken apart: how deep its key or scalar stands, its list marks, its key, what follows."""

    depths: tuple[int, ...]  # of each list mark
    indent: int  # of what follows the marks
    key: str
    rest: str  # after the key, or all of it where there is none
    at: int  # where `rest` begins (from 0)


def cursor(text: str, line: int, column: int) -> Cursor:
    """Line and column from 1, the column between two characters as editors count it."""
    lines = text.split("\n")
    head = lines[line - 1][: column - 1] if 0 < line <= len(lines) else ""
    here = _taken_apart(head)
    above = _above(lines[: line - 1], here)
    path, key, value = _inside(here, above)
    word = _WORD.search(value)
    written = word[0] if word is not None else ""
    return Cursor(path=path, key=key, word=written, column=len(head) - len(written) + 1, value=value)


def word_at(text: str, line: int, column: int) -> tuple[str, int]:
    """The whole word around a cursor, and the column (from 1) at which it begins."""
    lines = text.split("\n")
    whole = lines[line - 1] if 0 < line <= len(lines) else ""
    before = _WORD.search(whole[: column - 1])
    start = before.start() if before is not None else column - 1
    after = _NEXT.match(whole, start)
    return (after[0].rstrip(":") if after is not None else ""), start + 1


def _taken_apart(text: str) -> _Line:
    indent = len(text) - len(text.lstrip(" "))
    at, depths = indent, []
    while (mark := _MARK.match(text, at)) is not None:
        depths.append(at)
        at = mark.end()
    key = _KEY.match(text, at)
    if key is None:
        return _Line(tuple(depths), at, "", text[at:], at)
    return _Line(tuple(depths), at, key["key"].strip("\"'"), text[key.end() :], key.end())


def _above(lines: list[str], here: _Line) -> tuple[str | int, ...]:
    """The keys and places in lists that lead to the line, from the lines before it."""
    stack: list[tuple[int, str | int]] = []
    for text in lines:
        if text.strip() and not text.lstrip().startswith("#"):
            line = _taken_apart(text)
            _place(stack, line)
            if line.key:
                stack.append((line.indent, line.key))
    _place(stack, here)
    return tuple(part for _, part in stack)


def _place(stack: list[tuple[int, str | int]], line: _Line) -> None:
    """Leave what the line is not within, and step on in the lists that it has marks of."""
    for depth in line.depths:
        while stack and stack[-1][0] > depth:
            stack.pop()
        last = stack[-1] if stack else None
        if last is not None and last[0] == depth and isinstance(last[1], int):
            stack[-1] = (depth, last[1] + 1)
        else:
            stack.append((depth, 0))
    while stack and stack[-1][0] >= line.indent:
        stack.pop()


def _inside(here: _Line, above: tuple[str | int, ...]) -> tuple[tuple[str | int, ...], bool, str]:
    """The way through inline mappings and lists up to the cursor."""
    path = [*above, here.key] if here.key else list(above)
    stack: list[str] = []
    start, quote, plain = 0, "", True
    for place, letter in enumerate(here.rest):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'" and plain:
            quote = letter
        elif letter in "{[":
            stack.append(letter)
            path.append("" if letter == "{" else 0)
            start, plain = place + 1, True
            continue
        elif letter in "}]" and stack:
            stack.pop()
            path.pop()
            start = place + 1
        elif letter == "," and stack:
            last = path[-1]
            path[-1] = last + 1 if isinstance(last, int) else ""
            start, plain = place + 1, True
            continue
        elif letter == ":" and stack and stack[-1] == "{" and here.rest[place + 1 : place + 2] in (" ", ""):
            path[-1] = here.rest[start:place].strip().strip("\"'")
            start, plain = place + 1, True
            continue
        plain = letter in " {[,:"
    written = here.rest[start:].lstrip(" ")
    if stack and stack[-1] == "{" and path[-1] == "":
        return tuple(path[:-1]), True, written
    if not stack and not here.key:
        return tuple(path), True, written
    return tuple(path), False, written.lstrip("\"'")
