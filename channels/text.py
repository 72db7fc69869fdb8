"""Cutting text to a channel's limits without breaking what a reader sees as one character.

Lengths are counted in UTF-16 units, the strictest of the ways in which providers count: what fits by this
measure fits by any.
"""

from __future__ import annotations

import regex  # type: ignore[import-untyped]

ELLIPSIS = "…"
_GRAPHEMES = regex.compile(r"\X")


def length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def truncate(text: str, limit: int) -> str:
    """`text`, or as many whole graphemes of it as fit with an ellipsis."""
    if length(text) <= limit:
        return text
    return head(text, limit - 1).rstrip() + ELLIPSIS


def head(text: str, limit: int) -> str:
    """As many whole graphemes from the start as fit into `limit`."""
    kept: list[str] = []
    used = 0
    for match in _GRAPHEMES.finditer(text):
        used += length(match.group())
        if used > limit:
            break
        kept.append(match.group())
    return "".join(kept)


def split(text: str, limit: int) -> list[str]:
    """As few pieces as the limit allows, broken at paragraphs, else lines, sentences, words, graphemes."""
    pieces: list[str] = []
    rest = text.strip()
    while length(rest) > limit:
        piece = _first(rest, limit)
        pieces.append(piece.rstrip())
        rest = rest[len(piece) :].lstrip()
    return [piece for piece in (*pieces, rest) if piece]


def _first(text: str, limit: int) -> str:
    """The longest beginning within the limit that ends at the strongest break in its latter half."""
    beginning = head(text, limit) or _GRAPHEMES.match(text).group()
    for mark in ("\n\n", "\n", ". ", "! ", "? ", " "):
        at = beginning.rfind(mark)
        if at > 0 and (mark == "\n\n" or at >= len(beginning) // 2):
            return beginning[: at + len(mark)]
    return beginning
