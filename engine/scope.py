"""What an expression may read where it stands, what it is once compiled, and how it can be wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from engine.types import ANY, Shape, Types

Read = Callable[[Any], tuple[Any, dict[str, Any]]]


class ExpressionError(Exception):
    """What is wrong with an expression or text, and from which character of it to which (`end`; 0: to its end)."""

    def __init__(self, code: str, reason: str, offset: int = 0, suggestion: str = "", end: int = 0) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.offset = offset
        self.suggestion = suggestion
        self.end = end


class Anything(dict[str, Shape]):
    """The fields of an event that is itself in error: any name will do, so that one mistake is one finding."""

    def __contains__(self, name: object) -> bool:
        return True

    def __missing__(self, name: str) -> Shape:
        return ANY


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """The names that an expression may read where it stands, with their shapes."""

    types: Types
    names: Mapping[str, Shape] = {}
    ambients: Mapping[str, Shape] = {}
    event: Mapping[str, Shape] | None = None  # None: no event here
    states: frozenset[str] | None = None  # None: no tries here
    clock: bool = True

    def known(self) -> list[str]:
        more = [*(["event"] if self.event is not None else []), *(["tries"] if self.states else [])]
        return [*self.names, *self.ambients, *more, *(["now"] if self.clock else [])]


class Expression(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled expression. `read(run)` gives the value and what was read; `reads` lists the paths."""

    source: str
    shape: Shape
    read: Read
    reads: tuple[str, ...] = ()
    ambients: frozenset[str] = frozenset()


def constant(value: Any, shape: Shape) -> Expression:
    """An expression that is a literal of the file."""
    return Expression(source=repr(value), shape=shape, read=lambda run: (value, {}))
