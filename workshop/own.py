"""What is a business's own in its rules: its offers, where a text compares one with something; whom it tells."""

from __future__ import annotations

import re
from collections.abc import Iterable

from bookings.offers import Offer
from engine.authoring import Item
from engine.currency import unit

_COMPARED = re.compile(r"\b(?P<what>offer(?:\.id|\.name|_name)?)\s*(?:==|!=)\s*(?P<quote>\"?)(?P<word>[^\"]*)\Z")

_TOLD = re.compile(r"\bto:[ ]*(?P<word>[a-z0-9_]*)\Z")
_SENDS = re.compile(r"\bhooks\.send:[ ]*(?:\{[^}]*)?\Z")


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


def receivers(text: str, line: int, column: int, names: Iterable[str]) -> tuple[Item, ...]:
    """The endpoints that may stand at a cursor: behind `to:` of `hooks.send`, on its line or below it."""
    lines = text.split("\n")
    head = lines[line - 1][: column - 1] if 0 < line <= len(lines) else ""
    found = _TOLD.search(head)
    if found is None or not (_SENDS.search(head) or _SENDS.search(_above(lines[: line - 1], head))):
        return ()
    return tuple(
        Item(label=name, kind="endpoint", insert=name, column=found.start("word") + 1, detail="endpoint",
             doc="An endpoint of the business's settings.")
        for name in names if name.startswith(found["word"])
    )  # fmt: skip


def _above(lines: list[str], head: str) -> str:
    """The line that the block of `head` stands under."""
    depth = len(head) - len(head.lstrip(" "))
    return next((each for each in reversed(lines) if each.strip() and len(each) - len(each.lstrip(" ")) < depth), "")


def _about(offer: Offer, name: str) -> str:
    length = f"{offer.nights} nights" if offer.unit == "night" else f"{offer.duration.total_seconds() / 60:.0f} minutes"
    price = f"{offer.currency} {offer.price / unit(offer.currency):,.2f}".removesuffix(".00")
    return f"{name}: {price}, {length}{'' if offer.active else '; not offered at present'}."
