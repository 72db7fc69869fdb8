"""`python -m bench [ONLY]`: every figure of the project, in a table and in build/bench.jsonl.

A benchmark is a module of this folder with a function `run()`. ONLY is the name of one (with all that begin so: `ads`
is `ads_noticing` as well), or (a part of) the name of a figure. A missed target is written down, not failed; the exit
code is 1 only when a benchmark crashed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from bench.figures import Figure, read, table, write

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WRITTEN = ROOT / "build" / "bench.jsonl"
_LAST = ("start", "memory", "server")  # the whole house after its rooms


def benchmarks(folder: Path = HERE) -> list[str]:
    """The modules with a `run()`, the long ones last."""
    found = [path.stem for path in folder.glob("*.py") if "\ndef run(" in path.read_text(encoding="utf-8")]
    return sorted(found, key=lambda name: (_LAST.index(name) if name in _LAST else -1, name))


def chosen(names: Sequence[str], only: str) -> list[str]:
    """The benchmarks to run for ONLY: what it names or begins with, else all, to look among their figures."""
    first = only.partition(".")[0]
    named = [name for name in names if name == first or name.startswith(f"{first}_")]
    return named or list(names)


def measured(name: str) -> list[Figure] | None:
    """The figures of one benchmark; None when it crashed."""
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        file = Path(folder) / "figures.jsonl"
        ended = subprocess.run(
            [sys.executable, "-m", "bench.alone", name, str(file)], cwd=ROOT, stdout=sys.stderr, check=False
        )
        return read(file) if ended.returncode == 0 else None


def main(arguments: Sequence[str]) -> int:
    only = arguments[0] if arguments else ""
    names = chosen(benchmarks(), only)
    figures: list[Figure] = []
    crashed: list[str] = []
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        found = measured(name)
        if found is None:
            crashed.append(name)
        else:
            figures += [each for each in found if only in names or only in each["name"]]
    write(WRITTEN, figures)
    print(table(figures))
    for name in crashed:
        print(f"the benchmark {name} crashed; what it said stands above", file=sys.stderr)
    if not figures and not crashed:
        print(f"nothing is called {only!r}; the benchmarks are {', '.join(benchmarks())}", file=sys.stderr)
    return 1 if crashed or not figures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
