"""How long it takes from starting the process of `aais serve` with the shipped YAML until /readyz says yes."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.figures import Figure, figure
from bench.house import ROOT, furnished, surroundings

ROUNDS = 5
_NOWHERE = "http://127.0.0.1:9"  # nothing is sent while the server starts


def run() -> list[Figure]:
    """Medians of `ROUNDS`; the store is there already, as at every start but the first."""
    with tempfile.TemporaryDirectory(prefix="aais-bench-") as folder:
        house = furnished(Path(folder), _NOWHERE, businesses=2)
        ready: list[float] = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            with house.serving():
                ready.append(time.perf_counter() - began)
    _seconds("import composition.house")
    imports = [_seconds("import composition.house") for _ in range(ROUNDS)]
    bare = [_seconds("pass") for _ in range(ROUNDS)]
    return [
        figure("start.ready", statistics.median(ready), "s", 2.0),
        figure("start.import", statistics.median(imports), "s"),
        figure("start.python", statistics.median(bare), "s"),
    ]


def _seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=surroundings(), check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    for line in run():
        print(line)
