"""What `aais test` and the pytest plugin play on: the files that were named, and the definitions around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path

import msgspec

import language
from composition.definitions import registry, yaml_files
from engine.document import Document, load
from engine.findings import Finding
from engine.release import compile_release
from engine.testing import Suite, World, read_suites
from engine.testing.running import ENDING

SURROUNDINGS = ("flows", "rules")  # what ships, and what a named file may call, tell or ask


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """Test files with the world to play them on. `definitions` are those that were named, or that are tested."""

    world: World
    suites: tuple[Suite, ...]
    definitions: tuple[str, ...]
    findings: tuple[Finding, ...] = ()  # test files that cannot be read


def found(paths: Iterable[Path], around: Sequence[Path]) -> Found:
    """The tests in files and folders. Raises Findings if the definitions do not compile.

    A test file brings the definition beside it, a definition the tests beside it. What they call, tell and ask is
    looked for in `around`; a definition that is named replaces the one of the same name there.
    """
    tests: dict[Path, None] = {}
    named: dict[Path, None] = {}
    for path in paths:
        for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
            beside = _beside(file)
            (tests if file.name.endswith(ENDING) else named)[file] = None
            if beside.exists():
                (tests if beside.name.endswith(ENDING) else named)[beside] = None
    mine = [_load(file) for file in named]
    taken = {(document.kind, document.name) for document in mine}
    others = [_load(file) for file in yaml_files(around) if file not in named]
    documents = [*mine, *(other for other in others if (other.kind, other.name) not in taken)]
    release = compile_release(documents, registry())
    suites, findings = read_suites({str(file): file.read_text(encoding="utf-8") for file in tests})
    keys = [f"{document.kind}:{document.name}" for document in mine]
    tested = [suite.tests for suite in suites if suite.tests in release.definitions]
    return Found(
        world=World(release, registry(), language.understand),
        suites=tuple(suites),
        definitions=tuple(dict.fromkeys([*keys, *tested])),
        findings=tuple(findings),
    )


def surroundings(root: Path) -> list[Path]:
    """The folders of definitions under a project's root, as far as they exist."""
    return [root / name for name in SURROUNDINGS if (root / name).is_dir()]


def _beside(file: Path) -> Path:
    """The tests of a definition, or the definition of tests."""
    if file.name.endswith(ENDING):
        return file.with_name(f"{file.name.removesuffix(ENDING)}.yaml")
    return file.with_name(f"{file.stem}{ENDING}")


def _load(file: Path) -> Document:
    return _read(str(file), file.stat().st_mtime_ns)


@cache
def _read(file: str, _written: int) -> Document:
    """A file as it was at that time: a watch reads again only what was written since."""
    return load(Path(file))
