"""Backtests that people start from the console: each in a process of its own, one a business, bounded, and stoppable.

The server only reads the lines that the process writes: how far it has come, and in the end what it found.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

import msgspec

from runtime.backtest import Report

LONGEST = 600.0  # seconds; what was found until then is shown
MOST_AT_ONCE = 2
_LINE = 64 * 1024 * 1024  # the report comes as one line


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What the process is given."""

    org: str
    texts: dict[str, str]
    since: datetime | None = None
    until: datetime | None = None


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """A line that the process writes. `report` and `error` come last."""

    done: int = 0
    of: int = 0
    report: Report | None = None
    whole: bool = True
    error: str = ""


class Run(msgspec.Struct, kw_only=True):
    """A backtest that was asked for. `whole` is False where it was stopped, or ran out of its time."""

    id: str
    org: str
    by: str
    files: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    began: datetime
    done: int = 0
    of: int = 0
    running: bool = True
    whole: bool = True
    report: Report | None = None
    error: str = ""


class TooMany(Exception):
    """Enough backtests run already."""


class Replaying:
    """`command` starts the process; it reads a Job from its standard input. One run a business is remembered."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], *, longest: float = LONGEST) -> None:
        self._command = command
        self._environment = environment
        self._longest = longest
        self._runs: dict[str, Run] = {}
        self._processes: dict[str, asyncio.subprocess.Process] = {}
        self._watching: set[asyncio.Task[None]] = set()

    def of(self, org: str) -> Run | None:
        return self._runs.get(org)

    async def begin(self, job: Job, by: str, now: datetime) -> Run:
        """Raises TooMany."""
        before = self._runs.get(job.org)
        if (before is not None and before.running) or sum(run.running for run in self._runs.values()) >= MOST_AT_ONCE:
            raise TooMany
        run = Run(
            id=f"b_{secrets.token_hex(6)}", org=job.org, by=by, files=tuple(sorted(job.texts)), since=job.since,
            until=job.until, began=now,
        )  # fmt: skip
        self._runs[job.org] = run
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=dict(self._environment),
                limit=_LINE,
            )  # fmt: skip
        except OSError as error:
            run.running, run.whole, run.error = False, False, f"The backtest could not be run: {error}"
            return run
        self._processes[job.org] = process  # before anybody can ask for it to stop
        task = asyncio.create_task(self._watched(run, job, process))
        self._watching.add(task)
        task.add_done_callback(self._watching.discard)
        return run

    def stop(self, org: str) -> None:
        """What was found so far stays."""
        process = self._processes.get(org)
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.terminate()

    async def close(self) -> None:
        for process in self._processes.values():
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
        await asyncio.gather(*self._watching, return_exceptions=True)

    async def _watched(self, run: Run, job: Job, process: asyncio.subprocess.Process) -> None:
        try:
            await self._read(run, job, process)
        except (OSError, ValueError, msgspec.DecodeError) as error:
            run.error = f"The backtest could not be run: {error}"
        finally:
            run.running = False
            self._processes.pop(run.org, None)

    async def _read(self, run: Run, job: Job, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        late = asyncio.get_running_loop().call_later(self._longest, self.stop, run.org)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                process.stdin.write(msgspec.json.encode(job))
                await process.stdin.drain()
                process.stdin.close()
            while line := await process.stdout.readline():
                _take(run, msgspec.json.decode(line, type=Word))
            await process.wait()
        finally:
            late.cancel()
            if process.returncode is None:
                process.kill()
                await process.wait()
        if run.report is None and not run.error:
            run.whole = False
            run.error = "The backtest ended before it had found anything."


def _take(run: Run, word: Word) -> None:
    if word.of:
        run.done, run.of = word.done, word.of
    if word.report is not None:
        run.report, run.whole = word.report, word.whole
    run.error = word.error
