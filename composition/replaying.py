"""The process in which the console's backtests run: `python -m composition.replaying`, with a Job on standard input.

It opens the store for reading only, writes a line of JSON now and then, and the report last; a SIGTERM ends it early,
with what it has.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec

from composition import backtests, stores
from composition.settings import Settings, read
from engine import Findings
from runtime.backtest import Backtest, Report, Selection
from workshop.replaying import Job, Replaying, Word

DEMO = "AAIS_REPLAY_DEMO"
_EVERY = 0.3  # seconds between lines


def replaying(settings: Settings) -> Replaying:
    """For the server with these settings; they come from the environment, and so do the process's."""
    here = str(Path(__file__).parents[1])
    path = os.pathsep.join([here, *filter(None, [os.environ.get("PYTHONPATH", "")])])
    environment = {
        **os.environ, "PYTHONPATH": path, "DATA_DIR": str(settings.data_dir.resolve()), DEMO: str(int(settings.demo))
    }  # fmt: skip
    return Replaying([sys.executable, "-m", "composition.replaying"], environment)


def _say(word: Word) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(word) + b"\n")
    sys.stdout.buffer.flush()


async def run(job: Job, settings: Settings) -> None:
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    selection = Selection(org=job.org, since=job.since, until=job.until)
    report = Report()
    async with stores.opened_store(settings, read_only=True) as store:
        try:
            compiled = await backtests.candidate(store, settings, job.org, job.texts)
        except Findings as found:
            first = found.findings[0]
            _say(Word(error=f"{first.file}:{first.line}: {first.reason}"))
            return
        backtest = backtests.backtest(store, settings, compiled)
        of = (await backtest.size(selection))[0] + await backtest.decisions(selection)
        done, said = 0, 0.0
        _say(Word(done=0, of=of))
        async for _ in _added(backtest, selection, report):
            done += 1
            if time.monotonic() - said > _EVERY:
                said = time.monotonic()
                _say(Word(done=done, of=max(of, done)))
            await asyncio.sleep(0)  # let a signal be heard
            if stopped.is_set():
                _say(Word(done=done, of=max(of, done), report=report, whole=False))
                return
        _say(Word(done=done, of=done, report=report))


async def _added(backtest: Backtest, selection: Selection, report: Report) -> AsyncIterator[None]:
    """One result after the other, conversations first."""
    async for passed in backtest.run(selection):
        report.add(passed)
        yield
    async for asked in backtest.decided(selection):
        report.asked(asked)
        yield


def main(environment: Mapping[str, str] = os.environ) -> None:
    with suppress(OSError):  # where it may not step back it works all the same
        os.nice(10)
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    asyncio.run(run(job, read(demo=environment.get(DEMO) == "1")))


if __name__ == "__main__":
    main()
