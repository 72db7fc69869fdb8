"""What YAML may ask of the channels, and what it may hear from them."""

from __future__ import annotations

from engine.registry import Arg, EventKind, Verb, Vocabulary

_FAILED = {"message.failed": {"reason": "text", "code": "number"}}
_CATEGORY = Arg(
    type="text", required=False, one_of=("service", "utility", "marketing"), doc="How it counts. Default: utility."
)

VERBS = (
    Verb(
        name="channels.send",
        sort="action",
        doc="Sends what a step says and asks. The runtime asks for it by itself: use `say` and `ask`.",
        args={
            "text": Arg(type="text"),
            "language": Arg(type="text", required=False),
            "choices": Arg(type="list of record", required=False),
            "expects": Arg(type="text", required=False),
            "category": Arg(type="text", required=False),
            "flow": Arg(type="text", required=False),
            "keys": Arg(type="list of text", required=False),
        },
        answers=_FAILED,
        messages_person=True,
    ),
    Verb(
        name="messages.send_template",
        sort="action",
        doc="Sends an approved template, also outside of the 24-hour window.",
        args={
            "template": Arg(type="text", literal=True, doc="Its name at the provider."),
            "with": Arg(type="list of text", required=False, doc="Its body parameters, in order."),
            "category": _CATEGORY,
        },
        answers=_FAILED,
        messages_person=True,
    ),
    Verb(
        name="messages.send_link",
        sort="action",
        doc="Sends a text with a button that opens a web page.",
        args={
            "text": Arg(type="text"),
            "url": Arg(type="text"),
            "label": Arg(type="text", required=False, doc="On the button, 20 characters at most."),
            "category": _CATEGORY,
        },
        answers=_FAILED,
        messages_person=True,
    ),
    Verb(
        name="messages.ask_location",
        sort="action",
        doc="Asks for the person's location with a button.",
        args={"text": Arg(type="text")},
        answers=_FAILED,
        messages_person=True,
    ),
    Verb(
        name="messages.send_file",
        sort="action",
        doc="Sends a file: its content, or an address to fetch it from.",
        args={
            "filename": Arg(type="text"),
            "mime_type": Arg(type="text", required=False),
            "content": Arg(type="text", required=False),
            "url": Arg(type="text", required=False),
            "text": Arg(type="text", required=False, doc="The caption."),
            "category": _CATEGORY,
        },
        answers=_FAILED,
        messages_person=True,
    ),
)

EVENTS = (
    EventKind(
        name="message.reacted",
        fields={"target": "text", "emoji": "text"},
        doc="The person put an emoji on a message, or (emoji empty) took it back.",
    ),
    EventKind(name="message.edited", fields={"target": "text", "text": "text"}, doc="The person changed a message."),
    EventKind(name="message.revoked", fields={"target": "text"}, doc="The person deleted a message."),
    EventKind(name="identity.changed", fields={"system": "record"}, doc="The person has another phone or user id."),
    EventKind(
        name="preference.changed",
        fields={"category": "text", "value": "text", "detail": "text"},
        doc="The person stopped or resumed promotions inside of WhatsApp.",
    ),
)

VOCABULARY = Vocabulary(verbs=VERBS, events=EVENTS)
