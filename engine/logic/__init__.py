"""Guards as formulas over typed facts: can this be, must this be, and an example of it. z3 is imported here only."""

from __future__ import annotations

from engine.logic.space import BUDGET_MS, Space, Verdict, certain, possible

__all__ = ["BUDGET_MS", "Space", "Verdict", "certain", "possible"]
