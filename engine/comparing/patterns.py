"""All the ways in which a few guards can hold together: for tables of which every row that holds counts.

Guard by guard, each way that cannot be is given up at once, so that few of the many ways are asked about.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.comparing.firsts import Asker, Given, Guard
from engine.logic import Space, Verdict

_MOST = 300  # questions


def patterns(guards: Mapping[str, Guard], space: Space, asker: Asker) -> Iterator[Verdict]:
    """A "yes" with facts for each way that can be; an "unknown" for what could not be followed further."""
    left = list(guards.values())
    waiting: list[Given] = [[]]
    asked = 0
    while waiting:
        given = waiting.pop()
        if asked >= _MOST:
            yield Verdict("unknown", why=f"more than {_MOST} ways in which the rows may hold together")
            return
        asked += 1
        verdict = asker.ask(space, given)
        if verdict.answer == "no":
            continue
        if verdict.answer == "unknown" or len(given) == len(left):
            yield verdict
            continue
        guard = left[len(given)]
        waiting += [[*given, (guard, False)], [*given, (guard, True)]]
