"""The pure engine: YAML in, Step out. No I/O, no clock, no randomness."""

from __future__ import annotations

from engine.definition import Definition
from engine.document import Document, load
from engine.errors import EngineError, LimitExceeded, Unanswered
from engine.findings import Finding, Findings
from engine.release import Release, compile_release
from engine.stepping import begin, expectation, outermost, step
from engine.tables import Table, decide
from engine.values import Money, canonical, decode, dump_snapshot, dump_step, encode, load_snapshot, load_step

__all__ = [
    "Definition", "Document", "EngineError", "Finding", "Findings", "LimitExceeded", "Money", "Release", "Table",
    "Unanswered", "begin", "canonical", "compile_release", "decide", "decode", "dump_snapshot", "dump_step", "encode",
    "expectation", "load", "load_snapshot", "load_step", "outermost", "step",
]  # fmt: skip
