"""Two versions' answers to the same record, side by side: where they part, and whether they end alike.

Texts that have the same keys and read otherwise are no parting: they are counted as reworded. States that the candidate
renames are compared under their new names, if its `migrate` says so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.model import Expectation, Step
from engine.registry import Verb
from runtime.backtest.answering import Unknown
from runtime.backtest.following import Fails, Follower
from runtime.backtest.recording import Happening, Recording
from runtime.backtest.rereading import Read
from runtime.backtest.results import Ended, Outcome, Parting, Result, Side, Tallying, ended, side
from runtime.parts import Interpreter

_NOTHING = frozenset({"nothing", "ignored", "stale"})


def compare(
    recording: Recording, candidate: Any, definition: str, interpreter: Interpreter, read: Read,
    expected: Callable[[Happening], Expectation], verbs: Mapping[str, Verb],
) -> Result:  # fmt: skip
    """Follow one machine to the end of what can be said."""
    follower = Follower(candidate, recording, interpreter, read, expected, verbs)
    followed = _Followed(recording, follower, _renamed(candidate))
    outcome, why = followed.run()
    standing = follower.snapshot
    return Result(
        machine=recording.machine,
        definition=definition,
        outcome=outcome,
        events=len(recording.happenings),
        old_end=ended(recording.end, recording.parked),
        new_end=ended(standing) if standing is not None else Ended(state="", done=False),
        parting=followed.parting,
        why=why,
        reworded=followed.reworded,
        assumptions=follower.assumptions,
        old=followed.old.tally(),
        new=followed.new.tally(),
    )


def _renamed(candidate: Any) -> Mapping[str, str]:
    """Old names of states to new ones, as the candidate's `migrate` has them."""
    try:
        states = dict(candidate.migrate).get("states") or {}
    except AttributeError:
        return {}
    return {str(old): new for old, new in states.items() if isinstance(new, str)}


class _Followed:
    def __init__(self, recording: Recording, follower: Follower, renamed: Mapping[str, str]) -> None:
        self._recording = recording
        self._follower = follower
        self._renamed = renamed
        self.parting: Parting | None = None
        self.reworded = 0
        self.old, self.new = Tallying(), Tallying()

    def run(self) -> tuple[Outcome, str]:
        happenings = self._recording.happenings
        for happening in happenings:
            self.old.add(happening.step)
        try:
            for happening in happenings:
                self._happened(happening)
            return self._closed(happenings[-1])
        except Unknown as unknown:
            return "undecided", f"{unknown.args[0]} (#{happening.seq})"
        except Fails as failure:
            return "parks", f"{failure.args[0]} (#{happening.seq})"

    def _happened(self, happening: Happening) -> None:
        follower = self._follower
        if happening.step.outcome == "migrated":  # to another version of the old: nothing happened in the world
            return
        try:
            steps = follower.begin(happening) if happening.before is None else follower.happened(happening)
        except (Unknown, Fails) as end:
            self._count(tuple(follower.steps))
            self._part(happening, tuple(follower.steps), str(end.args[0]))
            raise
        self._count(steps)
        self._part(happening, steps)

    def _count(self, steps: tuple[Step, ...]) -> None:
        for step in steps:
            self.new.add(step)

    def _part(self, happening: Happening, steps: tuple[Step, ...], why: str = "") -> None:
        if self.parting is not None:
            return
        if not why and len(steps) == 1 and self._alike(happening.step, steps[0]):
            return
        standing = steps[-1].snapshot if steps else self._follower.snapshot or happening.step.snapshot
        old, new = side((happening.step,), happening.step.snapshot), side(steps, standing)
        why = why or self._difference(old, new)
        if why:
            self.parting = Parting(
                seq=happening.seq, at=happening.at, event=happening.event.name, why=why, old=old, new=new
            )
        elif old.says != new.says:
            self.reworded += 1

    def _alike(self, old: Step, new: Step) -> bool:
        """What `_difference` would find nothing in, seen at a glance: nearly every step of nearly every record."""
        return (
            old.outcome == new.outcome
            and (old.says, old.dos, old.tells, old.asked) == (new.says, new.dos, new.tells, new.asked)
            and [(d.table, d.hit, d.result) for d in old.decisions]
            == [(d.table, d.hit, d.result) for d in new.decisions]
            and self._mapped(ended(old.snapshot).state) == ended(new.snapshot).state
        )

    def _difference(self, old: Side, new: Side) -> str:
        missed = f": {self._follower.missed[-1]}" if self._follower.missed else ""
        if self._mapped(old.state) != new.state:
            return f"it goes to {new.state} instead of {old.state}{missed}"
        if old.does != new.does:
            return f"it does {_listed(new.does)} instead of {_listed(old.does)}"
        if old.decides != new.decides:
            return f"it decides {_listed(new.decides)} instead of {_listed(old.decides)}"
        if old.tells != new.tells:
            return f"it tells {_listed(new.tells)} instead of {_listed(old.tells)}"
        if [said.key for said in old.says] != [said.key for said in new.says]:
            return f"it says {_listed(s.key for s in new.says)} instead of {_listed(s.key for s in old.says)}"
        if old.asks != new.asks:
            return f"it offers {_listed(new.asks[1:])} instead of {_listed(old.asks[1:])}"
        if old.details != new.details:
            return "it does the same with other values"
        if old.outcome != new.outcome and not {old.outcome, new.outcome} <= _NOTHING:
            return f"the event is {new.outcome}, not {old.outcome}{missed}"
        return ""

    def _mapped(self, state: str) -> str:
        return " > ".join(self._renamed.get(part, part) for part in state.split(" > "))

    def _closed(self, last: Happening) -> tuple[Outcome, str]:
        follower, recording = self._follower, self._recording
        old, standing = recording.end, follower.snapshot
        assert standing is not None
        if old.done and not standing.done and last.event.name == "after":
            self._count(follower.falls_silent(last))
            standing = follower.snapshot or standing
        old_end, new_end = ended(old, recording.parked), ended(standing)
        if (self._mapped(old_end.state), old_end.done) == (new_end.state, new_end.done):
            return ("otherwise" if self.parting is not None else "same"), ""
        if standing.done or (not old.done and not follower.missed and not follower.unanswered):
            return "differs", ""
        return "undecided", self._waits(standing.asked.text if standing.asked is not None else "", new_end.state)

    def _waits(self, question: str, state: str) -> str:
        if self._follower.unanswered:
            return f"it stands in {state}; nobody knows what {self._follower.unanswered} would have answered"
        if question:
            return f"it stands in {state} and waits for an answer to {question}"
        missed = f", while {self._follower.missed[-1]}" if self._follower.missed else ""
        return f"it still stands in {state} at the end of the record{missed}"


def _listed(names: Any) -> str:
    return ", ".join(names) or "nothing"
