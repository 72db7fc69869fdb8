"""What differs between two versions of the YAML: in the words of a reviewer, and in what it does.

`compare` takes two versions (sources or releases) and answers `Differences`; `people`, `markdown` and `plain`
show them.
"""

from __future__ import annotations

from engine.comparing.comparison import compare
from engine.comparing.difference import Behaviour, Difference, Differences, Flip, Parting, Side, Spot
from engine.comparing.markdown import markdown
from engine.comparing.people import people
from engine.comparing.plain import json, plain
from engine.comparing.sides import Version, is_definition

__all__ = [
    "Behaviour", "Difference", "Differences", "Flip", "Parting", "Side", "Spot", "Version", "compare", "is_definition",
    "json", "markdown", "people", "plain",
]  # fmt: skip
