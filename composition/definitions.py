"""The YAML of an installation: found, compiled against all rooms' vocabularies, ready to publish."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import ads.conversions.vocabulary
import ads.launching.vocabulary
import ads.vocabulary
import bookings.vocabulary
import channels.vocabulary
import crm.vocabulary
import engine
import hooks.vocabulary
import language
import payments.vocabulary
from channels.whatsapp.limits import WHATSAPP
from engine.checks import Limits
from engine.document import read_text
from engine.recent import Recent
from engine.registry import Registry
from runtime.release import Compiled
from workshop.beside import Equipment
from workshop.workbench import headed

ROOMS = ("flows", "rules")  # the folders of an installation
VOCABULARIES = (
    crm.vocabulary.VOCABULARY,
    bookings.vocabulary.VOCABULARY,
    payments.vocabulary.VOCABULARY,
    channels.vocabulary.VOCABULARY,
    ads.vocabulary.VOCABULARY,
    ads.conversions.vocabulary.VOCABULARY,
    ads.launching.vocabulary.VOCABULARY,
    hooks.vocabulary.VOCABULARY,
)


def registry() -> Registry:
    return Registry(VOCABULARIES)


def limits(endpoints: Iterable[str] | None = None) -> Limits:
    """What the channels of a conversation can show; with the business's endpoints, where the business is known."""
    return Limits(channels=(WHATSAPP,), endpoints=None if endpoints is None else frozenset(endpoints))


def equipment() -> Equipment:
    """What the workshop looks at texts with; its own process calls this by name."""
    return Equipment(registry=registry(), limits=limits(), understand=language.understand)


def compile_sources(sources: Mapping[str, str]) -> Compiled:
    """File name -> YAML, to a release. Raises `engine.Findings`. What was compiled lately is not compiled again."""
    files = tuple(sources.items())
    return _compiled.get(files) or _compiled.put(files, _compile(files), sum(len(text) for _, text in files))


_KEPT = 1_000_000  # characters of releases
_compiled: Recent[Compiled] = Recent(_KEPT)


def _compile(files: Sequence[tuple[str, str]]) -> Compiled:
    return engine.compile_release([engine.load(text, file) for file, text in files], registry())


def yaml_files(paths: Iterable[Path]) -> list[Path]:
    """The definitions among files and folders; tests beside them (`*.test.yaml`) are none."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return [path for path in found if not path.name.endswith(".test.yaml")]


def test_files(paths: Iterable[Path]) -> list[Path]:
    """The tests beside the definitions of folders; a test file that is named itself is among `yaml_files`' paths."""
    return [found for path in paths if path.is_dir() for found in sorted(path.rglob("*.test.yaml"))] + [
        path for path in paths if not path.is_dir() and path.name.endswith(".test.yaml")
    ]


def rooms(root: Path) -> list[Path]:
    """The folders of definitions under a project's root, as far as they exist: their files call and ask each other."""
    return [root / name for name in ROOMS if (root / name).is_dir()]


def rooms_around(path: Path) -> list[Path]:
    """The `flows` and `rules` that a file or folder stands in; none where it stands in neither."""
    for above in (path.resolve(), *path.resolve().parents):
        if above.name in ROOMS and above.is_dir():
            return rooms(above.parent)
    return []


def neighbours(paths: Sequence[Path]) -> list[Path]:
    """What the definitions of `paths` may call and ask besides: the rest of the folders that they stand in.

    What stands in none, such as a copy that somebody tries out, is seen with the folders here, and takes the place of
    its namesake there.
    """
    folders: dict[Path, None] = {}
    strangers: list[Path] = []
    for path in paths:
        around = rooms_around(path)
        folders |= dict.fromkeys(around)
        if not around:
            strangers.append(path)
    chosen = {path.resolve() for path in yaml_files(paths)}
    found = [path for path in yaml_files(folders) if path not in chosen]
    if strangers:
        taken = {_heading(path) for path in yaml_files(strangers)} - {""}
        here = [path for path in yaml_files(rooms(Path.cwd())) if path not in chosen and path not in found]
        found += [path for path in here if _heading(path) not in taken]
    return found


def _heading(path: Path) -> str:
    """What a file says that it defines, such as "flow: booking"; nothing where it cannot be read."""
    try:
        head = headed(read_text(path, str(path)))
    except engine.Findings:
        return ""
    return f"{head['kind']}:{head['name']}" if head is not None else ""


def readable(files: Iterable[Path]) -> tuple[dict[str, str], list[engine.Finding]]:
    """The texts of files as they stand, line ends included; a file that cannot be read is a finding."""
    texts: dict[str, str] = {}
    found: list[engine.Finding] = []
    for path in files:
        try:
            texts[str(path)] = read_text(path, str(path))
        except engine.Findings as findings:
            found += findings.findings
    return texts, found


def read_sources(files: Iterable[Path]) -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in files}
