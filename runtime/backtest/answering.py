"""What questions and facts answer while a machine is followed: what the record says, or the nearest that it says.

A question's key is its verb with its arguments. The same key in the same step needs no thought; the same key elsewhere
in the record is taken over, and is an assumption only if its answer changed meanwhile; the same verb with other
arguments is always one. Anything else the record does not know.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.errors import Unanswered
from engine.model import Question, Step
from engine.values import canonical
from runtime.backtest.recording import Recording
from runtime.backtest.results import Assumption

MOST = 100  # questions that one step may ask, as in the runtime


class Unknown(Exception):
    """The record does not say what is asked. `args[0]` is for people."""


class Answers:
    """The recorded answers of one machine."""

    def __init__(self, recording: Recording) -> None:
        self._steps: dict[int, Mapping[str, Any]] = {h.seq: h.step.answers for h in recording.happenings}
        self._by_key: dict[str, list[tuple[int, Any]]] | None = None
        self._recording = recording
        self.assumed: list[Assumption] = []

    def compute(self, step: Callable[[Mapping[str, Any]], Step], seq: int) -> Step:
        """A step with the answers that it needs. Raises `Unknown`, and what the engine raises but `Unanswered`."""
        answers = self._steps.get(seq, {})
        for _ in range(MOST):
            try:
                return step(answers)
            except Unanswered as missing:
                answers = {**answers, missing.question.key: self._elsewhere(missing.question, seq)}
        raise Unknown(f"it asks more than {MOST} questions in one step")

    def _elsewhere(self, question: Question, seq: int) -> Any:
        known = self._keys()
        same = known.get(question.key)
        if same is not None:
            at, value = min(same, key=lambda item: abs(item[0] - seq))
            if any(canonical(other) != canonical(value) for _, other in same):
                self.assumed.append(Assumption(seq=seq, what=f"{question.verb} answers as it did at #{at}"))
            return value
        alike = [
            item for key, items in known.items() if key.partition("{")[0] == question.verb for item in items
        ]  # fmt: skip
        if not alike:
            raise Unknown(f"it asks {question.verb}, of which the record says nothing")
        at, value = min(alike, key=lambda item: abs(item[0] - seq))
        what = f"{question.verb} answers as it did at #{at}, where it was asked otherwise"
        self.assumed.append(Assumption(seq=seq, what=what))
        return value

    def _keys(self) -> dict[str, list[tuple[int, Any]]]:
        if self._by_key is None:
            self._by_key = {}
            for seq, key, value in self._recording.asked:
                self._by_key.setdefault(key, []).append((seq, value))
        return self._by_key
