"""The whole server under load from a second process: signed webhooks in, replies out to a recording Graph API.

Messages are due at random moments (a Poisson process) whether or not the server keeps up, and every latency counts
from the moment that a message was due: a server that stalls is charged for everybody who waited meanwhile.
Settings: BENCH_SECONDS (60), BENCH_RATE (200 messages a second), BENCH_GRAPH_MS (0: how long the recording Graph API
takes to answer), BENCH_STEPS (30: how many steps the search for the highest rate may take).
"""

from __future__ import annotations

import asyncio
import os
import random
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time

import uvloop

from bench.crowd import Crowd
from bench.figures import Figure, figure, percentile
from bench.house import BUSINESSES, House, cpu_seconds, free_port
from bench.wire import Sender, recording

RATE, SECONDS = float(os.environ.get("BENCH_RATE", "200")), float(os.environ.get("BENCH_SECONDS", "60"))
GRAPH_SECONDS = float(os.environ.get("BENCH_GRAPH_MS", "0")) / 1000
STEPS = int(os.environ.get("BENCH_STEPS", "30"))
ACK_TARGET, REPLY_TARGET = 10.0, 50.0  # ms, at the 95th percentile
ACK_BRIEF, REPLY_BRIEF = 500.0, 800.0  # ms: what a customer does not notice yet
STEP_SECONDS, STEP = 5.0, 25.0
DRAIN_SECONDS = 180.0  # at most, until what an overload left is done
REST_SECONDS, AT_REST = 0.5, 0.1  # at rest: a tenth of a processor at most for half a second
REPEATED = 50  # each so-manieth webhook is delivered twice, as Meta does
CONNECTIONS = 64
WARM_RATE, WARM_SECONDS = 50.0, 3.0
THINK = 1.0  # seconds a customer looks at an answer


@dataclass
class Leg:
    """One stretch at one rate. Latencies in seconds."""

    rate: float
    acks: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    backlog: int = 0  # by how many the messages without a reply grew
    server_cpu: float = 0.0  # of one processor
    own_cpu: float = 0.0

    @property
    def ack(self) -> float:
        return percentile(self.acks, 0.95) * 1000

    @property
    def reply(self) -> float:
        return percentile(self.replies, 0.95) * 1000

    @property
    def sustained(self) -> bool:
        """Nothing piles up, and a customer notices nothing."""
        return self.ack <= ACK_BRIEF and self.reply <= REPLY_BRIEF and self.backlog <= max(5.0, self.rate / 10)

    @property
    def within_targets(self) -> bool:
        return self.sustained and self.ack <= ACK_TARGET and self.reply <= REPLY_TARGET

    def __str__(self) -> str:
        return (
            f"{self.rate:g}/s: ack p95 {self.ack:.1f} ms, reply p95 {self.reply:.1f} ms, backlog {self.backlog:+}, "
            f"server {self.server_cpu:.0%} of a processor, load {self.own_cpu:.0%}"
        )


class Load:
    """Sends what the crowd says at the pace that is asked for."""

    def __init__(self, crowd: Crowd, sender: Sender, server: int) -> None:
        self.crowd = crowd
        self._sender = sender
        self._server = server
        self._random = random.Random(7)

    async def drive(self, rate: float, seconds: float) -> Leg:
        leg, crowd = Leg(rate), self.crowd
        before, heard = crowd.waiting, len(crowd.replies)
        server, own, began = cpu_seconds(self._server), process_time(), perf_counter()
        due, end = began, began + seconds
        while (due := due + self._random.expovariate(rate)) < end:
            wait = due - perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            elif crowd.sent % 20 == 0:
                await asyncio.sleep(0)  # late: hear the answers all the same
            self._send(leg, due)
        passed = perf_counter() - began
        leg.server_cpu = (cpu_seconds(self._server) - server) / passed
        leg.own_cpu = (process_time() - own) / passed
        await asyncio.sleep(0.1)
        leg.backlog = crowd.waiting - before
        leg.replies = [seconds for sent, seconds in crowd.replies[heard:] if sent >= began]
        return leg

    def _send(self, leg: Leg, due: float) -> None:
        body, signature = self.crowd.next(due)

        def acknowledged(status: int, when: float) -> None:
            leg.acks.append(when - due)
            leg.statuses[status] += 1

        self._sender.post(body, signature, acknowledged)
        if self.crowd.sent % REPEATED == 0:
            self._sender.post(body, signature, lambda status, _when: leg.statuses.update((status,)))

    async def drained(self) -> bool:
        """Wait until every message is answered and the server has come to rest; False when it does not in time."""
        end = perf_counter() + DRAIN_SECONDS
        while perf_counter() < end:
            before = cpu_seconds(self._server)
            await asyncio.sleep(REST_SECONDS)
            if not self.crowd.waiting and cpu_seconds(self._server) - before <= REST_SECONDS * AT_REST:
                return True
        return False

    async def settle(self, seconds: float = 15.0) -> None:
        """Until every message is answered, at most so long; then a moment for what should not come."""
        end = perf_counter() + seconds
        while self.crowd.waiting and perf_counter() < end:  # noqa: ASYNC110 - the books are the crowd's, and simple
            await asyncio.sleep(0.05)
        await asyncio.sleep(1.0)


