"""One recorded machine, lived again by the candidate: the same events in their order, as far as they make sense.

- A timer fires when the candidate's own is due. One that the record has as well (same name, same moment) fires when it
  did then, so that a server that was late makes no difference.
- What answers a request comes only if the candidate has made that request as often. A change is answered when it is
  made, as the record says, though that may have been sooner or later. A request that the record never saw stays
  unanswered: behind a change that is the end of what can be said.
- A person's words are read again where another question stands (`rereading`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.errors import EngineError
from engine.model import Event, Expectation, Snapshot, Step
from engine.registry import Verb
from runtime.backtest.answering import Answers, Unknown
from runtime.backtest.recording import Happening, Live, Recording, Request, still_live
from runtime.backtest.rereading import WORDS, Read, reread
from runtime.backtest.results import Assumption
from runtime.journal import applied
from runtime.parts import Interpreter

MOST_TIMERS = 200  # that fire between two recorded events


class Fails(Exception):
    """The candidate cannot take a step: in a live house the machine would be parked. `args[0]` is for people."""


class Follower:
    """The candidate's machine. `happened` takes the recorded events one after another, each with the steps it gives."""

    def __init__(
        self, candidate: Any, recording: Recording, interpreter: Interpreter, read: Read,
        expected: Callable[[Happening], Expectation], verbs: Mapping[str, Verb],
    ) -> None:  # fmt: skip
        self.answers = Answers(recording)
        self.missed: list[str] = []  # what came in the record and has nothing to answer here
        self.steps: list[Step] = []  # those of the event under way
        self.snapshot: Snapshot | None = None
        self._candidate = candidate
        self._recording = recording
        self._interpreter = interpreter
        self._read = read
        self._expected = expected
        self._verbs = verbs
        self._came: set[int] = set()  # entries whose event was taken out of its turn
        self.unanswered = ""  # the verb of a request that the record never saw: nobody knows what came of it
        self._live: Live = {}
        self._counts: dict[str, int] = {}
        self._early: dict[Request, list[Happening]] = {}  # answers that came before the candidate asked

    @property
    def assumptions(self) -> tuple[Assumption, ...]:
        return tuple(self.answers.assumed)

    def begin(self, happening: Happening) -> tuple[Step, ...]:
        begun = happening.begun
        if begun is None:
            raise Unknown("the record does not hold its beginning")
        machine, at = self._recording.machine, happening.at
        self._step(
            lambda answers: self._interpreter.begin(
                self._candidate, machine, begun["data"], begun["about"], at, answers
            ),
            happening,
        )
        return self._taken()

    def happened(self, happening: Happening) -> tuple[Step, ...]:
        """Raises `Unknown` where the record has nothing more to say, `Fails` where the candidate does."""
        self._known()
        self._pass(happening)
        event = happening.event
        if event.name == "after":
            self._timer(happening)
        elif happening.seq in self._came:
            pass
        elif event.name in WORDS:
            self._heard(happening)
        elif happening.answers is None or self._counts.get(happening.answers.verb, 0) >= happening.answers.nth:
            self._feed(event, happening)
        else:
            self._early.setdefault(happening.answers, []).append(happening)
            self.missed.append(f"{event.name} answers {happening.answers.verb}, which it does not ask for")
        return self._taken()

    def falls_silent(self, last: Happening) -> tuple[Step, ...]:
        """Nothing more happens but that time passes."""
        for _ in range(MOST_TIMERS):
            self._known()
            if not self._live:
                break
            (name, visit), due = min(self._live.items(), key=lambda item: (item[1], item[0]))
            self._fire(name, visit, due, last)
        return self._taken()

    def _known(self) -> None:
        verb = self._verbs.get(self.unanswered)
        if verb is not None and verb.sort == "change":
            raise Unknown(f"nobody knows what {verb.name} would have answered")

    def _taken(self) -> tuple[Step, ...]:
        steps, self.steps = tuple(self.steps), []
        return steps

    def _pass(self, happening: Happening) -> None:
        """Fire what is due before this and was not armed in the record as well."""
        for _ in range(MOST_TIMERS):
            if all(moment > happening.at for moment in self._live.values()):
                return
            recorded = {(name, due) for (name, _), due in happening.waiting.items()}
            due = [
                (moment, name, visit)
                for (name, visit), moment in self._live.items()
                if moment <= happening.at and (name, moment) not in recorded
            ]
            if not due:
                return
            self._known()
            moment, name, visit = min(due)
            self._fire(name, visit, moment, happening)

    def _timer(self, happening: Happening) -> None:
        name = str(happening.event.data.get("timer", ""))
        for (own, visit), due in self._live.items():
            if own == name and due == happening.due:
                self._fire(name, visit, happening.at, happening)
                return
        if happening.step.outcome == "stale":
            return
        self.missed.append(f"the timer {name} is not set here")

    def _fire(self, name: str, visit: int, at: datetime, happening: Happening) -> None:
        del self._live[(name, visit)]
        id = happening.event.id if happening.event.name == "after" else ""
        event = Event(name="after", data={"timer": name, "visit": visit}, id=id)
        self._feed(event, happening, at)

    def _heard(self, happening: Happening) -> None:
        assert self.snapshot is not None
        if self.snapshot.done:
            self._feed(happening.event, happening)
            return
        expects = self._interpreter.expectation(self._candidate, self.snapshot)
        understood = reread(happening, self._expected(happening), expects, self._read)
        if understood.assumed:
            self.answers.assumed.append(Assumption(seq=happening.seq, what=understood.assumed))
        self._feed(understood.event, happening)

    def _feed(self, event: Event, happening: Happening, at: datetime | None = None) -> None:
        before, now = self.snapshot, at or happening.at
        assert before is not None
        self._step(lambda answers: self._interpreter.step(self._candidate, before, event, now, answers), happening)

    def _step(self, compute: Callable[[Mapping[str, Any]], Step], happening: Happening) -> None:
        try:
            step = self.answers.compute(compute, happening.seq)
        except EngineError as error:
            raise Fails(f"{type(error).__name__}: {error}") from error
        self.steps.append(step)
        self._live = still_live(self._live, step)
        self.snapshot = step.snapshot
        came: list[Happening] = []
        for do in step.dos:
            nth = self._counts[do.verb] = self._counts.get(do.verb, 0) + 1
            came += self._requested(Request(do.verb, nth), do.args, happening.seq)
        for other in came:
            what = f"{other.event.name} comes as it did at #{other.seq}"
            self.answers.assumed.append(Assumption(seq=happening.seq, what=what))
            self._feed(other.event, happening, step.at)

    def _unanswered(self, verb: Verb, seq: int) -> None:
        self.unanswered = verb.name
        if verb.sort == "action":  # the world may be silent, so that what else happens can still be followed
            self.answers.assumed.append(Assumption(seq=seq, what=f"{verb.name} is not answered: nobody asked it then"))

    def _requested(self, request: Request, args: Mapping[str, Any], seq: int) -> list[Happening]:
        """What the record says of this request: its links, and the answers that come out of their turn."""
        recorded, verb = self._recording.requests.get(request), self._verbs.get(request.verb)
        if recorded is None or self.snapshot is None:
            if verb is not None and verb.answers:
                self._unanswered(verb, seq)
            return []
        self.snapshot = applied(self.snapshot, dict(self._recording.abouts.get(request, {})))
        answers = [other for other in self._recording.happenings if other.answers == request]
        if answers and recorded != args:
            what = f"{request.verb} is answered as before, though it is asked with other values"
            self.answers.assumed.append(Assumption(seq=seq, what=what))
        early = self._early.pop(request, [])
        if verb is not None and verb.sort == "change" and self._recording.made[request] > seq:
            early += [other for other in answers if other.event.name in verb.answers and other not in early]
        self._came |= {other.seq for other in early}
        return early
