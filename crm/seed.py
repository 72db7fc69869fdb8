"""Two businesses to try the product with: a dental clinic in Nairobi, and apartments at the coast.

Idempotent: what is there already is left as its owner made it. Prices are in minor units (cents).
The numbers, links and addresses are made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from crm import orgs
from crm.orgs import NewOrg
from engine.currency import unit
from storage.store import Document, Insert, Store
from storage.vault import Vault

CLINIC, APARTMENTS = "tabasamu-dental", "pwani-stays"
NUMBERS = {CLINIC: "100000000000001", APARTMENTS: "100000000000002"}  # WhatsApp phone number ids in the sandbox
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_HOLIDAYS = ["2026-12-12", "2026-12-25", "2026-12-26", "2027-01-01"]


async def seed(store: Store, vault: Vault, *, numbers: dict[str, str] | None = None) -> list[str]:
    """Make the demo businesses that are missing; the ids of all. `numbers`: org id -> WhatsApp phone number id."""
    chosen = {**NUMBERS, **(numbers or {})}
    for new, documents in ((_clinic(chosen[CLINIC]), _CLINIC_STOCK), (_apartments(chosen[APARTMENTS]), _PWANI_STOCK)):
        if await store.get("orgs", new.id) is not None:
            continue
        await _fill(store, new.id, documents)
        await orgs.create(store, new)  # last: a business that is there has all of its stock, also after a crash
        await vault.org(new.id)
    return [CLINIC, APARTMENTS]


def offers(org: str) -> list[Document]:
    """What a demo business sells when it begins."""
    stock = _CLINIC_STOCK if org == CLINIC else _PWANI_STOCK
    return [document for collection, document in stock if collection == "offers"]


async def _fill(store: Store, org: str, documents: Sequence[tuple[str, Document]]) -> None:
    view = store.org(org)
    for collection, document in documents:
        if await view.get(collection, document["_id"]) is None:
            await view.commit([Insert(collection, {**document})])


def _clinic(number: str) -> NewOrg:
    return NewOrg(
        id=CLINIC,
        name="Tabasamu Dental Clinic",
        phone="+254709000101",
        address="Jabavu Plaza, 2nd floor, Argwings Kodhek Road, Kilimani, Nairobi",
        map_url="https://maps.example/tabasamu-dental",
        review_url="https://reviews.example/tabasamu-dental",
        agent_phone="+254709000102",
        channels=({"channel": "whatsapp", "address": number},),
        settings={
            "hold_minutes": 20,
            "whatsapp_number": "254709000101",
            "owner_numbers": ["+254709000102"],
            "deposit_policy": {
                "refund": [{"notice_hours": 24, "percent": 100}, {"notice_hours": 4, "percent": 50}],
                "move": {"notice_hours": 4, "times": 2},
            },
            "greeting": {
                "en": "Hi Tabasamu! I would like to see the dentist.",
                "sw": "Habari Tabasamu! Ningependa kumwona daktari wa meno.",
            },
        },
    )


def _apartments(number: str) -> NewOrg:
    return NewOrg(
        id=APARTMENTS,
        name="Pwani Stays Nyali",
        phone="+254709000201",
        address="Links Road, Nyali, Mombasa",
        map_url="https://maps.example/pwani-stays",
        review_url="https://reviews.example/pwani-stays",
        agent_phone="+254709000202",
        channels=({"channel": "whatsapp", "address": number},),
        settings={
            "hold_minutes": 30,
            "whatsapp_number": "254709000201",
            "owner_numbers": ["+254709000202", "+254709000102"],
            "deposit_policy": {
                "refund": [{"notice_hours": 168, "percent": 100}, {"notice_hours": 48, "percent": 50}],
                "move": {"notice_hours": 48, "times": 1},
            },
            "greeting": {
                "en": "Hi! I would like to book a stay in Nyali.",
                "sw": "Habari! Ningependa kuweka nafasi ya kukaa Nyali.",
            },
        },
    )


def _dentist(slug: str, name: str, lunch: tuple[str, str]) -> tuple[str, Document]:
    return "resources", {
        "_id": f"{CLINIC}.{slug}",
        "name": name,
        "capacity": 1,
        "hours": {**{day: [["08:00", "17:00"]] for day in _WEEKDAYS}, "sat": [["08:30", "13:00"]]},
        "breaks": {day: [list(lunch)] for day in _WEEKDAYS},
        "closed": _HOLIDAYS,
        "active": True,
    }


def _treatment(order: int, slug: str, minutes: int, price: int, deposit: int, **texts: Any) -> tuple[str, Document]:
    return "offers", {
        "_id": f"{CLINIC}.{slug}",
        **texts,
        "price": price * unit("KES"),
        "deposit": deposit * unit("KES"),
        "currency": "KES",
        "unit": "time",
        "duration_minutes": minutes,
        "granularity_minutes": 30,
        "notice_minutes": 120,
        "horizon_days": 30,
        "resources": [f"{CLINIC}.dr-wanjiru", f"{CLINIC}.dr-otieno"],
        "active": True,
        "order": order,
    }


def _apartment(slug: str, name: dict[str, str], units: int) -> tuple[str, Document]:
    return "resources", {
        "_id": f"{APARTMENTS}.{slug}",
        "name": name,
        "capacity": units,
        "check_in": "14:00",
        "check_out": "10:00",
        "closed": [],
        "active": True,
    }


def _stay(order: int, slug: str, nights: int, price: int, deposit: int, **texts: Any) -> tuple[str, Document]:
    return "offers", {
        "_id": f"{APARTMENTS}.{slug}-stay",
        **texts,
        "price": price * unit("KES"),
        "deposit": deposit * unit("KES"),
        "currency": "KES",
        "unit": "night",
        "nights": nights,
        "notice_minutes": 180,
        "horizon_days": 90,
        "resources": [f"{APARTMENTS}.{slug}"],
        "active": True,
        "order": order,
    }


_CLINIC_STOCK = (
    _dentist("dr-wanjiru", "Dr. Wanjiru Kamau", ("13:00", "14:00")),
    _dentist("dr-otieno", "Dr. Brian Otieno", ("12:30", "13:30")),
    _treatment(
        1, "checkup", 30, 1500, 500,
        name={"en": "Dental check-up", "sw": "Kukaguliwa meno"},
        description={"en": "KES 1,500, 30 minutes", "sw": "KSh 1,500, dakika 30"},
    ),
    _treatment(
        2, "cleaning", 60, 3500, 1000,
        name={"en": "Cleaning and polish", "sw": "Kusafisha meno"},
        description={"en": "KES 3,500, 1 hour", "sw": "KSh 3,500, saa moja"},
    ),
    _treatment(
        3, "filling", 60, 5000, 1500,
        name={"en": "Tooth filling", "sw": "Kuziba jino"},
        description={"en": "From KES 5,000, 1 hour", "sw": "Kuanzia KSh 5,000, saa moja"},
    ),
    _treatment(
        4, "extraction", 30, 3000, 1000,
        name={"en": "Tooth extraction", "sw": "Kung'oa jino"},
        description={"en": "From KES 3,000, 30 minutes", "sw": "Kuanzia KSh 3,000, dakika 30"},
    ),
    _treatment(
        5, "whitening", 90, 18000, 4000,
        name={"en": "Teeth whitening", "sw": "Kung'arisha meno"},
        description={"en": "KES 18,000, an hour and a half", "sw": "KSh 18,000, saa moja na nusu"},
    ),
)  # fmt: skip
_PWANI_STOCK = (
    _apartment("studio", {"en": "Studio, garden side", "sw": "Studio, upande wa bustani"}, 3),
    _apartment("one-bedroom", {"en": "One bedroom, sea view", "sw": "Chumba kimoja, mandhari ya bahari"}, 2),
    _apartment("two-bedroom", {"en": "Two bedrooms, top floor", "sw": "Vyumba viwili, ghorofa ya juu"}, 1),
    _stay(
        1, "studio", 1, 4500, 2000,
        name={"en": "Studio", "sw": "Studio"},
        description={"en": "KES 4,500 a night, for 2", "sw": "KSh 4,500 kwa usiku, watu 2"},
    ),
    _stay(
        2, "one-bedroom", 1, 7000, 3000,
        name={"en": "One-bedroom apartment", "sw": "Nyumba ya chumba 1"},
        description={"en": "KES 7,000 a night, for 3", "sw": "KSh 7,000 kwa usiku, watu 3"},
    ),
    _stay(
        3, "two-bedroom", 2, 11000, 5000,
        name={"en": "Two-bedroom apartment", "sw": "Nyumba ya vyumba 2"},
        description={"en": "KES 11,000 a night, 2 or more", "sw": "KSh 11,000 kwa usiku, kuanzia siku 2"},
    ),
)  # fmt: skip
