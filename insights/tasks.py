"""What a person of the business has to do: tasks, with what was noted about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from crm.sealed import opened as unsealed
from engine.currency import written
from insights.addresses import address_of
from insights.seeking import people_behind
from storage.errors import Unreadable
from storage.store import Document, OrgStore
from storage.vault import OrgVault


class Todo(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has to do, with what was noted about it."""

    id: str
    kind: str
    at: datetime
    state: str
    conversation: str = ""
    name: str = ""
    ref: str = ""
    note: str = ""
    reason: str = ""
    amount: str = ""


async def open_tasks(view: OrgStore, vault: OrgVault, *, reads: bool) -> tuple[Todo, ...]:
    """What is open, the latest first."""
    rows = await view.find("tasks", {"state": "open"}, sort=[("at", -1)], limit=100)
    people = await people_behind(view, vault, rows) if reads else {}
    return tuple([await todo(vault, row, people, reads=reads) for row in rows])


async def todo(vault: OrgVault, task: Document, people: dict[str, dict[str, Any]], *, reads: bool = True) -> Todo:
    reason, contact = "", str(task.get("contact") or "")
    if reads and contact and task.get("sealed"):
        try:
            await vault.ensure(contact)
            reason = unsealed(vault, task, subject=contact).get("reason", "")
        except Unreadable:
            reason = ""
    amount = written(int(task["amount"]), str(task.get("currency") or "KES")) if task.get("amount") else ""
    talk = str(task.get("conversation") or "")
    return Todo(
        id=task["_id"], kind=task["kind"], at=task["at"], state=task["state"], reason=reason, amount=amount,
        conversation=address_of(talk) if talk else "", name=str(people.get(contact, {}).get("name") or ""),
        ref=str(task.get("ref") or ""), note=str(task.get("note") or ""),
    )  # fmt: skip
