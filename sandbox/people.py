"""What simulated customers do in a chat: write, tap, share, react. Each becomes a bubble and a signed webhook."""

from __future__ import annotations

import base64
import binascii
import functools
import struct
import zlib
from typing import Any

import msgspec

from sandbox import webhooks
from sandbox.customers import FREE_ENTRY_POINT, Bubble, Customer
from sandbox.graph import wamid
from sandbox.settings import SimulatedBusiness
from sandbox.statuses import post_webhook
from sandbox.world import World


@functools.cache
def _picture(width: int = 240, height: int = 160) -> bytes:
    """A PNG of a hill under the sky, for when a customer sends a picture without a file."""
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            hill = y > height * 0.62 - 0.0016 * (x - width / 2) ** 2 * -1 - 30
            rows += bytes((92, 138 + y // 4, 92)) if hill else bytes((168 + y // 4, 206 + y // 8, 236))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + body


_MEDIA_TYPES = {
    "image": "image/jpeg",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
    "sticker": "image/webp",
}


class CustomerMessage(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the control API may make a customer send. Only the fields of the `kind` are read.

    kinds: text, image, audio, video, document, sticker, location, contacts, reaction, unsupported.
    `referral` rides on any kind and opens the free entry point, as a click on an ad does.
    """

    business: str
    kind: str = "text"
    text: str = ""
    reply_to: str = ""
    latitude: float = 0.0
    longitude: float = 0.0
    name: str = ""
    address: str = ""
    data: str = ""  # base64 of a media file
    filename: str = ""
    mime_type: str = ""
    voice: bool = False
    contact_name: str = ""
    contact_phone: str = ""
    message: str = ""  # the message a reaction is about
    emoji: str = ""
    referral: dict[str, Any] | None = None


class Refused(ValueError):
    """The customer cannot do that, with the reason."""


class People:
    """The customers' side of every chat."""

    def __init__(self, world: World) -> None:
        self._world = world

    def send(self, customer: Customer, business: SimulatedBusiness, message: CustomerMessage) -> str:
        """Send a message; answers its id at once, the webhook goes out in the background."""
        makers = {
            "text": self._text,
            "location": self._location,
            "contacts": self._contacts,
            "reaction": self._reaction,
            "unsupported": self._unsupported,
        }
        if message.kind in _MEDIA_TYPES:
            wire, content = self._media(business, message)
        elif message.kind in makers:
            wire, content = makers[message.kind](message)
        else:
            raise Refused(f"a customer cannot send {message.kind!r}")
        wire["type"] = message.kind
        if message.reply_to:
            wire["context"] = {"from": webhooks.digits(business.display_number), "id": message.reply_to}
        chat = customer.chat(business.phone_number_id)
        now = self._world.settings.now()
        if message.referral is not None:
            wire["referral"] = message.referral
            chat.from_ad_until = now + FREE_ENTRY_POINT
        if message.kind == "reaction":
            target = chat.find(message.message)
            if target is None:
                raise Refused("the message to react to is not on this phone")
            target.reactions = [message.emoji] if message.emoji else []
            target.revision += 1
            return self._dispatch(customer, business, wire, None)
        shown = "media" if message.kind in _MEDIA_TYPES else message.kind
        return self._dispatch(customer, business, wire, (shown, content, message.reply_to))

    def tap(self, customer: Customer, business: SimulatedBusiness, message_id: str, choice: str) -> str:
        """Tap a reply button, a list row or a template's quick reply of a message on the phone."""
        bubble = customer.chat(business.phone_number_id).find(message_id)
        if bubble is None or bubble.author != "business":
            raise Refused("that message is not on this phone")
        wire, title = _tapped(bubble, choice)
        wire["context"] = {"from": webhooks.digits(business.display_number), "id": message_id}
        return self._dispatch(customer, business, wire, ("text", {"text": title}, message_id))

    def prefer(self, customer: Customer, business: SimulatedBusiness, value: str) -> None:
        """Stop or resume marketing messages in the app's own settings."""
        if value not in ("stop", "resume"):
            raise Refused("value must be stop or resume")
        customer.chat(business.phone_number_id).marketing_stopped = value == "stop"
        contact = customer.contact(business.waba_id)
        now = self._world.settings.now()
        preference = {
            "user_id": contact["user_id"],
            "detail": f"User requested to {value} marketing messages",
            "category": "marketing_messages",
            "value": value,
            "timestamp": int(now.timestamp()),
        }
        if "wa_id" in contact:
            preference["wa_id"] = contact["wa_id"]
        value_part = {"contacts": [contact], "user_preferences": [preference]}
        body = webhooks.envelope(business, value_part, field="user_preferences")
        self._world.pace.later(self._post(business, customer, body, ""))

    def _dispatch(
        self,
        customer: Customer,
        business: SimulatedBusiness,
        wire: dict[str, Any],
        shown: tuple[str, dict[str, Any], str] | None,
    ) -> str:
        now = self._world.settings.now()
        contact = customer.contact(business.waba_id)
        message_id = wamid(contact.get("wa_id") or contact["user_id"])
        chat = customer.chat(business.phone_number_id)
        if shown is not None:
            kind, content, reply_to = shown
            chat.last_inbound = now
            chat.add(Bubble(id=message_id, author="customer", kind=kind, at=now, content=content, reply_to=reply_to))
        self._world.feed.changed(customer.id)
        full = {"id": message_id, "timestamp": webhooks.unix(now), **wire}
        body = webhooks.inbound(business, customer, full)
        self._world.pace.later(self._post(business, customer, body, message_id))
        return message_id

    async def _post(self, business: SimulatedBusiness, customer: Customer, body: dict[str, Any], mine: str) -> None:
        taken = await post_webhook(self._world, business, body, "message" if mine else "preferences", customer.id)
        if mine and taken:
            customer.chat(business.phone_number_id).mark(mine, "delivered")
            self._world.feed.changed(customer.id)

    def _text(self, message: CustomerMessage) -> tuple[dict[str, Any], dict[str, Any]]:
        if not message.text.strip():
            raise Refused("there is nothing to send")
        return {"text": {"body": message.text}}, {"text": message.text}

    def _location(self, message: CustomerMessage) -> tuple[dict[str, Any], dict[str, Any]]:
        place = {"latitude": message.latitude, "longitude": message.longitude}
        named = {key: value for key, value in (("name", message.name), ("address", message.address)) if value}
        return {"location": {**place, **named}}, {**place, "name": message.name, "address": message.address}

    def _contacts(self, message: CustomerMessage) -> tuple[dict[str, Any], dict[str, Any]]:
        first, _, last = message.contact_name.partition(" ")
        digits = "".join(char for char in message.contact_phone if char.isdigit())
        if not first or not digits:
            raise Refused("contact_name and contact_phone are needed")
        name = {"formatted_name": message.contact_name, "first_name": first}
        if last:
            name["last_name"] = last
        card = {"name": name, "phones": [{"phone": message.contact_phone, "wa_id": digits, "type": "CELL"}]}
        return {"contacts": [card]}, {"cards": [{"name": message.contact_name, "phones": [message.contact_phone]}]}

    def _reaction(self, message: CustomerMessage) -> tuple[dict[str, Any], dict[str, Any]]:
        reaction = {"message_id": message.message}
        if message.emoji:
            reaction["emoji"] = message.emoji
        return {"reaction": reaction}, {}

    def _unsupported(self, message: CustomerMessage) -> tuple[dict[str, Any], dict[str, Any]]:
        error = {
            "code": 131051,
            "title": "Message type unknown",
            "message": "Message type unknown",
            "error_data": {"details": "Message type is currently not supported."},
        }
        return {"errors": [error]}, {"text": ""}

    def _media(self, business: SimulatedBusiness, message: CustomerMessage) -> tuple[dict[str, Any], dict[str, Any]]:
        kind = message.kind
        try:
            data = base64.b64decode(message.data, validate=True) if message.data else _picture()
        except binascii.Error:
            raise Refused("data must be base64") from None
        default = "image/png" if kind == "image" and not message.data else _MEDIA_TYPES[kind]
        mime_type = message.mime_type or default
        stored = self._world.media.put(business.phone_number_id, data, mime_type, message.filename)
        part: dict[str, Any] = {"id": stored.id, "mime_type": mime_type, "sha256": stored.sha256}
        if message.text and kind in ("image", "video", "document"):
            part["caption"] = message.text
        if kind == "document":
            part["filename"] = message.filename or "document.pdf"
        if kind == "audio":
            part["voice"] = message.voice
        if kind == "sticker":
            part["animated"] = False
        content = {
            "media": kind,
            "id": stored.id,
            "text": part.get("caption", ""),
            "filename": part.get("filename", ""),
        }
        return {kind: part}, content


def _tapped(bubble: Bubble, choice: str) -> tuple[dict[str, Any], str]:
    """The webhook part and the title of a tapped choice."""
    content = bubble.content
    if bubble.kind == "template":
        button = _choice(content.get("buttons", []), choice)
        return {"type": "button", "button": {"payload": button["id"], "text": button["title"]}}, button["title"]
    if bubble.kind == "buttons":
        button = _choice(content["buttons"], choice)
        interactive = {"type": "button_reply", "button_reply": {"id": button["id"], "title": button["title"]}}
        return {"type": "interactive", "interactive": interactive}, button["title"]
    if bubble.kind == "list":
        row = _choice([row for section in content["sections"] for row in section["rows"]], choice)
        reply = {key: value for key, value in row.items() if value}
        return {"type": "interactive", "interactive": {"type": "list_reply", "list_reply": reply}}, row["title"]
    raise Refused("that message has nothing to choose")


def _choice(options: list[dict[str, str]], choice: str) -> dict[str, str]:
    for option in options:
        if option["id"] == choice:
            return option
    raise Refused(f"that message has no choice {choice!r}")
