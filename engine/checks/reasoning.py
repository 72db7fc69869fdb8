"""Can these guards come out so together? Tried, then seen from the guards, then asked of the solver; then kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import msgspec

from engine import types
from engine.checks import atoms, trying
from engine.expressions import compile_expression
from engine.recent import Recent
from engine.scope import Expression, Scope
from engine.types import Shape, Types

Wanted = Sequence[tuple[Expression, bool]]
BUDGET_MS = 100  # of the solver, for one question
_KEPT = 10_000  # answers


class Answer(msgspec.Struct, frozen=True):
    """`example`: values by path or name that make it so."""

    answer: Literal["yes", "no", "unknown"]
    example: dict[str, Any] = {}


class Reason:
    """What guards may read where they stand: typed names, those of them that are surely known, what else is given."""

    def __init__(
        self, shapes: Mapping[str, Shape], known: Types, sure: frozenset[str], given: tuple[Expression, ...] = ()
    ) -> None:
        self.shapes = shapes
        self.types = known
        self.sure = sure
        self.given = tuple((expression, True) for expression in given)

    def possible(self, wanted: Wanted) -> Answer:
        """Whether there are facts under which each of these has this truth value."""
        all_of_it = (*self.given, *wanted)
        roots = dict.fromkeys(_root(path) for expression, _ in all_of_it for path in expression.reads)
        shapes = {root: self.shapes[root] for root in roots if root in self.shapes}
        sure = frozenset(root for root in roots if root in self.sure)
        key = (
            tuple((expression.source, truth) for expression, truth in all_of_it),
            tuple((name, types.signature(shape)) for name, shape in shapes.items()),
            sure, id(self.types),
        )  # fmt: skip
        found = _answers.get(key)
        if found is None:
            found = _answers.put(key, self._possible(all_of_it, shapes, sure))
        return found

    def _possible(self, wanted: Wanted, shapes: Mapping[str, Shape], sure: frozenset[str]) -> Answer:
        tried = trying.example(wanted, shapes, self.types, sure)
        if tried is not None:
            return Answer("yes", tried)
        if atoms.contradictory([(expression.source, truth) for expression, truth in wanted]):
            return Answer("no")
        from engine.logic import Space, possible  # the solver takes a while to load, and is seldom needed

        verdict = possible(Space(shapes, self.types, sure), list(wanted), BUDGET_MS)
        return Answer(verdict.answer, verdict.example)


_answers: Recent[Answer] = Recent(_KEPT)


def _root(path: str) -> str:
    parts = path.split(".")
    return ".".join(parts[:2]) if parts[0] in ("event", "tries") else parts[0]


@lru_cache(maxsize=1024)
def about_event(source: str) -> Expression:
    """An expression over the fields of an answer, for what is known of it beforehand."""
    fields = {"value": types.ANY, "how": types.TEXT, "choice": types.TEXT, "text": types.TEXT}
    return compile_expression(source, Scope(types=Types({}), event=fields, clock=False))


def said(example: Mapping[str, Any]) -> str:
    """An example for people: `visits 2, event.reason "timeout", code not known`."""
    parts: list[str] = []
    waiting = list(example.items())
    for path, value in waiting:
        if isinstance(value, dict) and value:
            waiting += [(f"{path}.{name}", inner) for name, inner in value.items()]
        elif value is None:
            parts.append(f"{path} is not known")
        elif isinstance(value, bool):
            parts.append(f"{path} is {'true' if value else 'false'}")
        elif isinstance(value, str):
            parts.append(f'{path} is "{value}"')
        else:
            parts.append(f"{path} is {value}")
    return ", ".join(parts) if parts else "whatever the facts are"
