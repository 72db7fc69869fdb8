"""One booking with all that is known of it: its life out of the journal, its payments, what may be asked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from bookings import terms
from engine.values import Money
from insights.bookings import MOST, Entry, entry_of, records_of
from storage.store import Document, OrgStore, Store
from storage.vault import OrgVault

_STAYING = ("booking.moved", "payment.prompted", "payment.confirmed", "payment.late", "payment.failed")


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A transition in a booking's life, out of the journal."""

    at: datetime
    event: str
    before: str
    after: str
    machine: str
    seq: int


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment for a booking; the receipt is M-Pesa's own."""

    at: datetime
    amount: Money
    state: str
    receipt: str


class Prompt(msgspec.Struct, frozen=True, kw_only=True):
    """The last M-Pesa prompt for a booking and what became of it; `reason` is why nothing was paid."""

    at: datetime
    amount: Money
    state: str
    reason: str = ""


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back and what stays when a booking is cancelled now."""

    refund: Money
    kept: Money


class Booked(msgspec.Struct, frozen=True, kw_only=True):
    """A booking with what is known of it. `payments` is None for whoever may not see money.

    `asks`: what the desk may have M-Pesa ask the customer for; nothing for a booking that is paid or not to be paid.
    """

    booking: Entry
    zone: str
    offer_id: str
    moved: int
    held_until: datetime
    reason: str
    refund: Money
    phone: str
    life: tuple[Step, ...]
    payments: tuple[Payment, ...] | None
    prompt: Prompt | None = None
    asks: Money | None = None


async def booked(
    whole: Store, org: str, vault: OrgVault, id: str, now: datetime, *, language: str, names: bool, money: bool
) -> Booked:
    """Raises KeyError when there is no such booking."""
    store, own = whole.org(org), await terms.of(whole, org)
    row = await store.get("bookings", id)
    if row is None:
        raise KeyError(id)
    known = await records_of(store, vault, [row["contact"]]) if names else {}
    person = known.get(row["contact"]) or {}
    rows = sorted(await store.find("payments", {"booking": id}, limit=MOST), key=lambda each: each["at"])
    return Booked(
        booking=entry_of(row, {row["contact"]: str(person.get("name") or "")}, language),
        zone=str(own.zone),
        offer_id=row["offer"],
        moved=row["moved"],
        held_until=row["held_until"],
        reason=str(row.get("reason") or "") if names else "",
        refund=Money(row.get("refund", 0), row["currency"]),
        phone=str(person.get("phone") or ""),
        life=await _life(store, row),
        payments=_payments(rows) if money else None,
        prompt=_prompt(rows[-1]) if rows else None,
        asks=_asks(row, rows, now),
    )


async def _life(store: OrgStore, row: Document) -> tuple[Step, ...]:
    """Of every lifecycle that it had: one that was released and taken again has had two."""
    steps: list[Document] = []
    for machine in sorted({f"booking:{row['_id']}", row["machine"]}):
        steps += await store.find("journal", {"machine": machine}, sort=[("machine", 1), ("seq", 1)], limit=MOST)
    return tuple(
        Step(
            at=each["at"],
            event=each["event"],
            before=each["source"],
            after=each["target"],
            machine=each["machine"],
            seq=each["seq"],
        )
        for each in steps
        if each["kind"] == "step" and (each["source"] != each["target"] or each["event"] in _STAYING)
    )


def _payments(rows: Sequence[Document]) -> tuple[Payment, ...]:
    return tuple(
        Payment(at=each["at"], amount=_asked(each), state=each["state"], receipt=str(each.get("receipt") or ""))
        for each in rows
    )


def _prompt(row: Document) -> Prompt:
    reason = str(row.get("reason") or "") if row["state"] == "failed" else ""
    return Prompt(at=row["at"], amount=_asked(row), state=row["state"], reason=reason)


def _asks(row: Document, rows: Sequence[Document], now: datetime) -> Money | None:
    """As `payments.desk` will judge: a confirmed booking that is not over, and for which nothing came or is coming."""
    done = row["paid"] or any(each["state"] not in ("failed", "disputed") for each in rows)
    if row["state"] != "confirmed" or row["end"] <= now or done or row["currency"] != "KES":
        return None
    amount = row["deposit"] or row["price"]
    return Money(amount, row["currency"]) if amount else None


def _asked(row: Document) -> Money:
    return Money(row["amount"], row["currency"])
