"""What a person names on the command line (a file, a folder, a git revision, a published version), as its YAML."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from cli import revisions
from cli.errors import CommandError
from composition.definitions import rooms_around, yaml_files
from engine.comparing import Version, is_definition
from runtime.publishing.pointer import read_pointer
from runtime.publishing.record import publications
from runtime.publishing.sources import read_row
from storage.base import BaseStore

Sources = Mapping[str, str]
PUBLISHED = "version:"
IN_FORCE = "now"


def resolve(reference: str) -> Version:
    """Raises CommandError for what is not there.

    `flows/deposit.yaml`, `flows`; `HEAD~1:flows`, `HEAD~1:`, `HEAD~1`. For what was published see `published`.
    """
    if Path(reference).exists():
        return _on_disk(Path(reference))
    revision, colon, path = reference.partition(":")
    if revisions.is_revision(revision):
        return _in_git(reference, revision, path if colon else "")
    raise CommandError(
        f"{reference}: there is no such file, folder or git revision.\n"
        "Write a path, REVISION:PATH as in HEAD~1:flows, or version:NUMBER as `aais versions` lists them."
    )


async def published(store: BaseStore, reference: str, org: str) -> Version:
    """A version that was published: `version:12` as `aais versions` numbers it, `version:now`, or part of its hash.

    Raises CommandError.
    """
    name = reference.removeprefix(PUBLISHED).removeprefix("#")
    if name == IN_FORCE:
        release = (await read_pointer(store, org)).release
    else:
        known = await publications(store, org, limit=10_000)
        release = next((one.release for one in known if name == str(one.number)), "")
    where = {"_id": release} if release else {"_id": {"prefix": f"release:{name.removeprefix('release:')}"}}
    rows = await store.find("definitions", where, limit=2, everyone=True) if release or len(name) >= 4 else []
    if len(rows) != 1:
        which = "names several versions; write more of its hash" if rows else "was never published here"
        raise CommandError(f"{reference} {which}. `aais versions` lists what was.")
    return Version(reference, read_row(rows[0]).files)


def _on_disk(path: Path) -> Version:
    files = yaml_files([path])
    sources = _kept({_name(file): _text(file) for file in files}, always=path.is_file())
    return Version(str(path), sources, around_path(path))


def around_path(path: Path) -> dict[str, str]:
    """The definitions that a file or folder may call and ask, on disk: in flows and rules, or in its own folder."""
    beside = rooms_around(path) or [folder for folder in [path.resolve().parent] if folder.is_dir()]
    return _kept({_name(file): _text(file) for file in yaml_files(beside)}, always=False)


def _in_git(reference: str, revision: str, path: str) -> Version:
    """`path` is seen from the top of the repository, as git itself has it."""
    every = _kept(revisions.read(revision), always=False)
    whole = revisions.top()
    sources = {name: text for name, text in every.items() if _inside(name, path)}
    if not sources and path:
        raise CommandError(f"{reference}: there are no definitions at {path} in {revision} (below {whole}).")
    return Version(reference, sources, every)


def _inside(name: str, path: str) -> bool:
    wanted = PurePosixPath(path or ".")
    return wanted in (PurePosixPath(name), *PurePosixPath(name).parents)


def between(range_: str, paths: Iterable[str]) -> tuple[Version, Version]:
    """Both ends of a git range: A..B, A...B, or A with what is not committed. Test files are left aside."""
    wanted = list(paths)
    sides = []
    old, new = revisions.ends(range_)
    texts = [revisions.read(end) for end in (old, new)]
    chosen = [revisions.read(end, wanted) if wanted else text for end, text in zip((old, new), texts, strict=True)]
    definitions = {name for side in texts for name in _kept(side, always=False)}
    for end, every, some in zip((old, new), texts, chosen, strict=True):
        sources = {name: text for name, text in some.items() if name in definitions}
        around = {name: text for name, text in every.items() if name in definitions}
        sides.append(Version(end or "work tree", sources, around))
    return sides[0], sides[1]


def _kept(sources: Mapping[str, str], *, always: bool) -> dict[str, str]:
    """Definitions; of a file that was named itself, whatever it is."""
    return {
        name: text
        for name, text in sources.items()
        if always or (not name.endswith((".test.yaml", ".test.yml")) and is_definition(text))
    }


def _name(path: Path) -> str:
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(path)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")
