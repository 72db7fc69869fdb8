"""What is left to do until a business takes its first booking: each step computed from what is true."""

from __future__ import annotations

from typing import Any

import msgspec

from storage.store import Document, OrgStore

NO_DEPOSITS = "none"  # settings.deposits of a business that has decided against them
_MOST = 100


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Something to do once. `place` is the page that does it, after the business's own address."""

    name: str  # business, hours, offers, channel, deposits, rules, booking
    done: bool
    place: str


class Checklist(msgspec.Struct, frozen=True, kw_only=True):
    """The steps in their order."""

    steps: tuple[Step, ...]
    done: bool


async def checklist(store: OrgStore, org: Document, *, in_force: bool, shared_account: bool) -> Checklist:
    """`in_force` says whether there are flows to talk by, `shared_account` whether the server can be paid for all."""
    resources = await store.find("resources", {"active": True}, limit=_MOST)
    offers = await store.find("offers", {"active": True}, limit=_MOST)
    steps = (
        Step(name="business", done=bool(org.get("phone") and org.get("address")), place="/settings#business"),
        Step(name="hours", done=any(_open(each, offers) for each in resources), place="/settings#hours"),
        Step(name="offers", done=bool(offers), place="/settings#offers"),
        Step(name="channel", done=bool(org.get("channels")), place="/settings#channels"),
        Step(name="deposits", done=_paid(org, offers, shared_account), place="/settings#money"),
        Step(name="rules", done=in_force, place="/rules"),
        Step(name="booking", done=bool(await store.find("bookings", {}, limit=1)), place="/bookings/new"),
    )
    return Checklist(steps=steps, done=all(step.done for step in steps))


def _open(resource: Document, offers: list[Document]) -> bool:
    """By the hour it needs opening hours; what is let by the night has none."""
    nights = (each for each in offers if each.get("unit") == "night")
    return bool(resource.get("hours")) or any(resource["_id"] in each.get("resources", ()) for each in nights)


def _paid(org: Document, offers: list[Document], shared_account: bool) -> bool:
    """Deposits are asked for and have somewhere to go, or the business has said that it takes none."""
    settings: dict[str, Any] = org.get("settings") or {}
    asked = any(each.get("deposit") for each in offers)
    if asked:
        return bool(org.get("mpesa")) or shared_account
    return settings.get("deposits") == NO_DEPOSITS
