"""The names that a file has of its own, and those that it may use of others; read also when the file is in error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from engine.findings import Findings
from engine.yamltree import parse_tree

_KIND = re.compile(r"^(flow|lifecycle|rules):\s*[\"']?([a-z][a-z0-9_]*)", re.MULTILINE)
_TESTS = re.compile(r"^tests:\s*[\"']?(flow|lifecycle|rules): ?([a-z][a-z0-9_]*)", re.MULTILINE)
_TOP = re.compile(r"^([a-z_]+):", re.MULTILINE)
_FINAL = re.compile(r"\bfinal: true\b")
_TOLD = re.compile(r"\btell: \{[^{}]*?\bevent: ([A-Za-z0-9_.]+)")
_UNDER = re.compile(r"^ {2}([A-Za-z0-9_]+):", re.MULTILINE)


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """A flow that may be called."""

    name: str
    title: str
    takes: tuple[str, ...]
    finals: tuple[str, ...]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A table that may be asked."""

    name: str
    title: str
    facts: tuple[str, ...]


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What may be named in one file."""

    kind: str = ""
    name: str = ""
    states: tuple[str, ...] = ()
    texts: Mapping[str, str] = {}  # key -> its words in the first language
    data: Mapping[str, str] = {}  # name -> type; facts too
    languages: tuple[str, ...] = ()
    flows: tuple[Flow, ...] = ()
    tables: tuple[Table, ...] = ()
    told: tuple[str, ...] = ()


def names(text: str, others: Iterable[str]) -> Names:
    """Of the file under the cursor and, for what it may call and ask, of the others."""
    tested = _TESTS.search(text)
    content, kind, name = _content(text)
    if tested is not None:  # the names are those of what is tested
        beside = (made for other in others if (made := _content(other))[1:] == (tested[1], tested[2]))
        content, kind, name = next(beside, ({}, "", ""))[0], "test", tested[2]
    flows, tables, told = [], [], set()
    for other in others:
        inner, sort, called = _content(other)
        told.update(_TOLD.findall(other))
        if sort == "flow" and (sort, called) != (kind, name):
            flows.append(Flow(name=called, title=str(inner.get("title") or ""), takes=tuple(_mapping(inner, "takes")),
                              finals=tuple(_finals(inner))))  # fmt: skip
        if sort == "rules" and (sort, called) != (kind, name):
            facts = tuple(_mapping(inner, "facts"))
            tables.append(Table(name=called, title=str(inner.get("title") or ""), facts=facts))
    declared = {**_mapping(content, "takes"), **_mapping(content, "data"), **_mapping(content, "facts")}
    return Names(
        kind=kind,
        name=name,
        states=tuple(_mapping(content, "states")),
        texts={key: _first(forms) for key, forms in _mapping(content, "texts").items()},
        data={key: _type(written) for key, written in declared.items()},
        languages=tuple(str(each) for each in content.get("languages") or ("en",)),
        flows=tuple(flows),
        tables=tuple(tables),
        told=tuple(sorted(told | set(_TOLD.findall(text)))),
    )


def _content(text: str) -> tuple[dict[str, Any], str, str]:
    """What can be read of a file, whether or not it is YAML just now."""
    found = _KIND.search(text)
    kind, name = (found[1], found[2]) if found is not None else ("", "")
    return _sections(text), kind, name


def _sections(text: str) -> dict[str, Any]:
    """Each top key by itself. Of states, the longest part by far, only the names and what is final."""
    sections: dict[str, Any] = {}
    tops = list(_TOP.finditer(text))
    for place, top in enumerate(tops):
        end = tops[place + 1].start() if place + 1 < len(tops) else len(text)
        part = text[top.start() : end]
        sections[top[1]] = _states(part) if top[1] == "states" else _section(part)
    if not isinstance(sections.get("languages"), list):
        sections.pop("languages", None)
    return sections


def _states(part: str) -> dict[str, Any]:
    tops = list(_UNDER.finditer(part))
    ends = [*(each.start() for each in tops[1:]), len(part)]
    return {
        each[1]: {"final": True} if _FINAL.search(part, each.start(), end) else {}
        for each, end in zip(tops, ends, strict=False)
    }


@lru_cache(maxsize=1024)
def _section(part: str) -> Any:
    """One top key's value; where it is no YAML just now, the names two blanks deep under it."""
    try:
        content = parse_tree(part, "").content()
    except Findings:
        return {each[1]: {} for each in _UNDER.finditer(part)}
    return next(iter(content.values()), None) if isinstance(content, dict) else None


def _mapping(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    inner = content.get(key)
    return inner if isinstance(inner, dict) else {}


def _finals(content: Mapping[str, Any]) -> list[str]:
    return [name for name, state in _mapping(content, "states").items() if isinstance(state, dict) and "final" in state]


def _first(forms: Any) -> str:
    return str(next(iter(forms.values()), "")) if isinstance(forms, dict) else ""


def _type(written: Any) -> str:
    if isinstance(written, dict):
        return str(written.get("type") or "record")
    return str(written or "any")
