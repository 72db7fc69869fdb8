"""Our id in a platform's name: the one mark that a crash between "created" and "noted down" leaves to find it by."""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

_LONGEST = 200


def named(name: str, id: str) -> str:
    """ "Braids, trust [v12]". Brackets in a name would be taken for ours."""
    clean = " ".join(name.replace("[", "(").replace("]", ")").split())
    return f"{clean[:_LONGEST]} {mark(id)}".strip()


def mark(id: str) -> str:
    return f"[{id}]"


def unnamed(name: str, id: str) -> str:
    """The name without our id; as it is when somebody took the id out."""
    return name.removesuffix(mark(id)).rstrip()


def is_named(name: str, id: str) -> bool:
    return name.endswith(mark(id))


def fingerprint(settings: Any) -> str:
    """Sixteen hexadecimal digits over JSON-like settings, whatever order they come in."""
    return hashlib.sha256(msgspec.json.encode(settings, order="deterministic")).hexdigest()[:16]
