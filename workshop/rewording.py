"""Tests that expect a sentence as it was: the same file, expecting it as it is now.

Whoever changes what the business says changes what its tests expect it to say. Only sentences are taken over; that
something else happens than before is never put right by a click.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from engine.findings import Finding
from engine.testing import Result
from engine.yamltree import Node, Place, parse_tree

_CODE = "other-wording"


def reworded(text: str, results: Iterable[Result]) -> str:
    """The test file with the sentences that came instead; "" if none of them is about a sentence."""
    tree, edits = parse_tree(text, ""), {}
    for result in results:
        said = [line.text for line in result.conversation if line.who == "business"]
        for failure in result.failures:
            if failure.finding.code == _CODE and said:
                edits.update(_edits(tree, failure.finding, result.language, said))
    lines = text.split("\n")
    for place, written in sorted(edits.items(), key=lambda each: (each[0][0], each[0][1]), reverse=True):
        line, column, end_line, end_column = place
        whole = lines[line - 1][: column - 1] + written + lines[end_line - 1][end_column - 1 :]
        lines[line - 1 : end_line] = [whole]
    return "\n".join(lines) if edits else ""


def _edits(
    tree: Node, finding: Finding, language: str, said: list[str]
) -> Iterator[tuple[tuple[int, int, int, int], str]]:  # fmt: skip
    node = next((each for each in _all(tree) if _begins(each.place, finding)), None)
    if node is not None and isinstance(node.value, dict):
        node = node.value.get(language)
    if node is None:
        return
    for part in node.value if isinstance(node.value, list) else [node]:
        wanted, place = str(part.value), part.place
        if not any(wanted in text for text in said):
            now = max(said, key=lambda text: SequenceMatcher(None, wanted, text).ratio())
            where = (place.line, place.column, place.end_line, place.end_column)
            yield where, json.dumps(now, ensure_ascii=False)


def _begins(place: Place, finding: Finding) -> bool:
    return (place.line, place.column, place.end_line, place.end_column) == (
        finding.line, finding.column, finding.end_line, finding.end_column,
    )  # fmt: skip


def _all(node: Node) -> Iterator[Node]:
    yield node
    if isinstance(node.value, dict | list):
        for inner in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from _all(inner)
