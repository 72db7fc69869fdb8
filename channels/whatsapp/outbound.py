"""From a message to the bodies that the Graph API takes, in the fewest requests, within its limits (facts, 1.9).

Up to three short choices become buttons, up to ten a list, more a numbered text (or pages of a list).
A text that is too long is broken at a paragraph, and what can be tapped goes last. Pure.
"""

from __future__ import annotations

from typing import Any

from channels.channel import Part
from channels.outgoing import File, Option, OutgoingMessage, Template
from channels.text import length, split, truncate

TEXT = 4096
BODY = 1024  # of buttons, CTA, location request, captions
LIST_BODY = 4096
BUTTONS, BUTTON_TITLE, BUTTON_ID = 3, 20, 256
ROWS, ROW_TITLE, ROW_DESCRIPTION, ROW_ID = 10, 24, 72, 200
CTA_LABEL = 20
CAPTION = 1024
PARAMETER = 1024
CALLBACK_DATA = 512

_CHOOSE = {"en": "Choose", "sw": "Chagua"}
_MORE_ROW = {"en": "More…", "sw": "Zaidi…"}


def parts(message: OutgoingMessage) -> tuple[Part, ...]:
    """The requests that say the message, in order; each `body` still lacks whom it is for."""
    if message.template is not None:
        return (_template(message.template, message.text),)
    if message.file is not None:
        return _file(message, message.file)
    if message.choices:
        return _choices(message)
    if message.link is not None:
        return _link(message)
    if message.ask_location:
        *before, last = _with_tail(message.text, BODY)
        asking = _interactive("location_request_message", last, {"name": "send_location"})
        return (*_texts(before), asking)
    return _texts(split(message.text, TEXT))


def as_text(message: OutgoingMessage) -> tuple[Part, ...]:
    """The same in words alone: where interactive messages are blocked."""
    text = message.text
    if message.choices:
        text = f"{text}\n\n{_numbered(message.choices)}"
    if message.link is not None:
        text = f"{text}\n\n{message.link.url}"
    return _texts(split(text, TEXT))


def read_body(message_id: str, *, typing: bool = False) -> dict[str, Any]:
    """Marks a message (and those before it) as read; `typing` shows that an answer is on its way, for 25 s at most."""
    body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}
    if typing:
        body["typing_indicator"] = {"type": "text"}
    return body


def _choices(message: OutgoingMessage) -> tuple[Part, ...]:
    choices = message.choices
    if len({choice.id for choice in choices}) < len(choices) or any(length(choice.id) > ROW_ID for choice in choices):
        return as_text(message)  # ids that WhatsApp would refuse; the person answers in words
    if _fit_buttons(message):
        return (_buttons(message.text, choices),)
    if len(choices) <= ROWS:
        return _list(message, choices, more=None)
    if message.more:
        return _page(message)
    return as_text(message)


def _fit_buttons(message: OutgoingMessage) -> bool:
    choices = message.choices
    titles = {choice.label.strip().casefold() for choice in choices}
    return (
        len(choices) <= BUTTONS
        and len(titles) == len(choices)
        and all(length(choice.label.strip()) <= BUTTON_TITLE and not choice.description for choice in choices)
        and length(message.text) <= BODY
    )


def _buttons(text: str, choices: tuple[Option, ...]) -> Part:
    buttons = [{"type": "reply", "reply": {"id": choice.id, "title": choice.label.strip()}} for choice in choices]
    return _interactive("button", text, {"buttons": buttons})


def _list(message: OutgoingMessage, choices: tuple[Option, ...], more: dict[str, str] | None) -> tuple[Part, ...]:
    *before, last = _with_tail(message.text, LIST_BODY)
    rows = [_row(choice) for choice in choices] + ([more] if more else [])
    action = {"button": _CHOOSE.get(message.language, _CHOOSE["en"]), "sections": [{"rows": rows}]}
    return (*_texts(before), _interactive("list", last, action))


