"""Work that is done in a process of its own, so that it can be killed in the middle of it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


async def until_killed(work: Callable[[Path], Awaitable[None]], path: Path, after: float) -> int:
    """Run `work(path)`, a module's own function that prints a line once it stands, and kill it so many seconds later.

    The exit code is -SIGKILL where there was still work to do, else that of the process.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c",
        "import asyncio, sys; from importlib import import_module; from pathlib import Path;"
        "asyncio.run(getattr(import_module(sys.argv[1]), sys.argv[2])(Path(sys.argv[3])))",
        work.__module__, work.__name__, str(path),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert child.stdout is not None
    await child.stdout.readline()
    try:
        await asyncio.wait_for(child.wait(), after)
    except TimeoutError:
        child.send_signal(signal.SIGKILL)
    return await child.wait()
