"""The gate of `runtime.publishing`, bound to the real checks: in a thread, or in a process beside the server."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import msgspec

from runtime.publishing.gate import Candidate, Checked

END = b"end"  # the line behind the last result
_HOUSE = Path(__file__).resolve().parent.parent
_LONGEST = 64 * 1024 * 1024  # of one line that the judge says, in bytes
SECONDS = 300.0  # for which one version may be judged
IDLE = 60.0  # after which a judge that has nothing to do is let go


class InThread:
    """For a process in which nobody waits for anything else: the command line, a start."""

    async def judge(self, candidate: Candidate) -> AsyncIterator[Checked]:
        from composition.judging import judge  # the solver is loaded here, because a server does without it

        results = judge(candidate)
        while (checked := await asyncio.to_thread(next, results, None)) is not None:
            yield checked


class Aside:
    """In a process of its own, begun when it is needed and let go when it has been idle for a while."""

    def __init__(self, *, seconds: float = SECONDS, idle: float = IDLE) -> None:
        self._seconds = seconds
        self._idle = idle
        self._process: asyncio.subprocess.Process | None = None
        self._leaving: asyncio.TimerHandle | None = None
        self._one = asyncio.Lock()

    async def judge(self, candidate: Candidate) -> AsyncIterator[Checked]:
        async with self._one:
            if self._leaving is not None:
                self._leaving.cancel()
            done = False
            try:
                process = await self._begun()
                async with asyncio.timeout(self._seconds):
                    async for checked in _asked(process, candidate):
                        yield checked
                done = True
            except TimeoutError:
                said = f"took more than {self._seconds:.0f} s"
                yield Checked(name="judge", verdict="refused", summary=f"The checks {said} and were given up.")
            except (OSError, EOFError, msgspec.DecodeError) as error:
                said = f"The process that checks ended before it was done ({type(error).__name__}). Is memory short?"
                yield Checked(name="judge", verdict="refused", summary=said)
            finally:
                if done:
                    self._leaving = asyncio.get_running_loop().call_later(self._idle, self.kill)
                else:
                    await self._end()

    async def _begun(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "composition.judge", cwd=_HOUSE,
                env={**os.environ, "PYTHONPATH": str(_HOUSE)},
                stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST,
            )  # fmt: skip
        return self._process

    def kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()

    async def close(self) -> None:
        """Whatever is being judged is given up."""
        if self._leaving is not None:
            self._leaving.cancel()
        await self._end()

    async def _end(self) -> None:
        process = self._process
        self.kill()
        if process is not None:
            await process.wait()


async def _asked(process: asyncio.subprocess.Process, candidate: Candidate) -> AsyncIterator[Checked]:
    into, out = process.stdin, process.stdout
    assert into is not None
    assert out is not None
    into.write(msgspec.json.encode(candidate) + b"\n")
    await into.drain()
    while True:
        line = (await out.readline()).rstrip(b"\n")
        if line == END:
            return
        if not line:
            raise EOFError("the judge is gone")
        yield msgspec.json.decode(line, type=Checked)
