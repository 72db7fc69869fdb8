"""What `aais test` and the pytest plugin play on: the files that were named, and the definitions around them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

import language
from composition.definitions import registry, yaml_files
from engine.document import Document, load
from engine.findings import Finding
from engine.registry import Registry
from engine.release import compile_release
from engine.testing import Suite, Understand, World, read_suites
from engine.testing.running import ENDING

if TYPE_CHECKING:
    from engine.testing.generating import Proposal


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
    named, tests = _files(paths)
    played_on = world(named, around)
    suites, findings = read_suites({shown(file): file.read_text(encoding="utf-8") for file in tests})
    keys = [f"{document.kind}:{document.name}" for document in map(_load, named)]
    tested = [suite.tests for suite in suites if suite.tests in played_on.release.definitions]
    return Found(
        world=played_on,
        suites=tuple(suites),
        definitions=tuple(dict.fromkeys([*keys, *tested])),
        findings=tuple(findings),
    )


def proposals(all: Found) -> list[Proposal]:
    """Cases for what the tests do not reach. The solver is loaded here, because most runs do without it."""
    from engine.testing.generating import propose

    return propose(all.world, all.suites, all.definitions)


def file_of(all: Found, proposal: Proposal) -> str:
    """The test file of a definition, whether it is there or not."""
    files = [suite.file for suite in all.suites if suite.tests == proposal.definition]
    return files[0] if files else str(beside(Path(all.world.release.definitions[proposal.definition].file)))


def write(all: Found, proposal: Proposal) -> None:
    """Add a proposal's cases to the test file, or begin one. Raises Findings where they cannot be added."""
    from engine.testing.generating import appended

    file = file_of(all, proposal)
    suite = next((suite for suite in all.suites if suite.tests == proposal.definition), None)
    Path(file).write_text(appended(suite, proposal, file), encoding="utf-8")


def world(
    named: Iterable[Path], around: Sequence[Path], vocabulary: Registry | None = None,
    understand: Understand = language.understand,
) -> World:  # fmt: skip
    """Definitions with what stands around them, compiled together. Raises Findings."""
    vocabulary = vocabulary or registry()
    mine = {file.resolve(): _load(file) for file in named}
    taken = {(document.kind, document.name) for document in mine.values()}
    others = [_load(file) for file in yaml_files(around) if file.resolve() not in mine]
    documents = [*mine.values(), *(other for other in others if (other.kind, other.name) not in taken)]
    return World(compile_release(documents, vocabulary), vocabulary, understand)


def beside(file: Path) -> Path:
    """The tests of a definition, or the definition of tests."""
    if file.name.endswith(ENDING):
        return file.with_name(f"{file.name.removesuffix(ENDING)}.yaml")
    return file.with_name(f"{file.stem}{ENDING}")


def shown(file: Path) -> str:
    """As a person here would type it."""
    return str(file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file)


def _files(paths: Iterable[Path]) -> tuple[list[Path], list[Path]]:
    """Definitions and test files, each once, in the order of naming."""
    named: dict[Path, None] = {}
    tests: dict[Path, None] = {}
    for path in paths:
        for file in sorted(path.rglob("*.yaml")) if path.is_dir() else [path]:
            for one in (file, beside(file)):
                if one is file or one.exists():
                    (tests if one.name.endswith(ENDING) else named)[one] = None
    return list(named), list(tests)


def _load(file: Path) -> Document:
    return _read(file, shown(file), file.stat().st_mtime_ns)


@cache
def _read(file: Path, name: str, _written: int) -> Document:
    """A file as it was at that time: a watch reads again only what was written since."""
    return load(file, name)
