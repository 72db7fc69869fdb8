"""What the simulated Graph API accepts as a message: the shapes and limits of Meta's send endpoint.

`check` answers what a phone would show (kind, content) or raises a `GraphError` that names the field.
Limits are counted in characters, as Meta counts them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox.graph_errors import GraphError

Shown = tuple[str, dict[str, Any]]
_MEDIA = ("image", "video", "audio", "document", "sticker")
_URL = re.compile(r"https?://[^\s/]+\S*\Z")


def field(holder: Any, name: str, where: str = "") -> Any:
    """A required field; its absence is 131008."""
    path = f"{where}.{name}" if where else name
    if not isinstance(holder, dict):
        raise GraphError(100, f"{where or 'body'} must be an object")
    if holder.get(name) is None:
        raise GraphError(131008, f"The parameter {path} is required.")
    return holder[name]


def text(holder: Any, name: str, limit: int, where: str = "") -> str:
    """A required text of 1 to `limit` characters."""
    value = field(holder, name, where)
    path = f"{where}.{name}" if where else name
    if not isinstance(value, str):
        raise GraphError(100, f"Param {path} must be a string")
    if not value.strip():
        raise GraphError(131008, f"The parameter {path} is required and must not be empty.")
    if len(value) > limit:
        raise GraphError(131009, f"{path}: length {len(value)} is more than the {limit} characters allowed")
    return value


def optional_text(holder: dict[str, Any], name: str, limit: int, where: str = "") -> str:
    return "" if holder.get(name) is None else text(holder, name, limit, where)


def check(body: dict[str, Any]) -> Shown:
    """The kind and content of a message to be sent; templates are not this module's business."""
    kind = body.get("type", "text")
    if not isinstance(kind, str):
        raise GraphError(100, "Param type must be a string")
    if kind == "interactive":
        return _interactive(field(body, "interactive"))
    if kind in _MEDIA:
        return _media(kind, field(body, kind))
    maker = _KINDS.get(kind)
    if maker is None:
        raise GraphError(100, f"Param type must be one of {{TEXT, INTERACTIVE, TEMPLATE, ...}} - got {kind!r}.")
    return maker(field(body, kind))


def _text(part: Any) -> Shown:
    return "text", {"text": text(part, "body", 4096, "text")}


def _media(kind: str, part: Any) -> Shown:
    if not isinstance(part, dict) or bool(part.get("id")) == bool(part.get("link")):
        raise GraphError(131009, f"{kind} needs exactly one of id and link")
    if part.get("link") and not _URL.match(str(part["link"])):
        raise GraphError(131009, f"{kind}.link is not a valid URL")
    if part.get("caption") is not None and kind in ("audio", "sticker"):
        raise GraphError(100, f"{kind} does not take a caption")
    content = {"media": kind, "text": optional_text(part, "caption", 1024, kind)}
    content |= {name: str(part[name]) for name in ("id", "link", "filename") if part.get(name)}
    return "media", content


def _location(part: Any) -> Shown:
    try:
        latitude, longitude = float(field(part, "latitude", "location")), float(field(part, "longitude", "location"))
    except (TypeError, ValueError):
        raise GraphError(131009, "location.latitude and location.longitude must be numbers") from None
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise GraphError(131009, "location is outside the globe")
    names = {name: str(part.get(name) or "") for name in ("name", "address")}
    return "location", {"latitude": latitude, "longitude": longitude, **names}


def _contacts(part: Any) -> Shown:
    if not isinstance(part, list) or not part:
        raise GraphError(131009, "contacts must be a list of at least one contact")
    cards = []
    for card in part:
        formatted = text(field(card, "name", "contacts"), "formatted_name", 200, "contacts.name")
        phones = [str(phone.get("phone", "")) for phone in card.get("phones") or [] if isinstance(phone, dict)]
        cards.append({"name": formatted, "phones": phones})
    return "contacts", {"cards": cards}


def _reaction(part: Any) -> Shown:
    message_id = text(part, "message_id", 512, "reaction")
    emoji = part.get("emoji", "")
    if not isinstance(emoji, str):
        raise GraphError(100, "Param reaction.emoji must be a string")
    return "reaction", {"message_id": message_id, "emoji": emoji}


_KINDS: dict[str, Callable[[Any], Shown]] = {
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "reaction": _reaction,
}


