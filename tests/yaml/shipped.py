"""The YAML that ships, compiled once, with the test files beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import engine
import language
from composition.definitions import registry, yaml_files
from engine.model import Step
from engine.release import Release
from engine.testing import Coverage, Played, Suite, Variant, World, load_suite, play, variants

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = (ROOT / "flows", ROOT / "rules")
DEFINITIONS = {path.relative_to(ROOT).as_posix(): path for path in yaml_files(FOLDERS)}
TESTS = sorted(path for folder in FOLDERS for path in folder.rglob("*.test.yaml"))


@cache
def release() -> Release:
    documents = [engine.load(path.read_text(encoding="utf-8"), name) for name, path in DEFINITIONS.items()]
    return engine.compile_release(documents, registry())


@cache
def world() -> World:
    return World(release(), registry(), language.understand)


@cache
def suites() -> tuple[Suite, ...]:
    return tuple(load_suite(path.read_text(encoding="utf-8"), path.relative_to(ROOT).as_posix()) for path in TESTS)


def shipped_variants() -> list[Variant]:
    return [variant for suite in suites() for variant in variants(suite, release())]


@cache
def played(variant_id: str) -> Played:
    return play(_BY_ID[variant_id], world())


_BY_ID = {f"{variant.suite.file}: {variant.title}": variant for variant in shipped_variants()}
IDS = tuple(_BY_ID)


@cache
def covered() -> Coverage:
    """What all cases of all files together reach."""
    coverage = Coverage(release())
    for id in IDS:
        coverage.add_played(played(id))
    return coverage


@cache
def all_taken() -> tuple[Step, ...]:
    return tuple(taken.step for id in IDS for taken in played(id).taken)
