"""Conversations and decisions written in YAML beside the file that they test, played without I/O.

`aais test`, the publisher, pytest and the web console all come through here. `run` plays test files and `run_sources`
a whole set of files; both give a `Report`. Below them `load_suite` reads a file, `variants` says what there is to
play in it, `play` plays one, and `Coverage` counts what was reached.
"""

from __future__ import annotations

from engine.testing.coverage import Coverage, Item, Missing, Share
from engine.testing.expecting import Failure
from engine.testing.playing import Played, Understand, Variant, World, play, variants
from engine.testing.report import Report, Result
from engine.testing.running import Chosen, changed, read_suites, run, run_sources
from engine.testing.suite import Case, Suite, load_suite
from engine.testing.transcript import Guard, Line, transcript

__all__ = [
    "Case", "Chosen", "Coverage", "Failure", "Guard", "Item", "Line", "Missing", "Played", "Report", "Result", "Share",
    "Suite", "Understand", "Variant", "World", "changed", "load_suite", "play", "read_suites", "run", "run_sources",
    "transcript", "variants",
]  # fmt: skip
