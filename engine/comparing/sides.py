"""One of the two versions: its files read as far as they can be, and compiled if they all can.

What cannot be read is a finding on its side, and the rest is compared all the same.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from engine.definition import Definition
from engine.document import Document, load
from engine.findings import Finding, Findings
from engine.registry import Registry
from engine.release import Compiled, Release, compile_release
from engine.tables import Table

Sources = Mapping[str, str]  # file name -> YAML
_KIND = re.compile(r"^[\"']?(?:flow|lifecycle|rules)[\"']?\s*:", re.MULTILINE)


@lru_cache(maxsize=512)
def _loaded(text: str, file: str) -> Document:
    """A file that both versions share is read once."""
    return load(text, file)


def is_definition(text: str) -> bool:
    """Whether a text looks like a flow, a lifecycle or rules, rather than other YAML; broken ones as well."""
    return _KIND.search(text) is not None


def sources_of(release: Release) -> dict[str, str]:
    """The files that a release was compiled from."""
    made: dict[str, str] = {}
    for item in release.by_hash.values():
        made[item.file if item.file not in made else f"{item.kind}/{item.name}"] = item.source
    return made


class Version:
    """`around` are files that are compiled with the others, and not compared: what they call and ask."""

    def __init__(self, label: str, sources: Sources, around: Sources | None = None) -> None:
        self.label = label
        self.sources = dict(sources)
        self.around = {file: text for file, text in (around or {}).items() if file not in self.sources}
        self.findings: list[Finding] = []
        self.documents: dict[str, Document] = {}  # "flow:deposit" -> its document
        self.unread: list[str] = []  # files
        self._extra: list[Document] = []
        for file, text in self.sources.items():
            self._read(file, text)

    def _read(self, file: str, text: str) -> None:
        try:
            document = _loaded(text, file)
        except Findings as found:
            self.findings += found.findings
            self.unread.append(file)
            return
        key = f"{document.kind}:{document.name}"
        if key in self.documents:
            other = self.documents[key].file
            reason = f"The {document.kind} {document.name} is already in {other}."
            self.findings.append(document.finding("duplicate-definition", [document.kind], reason))
            return
        self.documents[key] = document

    def compiled(self, registry: Registry) -> tuple[Mapping[str, Compiled], tuple[Finding, ...]]:
        """What could be compiled, by kind and name, and what stands in the way of the rest."""
        documents = list(self.documents.values())
        for file, text in self.around.items():
            try:
                document = _loaded(text, file)
            except Findings:
                continue
            if f"{document.kind}:{document.name}" not in self.documents:
                documents.append(document)
        try:
            release = compile_release(documents, registry)
        except Findings as found:
            return {}, tuple(finding for finding in found.findings if finding.severity == "error")
        return {name: item for name, item in release.definitions.items() if ":" in name}, ()


__all__ = ["Definition", "Sources", "Table", "Version", "is_definition", "sources_of"]
