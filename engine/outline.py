"""What definitions need to know of each other, and of the world, before they are compiled."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import msgspec

from engine.checking import Checker
from engine.document import At, Document
from engine.registry import Registry
from engine.tables import Table
from engine.types import Shape, Types

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Outline(msgspec.Struct, frozen=True, kw_only=True):
    """What other definitions need to know of one before it is compiled."""

    document: Document
    shapes: dict[str, Shape]
    takes: dict[str, bool]  # name -> whether a caller may leave it out
    finals: tuple[str, ...]


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a definition is compiled against."""

    registry: Registry
    types: Types
    tables: Mapping[str, Table]
    outlines: Mapping[str, Outline]  # flows by name
    told: Mapping[str, dict[str, Shape]]  # events that some definition tells, with their fields
    ambients: Mapping[str, Shape]


def outline(document: Document, check: Checker) -> Outline:
    content = document.content
    shapes: dict[str, Shape] = {}
    for part in ("takes", "data"):
        for name, written in (content.get(part) or {}).items():
            if name in shapes:
                check.report("duplicate-name", [part, name], f'"{name}" is already in `takes`.', key=True)
            shapes[name] = check.declared(written, [part, name])
    takes = {
        name: isinstance(written, dict) and bool(written.get("optional"))
        for name, written in (content.get("takes") or {}).items()
    }
    finals = tuple(name for name, state in content["states"].items() if state and state.get("final"))
    return Outline(document=document, shapes=shapes, takes=takes, finals=finals)


def delay(written: str) -> timedelta:
    return timedelta(**{_UNITS[written[-1]]: int(written[:-1])})


def dotted(path: At) -> str:
    """A place as a rule names it: states.paying.on.payment.failed[0]."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text
