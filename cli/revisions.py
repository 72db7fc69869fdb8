"""YAML out of git: the files of a revision, and what a range of revisions compares."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

from cli.errors import CommandError

WORK_TREE = ""  # the revision that has not been committed


def run(*arguments: str, given: bytes = b"", folder: Path | None = None) -> bytes:
    """What git answers. Raises CommandError with git's own words."""
    try:
        ended = subprocess.run(
            ["git", *arguments],
            input=given,
            capture_output=True,
            cwd=folder,
            check=False,
        )
    except FileNotFoundError as error:
        raise CommandError("git is not installed here; compare files or folders instead.") from error
    if ended.returncode != 0:
        said = ended.stderr.decode(errors="replace").strip().removeprefix("fatal: ")
        raise CommandError(f"git {arguments[0]}: {said}")
    return ended.stdout


def commit(revision: str) -> str:
    """The full name of a revision."""
    try:
        said = run("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except CommandError as error:
        raise CommandError(f"{revision}: git knows no such revision here.") from error
    return said.decode().strip()


def is_revision(name: str) -> bool:
    try:
        return bool(commit(name))
    except CommandError:
        return False


def ends(range_: str) -> tuple[str, str]:
    """The revisions of A..B, of A...B from where they parted, or of A with what is not committed."""
    for sign in ("...", ".."):
        first, found, second = range_.partition(sign)
        if found:
            old, new = first or "HEAD", second or "HEAD"
            if sign == "...":
                old = run("merge-base", "--", commit(old), commit(new)).decode().strip()
            commit(old)
            commit(new)
            return old, new
    commit(range_)
    return range_, WORK_TREE


def top() -> Path:
    """The folder of the repository around the current one."""
    return Path(run("rev-parse", "--show-toplevel").decode().rstrip("\n"))


def read(revision: str, paths: Sequence[str] = ()) -> dict[str, str]:
    """The YAML files of a revision, or of the work tree, by their names within the repository.

    `paths` are files or folders as seen from the current folder; all, if there are none.
    """
    folder = top()
    inside = run("rev-parse", "--show-prefix").decode().strip()
    wanted = [_normal(inside, path) for path in paths]
    if revision == WORK_TREE:
        listed = run(
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
            "--full-name",
            "--",
            *_specs(wanted),
            folder=folder,
        )
        names = sorted({name for name in listed.decode(errors="surrogateescape").split("\0") if _is_yaml(name)})
        return {name: _decoded((folder / name).read_bytes()) for name in names if (folder / name).is_file()}
    tree = run("ls-tree", "-r", "-z", "--full-tree", commit(revision), "--", *wanted, folder=folder)
    found = [line.partition("\t") for line in tree.decode(errors="surrogateescape").split("\0") if line]
    blobs = [(name, meta.split()[2]) for meta, _, name in found if _is_yaml(name) and meta.split()[1] == "blob"]
    return dict(zip((name for name, _ in blobs), _contents([blob for _, blob in blobs]), strict=True))


def _normal(inside: str, path: str) -> str:
    """A path as seen from the top of the repository."""
    given = Path(path)
    full = given if given.is_absolute() else Path.cwd() / given
    try:
        return full.resolve().relative_to(top().resolve()).as_posix()
    except ValueError:
        raise CommandError(f"{path} is outside of this repository.") from None


def _specs(wanted: Sequence[str]) -> list[str]:
    return [f":(top,literal){path}" for path in wanted if path != "."]


def _is_yaml(name: str) -> bool:
    return name.endswith((".yaml", ".yml"))


def _contents(blobs: Sequence[str]) -> list[str]:
    """Many blobs by one process."""
    if not blobs:
        return []
    answer = run("cat-file", "--batch", given="".join(f"{blob}\n" for blob in blobs).encode())
    texts: list[str] = []
    at = 0
    for _ in blobs:
        end = answer.index(b"\n", at)
        size = int(answer[at:end].split()[2])
        texts.append(_decoded(answer[end + 1 : end + 1 + size]))
        at = end + 1 + size + 1
    return texts


def _decoded(content: bytes) -> str:
    return content.decode("utf-8", errors="replace")
