"""What stands between a candidate and its being in force: checks, run in order, each with a result that can be shown.

The seam only: which checks there are is bound in the composition. What a check refuses is not published; there is no
way around it. One that could not decide refuses as well, unless a person takes that on with a reason.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Literal, Protocol

import msgspec

from engine.findings import Finding
from runtime.publishing.sources import Sources

Verdict = Literal["passed", "refused", "undecided", "skipped"]


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be judged, and what is in force now (empty when nothing is)."""

    sources: Sources
    before: Sources = Sources()
    endpoints: tuple[str, ...] | None = None  # whom the business lets its rules tell things; None: not known whose


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """What one check said. `details` are lines for people: the conversation that breaks a promise, say.

    `shows` has the same as test files, which whoever mends it can play.
    """

    name: str
    verdict: Verdict
    summary: str
    findings: tuple[Finding, ...] = ()
    details: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()
    seconds: float = 0.0


Endpoints = Callable[[str], Awaitable[tuple[str, ...] | None]]
"""The names of a business's endpoints; None where they are not known, as of what is everybody's."""


async def unknown(_org: str) -> tuple[str, ...] | None:
    return None


class Gate(Protocol):
    """Gives each check's result as it is known; all of them, where one does not build on another."""

    def judge(self, candidate: Candidate) -> AsyncIterator[Checked]: ...
