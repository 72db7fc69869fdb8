"""Recorded decisions, made again by the candidate's table over the facts that were recorded with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from engine.errors import EngineError
from engine.model import Decision
from engine.tables import Table, decide

NO_ROW = "(no row)"


class Ruled(msgspec.Struct, frozen=True, kw_only=True):
    """What a table answered: the rows that hit, the result, or the error in its place."""

    rows: str
    result: Any = None
    error: str = ""


class Rejudged(msgspec.Struct, frozen=True, kw_only=True):
    """One decision, then and now. `missing` are facts that the candidate asks about and the record does not hold: they
    were taken as not known. `place` is "<machine>#<seq>", or what else the decision belongs to."""

    table: str
    place: str
    at: datetime
    old: Ruled
    new: Ruled
    missing: tuple[str, ...] = ()


def rejudge(decision: Decision, table: Table | None, place: str, at: datetime) -> Rejudged:
    """Ask the candidate's table; None where the candidate has none of that name."""
    old = Ruled(rows=_rows(decision.hit), result=decision.result)
    if table is None:
        return Rejudged(
            table=decision.table, place=place, at=at, old=old, new=Ruled(rows=NO_ROW, error="there is no such table")
        )
    missing = tuple(sorted(name for name in table.facts if name not in decision.facts))
    try:
        made = decide(table, {**dict.fromkeys(missing), **decision.facts})
        new = Ruled(rows=_rows(made.hit), result=made.result)
    except EngineError as error:
        new = Ruled(rows=NO_ROW, error=f"{type(error).__name__}: {error}")
    return Rejudged(table=decision.table, place=place, at=at, old=old, new=new, missing=missing)


def _rows(hit: tuple[str, ...]) -> str:
    return " + ".join(hit) or NO_ROW
