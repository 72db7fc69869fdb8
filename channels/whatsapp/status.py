"""Statuses of sent messages, brought to the messages' documents; what a machine has to hear of comes back.

A status finds its message by our reference, else by the provider's id. One that comes before its message is
known waits in a buffer, which the dispatcher looks into right after it noted the id: each of the two writes
first and looks second, so one of them sees the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from channels import ledger, standing
from channels.acceptance import buffer_id
from channels.cost import Rates
from channels.delivery import FAILED, known
from channels.dispatcher import Watch
from channels.failures import ALERTING
from channels.whatsapp.errors import classify
from channels.whatsapp.mapping import SOURCE
from channels.whatsapp.types import Status
from engine.model import Event
from runtime.agent import is_chain
from runtime.inbox import Inbound, lane_of
from storage.errors import Conflict
from storage.store import Document, OrgStore, Store, Upsert

_BUFFERED = timedelta(days=8)  # Meta delivers again for seven


class StatusBook:
    """Implements `webhook.Deliveries`. Applying the same statuses again changes nothing."""

    def __init__(self, store: Store, rates: Rates, watch: Watch) -> None:
        self._store = store
        self._rates = rates
        self._watch = watch

    async def apply(self, org: str, statuses: Sequence[Status], now: datetime) -> list[Inbound]:
        store, failures = self._store.org(org), []
        for status in statuses:
            if not known(status.status):
                continue
            document = await self._find(store, status)
            if document is None:
                await self._buffer(store, status, now)
                document = await self._by_provider(store, status.id)
            if document is None:
                continue
            moved = await self._apply(store, document, status, now)
            if moved is not None and status.status == FAILED:
                await self._note_failure(store, moved, status, now)
                if not is_chain(str(moved.get("machine", ""))):  # otherwise the page shows it, and nothing waits for it
                    failures.append(_failure(org, moved, status))
        return failures

    async def _find(self, store: OrgStore, status: Status) -> Document | None:
        if status.ref:
            document = await store.get(ledger.MESSAGES, status.ref)
            if document is not None and document.get("direction") == "out":
                return document
        return await self._by_provider(store, status.id)

    async def _by_provider(self, store: OrgStore, id: str) -> Document | None:
        found = await store.find(ledger.MESSAGES, {"provider_id": ledger.provider_key(id)}, limit=1)
        return found[0] if found else None

    async def _apply(self, store: OrgStore, document: Document, status: Status, now: datetime) -> Document | None:
        """None when the status is of a double of this message, which the provider took as well."""
        own, its = document.get("provider_id"), ledger.provider_key(status.id)
        if own and own != its:
            self._watch.count("channels.doubled")
            doubles = {"add_to_set": {"doubles": its}}
            await store.commit([Upsert(ledger.MESSAGES, document["_id"], doubles)])
            return None
        extra: dict[str, Any] = {} if own else {"provider_id": its}
        extra |= self._price(document, status)
        if status.status == FAILED and status.problems:
            extra |= {"code": status.problems[0].code, "reason": status.problems[0].title}
        return await ledger.move(store, document, status.status, status.at or now, extra)

    def _price(self, document: Document, status: Status) -> dict[str, Any]:
        """Counted once a message, by the first status that says what it costs."""
        pricing, cost = status.pricing, document.get("cost") or {}
        if pricing is None or cost.get("priced") or not pricing.category:
            return {}
        micros = self._rates.rate(cost.get("country", ""), pricing.category)
        charged = bool(pricing.billable)
        return {
            "cost": {
                **cost,
                "category": pricing.category,
                "type": pricing.type,
                "charged": charged,
                "micros": micros if charged else 0,
                "priced": True,
            }
        }

    async def _buffer(self, store: OrgStore, status: Status, now: datetime) -> None:
        self._watch.count("channels.status_buffered")
        changes = {
            "set": {f"statuses.{status.status}": status.at or now},
            "set_on_insert": {"kind": "status", "expires_at": now + _BUFFERED},
        }
        await store.commit([Upsert("idempotency", buffer_id(store.id, status.id), changes)])

    async def _note_failure(self, store: OrgStore, document: Document, status: Status, now: datetime) -> None:
        """What a refusal means does not depend on whether it came at once or later."""
        code = status.problems[0].code if status.problems else 0
        kind = classify(code)
        self._watch.count(f"channels.rejected.{kind.behaviour.value}")
        if kind.behaviour in ALERTING and code:
            self._watch.alert(f"channels.{kind.behaviour.value}", f"{store.id} {document.get('number')}: {kind.says}")
        number, contact = str(document.get("number", "")), str(document.get("contact", ""))
        ops = standing.marks(store.id, number, contact, kind.behaviour, code, kind.says, now) if code else []
        try:
            if ops:
                await store.commit(ops)
        except Conflict:
            self._watch.count("channels.mark_missed")  # the person was erased meanwhile


def _failure(org: str, document: Document, status: Status) -> Inbound:
    """Given again with each delivery of the status: the inbox knows the id."""
    code = status.problems[0].code if status.problems else 0
    machine = str(document.get("machine", ""))
    event = Event(name="message.failed", data={"reason": classify(code).behaviour.value, "code": code})
    return Inbound(
        org=org,
        source=SOURCE,
        id=f"status:{status.key}",
        lane=lane_of(str(document.get("contact", "")), machine),
        to=machine,
        event=event,
    )
