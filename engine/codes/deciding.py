"""What can be wrong with guards and the rows of decision tables, once each can be read."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.form import TABLE

CODES = (
    Code(
        code="unreachable-row",
        severity="warning",
        title="A row that is never reached",
        why="Under `hit: first` the first row that holds decides. Whatever the facts are, one above it holds too.",
        wrong=TABLE + "  - «{id: many, when: visits > 3, then: 2}»\n",
        right=TABLE.replace("  - {id: all", "  - {id: many, when: visits > 3, then: 2}\n  - {id: all"),
    ),
)
