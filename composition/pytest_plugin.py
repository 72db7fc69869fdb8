"""pytest collects `*.test.yaml`: each case in each language is an item, and a failure reads as `aais test` shows it.

Installed with AAIS; `pytest flows rules` is all that it takes. Options for pytest's configuration file:

    aais_around = flows rules                            folders of what the tested files call, tell and ask
    aais_registry = composition.definitions:registry     what YAML may use (a function without arguments)
    aais_understand = language:understand                how words are understood
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from composition import definitions, testing
from engine.findings import Findings
from engine.testing import Variant, World, load_suite, play, variants
from engine.testing.places import Places
from engine.testing.running import ENDING, result
from engine.testing.showing import result_text


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addini("aais_around", "folders of definitions that the tested ones call, tell and ask", "paths", default=[])
    parser.addini(
        "aais_registry", "module:function that gives the vocabulary", default="composition.definitions:registry"
    )
    parser.addini("aais_understand", "module:function that understands words", default="language:understand")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if not file_path.name.endswith(ENDING):
        return None
    return TestFile.from_parent(parent, path=file_path)  # type: ignore[no-any-return]


class TestFile(pytest.File):
    """One `*.test.yaml`."""

    __test__ = False  # not a class of tests itself

    def collect(self) -> Iterator[pytest.Item]:
        try:
            suite = load_suite(self.path.read_text(encoding="utf-8"), testing.shown(self.path))
            world = _world(self.config, self.path)
            for variant in variants(suite, world.release):
                yield Case.from_parent(self, name=variant.title, variant=variant, world=world)
        except Findings as findings:
            raise self.CollectError("\n".join(map(str, findings.findings))) from None
        except Misconfigured as error:
            raise self.CollectError(str(error)) from None


class Case(pytest.Item):
    """One case in one language."""

    def __init__(self, *, variant: Variant, world: World, **rest: Any) -> None:
        super().__init__(**rest)
        self.variant = variant
        self.world = world
        self.add_marker("aais")

    def runtest(self) -> None:
        played = play(self.variant, self.world)
        if played.failures:
            raise Failed(result_text(result(played, Places(self.world.release))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        if isinstance(excinfo.value, Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        return self.path, self.variant.case.node.place.line - 1, self.name


class Failed(Exception):
    """A case came otherwise than expected; its text is for people."""


class Misconfigured(Exception):
    """An option of pytest's configuration names what there is not."""


_WORLDS = pytest.StashKey[dict[Path | None, World]]()


def _world(config: pytest.Config, file: Path) -> World:
    """Files among those around share one world; any other has its own, with what stands around it."""
    folders = config.getini("aais_around") or definitions.rooms(config.rootpath)
    worlds = config.stash.setdefault(_WORLDS, {})
    own = None if any(folder in file.parents for folder in map(Path, folders)) else file
    if own not in worlds:
        vocabulary, understand = (_named(config.getini(name)) for name in ("aais_registry", "aais_understand"))
        beside = [testing.beside(file)] if own is not None and testing.beside(file).exists() else []
        worlds[own] = testing.world(beside, folders, vocabulary(), understand)
    return worlds[own]


def _named(written: str) -> Any:
    module, _, name = written.partition(":")
    try:
        return getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Misconfigured(f"{written!r} in pytest's configuration is not module:function: {error}") from error


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "aais: a conversation or decision written beside the YAML")
