"""Two contacts that turn out to be one person: the older one stays, and takes over what the other had.

It happens when somebody who was known by phone writes from a WhatsApp username, and later a message shows
both. The other contact remains as a signpost (`merged_into`) for machines that were started with its id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm import names
from crm.sealed import opened, sealed
from storage.store import Document, Op, OrgStore, Update
from storage.vault import OrgVault

BELONGINGS = ("bookings", "payments", "clicks", "ad_events")
MOST = 500  # documents of one collection that move in the one commit
_KEYS = ("wa_key", "phone_key", "email_key")


async def merge(store: OrgStore, vault: OrgVault, known: list[Document], now: datetime) -> tuple[Document, list[Op]]:
    """The contact that stays, as it will be, and the writes. `known` is oldest first; their keys are loaded."""
    stays, *others = known
    ops: list[Op] = []
    for other in others:
        mine, theirs = (opened(vault, each).get("name", "") for each in (stays, other))
        stays, gained = _joined(vault, stays, other)
        unset = {"unset": [*(key for key in _KEYS if key in other), "sealed"], "set": _signpost(stays, now)}
        # the unique keys must be free before the contact that stays can have them
        ops.append(Update("contacts", other["_id"], unset, expect=other["version"]))
        ops.append(Update("contacts", stays["_id"], {"set": gained}))
        ops += [*names.noted(vault, other["_id"], "", theirs), *names.noted(vault, stays["_id"], mine or theirs, mine)]
        ops += await _moved(store, other["_id"], stays["_id"])
    return stays, ops


def _signpost(stays: Document, now: datetime) -> dict[str, Any]:
    return {"merged_into": stays["_id"], "merged_at": now}


def _joined(vault: OrgVault, stays: Document, other: Document) -> tuple[Document, dict[str, Any]]:
    mine, theirs = opened(vault, stays), opened(vault, other)
    tokens = sealed(vault, stays["_id"], {name: text for name, text in theirs.items() if name not in mine})
    gained: dict[str, Any] = {f"sealed.{name}": token for name, token in tokens.items()}
    gained |= {key: other[key] for key in _KEYS if other.get(key) and not stays.get(key)}
    gained["visits"] = stays.get("visits", 0) + other.get("visits", 0)
    for refusal in ("opted_out", "marketing_stopped"):
        gained[refusal] = bool(stays.get(refusal) or other.get(refusal))  # a "no" once said is kept
    if not stays.get("language") and other.get("language"):
        gained["language"] = other["language"]
    if not stays.get("source") and other.get("source"):
        gained["source"] = other["source"]
    plain = {key: value for key, value in gained.items() if not key.startswith("sealed.")}
    return {**stays, **plain, "sealed": {**stays.get("sealed", {}), **tokens}}, gained


async def _moved(store: OrgStore, source: str, target: str) -> list[Op]:
    return [
        Update(collection, document["_id"], {"set": {"contact": target}})
        for collection in BELONGINGS
        for document in await store.find(collection, {"contact": source}, limit=MOST)
    ]