def _row(choice: Option) -> dict[str, str]:
    """A label that is too long for the title stands whole in the description."""
    label = choice.label.strip()
    title = truncate(label, ROW_TITLE)
    row = {"id": choice.id, "title": title}
    description = choice.description.strip()
    if title != label:
        description = f"{label} · {description}" if description else label
    if description:
        row["description"] = truncate(description, ROW_DESCRIPTION)
    return row


def _page(message: OutgoingMessage) -> tuple[Part, ...]:
    """Nine choices and "More…", until ten or fewer are left."""
    first = max(0, message.page) * (ROWS - 1)
    left = message.choices[first:]
    if len(left) <= ROWS:
        return _list(message, left or message.choices[:ROWS], more=None)
    title = _MORE_ROW.get(message.language, _MORE_ROW["en"])
    return _list(message, left[: ROWS - 1], more={"id": f"{message.more}{message.page + 1}", "title": title})


def _numbered(choices: tuple[Option, ...]) -> str:
    return "\n".join(
        f"{place}. {choice.label}" + (f" – {choice.description}" if choice.description else "")
        for place, choice in enumerate(choices, start=1)
    )


def _link(message: OutgoingMessage) -> tuple[Part, ...]:
    link = message.link
    if link is None or length(message.text) > BODY:
        return as_text(message)  # one text with the address costs less than a text and a button
    parameters = {"display_text": truncate(link.label, CTA_LABEL), "url": link.url}
    return (_interactive("cta_url", message.text, {"name": "cta_url", "parameters": parameters}),)


def _file(message: OutgoingMessage, file: File) -> tuple[Part, ...]:
    kind = _media_kind(file.mime_type)
    captioned = kind != "audio" and length(message.text) <= CAPTION
    media: dict[str, Any] = {"link": file.url} if file.url else {}
    if kind == "document":
        media["filename"] = file.filename
    if captioned and message.text.strip():
        media["caption"] = message.text
    body = {"type": kind, kind: media}
    part = Part(text=message.text if captioned else "", body=body, upload=None if file.url else file)
    return (part,) if captioned else (*_texts(split(message.text, TEXT)), part)


def _media_kind(mime_type: str) -> str:
    """WhatsApp shows few formats inline; everything else travels as a document."""
    mime = mime_type.partition(";")[0].strip().lower()
    if mime in ("image/jpeg", "image/png"):
        return "image"
    if mime in ("video/mp4", "video/3gpp"):
        return "video"
    if mime in ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg"):
        return "audio"
    return "document"


def _template(template: Template, text: str) -> Part:
    parameters = [{"type": "text", "text": _parameter(value)} for value in template.parameters]
    body: dict[str, Any] = {"name": template.name, "language": {"code": template.language or "en"}}
    if parameters:
        body["components"] = [{"type": "body", "parameters": parameters}]
    shown = text or " · ".join((template.name, *template.parameters))
    return Part(text=shown, body={"type": "template", "template": body}, template=template.name)


def _parameter(value: str) -> str:
    """Meta refuses empty parameters, line breaks and runs of blanks inside of one."""
    return truncate(" ".join(value.split()), PARAMETER) or "–"


def _interactive(type: str, text: str, action: dict[str, Any]) -> Part:
    interactive = {"type": type, "body": {"text": text}, "action": action}
    return Part(text=text, body={"type": "interactive", "interactive": interactive})


def _texts(pieces: list[str] | tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(
        Part(text=piece, body={"type": "text", "text": {"body": piece, "preview_url": "https://" in piece}})
        for piece in pieces
    )


def _with_tail(text: str, limit: int) -> list[str]:
    """The text in few pieces, the last of which fits beside what can be tapped."""
    if length(text) <= limit:
        return [text]
    paragraphs = text.strip().split("\n\n")
    tail: list[str] = []
    while paragraphs and length("\n\n".join([paragraphs[-1], *tail])) <= limit:
        tail.insert(0, paragraphs.pop())
    if not tail:
        *whole, last = split(paragraphs.pop(), limit)
        paragraphs.extend(whole)
        tail = [last]
    return [*split("\n\n".join(paragraphs), TEXT), "\n\n".join(tail)]
