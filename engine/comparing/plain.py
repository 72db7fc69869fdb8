"""Differences as JSON: the same values, for tools."""

from __future__ import annotations

from typing import Any

import msgspec

from engine.comparing.difference import Differences

FORMAT = 1  # raised when a field changes its meaning or goes


def plain(differences: Differences) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(differences)
    return {"format": FORMAT, **made, "same_behaviour": differences.same_behaviour}


def json(differences: Differences) -> str:
    return msgspec.json.format(msgspec.json.encode(plain(differences)), indent=2).decode()
