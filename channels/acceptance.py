"""What the provider's yes leads to: its id is noted on the record of the attempt, and what it has said since is heard.

A status may have come before its message's id was known; it waits in a buffer then (`whatsapp.status`). Each of the
two writes first and looks second, so one of them sees the other.
"""

from __future__ import annotations

import hashlib
from typing import Any

from channels import ledger
from channels.channel import SentReceipt
from channels.reception import Reception
from runtime.verbs import Acted, Context
from storage.store import Document


async def noted(reception: Reception, document: Document, receipt: SentReceipt) -> None:
    """At once: for a part that others follow."""
    ctx = reception.ctx
    await ledger.move(ctx.store, document, receipt.status, ctx.now, _note(ctx, receipt))
    await _hear_early(ctx, document["_id"], receipt)


def noting(reception: Reception, document: Document, receipt: SentReceipt) -> Acted:
    """In the commit that ends the action: for the last part."""
    ctx = reception.ctx

    async def afterwards() -> None:
        await _hear_early(ctx, document["_id"], receipt)

    op = ledger.moving(document, receipt.status, ctx.now, _note(ctx, receipt))
    return Acted(ops=(op,), afterwards=afterwards)


def buffer_id(org: str, provider_id: str) -> str:
    """Where statuses wait whose message is not known yet, in `idempotency`."""
    return "status:" + hashlib.sha256(f"{org}\x1f{provider_id}".encode()).hexdigest()[:40]


async def _hear_early(ctx: Context, id: str, receipt: SentReceipt) -> None:
    early = await ctx.store.get("idempotency", buffer_id(ctx.org, receipt.id))
    for status, at in (early or {}).get("statuses", {}).items():
        document = await ctx.store.get(ledger.MESSAGES, id)
        if document is not None:
            await ledger.move(ctx.store, document, status, at)


def _note(ctx: Context, receipt: SentReceipt) -> dict[str, Any]:
    return {"provider_id": ledger.provider_key(receipt.id), "accepted_at": ctx.now}
