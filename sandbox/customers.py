"""The simulated people: who they are to each business, and what their phones have shown.

A transcript is what the phone saw, bubble by bubble, not what the business believes it sent. It is also where the
24-hour window is read from, since the provider judges it by the same messages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from sandbox.settings import SimulatedCustomer

WINDOW = timedelta(hours=24)
FREE_ENTRY_POINT = timedelta(hours=72)
_KEPT_BUBBLES = 400
_RANK = {"failed": 0, "pending": 0, "accepted": 1, "sent": 2, "delivered": 3, "read": 4}


class Bubble(msgspec.Struct, kw_only=True):
    """One message as a phone shows it. `author` is business or customer; `content` is the kind's own fields.

    `revision` grows with each change, so that the page redraws only what changed.
    """

    id: str
    author: str
    kind: str
    at: datetime
    content: dict[str, Any]
    status: str = "pending"
    reply_to: str = ""
    reactions: list[str] = []
    revision: int = 0


class Chat(msgspec.Struct, kw_only=True):
    """One customer's conversation with one business number."""

    bubbles: list[Bubble] = []
    last_inbound: datetime | None = None
    from_ad_until: datetime | None = None
    marketing_stopped: bool = False
    typing_until: datetime | None = None

    def window_open(self, now: datetime) -> bool:
        return self.last_inbound is not None and now - self.last_inbound < WINDOW

    def add(self, bubble: Bubble) -> None:
        self.bubbles.append(bubble)
        del self.bubbles[:-_KEPT_BUBBLES]

    def find(self, message_id: str) -> Bubble | None:
        return next((bubble for bubble in reversed(self.bubbles) if bubble.id == message_id), None)

    def mark(self, message_id: str, status: str) -> None:
        """Raise a bubble's ticks; a late lower status does not take them back."""
        bubble = self.find(message_id)
        if bubble is None or (status != "failed" and _RANK[status] <= _RANK[bubble.status]):
            return
        bubble.status = status
        bubble.revision += 1


class Customer:
    """One simulated person and the chats on their phone, by the business's phone number id."""

    def __init__(self, profile: SimulatedCustomer) -> None:
        self.profile = profile
        self.chats: dict[str, Chat] = {}

    @property
    def id(self) -> str:
        return self.profile.id

    def chat(self, phone_number_id: str) -> Chat:
        return self.chats.setdefault(phone_number_id, Chat())

    def bsuid(self, waba_id: str) -> str:
        """The business-scoped user id: the same person is another one at another business account."""
        digest = hashlib.sha256(f"{self.id}@{waba_id}".encode()).digest()
        return f"KE.{int.from_bytes(digest[:8], 'big') % 10**20:020d}"

    def contact(self, waba_id: str) -> dict[str, Any]:
        """The `contacts[]` item of a webhook; without the phone number when the person hides it."""
        profile: dict[str, str] = {"name": self.profile.name}
        if self.profile.username:
            profile["username"] = self.profile.username
        item: dict[str, Any] = {"profile": profile, "user_id": self.bsuid(waba_id)}
        if self.profile.shares_phone:
            item["wa_id"] = self.profile.msisdn
        return item


class Roster:
    """Everybody the sandbox knows, found by id, by phone number or by business-scoped id."""

    def __init__(self, profiles: Iterable[SimulatedCustomer]) -> None:
        self._people: dict[str, Customer] = {}
        for profile in profiles:
            self.add(profile)

    def add(self, profile: SimulatedCustomer) -> Customer:
        """Add a person, or give a known one a new profile."""
        known = self._people.get(profile.id)
        if known is not None:
            known.profile = profile
            return known
        other = self.by_msisdn(profile.msisdn)
        if other is not None:
            raise ValueError(f"{profile.msisdn} is already {other.profile.name}'s number")
        customer = Customer(profile)
        self._people[profile.id] = customer
        return customer

    def __iter__(self) -> Iterator[Customer]:
        return iter(list(self._people.values()))

    def get(self, customer_id: str) -> Customer | None:
        return self._people.get(customer_id)

    def by_msisdn(self, msisdn: str) -> Customer | None:
        return next((one for one in self._people.values() if one.profile.msisdn == msisdn), None)

    def by_bsuid(self, bsuid: str, waba_id: str) -> Customer | None:
        return next((one for one in self._people.values() if one.bsuid(waba_id) == bsuid), None)
