"""From what WhatsApp said to what the runtime takes in: one `Inbound` a message, with its event and sender.

Words, taps, files, places and cards are the event `message`; what is about an earlier message or about the
person's identity has an event of its own, and does not count as an answer to a question.
"""

from __future__ import annotations

import hashlib
from typing import Any

import msgspec

from channels.whatsapp.fields import digits, word
from channels.whatsapp.types import Message, Notice, Person
from engine.model import Event
from runtime.inbox import Inbound

SOURCE = "whatsapp"

_EVENTS = {
    "reaction": "message.reacted",
    "edit": "message.edited",
    "revoke": "message.revoked",
    "system": "identity.changed",
}


def message_inbound(message: Message, org: str, lane: str) -> Inbound:
    """`lane` keeps one person's messages in order and must not show who it is."""
    name = _EVENTS.get(message.kind, "message")
    return Inbound(
        org=org,
        source=SOURCE,
        id=message.id,
        lane=lane,
        event=Event(name=name, data=_data(message)),
        sender=sender_of(message),
    )


def notice_inbound(notice: Notice, preference: Any, org: str, lane: str) -> Inbound:
    """One `user_preferences` item: a person stopped (or resumed) marketing messages inside of WhatsApp."""
    person = preference_person(preference)
    wanted = {key: str(preference.get(key, "")) for key in ("category", "value", "detail")}
    digest = hashlib.sha256(f"{person.key}{preference}".encode("utf-8", "replace")).hexdigest()[:32]
    return Inbound(
        org=org,
        source=SOURCE,
        id=f"preference:{digest}",
        lane=lane,
        event=Event(name="preference.changed", data=wanted),
        sender=_who(person, notice.number.id),
    )


def preference_person(preference: dict[str, Any]) -> Person:
    return Person(phone=digits(preference, "wa_id"), user_id=word(preference, "user_id"))


def sender_of(message: Message) -> dict[str, Any]:
    """The `sender` of an inbound."""
    sender = _who(message.sender, message.number.id)
    if message.referral is not None:
        sender["referral"] = msgspec.to_builtins(message.referral)
    return sender


def _who(person: Person, number: str) -> dict[str, Any]:
    """`phone` is E.164 with its plus, or "". `number` is the business number's id that was written to."""
    return {
        "channel": SOURCE,
        "number": number,
        "phone": f"+{person.phone}" if person.phone else "",
        "user_id": person.user_id,
        "parent_user_id": person.parent_user_id,
        "username": person.username,
        "name": person.name,
    }


def _data(message: Message) -> dict[str, Any]:
    data: dict[str, Any] = {"text": message.text, "kind": message.kind, "message_id": message.id}
    if message.at is not None:
        data["sent_at"] = message.at
    if message.picked is not None:
        data["choice_id"] = message.picked.id
        data["choice_title"] = message.picked.title
    if message.target:
        data["target"] = message.target
    if message.kind == "reaction":
        data["emoji"] = message.emoji
    if message.reply is not None and message.reply.to:
        data["replies_to"] = message.reply.to
    if message.cards:
        data["contacts"] = [msgspec.to_builtins(card) for card in message.cards]
        _add_phone(data, message)
    for field in ("media", "location", "form", "order", "system"):
        value = getattr(message, field)
        if value is not None:
            data[field] = msgspec.to_builtins(value)
    if message.kind in ("unsupported", "broken", "unknown"):
        data["type"] = message.type
        data["code"] = message.problems[0].code if message.problems else 0
    return data


def _add_phone(data: dict[str, Any], message: Message) -> None:
    """A single card with a single number answers "what is your number?" as if it had been typed."""
    numbers = {id: f"+{id}" for card in message.cards for id in card.wa_ids}
    written = [phone for card in message.cards for phone in card.phones]
    if len(numbers) == 1:
        data["phone"] = next(iter(numbers.values()))
    elif len(written) == 1:
        data["phone"] = written[0]
    if not data["text"] and "phone" in data:
        data["text"] = data["phone"]
