"""The content of one inbound message by its type: a table of small readers, one a type.

Each reader takes the item and gives the fields of `Message` that it fills. It raises `Missing` when the
content that the type promises is not there (Meta sends `interactive` without `interactive`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from channels.whatsapp.fields import digits, items, mapping, number, whole, word, yes
from channels.whatsapp.types import Card, Form, Item, Location, Media, Order, Picked, System

Fields = dict[str, Any]


class Missing(Exception):
    """The message says that it is of a type, but does not hold it."""


def read_content(item: Any) -> Fields:
    """`kind` and what belongs to it; kind "unknown" or "broken" where there is nothing to read."""
    type = word(item, "type")
    reader = _READERS.get(type)
    if reader is None:
        return {"kind": "unknown"}
    try:
        return reader(item)
    except Missing:
        return {"kind": "broken"}


def _required(item: Any, key: str) -> dict[str, Any]:
    inner = mapping(item, key)
    if not inner:
        raise Missing(key)
    return inner


def _text(item: Any) -> Fields:
    return {"kind": "text", "text": word(_required(item, "text"), "body")}


def _interactive(item: Any) -> Fields:
    interactive = _required(item, "interactive")
    type = word(interactive, "type")
    if type == "button_reply":
        reply = _required(interactive, "button_reply")
        picked = Picked(id=word(reply, "id"), title=word(reply, "title"), by="button")
        return {"kind": "choice", "text": picked.title, "picked": picked}
    if type == "list_reply":
        reply = _required(interactive, "list_reply")
        picked = Picked(
            id=word(reply, "id"), title=word(reply, "title"), description=word(reply, "description"), by="list"
        )
        return {"kind": "choice", "text": picked.title, "picked": picked}
    if type == "nfm_reply":
        return _form(_required(interactive, "nfm_reply"))
    return {"kind": "unknown"}


def _form(reply: dict[str, Any]) -> Fields:
    """The answers of a Flow come as JSON inside of a JSON string."""
    try:
        values = msgspec.json.decode(word(reply, "response_json") or "{}")
    except (msgspec.DecodeError, RecursionError, ValueError):
        values = None
    readable = isinstance(values, dict)
    fields = dict(values) if isinstance(values, dict) else {}
    token = fields.pop("flow_token", "")
    form = Form(
        name=word(reply, "name"), token=token if isinstance(token, str) else "", values=fields, readable=readable
    )
    return {"kind": "form", "text": word(reply, "body"), "form": form}


def _button(item: Any) -> Fields:
    button = _required(item, "button")
    picked = Picked(id=word(button, "payload"), title=word(button, "text"), by="template")
    return {"kind": "choice", "text": picked.title, "picked": picked}


def _media(type: str) -> Callable[[Any], Fields]:
    def read(item: Any) -> Fields:
        file = _required(item, type)
        media = Media(
            id=word(file, "id"),
            mime_type=word(file, "mime_type"),
            sha256=word(file, "sha256"),
            url=word(file, "url"),
            filename=word(file, "filename"),
            voice=yes(file, "voice"),
            animated=yes(file, "animated"),
        )
        return {"kind": type, "text": word(file, "caption"), "media": media}

    return read


def _location(item: Any) -> Fields:
    place = _required(item, "location")
    latitude, longitude = number(place, "latitude"), number(place, "longitude")
    if latitude is None or longitude is None:
        raise Missing("coordinates")
    name, address = word(place, "name"), word(place, "address")
    location = Location(latitude=latitude, longitude=longitude, name=name, address=address, url=word(place, "url"))
    return {"kind": "location", "text": name or address, "location": location}


def _contacts(item: Any) -> Fields:
    shared = word(item, "origin") == "contact_request"
    cards = tuple(_card(card, shared) for _, card in items(item, "contacts") if isinstance(card, dict))
    if not cards:
        raise Missing("contacts")
    return {"kind": "contacts", "cards": cards}


def _card(card: dict[str, Any], shared: bool) -> Card:
    name = mapping(card, "name")
    whole_name = word(name, "formatted_name") or " ".join(
        filter(None, (word(name, "first_name"), word(name, "last_name")))
    )
    phones = [phone for _, phone in items(card, "phones")]
    return Card(
        name=whole_name,
        phones=tuple(text for phone in phones if (text := word(phone, "phone"))),
        wa_ids=tuple(id for phone in phones if (id := digits(phone, "wa_id"))),
        emails=tuple(text for _, email in items(card, "emails") if (text := word(email, "email"))),
        requested=shared or word(card, "origin") == "contact_request",
    )


def _reaction(item: Any) -> Fields:
    """A reaction that was taken back has an empty emoji, or none."""
    reaction = _required(item, "reaction")
    return {"kind": "reaction", "emoji": word(reaction, "emoji"), "target": word(reaction, "message_id")}


def _edit(item: Any) -> Fields:
    """The new content is a message of its own, inside."""
    edit = _required(item, "edit")
    inner = mapping(edit, "message")
    content = read_content(inner) if word(inner, "type") not in ("edit", "revoke") else {}
    kept = {key: value for key, value in content.items() if key not in ("kind", "target")}
    return {**kept, "kind": "edit", "target": word(edit, "original_message_id")}


def _revoke(item: Any) -> Fields:
    return {"kind": "revoke", "target": word(_required(item, "revoke"), "original_message_id")}


def _order(item: Any) -> Fields:
    order = _required(item, "order")
    lines = tuple(
        Item(
            product=word(line, "product_retailer_id"),
            quantity=whole(line, "quantity"),
            price=word(line, "item_price"),
            currency=word(line, "currency"),
        )
        for _, line in items(order, "product_items")
        if isinstance(line, dict)
    )
    note = word(order, "text")
    return {"kind": "order", "text": note, "order": Order(catalog=word(order, "catalog_id"), note=note, items=lines)}


def _system(item: Any) -> Fields:
    """A changed number or user id; older payloads say `new_wa_id`, newer ones `wa_id`."""
    system = _required(item, "system")
    body = word(system, "body")
    change = System(
        change=word(system, "type"),
        body=body,
        phone=digits(system, "wa_id") or digits(system, "new_wa_id"),
        user_id=word(system, "user_id"),
        parent_user_id=word(system, "parent_user_id"),
    )
    return {"kind": "system", "system": change}


def _unsupported(item: Any) -> Fields:
    return {"kind": "unsupported"}


_READERS: dict[str, Callable[[Any], Fields]] = {
    "text": _text,
    "interactive": _interactive,
    "button": _button,
    **{type: _media(type) for type in ("image", "video", "document", "audio", "sticker")},
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
    "edit": _edit,
    "revoke": _revoke,
    "order": _order,
    "system": _system,
    "unsupported": _unsupported,
}
