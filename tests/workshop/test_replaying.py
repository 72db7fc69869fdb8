"""Backtests from the console run beside the server: bounded, one a business, stoppable; what breaks says so."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime

import pytest

from workshop.replaying import Job, Replaying, Run, TooMany

NOW = datetime(2026, 11, 20, tzinfo=UTC)
COUNTS = """
import json, signal, sys, time
json.load(sys.stdin)
going = True
def stop(*_):
    global going
    going = False
signal.signal(signal.SIGTERM, stop)
done = 0
while going and done < {last}:
    done += 1
    print(json.dumps({{"done": done, "of": 1000}}), flush=True)
    time.sleep(0.01)
print(json.dumps({{"done": done, "of": 1000, "report": {{"machines": done}}, "whole": going}}), flush=True)
"""
Begun = Callable[..., Replaying]


@pytest.fixture
async def made() -> AsyncIterator[Begun]:
    every: list[Replaying] = []

    def begin(program: str, *, longest: float = 60.0) -> Replaying:
        every.append(Replaying([sys.executable, "-c", program], {}, longest=longest))
        return every[-1]

    yield begin
    for each in every:
        await each.close()


async def until(run: Run, holds: Callable[[Run], bool]) -> None:
    async with asyncio.timeout(30):
        while not holds(run):  # noqa: ASYNC110 - what is waited for is a value
            await asyncio.sleep(0.01)


def ended(run: Run) -> bool:
    return not run.running


async def test_it_says_how_far_it_has_come_and_what_it_found(made: Begun) -> None:
    replaying = made(COUNTS.format(last=5))
    run = await replaying.begin(Job(org="clinic", texts={"flows/a.yaml": "x"}), "ann", NOW)
    await until(run, ended)
    assert (run.done, run.of, run.whole, run.error, run.files) == (5, 1000, True, "", ("flows/a.yaml",))
    assert run.report is not None
    assert run.report.machines == 5
    assert replaying.of("clinic") is run
    assert replaying.of("salon") is None


async def test_stopped_it_keeps_what_it_found(made: Begun) -> None:
    replaying = made(COUNTS.format(last=10_000))
    run = await replaying.begin(Job(org="clinic", texts={}), "ann", NOW)
    await until(run, lambda run: run.done > 3)
    replaying.stop("salon")
    assert run.running
    replaying.stop("clinic")
    await until(run, ended)
    assert run.report is not None
    assert not run.whole


async def test_it_ends_when_its_time_is_up(made: Begun) -> None:
    run = await made(COUNTS.format(last=10_000), longest=0.5).begin(Job(org="clinic", texts={}), "ann", NOW)
    await until(run, ended)
    assert not run.whole


async def test_a_business_has_one_at_a_time_and_all_together_two(made: Begun) -> None:
    replaying = made(COUNTS.format(last=10_000))
    for org in ("clinic", "salon"):
        await replaying.begin(Job(org=org, texts={}), "ann", NOW)
    for org in ("clinic", "spa"):
        with pytest.raises(TooMany):
            await replaying.begin(Job(org=org, texts={}), "ann", NOW)


async def test_what_has_just_begun_is_stopped_and_closed_at_once(made: Begun) -> None:
    replaying = made(COUNTS.format(last=10_000))
    stopped = await replaying.begin(Job(org="clinic", texts={}), "ann", NOW)
    replaying.stop("clinic")
    left = await replaying.begin(Job(org="salon", texts={}), "ann", NOW)
    async with asyncio.timeout(20):
        await until(stopped, ended)
        await replaying.close()
    assert ended(left)


@pytest.mark.parametrize("program", ["raise SystemExit(3)", "print('no json', flush=True)"])
async def test_what_breaks_is_told(made: Begun, program: str) -> None:
    run = await made(program).begin(Job(org="clinic", texts={}), "ann", NOW)
    await until(run, ended)
    assert run.error