def _interactive(part: Any) -> Shown:
    kind = field(part, "type", "interactive")
    makers = {
        "button": (_buttons, 1024),
        "list": (_list, 4096),
        "cta_url": (_cta_url, 1024),
        "location_request_message": (_location_request, 1024),
        "flow": (_flow, 1024),
    }
    if kind not in makers:
        raise GraphError(100, f"Param interactive['type'] must be one of {sorted(makers)} - got {kind!r}.")
    maker, body_limit = makers[kind]
    content: dict[str, Any] = {"text": text(field(part, "body", "interactive"), "text", body_limit, "interactive.body")}
    content["header"] = _header(part.get("header"), text_only=kind == "list")
    footer = part.get("footer")
    content["footer"] = text(footer, "text", 60, "interactive.footer") if footer else ""
    return maker(field(part, "action", "interactive"), content)


def _header(header: Any, *, text_only: bool) -> dict[str, Any]:
    if not header:
        return {}
    kind = field(header, "type", "interactive.header")
    if kind == "text":
        return {"text": text(header, "text", 60, "interactive.header")}
    if text_only or kind not in ("image", "video", "document"):
        raise GraphError(131009, f"interactive.header.type {kind!r} is not allowed here")
    return _media(kind, field(header, kind, "interactive.header"))[1]


def _unique(values: list[str], what: str) -> None:
    if len(set(values)) != len(values):
        raise GraphError(131009, f"{what} must be unique")


def _buttons(action: Any, content: dict[str, Any]) -> Shown:
    buttons = field(action, "buttons", "interactive.action")
    if not isinstance(buttons, list) or not 1 <= len(buttons) <= 3:
        raise GraphError(131009, "interactive.action.buttons: between 1 and 3 buttons are allowed")
    shown = []
    for button in buttons:
        if field(button, "type", "button") != "reply":
            raise GraphError(131009, "button.type must be reply")
        reply = field(button, "reply", "button")
        shown.append({"id": text(reply, "id", 256, "button.reply"), "title": text(reply, "title", 20, "button.reply")})
    _unique([one["id"] for one in shown], "Button ids")
    _unique([one["title"] for one in shown], "Button titles")
    return "buttons", {**content, "buttons": shown}


def _list(action: Any, content: dict[str, Any]) -> Shown:
    label = text(action, "button", 20, "interactive.action")
    sections = field(action, "sections", "interactive.action")
    if not isinstance(sections, list) or not 1 <= len(sections) <= 10:
        raise GraphError(131009, "interactive.action.sections: between 1 and 10 sections are allowed")
    shown: list[dict[str, Any]] = []
    for section in sections:
        if not isinstance(section, dict):
            raise GraphError(100, "section must be an object")
        title = optional_text(section, "title", 24, "section")
        if len(sections) > 1 and not title:
            raise GraphError(131009, "section.title is required when there is more than one section")
        rows = field(section, "rows", "section")
        if not isinstance(rows, list) or not rows:
            raise GraphError(131009, "section.rows must hold at least one row")
        shown.append({"title": title, "rows": [_row(row) for row in rows]})
    every = [row for section in shown for row in section["rows"]]
    if len(every) > 10:
        raise GraphError(131009, f"Total row count exceed max allowed count: 10 (got {len(every)})")
    _unique([row["id"] for row in every], "Row ids")
    return "list", {**content, "button": label, "sections": shown}


def _row(row: Any) -> dict[str, str]:
    return {
        "id": text(row, "id", 200, "row"),
        "title": text(row, "title", 24, "row"),
        "description": optional_text(row, "description", 72, "row"),
    }


def _parameters(action: Any, name: str) -> Any:
    if field(action, "name", "interactive.action") != name:
        raise GraphError(131009, f"interactive.action.name must be {name}")
    return field(action, "parameters", "interactive.action")


def _cta_url(action: Any, content: dict[str, Any]) -> Shown:
    parameters = _parameters(action, "cta_url")
    label = text(parameters, "display_text", 20, "interactive.action.parameters")
    url = text(parameters, "url", 2000, "interactive.action.parameters")
    if not _URL.match(url):
        raise GraphError(131009, "interactive.action.parameters.url is not a valid URL")
    return "cta_url", {**content, "label": label, "url": url}


def _location_request(action: Any, content: dict[str, Any]) -> Shown:
    if field(action, "name", "interactive.action") != "send_location":
        raise GraphError(131009, "interactive.action.name must be send_location")
    return "location_request", content


def _flow(action: Any, content: dict[str, Any]) -> Shown:
    parameters = _parameters(action, "flow")
    where = "interactive.action.parameters"
    if str(field(parameters, "flow_message_version", where)) != "3":
        raise GraphError(131009, f"{where}.flow_message_version must be 3")
    if bool(parameters.get("flow_id")) == bool(parameters.get("flow_name")):
        raise GraphError(131009, f"{where} needs exactly one of flow_id and flow_name")
    label = text(parameters, "flow_cta", 20, where)
    token = str(parameters.get("flow_token") or "")
    return "flow", {**content, "label": label, "flow_token": token}
