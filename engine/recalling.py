"""Compiles an expression once: the same source, reading names of the same types, is the same expression."""

from __future__ import annotations

from typing import Any

from engine import types
from engine.expressions import compile_expression
from engine.recent import Recent
from engine.scope import Expression, Scope
from engine.types import Shape

_KEPT = 5_000
_reads: Recent[tuple[str, ...]] = Recent(_KEPT)  # what a source reads, wherever it was compiled
_made: Recent[Expression] = Recent(_KEPT)


def compiled(source: str, scope: Scope) -> Expression:
    """As `compile_expression`, which says what is wrong. Raises ExpressionError."""
    paths = _reads.get(source)
    if paths is not None:
        found = _made.get((source, *(_seen(path, scope) for path in paths)))
        if found is not None:
            return found
    made = compile_expression(source, scope)
    _reads.put(source, made.reads)
    return _made.put((source, *(_seen(path, scope) for path in made.reads)), made)


def _seen(path: str, scope: Scope) -> Any:
    """What a path is where it is read: of what kind its first name, of what type everything on the way."""
    first, *rest = path.split(".")
    shape: Shape | None
    if first in scope.names:
        kind, shape = "name", scope.names[first]
    elif first in scope.ambients:
        kind, shape = "ambient", scope.ambients[first]
    elif first == "event" and scope.event is not None and rest and rest[0] in scope.event:
        kind, shape, rest = "event", scope.event[rest[0]], rest[1:]
    elif first == "tries" and scope.states is not None and rest and rest[0] in scope.states:
        return "tries"
    elif first == "now" and scope.clock:
        kind, shape = "now", types.DATETIME
    else:
        return None
    way = [kind]
    for name in rest:
        way.append(shape.base)
        if shape.base == "any":
            shape = types.ANY
        elif shape.fields is None or name not in shape.fields:
            return None
        else:
            shape = scope.types.shape(shape.fields[name])
    return (*way, types.signature(shape))
