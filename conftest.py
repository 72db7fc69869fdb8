"""What every run of the suite loads: cases beside the YAML are tests, and plugins can be tested themselves."""

from __future__ import annotations

pytest_plugins = ["composition.pytest_plugin", "pytester"]
