"""Defects seeded into the YAML that ships, and what of `check`, `prove` and `test` catches each."""

from __future__ import annotations

from tests.mutation import machines, sentences, states, tables  # fills the catalogue
from tests.mutation.catching import Caught, caught, everything, sample
from tests.mutation.defects import OPERATORS, Defect

__all__ = [
    "OPERATORS", "Caught", "Defect", "caught", "everything", "machines", "sample", "sentences", "states", "tables",
]  # fmt: skip
