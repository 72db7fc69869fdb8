"""Which gate catches a defect: `check` (a new finding), `test` (a case beside the YAML), `prove` (a broken promise).

What none of them catches may be no defect at all: where the comparison of both versions establishes that nothing
behaves or speaks otherwise, it is set aside as equivalent. Whatever that leaves open counts as survived.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from functools import cache
from time import monotonic
from typing import Any

import msgspec

import engine
import language
from composition.definitions import limits, registry
from engine import Findings
from engine.checks import check_sources
from engine.comparing import compare
from engine.proving import Bounds, prove
from engine.registry import Registry
from engine.testing import World, changed, run
from tests.mutation.defects import Defect, defects
from tests.yaml.shipped import DEFINITIONS, release, suites

SEED = 20261121
PROVING = 20  # seconds for the promises of one defect; what is not decided then is not caught


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


def caught(defect: Defect, *, every_gate: bool = False) -> Caught:
    """What became of a defect: it is put into its file, and the gates look at it.

    Proving takes seconds: without `every_gate` only what the other two let pass is proved.
    """
    documents = _documents()
    text = written(defect.seeded(documents[defect.file].content))
    by = ["check"] if checks(defect.file, text) else []
    try:
        wrong = engine.load(text, defect.file)
        seeded = engine.compile_release([*(documents | {defect.file: wrong}).values()], _registry())
    except Findings:
        return Caught(defect, tuple(by))
    differ = changed(release(), seeded)
    if _tests(seeded, differ):
        by.append("test")
    if (every_gate or not by) and _breaks(seeded, differ):
        by.append("prove")
    return Caught(defect, tuple(by), "" if by else _equivalent(seeded))


def _breaks(seeded: engine.Release, differ: frozenset[str]) -> bool:
    """Whether a promise is shown to be broken that was not."""
    end = monotonic() + PROVING
    verdicts = prove(seeded, _registry(), only=differ, bounds=Bounds(late=lambda: monotonic() > end))
    broken = {(each.definition, each.promise) for each in verdicts if each.answer == "broken"}
    return bool(broken and broken - _broken(differ))


@cache
def _broken(definitions: frozenset[str]) -> frozenset[tuple[str, str]]:
    verdicts = prove(release(), _registry(), only=definitions)
    return frozenset((each.definition, each.promise) for each in verdicts if each.answer == "broken")


@cache
def _registry() -> Registry:
    return registry()


@cache
def _sources() -> dict[str, str]:
    return {file: path.read_text(encoding="utf-8") for file, path in DEFINITIONS.items()}


@cache
def _known(file: str) -> Counter[tuple[str, str, str]]:
    """What `check` says without the defect, of the file in the form in which a defect is written: without comments."""
    return _findings({**_sources(), file: written(_documents()[file].content)})


def written(content: Any) -> str:
    """A definition as a file. JSON is YAML; comments, and with them what they allow, are not kept."""
    return json.dumps(content, ensure_ascii=False)


def _findings(sources: dict[str, str]) -> Counter[tuple[str, str, str]]:
    found = check_sources(sources, _registry(), limits())
    return Counter((finding.file, finding.code, finding.reason) for finding in found)


def checks(file: str, text: str) -> bool:
    """Whether there is a finding that is not there without the defect."""
    return bool(_findings({**_sources(), file: text}) - _known(file))


def _tests(seeded: engine.Release, differ: frozenset[str]) -> bool:
    world = World(seeded, registry(), language.understand)
    return any(not run([suite], world).holds for suite in suites() if suite.tests in differ)


def _equivalent(seeded: engine.Release) -> str:
    """Why a change is no defect: it was established that every definition behaves and speaks as before."""
    differences = compare(release(), seeded, _registry())
    speaks = any(change.weight == "wording" for change in differences.changes)
    return "behaves as before" if differences.same_behaviour and not speaks else ""
