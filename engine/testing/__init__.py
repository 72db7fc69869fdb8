"""Conversations and decisions written in YAML beside the file that they test, played without I/O.

`aais test`, the publisher and pytest all come through here: `load_suite` reads a file, `variants` says
what there is to play in it, `play` plays one, and `Coverage` counts what was reached.
"""

from __future__ import annotations

from engine.testing.coverage import Coverage, Share
from engine.testing.playing import Played, Understand, Variant, World, play, variants
from engine.testing.suite import Case, Suite, load_suite

__all__ = [
    "Case", "Coverage", "Played", "Share", "Suite", "Understand", "Variant", "World", "load_suite", "play",
    "variants",
]  # fmt: skip
