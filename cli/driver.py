"""`git diff` in words: what git calls for files with `diff=aais`. Whatever happens, git gets a diff and no failure.

git hands over: path old-file old-hex old-mode new-file new-hex new-mode [new-path what-happened]; a side that is
not there is /dev/null, and a path that is not merged comes alone.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from cli.references import around_path
from composition.definitions import registry
from engine.comparing import Version, compare, is_definition, people


def drive(arguments: Sequence[str], *, behaviour: bool) -> int:
    """Prints the difference of one file. Always 0: anything else would stop `git diff` halfway."""
    path = arguments[0] if arguments else ""
    if len(arguments) < 7:
        print(f"* Unmerged path {path}")
        return 0
    old, new = _text(arguments[1]), _text(arguments[4])
    name = arguments[7] if len(arguments) > 7 else path
    for line in _head(path, name, arguments):
        print(line)
    try:
        said = _words(path, name, old, new, behaviour)
    except Exception as error:  # a failure here must not cost the reader the diff
        print(f"aais diff failed ({type(error).__name__}: {error}); line by line instead:", file=sys.stderr)
        said = None
    sys.stdout.write(said if said is not None else "".join(_lines(path, name, old, new)))
    return 0


def _text(file: str) -> str | None:
    """None for the side that is not there."""
    if file == os.devnull:
        return None
    try:
        return Path(file).read_bytes().decode("utf-8", errors="replace")
    except OSError:
        return None


def _head(path: str, name: str, arguments: Sequence[str]) -> Iterator[str]:
    yield f"diff --aais a/{path} b/{name}"
    if arguments[1] == os.devnull:
        yield f"new file mode {arguments[6]}"
    elif arguments[4] == os.devnull:
        yield f"deleted file mode {arguments[3]}"
    elif arguments[3] != arguments[6]:
        yield f"old mode {arguments[3]}"
        yield f"new mode {arguments[6]}"
    if len(arguments) > 8:
        yield from arguments[8].strip().splitlines()


def _words(path: str, name: str, old: str | None, new: str | None, behaviour: bool) -> str | None:
    """None where there are no words for it: other YAML, test files."""
    sides = [text for text in (old, new) if text is not None]
    if ".test." in Path(name).name or not any(is_definition(text) for text in sides):
        return None
    around = around_path(Path(name)) if behaviour else {}
    one = Version("before", {path: old} if old is not None else {}, around)
    two = Version("now", {name: new} if new is not None else {}, around)
    differences = compare(one, two, registry(), behaviour=behaviour)
    said = people(differences, colour="GIT_PAGER_IN_USE" in os.environ, heading=False)
    if differences.old_findings or differences.new_findings:
        return said + "".join(_lines(path, name, old, new))
    if not differences.changes and old != new:
        return "Only comments or layout differ.\n" + said
    return said


def _lines(path: str, name: str, old: str | None, new: str | None) -> Iterator[str]:
    """The difference as git itself would have shown it."""
    before, after = ((text or "").splitlines(keepends=True) for text in (old, new))
    one = f"a/{path}" if old is not None else os.devnull
    two = f"b/{name}" if new is not None else os.devnull
    for line in difflib.unified_diff(before, after, one, two):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
