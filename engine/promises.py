"""What a file promises of every path through it: a table's, a flow's, a lifecycle's.

`engine.proving` judges whether a promise holds; here stands what one says. A promise speaks of happenings: a state
is entered, a verb is done, an event is heard, an event is told to another machine, a text is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec

from engine import types
from engine.acts import Place
from engine.checking import Checker
from engine.document import At
from engine.scope import Expression, Scope
from engine.types import Shape

ANYTHING = "*"
Form = Literal["never", "leaves", "follows", "at_most", "reachable", "rows"]


class Happening(msgspec.Struct, frozen=True):
    """`name` is the state ("booked", "deposit.paid"), verb, event or text; `*` is any."""

    kind: Literal["enters", "does", "hears", "tells", "says"]
    name: str


class Promise(msgspec.Struct, frozen=True, kw_only=True):
    """One promise. What is not part of its form is empty.

    never: `what` does not happen, unless one of `unless` happened before (since `after`, if there is one) or
    `excuse` is true then; `when` is looked at as `after` happens, else as `what` does. `besides` does not count.
    leaves: each of the states `what` is left within `within` of its entry, or by the moment `by`.
    follows: each `after` is followed by one of `what` within `within`.
    at_most: `what` happens `most` times at most in one machine's life, or since the last `after`.
    reachable: wherever a person is waited for, a word of theirs leads to the state `what`.
    rows: for a table: `never` and `must` are read with the facts and what a row gives.
    """

    form: Form
    at: Place
    text: str
    what: tuple[Happening, ...] = ()
    unless: tuple[Happening, ...] = ()
    excuse: Expression | None = None
    after: tuple[Happening, ...] = ()
    besides: tuple[Happening, ...] = ()
    when: Expression | None = None
    within: timedelta | None = None
    by: Expression | None = None
    most: int = 0
    never: Expression | None = None
    must: Expression | None = None


def said(written: Mapping[str, Any]) -> str:
    """A promise on one line, as its file puts it."""
    return ", ".join(f"{key}: {_said(value)}" for key, value in written.items())


def _said(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_said(item) for item in value)}]"
    return f"{{{said(value)}}}" if isinstance(value, dict) else str(value)


def table_promises(check: Checker, written: Any, scope: Scope, outputs: Mapping[str, Shape]) -> tuple[Promise, ...]:
    """The promises of a table, which read its facts and what its rows give; `result` is what it gives in the end."""
    given = {name: shape for name, shape in outputs.items() if name.isidentifier()}
    after = msgspec.structs.replace(scope, names={**scope.names, **given, "result": types.ANY})
    made: list[Promise] = []
    for index, item in enumerate(written or ()):
        path: At = ["promises", index]
        keys = set(item) - {"title"}
        if not ({"never"} <= keys <= {"never", "when"} or {"always"} <= keys <= {"always", "when"}):
            reason = "A promise of a table is `never` or `always`, with `when` if need be."
            check.report("promise-unclear", path, reason)
            continue
        never = check.guard(item["never"], after, [*path, "never"]) if "never" in item else None
        must = check.guard(item["always"], after, [*path, "always"]) if "always" in item else None
        when = check.guard(item["when"], scope, [*path, "when"]) if "when" in item else None
        made.append(Promise(form="rows", at=tuple(path), text=said(item), never=never, must=must, when=when))
    for name in set(given) & set(scope.names):
        if written:
            check.report(
                "promise-unclear", ["promises"], f'"{name}" is both a fact and what a row gives.',
                "Call one of them otherwise, so that a promise can speak of both.",
            )  # fmt: skip
    return tuple(made)
