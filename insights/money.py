"""A business's money of a day: what was asked for, what of it has come, and whose it was."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from engine.values import Money
from insights.today import day_of, names_of
from payments.intents import PAID
from storage.store import Document, OrgStore
from storage.vault import OrgVault

MOST = 200


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a customer was asked for. `name` is empty for whoever may not read what customers wrote."""

    id: str
    at: datetime
    amount: Money
    state: str  # open, failed, confirmed, confirmed_without_receipt, disputed
    receipt: str
    booking: str
    name: str = ""


class Takings(msgspec.Struct, frozen=True, kw_only=True):
    """From midnight to midnight where the business is, the latest first. `more`: there are others."""

    begins: datetime
    zone: str
    received: Money  # verified
    waiting: Money  # asked for, and neither paid nor over
    payments: tuple[Payment, ...]
    more: bool


async def takings(store: OrgStore, vault: OrgVault, org: Document, now: datetime, *, names: bool) -> Takings:
    """Today as `now` has it."""
    zone, currency = ZoneInfo(org.get("zone") or "Africa/Nairobi"), str(org.get("currency") or "KES")
    begins, ends = day_of(now, zone)
    rows = await store.find("payments", {"at": {"gte": begins, "lt": ends}}, sort=[("at", -1)], limit=MOST + 1)
    known = await names_of(store, vault, rows) if names else {}
    payments = tuple(_payment(row, known) for row in rows[:MOST])
    own = [each for each in payments if each.amount.currency == currency]
    return Takings(
        begins=begins, zone=str(zone), payments=payments, more=len(rows) > MOST,
        received=Money(sum(each.amount.amount for each in own if each.state in PAID), currency),
        waiting=Money(sum(each.amount.amount for each in own if each.state == "open"), currency),
    )  # fmt: skip


def _payment(row: Document, known: dict[str, str]) -> Payment:
    return Payment(
        id=row["_id"], at=row["at"], amount=Money(row["amount"], row["currency"]), state=row["state"],
        receipt=str(row.get("receipt") or ""), booking=str(row.get("booking") or ""),
        name=known.get(row.get("contact") or "", ""),
    )  # fmt: skip
