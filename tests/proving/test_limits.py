"""What the prover does at its limits: it says that it gave up, and the same on every machine."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta

import pytest

from engine.errors import EngineError
from engine.proving import Bounds, prove
from engine.proving.confirming import NOW
from engine.testing.machine import Machine
from tests.engine.conftest import REGISTRY
from tests.proving.conftest import compiled
from tests.proving.test_verdicts import COUNTING, PAYING, promising


def test_a_search_that_is_cut_short_proves_nothing() -> None:
    release = compiled(promising(PAYING, "{never: confirmed, unless: payment.confirmed}"))
    for bounds in (Bounds(places=1), Bounds(late=lambda: True)):
        (verdict,) = prove(release, REGISTRY, bounds=bounds)
        assert verdict.answer == "undecided"
        assert verdict.why


def test_an_event_that_goes_round_for_ever_is_refused_as_the_engine_refuses_it() -> None:
    endless = "lifecycle: endless\nversion: 1\nstart: a\nstates:\n  a: {on: {tick: b}}\n  b: {next: [{to: c}]}\n"
    endless += "  c: {next: [{to: b}]}\n  d: {final: true}\n"
    (verdict,) = prove(compiled(promising(endless, "{never: d}")), REGISTRY)
    assert verdict.answer == "proved"


def test_a_counter_that_never_ends_is_not_counted_for_ever() -> None:
    growing = COUNTING.replace("n >= 3", "n < 0")
    (verdict,) = prove(compiled(promising(growing, "{never: full}")), REGISTRY)
    assert verdict.answer in ("proved", "undecided")
    assert verdict.places < 100


def test_the_same_files_have_the_same_verdicts_in_every_process() -> None:
    program = (
        "from tests.proving.conftest import compiled; from tests.proving.test_verdicts import PAYING, promising\n"
        "from engine.proving import prove; from tests.engine.conftest import REGISTRY\n"
        "early = PAYING.replace('payment.failed: asking', 'payment.failed: confirmed')\n"
        "print(prove(compiled(promising(early, '{never: confirmed, unless: payment.confirmed}')), REGISTRY))"
    )
    said = []
    for seed in ("1", "2"):
        run = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )  # fmt: skip
        said.append(run.stdout)
    assert said[0] == said[1]
    assert "broken" in said[0]


SPINNING = """\
lifecycle: spinning
version: 1
data: {due: {type: datetime}}
start: beginning
states:
  beginning: {set: {due: now}, next: [{to: waiting}]}
  waiting:
    at: [{time: due, past: run, to: ticking}]
    on: {tick: over}
  ticking: {set: {due: now}, next: [{to: waiting}]}
  over: {final: true}
"""


def test_timers_that_set_each_other_off_for_the_same_moment_do_not_hang_the_prover() -> None:
    (verdict,) = prove(compiled(promising(SPINNING, "{always: waiting, leaves_within: 1m}")), REGISTRY)
    assert verdict.answer == "undecided"
    assert "no conversation was found that shows it" in verdict.why


def test_nor_do_they_hang_a_machine_under_test() -> None:
    machine = Machine(compiled(SPINNING).definitions["lifecycle:spinning"], NOW, {"org": "o", "links": {}})
    machine.begin({})
    with pytest.raises(EngineError, match="over and over"):
        machine.pass_until(NOW + timedelta(minutes=1), 100)
