"""Which release is in force for an org: one row, which only a publisher that saw it as it is can change."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from storage.store import Document, Insert, Op, Store, Update

POINTERS = "pointers"


class Pointer(msgspec.Struct, frozen=True, kw_only=True):
    """`number` counts publications. `files` is the content of the folders that was last taken from them."""

    org: str
    number: int = 0
    release: str = ""
    at: datetime | None = None
    files: str = ""
    journal_seq: int = 0
    journal_hash: str = ""
    version: int = 0  # the row's; 0: there is none yet

    def moved(self, **changes: Any) -> Pointer:
        """The pointer as it is to be."""
        return msgspec.structs.replace(self, **changes)

    def write(self, after: Pointer) -> Op:
        """A `Conflict` if anybody was there meanwhile."""
        fields = {
            "number": after.number,
            "release": after.release,
            "at": after.at,
            "files": after.files,
            "journal_seq": after.journal_seq,
            "journal_hash": after.journal_hash,
        }
        if not self.version:
            return Insert(POINTERS, {"_id": self.org, "org": self.org, **fields})
        return Update(POINTERS, self.org, {"set": fields}, expect=self.version)


async def read_pointer(store: Store, org: str) -> Pointer:
    row = await store.get(POINTERS, org)
    return of_row(row) if row is not None else Pointer(org=org)


def of_row(row: Document) -> Pointer:
    return Pointer(
        org=row["_id"],
        number=row["number"],
        release=row["release"],
        at=row["at"],
        files=row["files"],
        journal_seq=row["journal_seq"],
        journal_hash=row["journal_hash"],
        version=row["version"],
    )
