"""What is a business's own in its rules: its offers, where a text compares one with something."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bookings.offers import Offer
from engine.authoring import Item
from engine.currency import unit

_COMPARED = re.compile(r"\b(?P<what>offer(?:\.id|\.name|_name)?)\s*(?:==|!=)\s*(?P<quote>\"?)(?P<word>[^\"]*)\Z")


def offered(text: str, line: int, column: int, offers: Iterable[Offer]) -> tuple[Item, ...]:
    """The offers that may stand at a cursor: `offer.id == `, `booking.offer_name != "`."""
    lines = text.split("\n")
    head = lines[line - 1][: column - 1] if 0 < line <= len(lines) else ""
    found = _COMPARED.search(head)
    if found is None:
        return ()
    by_name, quote = found["what"].endswith("name"), '"' if not found["quote"] else ""
    items = []
    for offer in offers:
        names = [str(each) for each in (offer.name.values() if isinstance(offer.name, dict) else [offer.name])]
        for written in names if by_name else [offer.id]:
            if any(found["word"].lower() in each.lower() for each in ([written] if by_name else [written, *names])):
                items.append(
                    Item(
                        label=written, kind="offer", insert=f"{quote}{written}{quote}",
                        column=found.start("word") + 1, detail="offer", doc=_about(offer, names[0]),
                    )
                )  # fmt: skip
    return tuple(items)


def _about(offer: Offer, name: str) -> str:
    length = f"{offer.nights} nights" if offer.unit == "night" else f"{offer.duration.total_seconds() / 60:.0f} minutes"
    price = f"{offer.currency} {offer.price / unit(offer.currency):,.2f}".removesuffix(".00")
    return f"{name}: {price}, {length}{'' if offer.active else '; not offered at present'}."
