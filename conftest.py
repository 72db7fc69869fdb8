"""What every run of the suite loads: cases beside the YAML are tests, and plugins can be tested themselves."""

from __future__ import annotations

import os
import sys

# Where a machine asks Python to keep no bytecode, each of the many servers and commands that the tests start would
# compile the whole house anew, and each worker all tests: for this run it is kept, as Python does by itself.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["composition.pytest_plugin", "pytester"]
