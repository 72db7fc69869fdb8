"""Help for whoever writes YAML: what may stand at a place, what a word means, what a file looks like as a picture.

Everything works on text that is half written; nothing raises for what is wrong with it.
"""

from __future__ import annotations

from engine.authoring.completing import Item, complete
from engine.authoring.diagram import Diagram, diagram
from engine.authoring.formatting import formatted
from engine.authoring.hovering import Hover, hover
from engine.authoring.names import Names, names
from engine.authoring.table import Sheet, put, sheet

__all__ = [
    "Diagram", "Hover", "Item", "Names", "Sheet", "complete", "diagram", "formatted", "hover", "names", "put", "sheet",
]  # fmt: skip
