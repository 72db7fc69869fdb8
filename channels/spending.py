"""What a month's messages come to: the charged ones, counted in the store, with the prices of a rate table."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from channels.cost import Charge, Line, Rates, bill
from storage.store import Filter, Metric, OrgStore

_UNDER_WAY = ("accepted", "sent", "delivered", "read", "played")
_COUNT = {"messages": Metric(kind="count")}


class Month(msgspec.Struct, frozen=True, kw_only=True):
    """`micros` is what is known; `unpriced` charged messages have no price in the table.

    `unbilled`: the provider did not charge them; `open`: it has not said so far.
    """

    first: date
    charges: tuple[Charge, ...]
    micros: int
    unpriced: int
    unbilled: int
    open: int


async def month(store: OrgStore, first: date, zone: ZoneInfo, rates: Rates) -> Month:
    """The messages that went out from the first of a month to the next one's, by the business's clock."""
    began = datetime(first.year, first.month, 1, tzinfo=zone)
    ended = datetime(first.year + first.month // 12, first.month % 12 + 1, 1, tzinfo=zone)
    sent: Filter = {"direction": "out", "at": {"gte": began, "lt": ended}}
    charged = await _counted(store, {**sent, "cost.charged": True})
    free: Filter = {**sent, "cost.charged": False}  # as far as we know: a message begins like that
    under_way: Filter = {**free, "status": {"in": list(_UNDER_WAY)}}
    lines = [
        Line(number=number, category=category, country=country, count=count)
        for (number, category, country), count in sorted(charged.items())
    ]
    charges = bill(lines, rates)
    told = {"cost.priced": True}
    return Month(
        first=began.date(),
        charges=tuple(charges),
        micros=sum(charge.micros or 0 for charge in charges),
        unpriced=sum(charge.line.count - charge.free for charge in charges if charge.micros is None),
        unbilled=await store.count("messages", {**free, **told}),
        open=await store.count("messages", under_way) - await store.count("messages", {**under_way, **told}),
    )


async def _counted(store: OrgStore, filter: Filter) -> Counter[tuple[str, str, str]]:
    group = ("cost.number", "cost.category", "cost.country")
    rows: list[dict[str, Any]] = await store.aggregate("messages", filter, group=group, metrics=_COUNT)
    counted: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        number, category, country = (str(row.get(field) or "") for field in group)
        counted[number, category, country] += int(row["messages"])
    return counted


def table(found: Month, rates: Rates) -> list[str]:
    """The month as lines for people, by category and country."""
    together: dict[tuple[str, str], list[int | None]] = {}
    for charge in found.charges:
        place = together.setdefault((charge.line.category, charge.line.country or "?"), [0, 0, 0])
        count, free, micros = place
        place[0], place[1] = (count or 0) + charge.line.count, (free or 0) + charge.free
        place[2] = None if micros is None or charge.micros is None else micros + charge.micros
    lines = [f"{'category':16} {'country':8} {'charged':>8} {'free':>8} {rates.currency:>12}"]
    for (category, country), (count, free, micros) in sorted(together.items()):
        money = "not known" if micros is None else amount(micros)
        lines.append(f"{category:16} {country:8} {count:>8} {free:>8} {money:>12}")
    lines.append(f"{'together':16} {'':8} {'':>8} {'':>8} {amount(found.micros):>12}")
    if found.unpriced:
        lines.append(f"{found.unpriced} messages have no price: give your own with WHATSAPP_RATES or --rates.")
    if found.unbilled or found.open:
        lines.append(
            f"Beside these, {found.unbilled} were not charged, and of {found.open} WhatsApp has not said so far."
        )
    return lines


def amount(micros: int) -> str:
    return f"{micros / 1_000_000:,.4f}"
