"""What every run of the suite loads: cases beside the YAML are tests, and plugins can be tested themselves."""

from __future__ import annotations

import gc
import os
import shutil
import sys
import tempfile
from pathlib import Path

# Where a machine asks Python to keep no bytecode, each of the many servers and commands that the tests start would
# compile the whole house anew, and each worker all tests: for this run it is kept, as Python does by itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Seven thousand tests are a large heap, and nearly all of it stays: walking it took a third of the processor's time.
gc.set_threshold(10_000, 20, 50)

# Each commit of the store waits for its disk, and the suite makes tens of thousands, in stores that it throws away. In
# memory they are the same files, and a process that is killed leaves as much behind; `TMPDIR=/tmp` takes a disk.
_MEMORY, _ROOM = Path("/dev/shm"), 4 * 2**30  # noqa: S108 - everybody has a folder of their own in it
if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM:
    os.environ["TMPDIR"] = str(_MEMORY)
    tempfile.tempdir = None

pytest_plugins = ["composition.pytest_plugin", "pytester"]


def pytest_collection_finish() -> None:
    """What was collected stays to the end: from here on only what the tests make is looked through for garbage."""
    gc.collect()
    gc.freeze()
