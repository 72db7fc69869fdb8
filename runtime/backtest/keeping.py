"""Where a run that was stopped goes on: a small file with the place that it had come to and what it had found.

It holds counts, keys and ids, no words of anybody. Whether it belongs to the run at hand, its `key` tells.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec

from runtime.backtest.report import Report, Reproduction


class Bad(Exception):
    """The file is none of ours, or of another run. `args[0]` says why, for people."""


class Kept(msgspec.Struct, kw_only=True):
    """`candidates` tells by org what was replayed on: what is in force may change while a run is stopped.

    `org`, `after` and `decided` are the place: which org is under way, and the last machine and decision of it.
    """

    key: str
    org: str = ""
    after: tuple[str, str] | None = None
    decided: str = ""
    candidates: dict[str, str] = {}
    reports: dict[str, Report] = {}
    reproduced: dict[str, Reproduction] = {}


def key_of(parts: Iterable[object]) -> str:
    """The same for the same candidate, selection and store."""
    return hashlib.sha256(msgspec.json.encode([str(part) for part in parts])).hexdigest()[:16]


def load(path: Path, key: str) -> Kept:
    """What was kept there; a fresh one where nothing was. Raises `Bad`."""
    if not path.exists():
        return Kept(key=key)
    try:
        kept = msgspec.json.decode(path.read_bytes(), type=Kept)
    except msgspec.DecodeError as error:
        raise Bad(f"{path} does not hold the state of a replay: {error}") from error
    if kept.key != key:
        raise Bad(f"{path} is the state of another replay: other definitions, another period or another business")
    return kept


def save(path: Path, kept: Kept) -> None:
    """Whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(msgspec.json.encode(kept))
    os.replace(fresh, path)
