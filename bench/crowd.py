"""Simulated customers who book: each writes, waits for the answer, thinks, and picks from what it offers.

They also keep the books: every message of a customer must be answered exactly once, and nobody else may be written
to. A customer has one message under way at a time, so that an answer belongs to a message without guessing.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import random
from collections import deque
from time import time
from typing import Any

from bench.house import APP_SECRET, number_of

_GREETINGS = ("Hi, I would like to book", "Habari, nataka kubook", "Hello", "Sasa, naomba kubook")
_NAMES = ("Wanjiku Kamau", "Juma Otieno", "Amina Hassan", "Brian Mwangi", "Achieng Odhiambo", "Kiprono Cheruiyot")


class Customer:
    """`sent_at` is when the message under way was due to be sent; None when nothing is under way."""

    __slots__ = ("business", "choices", "name", "phone", "sent_at", "sequence")

    def __init__(self, place: int, businesses: int) -> None:
        self.phone = phone_of(place)
        self.name = _NAMES[place % len(_NAMES)]
        self.business = place % businesses
        self.sequence = 0
        self.choices: list[tuple[str, dict[str, str]]] = []
        self.sent_at: float | None = None


class Crowd:
    """Everybody. `think` is how many seconds a customer looks at an answer."""

    def __init__(self, businesses: int, *, think: float = 1.0, seed: int = 1) -> None:
        self._businesses = businesses
        self._think = think
        self._random = random.Random(seed)
        self._by_phone: dict[str, Customer] = {}
        self._thinking: deque[tuple[float, Customer]] = deque()
        self.replies: list[tuple[float, float]] = []  # (when the message was due, seconds until its reply)
        self.sent = self.doubled = self.strangers = self.booked = self.ended = 0
        self.waiting = 0
        self.last_words: dict[str, int] = {}

    def next(self, due: float) -> tuple[bytes, str]:
        """The next message and its signature: of the customer who has thought longest, or of a new one."""
        if self._thinking and self._thinking[0][0] <= due:
            customer = self._thinking.popleft()[1]
        else:
            customer = Customer(len(self._by_phone), self._businesses)
            self._by_phone[customer.phone] = customer
        customer.sequence += 1
        customer.sent_at = due
        self.sent += 1
        self.waiting += 1
        body = self._body(customer)
        return body, signature(body)

    def hear(self, body: bytes, when: float) -> bytes:
        """A request that reached the Graph API; the answer that Meta would give."""
        message = json.loads(body)
        if message.get("status") != "read":  # a receipt is for nobody in particular, and no reply
            customer = self._by_phone.get(str(message.get("to", "")).lstrip("+"))
            if customer is None:
                self.strangers += 1
            else:
                self._answered(customer, message, when)
        return accepted(f"wamid.out.{self.sent}.{len(self.replies)}.{self.doubled}.{self.strangers}")

    def _answered(self, customer: Customer, message: dict[str, Any], when: float) -> None:
        if customer.sent_at is None:
            self.doubled += 1
            return
        self.replies.append((customer.sent_at, when - customer.sent_at))
        customer.sent_at = None
        self.waiting -= 1
        customer.choices = choices(message)
        if customer.choices:
            self._thinking.append((when + self._think, customer))
            return
        self.ended += 1
        text = str((message.get("text") or {}).get("body", ""))
        self.booked += "✅" in text
        self.last_words[text[:24]] = self.last_words.get(text[:24], 0) + 1

    def _body(self, customer: Customer) -> bytes:
        if customer.choices:
            kind, picked = self._random.choice(customer.choices)
            said = {"type": "interactive", "interactive": {"type": kind, kind: picked}}
        else:
            said = {"type": "text", "text": {"body": self._random.choice(_GREETINGS)}}
        return webhook(customer.phone, customer.name, customer.business, customer.sequence, said)


def webhook(phone: str, name: str, business: int, sequence: int, said: dict[str, Any]) -> bytes:
    """A message as Meta delivers it; `said` has its type and content."""
    number = number_of(business)
    message = {"from": phone, "id": f"wamid.in.{phone}.{sequence}", "timestamp": str(int(time())), **said}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "254709000000", "phone_number_id": number},
        "contacts": [{"profile": {"name": name}, "wa_id": phone}],
        "messages": [message],
    }
    entry = {"id": f"2{number[1:]}", "changes": [{"value": value, "field": "messages"}]}
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}, separators=(",", ":")).encode()


def signature(body: bytes) -> str:
    """The hexadecimal part of X-Hub-Signature-256."""
    return hmac.new(APP_SECRET.encode(), body, hashlib.sha256).hexdigest()


def accepted(wamid: str) -> bytes:
    """What the Graph API answers to a message that it takes."""
    answer = {"messaging_product": "whatsapp", "messages": [{"id": wamid, "message_status": "accepted"}]}
    return json.dumps(answer).encode()


def phone_of(place: int) -> str:
    """A simulated customer's number, as Meta writes it."""
    return f"2547{10_000_000 + place}"


def choices(message: dict[str, Any]) -> list[tuple[str, dict[str, str]]]:
    """What can be tapped on a message, as the webhook would bring it back: (kind of reply, its fields)."""
    action = (message.get("interactive") or {}).get("action") or {}
    rows = [row for section in action.get("sections") or () for row in section["rows"]]
    buttons = [button["reply"] for button in action.get("buttons") or ()]
    return [("list_reply", row) for row in rows] + [("button_reply", button) for button in buttons]
