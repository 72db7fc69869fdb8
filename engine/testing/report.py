"""What came of a run of test files: every case in every language, with what a person needs to see why it failed.

`aais test`, the publisher, pytest and the web console all read this value; it is frozen and made of plain data.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from engine.findings import Finding
from engine.testing.coverage import Share
from engine.testing.expecting import Failure
from engine.testing.transcript import Guard, Line


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """One case in one language. Of a failed one: the conversation up to there, and the guards of the last step."""

    file: str
    line: int
    tests: str  # "flow:booking"
    case: str
    language: str = ""
    words: str = ""  # which of the words that a step lists were said
    outcome: Literal["held", "failed"]
    failures: tuple[Failure, ...] = ()
    conversation: tuple[Line, ...] = ()
    guards: tuple[Guard, ...] = ()
    seconds: float = 0.0  # by the clock that the runner was given

    @property
    def title(self) -> str:
        said = f"{self.language}: {self.words}" if self.words else self.language
        return f"{self.case} [{said}]" if said else self.case


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A run. `findings` are test files that cannot be read, or test what there is not."""

    results: tuple[Result, ...] = ()
    findings: tuple[Finding, ...] = ()
    coverage: tuple[Share, ...] = ()

    @property
    def failed(self) -> tuple[Result, ...]:
        return tuple(result for result in self.results if result.outcome == "failed")

    @property
    def holds(self) -> bool:
        """Whether everything was as expected. How much was reached is another question: see `reached`."""
        return not self.findings and not self.failed

    @property
    def reached(self) -> float:
        """The share of states, transitions, rows and texts that were reached, of all together."""
        total = sum(share.total for share in self.coverage)
        return 1 - sum(len(share.missing) for share in self.coverage) / total if total else 1.0