async def _measure(folder: Path) -> list[Figure]:
    crowd, graph = Crowd(BUSINESSES, think=THINK), free_port()
    recorder = await recording(graph, crowd.hear, delay=GRAPH_SECONDS)
    house = House(folder, f"http://127.0.0.1:{graph}")
    await house.furnish()
    async with house.served() as process:
        sender = Sender("127.0.0.1", house.port, "/webhooks/whatsapp")
        await sender.connect(CONNECTIONS)
        load = Load(crowd, sender, process)
        await load.drive(WARM_RATE, WARM_SECONDS)
        leg = await load.drive(RATE, SECONDS)
        _say(leg)
        await load.settle(DRAIN_SECONDS)  # what has no reply after that is lost, and not only late
        figures = _figures(leg, crowd)
        sustained, within_targets = await _highest(load)
        figures.append(figure("server.rate", sustained, "messages/s"))
        figures.append(figure("server.rate.within_targets", within_targets, "messages/s"))
        sender.close()
    recorder.close()
    return figures


async def _highest(load: Load) -> tuple[float, float]:
    """The highest rate that is sustained, and the highest within both targets: step by step up, until one piles up.

    Each step begins with a drained server: what an overload before it left behind would be charged to the step.
    """
    best = brisk = 0.0
    for _ in range(STEPS):
        if not await load.drained():
            _say(f"still busy after {DRAIN_SECONDS:g} s: the search ends")
            break
        leg = await load.drive(best + STEP, STEP_SECONDS)
        _say(leg)
        if not leg.sustained:
            break
        if leg.within_targets and brisk == best:
            brisk = leg.rate
        best = leg.rate
    await load.settle(5.0)
    return best, brisk


def _figures(leg: Leg, crowd: Crowd) -> list[Figure]:
    refused = sum(count for status, count in leg.statuses.items() if status != 200)
    figures = [figure("server.messages", crowd.sent, "messages"), figure("server.refused", refused, "messages", 0)]
    for name, values, target in (("ack", leg.acks, ACK_TARGET), ("reply", leg.replies, REPLY_TARGET)):
        for share in (50, 95, 99):
            value = percentile(values, share / 100) * 1000
            figures.append(figure(f"server.{name}.p{share}", value, "ms", target if share == 95 else None))
    _say(f"ended with: {dict(sorted(crowd.last_words.items(), key=lambda item: -item[1])[:5])}")
    return [
        *figures,
        figure("server.lost", crowd.waiting, "messages", 0),
        figure("server.doubled", crowd.doubled + crowd.strangers, "messages", 0),
        figure("server.booked", crowd.booked / max(1, crowd.ended), "share"),
        figure("server.cpu", leg.server_cpu, "processors"),
        figure("server.cpu.message", 1000 * leg.server_cpu * SECONDS / max(1, len(leg.acks)), "ms"),
    ]


def _say(what: object) -> None:
    print(f"  {what}", file=sys.stderr, flush=True)


def run() -> list[Figure]:
    """All figures of the loaded server."""
    with (
        tempfile.TemporaryDirectory(prefix="aais-bench-") as folder,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        return runner.run(_measure(Path(folder)))


if __name__ == "__main__":
    for line in run():
        print(line)
