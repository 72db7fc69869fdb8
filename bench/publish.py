"""How long it takes to put the shipped YAML in force: all of it, an edit of one sentence, and back again.

The judge runs in its own process, as beside a server; the pause is the longest for which the loop did nothing else.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.figures import Figure, figure  # noqa: E402
from composition import publishing  # noqa: E402
from composition.definitions import compile_sources  # noqa: E402
from composition.desk import Desk, Handed  # noqa: E402
from composition.folders import read_folders  # noqa: E402
from composition.gate import Aside  # noqa: E402
from runtime.clock import Clock  # noqa: E402
from runtime.metrics import Tally  # noqa: E402
from runtime.release import EVERYONE, Published  # noqa: E402
from storage.sqlite import open_sqlite  # noqa: E402
from storage.vault import Vault  # noqa: E402

ROUNDS = 5
FILE, SENTENCE = "flows/review.yaml", "Thank you for being honest."


class Pause:
    """The longest time for which nothing else was done."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._task = asyncio.create_task(self._tick())

    async def _tick(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(0.002)
            self.longest = max(self.longest, time.perf_counter() - began - 0.002)

    def stop(self) -> float:
        self._task.cancel()
        return self.longest


def run() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        return asyncio.run(_figures(Path(folder)))


async def _figures(folder: Path) -> list[Figure]:
    store = await open_sqlite(folder / "publish.db")
    gate = Aside()
    try:
        published = Published(store, compile_sources)
        desk, _ = publishing.connected(store, Vault(store, [b"k" * 32]), published, gate, Clock(), Tally())
        texts = read_folders((ROOT / "flows", ROOT / "rules"))
        whole = await _timed(desk.publish(Handed(texts=texts, by="bench")))
        assert SENTENCE in texts[FILE], "the sentence that is edited stands in the YAML that ships"
        again, back = [], []
        pause = Pause()
        for number in range(ROUNDS):
            edited = texts[FILE].replace(SENTENCE, f"{SENTENCE} ({number})")
            handed = Handed(texts={FILE: edited}, by="bench")
            again.append(await _timed(desk.publish(handed)))
            back.append(await _timed(desk.rollback(EVERYONE, 1, "bench", "")))
        longest = pause.stop()
        await _in_force(desk)
    finally:
        await gate.close()
        await store.close()
    return [
        figure("publish.everything judged", whole, "s", 30.0),
        figure("publish.one sentence", statistics.median(again), "s", 5.0),
        figure("publish.rollback", statistics.median(back) * 1000, "ms", 200.0),
        figure("publish.longest pause of the loop", longest * 1000, "ms", 200.0),
    ]


async def _timed(work: Awaitable[Any]) -> float:
    began = time.perf_counter()
    outcome = await work
    assert outcome.in_force, outcome
    return time.perf_counter() - began


async def _in_force(desk: Desk) -> None:
    pointer, _ = await desk.publisher.in_force(EVERYONE)
    assert pointer.number == 1 + 2 * ROUNDS, pointer


if __name__ == "__main__":
    for line in run():
        print(line)
