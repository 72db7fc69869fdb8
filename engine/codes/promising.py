"""Promises that say nothing that could be proved."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.reading import RING

CODES = (
    Code(
        code="promise-unclear",
        severity="error",
        title="A promise of which it is not clear what it says",
        why="A promise is `never` (with unless, when, after, except), `always` with leaves_within or leaves_by, "
        "`after` with always and within, `at_most` with of, or `reachable`; a table's `never` or `always`, with when.",
        wrong=RING + "promises:\n  - «{always: a, unless: b}»\n",
        mend=(("{always: a, unless: b}", "{always: a, leaves_within: 1d}"),),
    ),
    Code(
        code="unknown-happening",
        severity="error",
        title="A promise about something that cannot happen",
        why="It speaks of a state, verb, event or text that does not exist here, so it would hold whatever is written.",
        wrong=RING + "promises:\n  - {always: «aa», leaves_within: 1d}\n",
        mend=(("always: aa", "always: a"),),
    ),
)
