"""What the prover's tests share: YAML to verdicts in the engine's small world, and a broken one's test played."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import engine
from engine.model import Event
from engine.proving import Verdict, prove
from engine.release import Release
from engine.testing import World, load_suite, play, variants
from tests.engine.conftest import REGISTRY

Judge = Callable[..., Verdict]


def compiled(*texts: str) -> Release:
    return engine.compile_release([engine.load(text, f"{index}.yaml") for index, text in enumerate(texts)], REGISTRY)


def nobody_listens(*_: object, **__: object) -> Event:
    raise AssertionError("without understanding, a test names its events")


def assert_plays(verdict: Verdict, release: Release) -> None:
    """A broken promise's test shows what the definition does."""
    suite = load_suite(verdict.test, "broken.test.yaml")
    for variant in variants(suite, release):
        assert [str(f) for f in play(variant, World(release, REGISTRY, nobody_listens)).findings] == [], verdict.test


@pytest.fixture(scope="session")
def judge() -> Judge:
    """The verdict on the only promise of the first text; where it is broken, its test was played."""

    def judged(*texts: str) -> Verdict:
        release = compiled(*texts)
        (verdict,) = prove(release, REGISTRY)
        if verdict.answer == "broken":
            assert verdict.conversation
            assert_plays(verdict, release)
        else:
            assert not verdict.test
        return verdict

    return judged
