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
_DECLARED = re.compile(r"^(flow|lifecycle|rules)\s*:\s*[\"']?([a-z][a-z0-9_]*)", re.MULTILINE)
_NAMED = re.compile(r"\b(flow|table|type)\s*:\s*[\"']?(?:list of )?([a-z][a-z0-9_]*)")
_HEARD = re.compile(r"([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)[\"']?\s*:|\bon\s*:\s*([a-z][a-z0-9_.]*)")
_TOLD = re.compile(r"\bevent\s*:\s*[\"']?([a-z][a-z0-9_.]*)")
_KIND = re.compile(r"^[\"']?(?:flow|lifecycle|rules)[\"']?\s*:", re.MULTILINE)


@lru_cache(maxsize=512)
def _loaded(text: str, file: str) -> Document:
    """A file that both versions share is read once."""
    return load(text, file)


def forget() -> None:
    """Files are read anew from here on; nothing else changes."""
    _loaded.cache_clear()


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

    @property
    def lost(self) -> frozenset[str]:
        """Definitions that stand in files which could not be read: they are not gone."""
        return frozenset(key for file in self.unread for key in _declares(self.sources[file]))

    def compiled(self, registry: Registry) -> tuple[Mapping[str, Compiled], tuple[Finding, ...]]:
        """What could be compiled, by kind and name, and what stands in the way of the rest.

        What is wrong with a file around does not matter, unless a compared one needs it.
        """
        around = self._needed(registry)
        while True:
            try:
                release = compile_release([*self.documents.values(), *around], registry)
            except Findings as found:
                errors = tuple(finding for finding in found.findings if finding.severity == "error")
                wrong = {finding.file for finding in errors}
                kept = [document for document in around if document.file not in wrong]
                if wrong & self.sources.keys() or len(kept) == len(around):
                    return {}, tuple(finding for finding in errors if finding.file in self.sources) or errors
                around = kept
            else:
                return {name: item for name, item in release.definitions.items() if ":" in name}, ()

    def _needed(self, registry: Registry) -> list[Document]:
        """Of what is around, what the compared files call, ask, start and hear, and what that needs in turn."""
        left = {file: text for file, text in self.around.items() if not self.documents.keys() & set(_declares(text))}
        found: list[Document] = []
        texts = list(self.sources.values())
        for text in texts:  # grows while it is walked
            named = _named(text)
            heard = {event for pair in _HEARD.findall(text) for event in pair if event and event not in registry.events}
            for file, other in list(left.items()):
                if named & set(_declares(other)) or heard & set(_TOLD.findall(other)):
                    texts.append(left.pop(file))
                    try:
                        found.append(_loaded(other, file))
                    except Findings:  # what does not load is nobody's neighbour; `aais check` says why
                        continue
        return found


def _named(text: str) -> set[str]:
    """What a file refers to: "flow:deposit", "rules:routing". What a row of a table gives is no reference."""
    kinds = {"flow": "flow", "table": "rules", "type": "rules"}
    found = {(kinds[key], name) for key, name in _NAMED.findall(text)}
    is_table = any(key.startswith("rules:") for key in _declares(text))
    return {f"{kind}:{name}" for kind, name in found if not (is_table and kind == "flow")}


def _declares(text: str) -> list[str]:
    """ "flow:deposit", as the head of a file has it."""
    return [f"{kind}:{name}" for kind, name in _DECLARED.findall(text)]


__all__ = ["Definition", "Sources", "Table", "Version", "is_definition", "sources_of"]
