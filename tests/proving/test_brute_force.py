"""Random small flows: what the prover says of a promise, against every event tried on the engine to a depth."""

from __future__ import annotations

import random

import pytest

from engine import Findings
from engine.definition import Definition
from engine.proving import prove
from engine.proving.subject import Subject
from tests.engine.conftest import REGISTRY
from tests.proving.chance import brute, flow
from tests.proving.conftest import assert_plays, compiled


def compare(seed: int, depth: int, most: int) -> str:
    """What came of it: proved, broken, undecided; or nothing, where the flow makes no sense."""
    try:
        release = compiled(*flow(random.Random(seed)))
    except Findings:
        return ""
    definition = release.definitions["flow:main"]
    assert isinstance(definition, Definition)
    (verdict,) = prove(release, REGISTRY, only=["flow:main"])
    found = brute(definition, definition.promised[0], Subject(definition, release, REGISTRY), depth, most)
    if verdict.answer == "broken":
        assert_plays(verdict, release)
    if found == "broken":
        assert verdict.answer != "proved", (seed, verdict)
        assert verdict.answer == "broken", (seed, verdict.why)
    return verdict.answer


@pytest.mark.parametrize("seed", range(18))
def test_brute_force_finds_nothing_that_was_proved_away(seed: int) -> None:
    compare(seed, depth=5, most=300)


def test_the_random_flows_are_of_all_sorts() -> None:
    flows = [flow(random.Random(seed)) for seed in range(40)]
    text = "".join(part for parts in flows for part in parts)
    for word in ("call:", "unclear:", "after:", "anywhere:", "tries.", "next:", "reachable", "at_most", "hear:"):
        assert word in text


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_brute_force_at_length() -> None:
    answers = [compare(seed, depth=6, most=1500) for seed in range(1000, 1400)]
    assert answers.count("broken") > 50
    assert answers.count("proved") > 50
