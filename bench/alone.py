"""One benchmark in a process of its own, so that none can disturb the next: `python -m bench.alone NAME FILE`."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from bench.figures import write


def main(name: str, file: str) -> None:
    """Run `bench.<name>` and leave its figures in the file."""
    write(Path(file), importlib.import_module(f"bench.{name}").run())


if __name__ == "__main__":
    main(*sys.argv[1:])
