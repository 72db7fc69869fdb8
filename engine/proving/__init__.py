"""Promises, proved over every path: `prove` says whether each holds, and shows a conversation where not."""

from __future__ import annotations

from engine.proving.across import looks_across
from engine.proving.prover import prove
from engine.proving.search import Bounds
from engine.proving.verdict import Verdict, worst

__all__ = ["Bounds", "Verdict", "looks_across", "prove", "worst"]
