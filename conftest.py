"""What every run of the suite loads: cases beside the YAML are tests, and plugins can be tested themselves."""

from __future__ import annotations

import gc
import os
import sys

# Where a machine asks Python to keep no bytecode, each of the many servers and commands that the tests start would
# compile the whole house anew, and each worker all tests: for this run it is kept, as Python does by itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Seven thousand tests are a large heap, and nearly all of it stays: walking it took a third of the processor's time.
gc.set_threshold(10_000, 20, 50)

pytest_plugins = ["composition.pytest_plugin", "pytester"]


def pytest_collection_finish() -> None:
    """What was collected stays to the end: from here on only what the tests make is looked through for garbage."""
    gc.collect()
    gc.freeze()
