"""Drafts: what somebody has written and not published. Saved by themselves, one for each person and file.

A draft remembers the text that it began from. When that text is no longer the one in force, or somebody else has a
draft of the same file, whoever writes is told, with the other's text at hand.
"""

from __future__ import annotations

import hashlib
from datetime import datetime

import msgspec

from storage.store import Delete, Document, OrgStore, Upsert

MOST_FILES, LONGEST = 200, 400_000


class TooMuch(ValueError):
    """A draft that is not kept; the message says why."""


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """`base` is the fingerprint of the text in force that it began from."""

    file: str
    text: str
    by: str
    base: str
    at: datetime


def fingerprint(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def save(store: OrgStore, file: str, text: str, base: str, by: str, now: datetime) -> Draft:
    if len(text) > LONGEST:
        raise TooMuch(f"A file has at most {LONGEST:,} characters.")
    draft = Draft(file=file, text=text, by=by, base=base, at=now)
    fields = {"file": file, "text": text, "by": by, "base": base, "at": now}
    await store.commit([Upsert("drafts", _id(store.id, file, by), {"set": fields})])
    return draft


async def discard(store: OrgStore, file: str, by: str) -> None:
    await store.commit([Delete("drafts", _id(store.id, file, by))])


async def mine(store: OrgStore, by: str) -> dict[str, Draft]:
    """A person's drafts by file."""
    rows = await store.find("drafts", {"by": by}, sort=[("at", -1)], limit=MOST_FILES)
    return {row["file"]: _read(row) for row in rows}


async def of_file(store: OrgStore, file: str) -> list[Draft]:
    """Everybody's drafts of a file, the newest first."""
    return [_read(row) for row in await store.find("drafts", {"file": file}, sort=[("at", -1)], limit=50)]


async def everybodys(store: OrgStore) -> list[Draft]:
    return [_read(row) for row in await store.find("drafts", {}, sort=[("at", -1)], limit=MOST_FILES)]


def _id(org: str, file: str, by: str) -> str:
    return hashlib.sha256(f"{org}\x1f{file}\x1f{by}".encode()).hexdigest()[:40]


def _read(row: Document) -> Draft:
    return Draft(file=row["file"], text=row["text"], by=row["by"], base=row["base"], at=row["at"])
