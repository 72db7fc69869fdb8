"""`aais check`: all that is wrong, doubtful or missing in flows, lifecycles and rules, beyond that they compile.

One family of checks a file. What each code means stands in `engine.codes`.
"""

from __future__ import annotations

from engine.checks.examining import check_sources, examine
from engine.checks.limits import Channel, Limits
from engine.checks.mending import mended

__all__ = ["Channel", "Limits", "check_sources", "examine", "mended"]
