"""The lines on which rules, states, rows and texts stand, for what is said to people about them.

A file is read again only when a line of it is wanted: most runs have nothing to point at.
"""

from __future__ import annotations

from engine.document import Document, load
from engine.release import Release


class Places:
    """The places of one release's definitions."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._documents: dict[str, Document] = {}

    def line(self, definition: str, path: str) -> int:
        """Of a path as rules name it, in a definition named by kind and name ("flow:booking")."""
        document = self._documents.get(definition)
        if document is None:
            item = self.release.definitions[definition]
            document = self._documents[definition] = load(item.source, item.file)
        return line_of(document, path)


def line_of(document: Document, missing: str) -> int:
    """The line of a path that a rule names. Keys may hold dots themselves: the longest that fits is meant."""
    if missing == "rows.otherwise" and "otherwise" in document.content:
        missing = "otherwise"
    here: object = document.content
    path: list[str | int] = []
    rest = missing.replace("[", ".[")
    while rest:
        if isinstance(here, list):
            head, _, rest = rest.partition(".")
            index = int(head.strip("[]")) if head.startswith("[") else _row(here, head)
            here = here[index]
            path.append(index)
            continue
        keys = [key for key in here if rest == key or rest.startswith(f"{key}.")] if isinstance(here, dict) else []
        if not keys or not isinstance(here, dict):
            break
        key = max(keys, key=len)
        here = here[key]
        path.append(key)
        rest = rest[len(key) + 1 :]
    return document.place(path, key=bool(path) and isinstance(path[-1], str)).line


def _row(rows: list[object], id: str) -> int:
    return next((i for i, row in enumerate(rows) if isinstance(row, dict) and row.get("id") == id), 0)
