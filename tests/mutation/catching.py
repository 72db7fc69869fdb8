"""Which of the three gates catches a defect: `check` (it does not load, or there is a new finding), `test`, `prove`."""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache

import msgspec

import engine
import language
from composition.definitions import limits, registry
from engine import Findings
from engine.checks import check_sources
from engine.comparing import compare
from engine.registry import Registry
from engine.testing import World, changed, run
from tests.mutation.defects import Defect, defects
from tests.yaml.shipped import DEFINITIONS, release, suites

SEED = 20261121


class Caught(msgspec.Struct, frozen=True):
    """What became of a defect. `by` names the gates that caught it; nothing when it survived them all."""

    defect: Defect
    by: tuple[str, ...]
    equivalent: str = ""  # why it is no defect: nothing behaves otherwise

    @property
    def survived(self) -> bool:
        return not self.by and not self.equivalent


@cache
def _documents() -> dict[str, engine.Document]:
    return {file: engine.load(path.read_text(encoding="utf-8"), file) for file, path in DEFINITIONS.items()}


@cache
def everything() -> tuple[Defect, ...]:
    """Every defect that the catalogue has for what ships."""
    return tuple(defect for file, document in _documents().items() for defect in defects(file, document.content))


def sample(count: int, seed: int = SEED) -> list[Defect]:
    """So many defects, every operator in turn, so that the many-sited ones do not crowd out the rest."""
    chance = random.Random(seed)
    by_operator: dict[str, list[Defect]] = {}
    for defect in everything():
        by_operator.setdefault(defect.operator, []).append(defect)
    for found in by_operator.values():
        chance.shuffle(found)
    picked: list[Defect] = []
    while len(picked) < count and any(by_operator.values()):
        for found in by_operator.values():
            if found and len(picked) < count:
                picked.append(found.pop())
    return picked


def caught(defect: Defect) -> Caught:
    """What became of a defect: it is put into its file, and both gates look at it."""
    documents = _documents()
    text = json.dumps(defect.seeded(documents[defect.file].content), ensure_ascii=False)
    by = ["check"] if _checks({**_sources(), defect.file: text}) else []
    try:
        wrong = engine.load(text, defect.file)
        seeded = engine.compile_release([*(documents | {defect.file: wrong}).values()], registry())
    except Findings:
        return Caught(defect, tuple(by))
    if _tests(seeded, changed(release(), seeded)):
        by.append("test")
    return Caught(defect, tuple(by), "" if by else _equivalent(seeded))


@cache
def _registry() -> Registry:
    return registry()


@cache
def _sources() -> dict[str, str]:
    return {file: path.read_text(encoding="utf-8") for file, path in DEFINITIONS.items()}


@cache
def _known() -> Counter[tuple[str, str, str]]:
    return _findings(_sources())


def _findings(sources: dict[str, str]) -> Counter[tuple[str, str, str]]:
    found = check_sources(sources, _registry(), limits())
    return Counter((finding.file, finding.code, finding.reason) for finding in found)


def _checks(sources: dict[str, str]) -> bool:
    """Whether there is a finding that is not there without the defect."""
    return bool(_findings(sources) - _known())


def _tests(seeded: engine.Release, differ: frozenset[str]) -> bool:
    world = World(seeded, registry(), language.understand)
    return any(not run([suite], world).holds for suite in suites() if suite.tests in differ)


def _equivalent(seeded: engine.Release) -> str:
    """Why a change is no defect: it was established that every definition behaves and speaks as before."""
    differences = compare(release(), seeded, _registry())
    speaks = any(change.weight == "wording" for change in differences.changes)
    return "behaves as before" if differences.same_behaviour and not speaks else ""
