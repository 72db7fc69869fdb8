"""How much memory the server holds with many conversations in its store: after the start, and after it has worked.

Settings: BENCH_CONVERSATIONS (100000). The messages after the start are answers of people spread over all
conversations, so that nothing of them is in memory yet.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import uvloop

from bench.crowd import accepted, phone_of, signature, webhook
from bench.figures import Figure, figure
from bench.filling import fill
from bench.house import BUSINESSES, House, Memory, free_port, memory_of
from bench.wire import Sender, recording

CONVERSATIONS = int(os.environ.get("BENCH_CONVERSATIONS", "100000"))
MESSAGES = 1000
AT_ONCE = 8
SETTLING = 2.0  # seconds after the start, and after the last reply


class _Replies:
    """Counts what reaches the Graph API."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, body: bytes, _when: float) -> bytes:
        self.count += b'"to"' in body
        return accepted(f"wamid.out.{self.count}.{time.perf_counter_ns()}")


async def _measure(folder: Path) -> list[Figure]:
    port, replies = free_port(), _Replies()
    recorder = await recording(port, replies)
    house = House(folder, f"http://127.0.0.1:{port}")
    await house.furnish()
    empty, _ = await _worked(house, replies, 0)
    began = time.perf_counter()
    await fill(house, CONVERSATIONS, BUSINESSES)
    print(f"  {CONVERSATIONS} conversations in {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    before = replies.count
    started, worked = await _worked(house, replies, MESSAGES)
    recorder.close()
    return [
        figure("memory.conversations", CONVERSATIONS, "conversations"),
        *_both("memory.started.empty", empty),
        *_both("memory.started", started),
        *_both("memory.worked", worked),
        figure("memory.replies", replies.count - before, "messages", MESSAGES),
        figure("memory.store", house.store_megabytes(), "MB"),
    ]


def _both(name: str, memory: Memory) -> list[Figure]:
    return [figure(name, memory.resident, "MB"), figure(f"{name}.anonymous", memory.anonymous, "MB")]


async def _worked(house: House, replies: _Replies, messages: int) -> tuple[Memory, Memory]:
    """Memory of the server after its start, and after so many messages are answered."""
    async with house.served() as process:
        await asyncio.sleep(SETTLING)
        started = memory_of(process)
        if messages:
            await _answer(house, replies, messages)
            await asyncio.sleep(SETTLING)
        return started, memory_of(process)


async def _answer(house: House, replies: _Replies, messages: int, patience: float = 60.0) -> None:
    """So many people, far apart in the store, answer the question before them, a few at a time."""
    sender, room = Sender("127.0.0.1", house.port, "/webhooks/whatsapp"), asyncio.Semaphore(AT_ONCE)
    await sender.connect(AT_ONCE)
    expected = replies.count + messages
    for turn in range(messages):
        await room.acquire()
        place = turn * CONVERSATIONS // messages
        said = {"type": "text", "text": {"body": "Service 2"}}
        body = webhook(phone_of(place), "Wanjiku Kamau", place % BUSINESSES, 2, said)
        sender.post(body, signature(body), lambda _status, _when: room.release())
    end = time.perf_counter() + patience
    while replies.count < expected and time.perf_counter() < end:  # noqa: ASYNC110 - the count is simple
        await asyncio.sleep(0.05)
    sender.close()


def run() -> list[Figure]:
    """Resident memory of the server."""
    with (
        tempfile.TemporaryDirectory(prefix="aais-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(Path(folder)))


if __name__ == "__main__":
    for line in run():
        print(line)
