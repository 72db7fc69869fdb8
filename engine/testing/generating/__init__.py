"""`aais test --generate`: cases for what no test reaches, found by running the machine. Imports the solver."""

from __future__ import annotations

from engine.testing.generating.appending import appended
from engine.testing.generating.proposing import Proposal, Unreached, propose

__all__ = ["Proposal", "Unreached", "appended", "propose"]
