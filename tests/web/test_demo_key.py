"""The demo's key when processes start at once: one makes it, and every one of them reads the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
READS = """
import sys
from pathlib import Path
from composition.settings import read
print("ready", flush=True)
sys.stdin.readline()
for place in range(int(sys.argv[2])):
    keys = read({"DATA_DIR": str(Path(sys.argv[1]) / str(place))}, demo=True).encryption_keys
    print(str(keys), flush=True)
"""
TIMES, PROCESSES = 60, 4


def test_processes_that_start_at_once_have_the_same_key(tmp_path: Path) -> None:
    command = [sys.executable, "-c", READS, str(tmp_path), str(TIMES)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
        for _ in range(PROCESSES)
    ]
    for each in started:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in started:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()
    read = [each.communicate(timeout=120)[0].split() for each in started]
    assert [each.returncode for each in started] == [0] * PROCESSES
    assert all(len(keys) == TIMES for keys in read)
    assert all(keys == read[0] for keys in read)
    assert len(set(read[0])) == TIMES
    assert sorted({path.name for path in tmp_path.rglob("*") if path.is_file()}) == ["demo.key"]
