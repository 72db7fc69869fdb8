"""What a contact's machines did, with what became of it: sent, delivered, failed, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from channels import ledger
from insights import trace
from insights.trace import Entry
from runtime.agent import chain_of
from storage.store import Document, OrgStore, Store
from storage.vault import OrgVault

MACHINES = 40  # of a contact: the latest; older ones are in the journal
ENTRIES = 60


async def entries_of(store: Store, view: OrgStore, vault: OrgVault, conversation: Document) -> tuple[Entry, ...]:
    """What the contact's machines did and what people did, the latest first, with what became of it."""
    machines = await view.find("machines", {"contact": conversation["contact"]}, limit=200)
    ids = [each["_id"] for each in sorted(machines, key=lambda each: each["at"], reverse=True)[:MACHINES]]
    rows: list[Document] = []
    for id in (chain_of(conversation["_id"]), *ids):
        rows += await view.find("journal", {"machine": id}, sort=[("seq", -1)], limit=ENTRIES)
    latest = sorted(rows, key=lambda row: (row["at"], row["seq"]), reverse=True)[:ENTRIES]
    names = await trace.named(store, {str(row["definition"]) for row in latest})
    entries = [await trace.opened(vault, row, names, reads=True) for row in latest]
    return await _answered(view, entries)


async def _answered(view: OrgStore, entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """With what the provider made of what each said or asked for: the action's state, the message's, its cost."""
    asked = {entry.id: _asked(entry) for entry in entries}
    keys = [key for some in asked.values() for key in some]
    rows = await view.find("outbox", {"_id": {"in": keys}}, limit=len(keys)) if keys else []
    actions = {row["_id"]: row for row in rows}
    records = {key: ledger.part_id(ledger.reference(view.id, key), 0) for key in actions}
    sent = await view.find("messages", {"_id": {"in": list(records.values())}}, limit=len(records)) if records else []
    known = {row["_id"]: row for row in sent}
    made = []
    for entry in entries:
        more = [_outcome(actions[key], known.get(records[key])) for key in asked[entry.id] if key in actions]
        made.append(msgspec.structs.replace(entry, lines=(*entry.lines, *more)))
    return tuple(made)


def _asked(entry: Entry) -> list[str]:
    """The keys of what an entry may have put into the outbox."""
    does = sum(line.sort == "does" for line in entry.lines)
    says = any(line.sort == "says" for line in entry.lines)
    return [f"{entry.id}/{place}" for place in (*range(does), *(("message",) if says else ()))]


def _outcome(action: Document, sent: Document | None) -> trace.Line:
    state = str(sent["status"] if sent is not None else action["state"])
    reason = (sent or {}).get("reason") or action.get("reason") or ""
    found = {"reason": reason, "attempts": action.get("attempts") or 1, "cost": cost(sent or {})}
    details = tuple(trace.Detail(name=name, value=str(value)) for name, value in found.items() if value)
    return trace.Line(sort="answered", key=str(action["verb"]), text=state, details=details)


def cost(message: Document) -> str:
    """What a message is expected to cost, or did."""
    cost = message.get("cost") or {}
    return f"{cost.get('currency', '')} {cost['micros'] / 1_000_000:.4f}" if cost.get("micros") else ""
