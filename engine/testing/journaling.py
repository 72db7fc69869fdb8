"""What the journal would say of steps: a record for each transition, and for each event that led to none.

journal: [{from: paying, to: trying_again, on: payment.failed, because: 'event.reason == "cancelled"'}]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from engine.definition import Definition
from engine.model import GuardTried, Microstep, Outcome
from engine.testing.machine import Taken
from engine.testing.walk import Passed, walk


class Record(msgspec.Struct, frozen=True, kw_only=True, rename={"source": "from", "target": "to", "trigger": "on"}):
    """One line of the journal. `because` is the guard that held, or nothing where none was asked."""

    flow: str
    source: str
    target: str
    trigger: str
    because: str
    read: dict[str, Any]  # what that guard read
    rule: str
    set: dict[str, Any]
    outcome: Outcome

    def field(self, key: str) -> Any:
        """By the name that test files use."""
        return getattr(self, {"from": "source", "to": "target", "on": "trigger"}.get(key, key))


def records(definition: Definition, taken: Iterable[Taken]) -> Iterator[Record]:
    for each in taken:
        step = each.step
        passed = list(walk(definition, each))
        for one in passed:
            yield _record(one, step.outcome)
        if not passed:
            running = definition.reachable[step.snapshot.definition]
            here = step.snapshot.state
            yield Record(
                flow=running.name, source=here, target=here, trigger=step.event.name, because="", read={}, rule="",
                set={}, outcome=step.outcome,
            )  # fmt: skip


def _record(passed: Passed, outcome: Outcome) -> Record:
    microstep = passed.microstep
    held = _held(microstep)
    return Record(
        flow=passed.definition.name,
        source=microstep.source,
        target=microstep.target,
        trigger=microstep.trigger,
        because=held.source if held is not None else "",
        read=held.values if held is not None else {},
        rule=microstep.rule,
        set=microstep.changed,
        outcome=outcome,
    )


def _held(microstep: Microstep) -> GuardTried | None:
    """The guard that let the rule through: the last one tried, if it held."""
    last = microstep.guards[-1] if microstep.guards else None
    return last if last is not None and last.result and microstep.rule else None
