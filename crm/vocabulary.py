"""What YAML may ask of the crm room. Declarations only; `crm.verbs` carries them out."""

from __future__ import annotations

from engine.registry import Ambient, Arg, EventKind, Record, Role, Verb, Vocabulary

BUSINESS = Record(
    name="business",
    fields={
        "id": "text", "name": "text", "zone": "text", "currency": "text", "languages": "list of text",
        "phone": "phone", "address": "text", "map_url": "text", "review_url": "text", "agent_phone": "phone",
    },
    doc="The business that speaks. What its owner has not filled in is not known.",
)  # fmt: skip
CONTACT = Record(
    name="contact",
    fields={
        "id": "text", "first_name": "text", "name": "text", "language": "text", "phone": "phone",
        "paying_phone": "phone", "email": "email", "opted_out": "yes_no", "visits": "number", "known": "yes_no",
        "came_by": "text",
    },
    doc="The person the machine is about. `phone` may be unknown (a WhatsApp username), and is not `paying_phone`, "
    "which they gave or confirmed. `known`: we know their name. `came_by`: what brought them here just now: ad, link, "
    "widget or qr; else empty.",
)  # fmt: skip

_TEXT = Arg(type="text", required=False)

VOCABULARY = Vocabulary(
    roles=(Role(name="starter", doc="For a flow: the machine that began it with `flows.start`."),),
    records=(BUSINESS, CONTACT),
    ambients=(
        Ambient(name="business", type="business", doc="The business that speaks."),
        Ambient(name="contact", type="contact", doc="The person that the machine is about."),
    ),
    verbs=(
        Verb(
            name="contacts.opt_out",
            sort="change",
            doc="They want nothing more from us: from now on the dispatcher sends answers only.",
        ),
        Verb(name="contacts.opt_in", sort="change", doc="They want to hear from us again."),
        Verb(
            name="contacts.update",
            sort="change",
            args={
                "name": _TEXT,
                "paying_phone": Arg(type="phone", required=False, doc="The M-Pesa number that they pay from."),
                "language": _TEXT,
                "email": Arg(type="email", required=False),
            },
            answers={"contacts.refused": {"field": "text"}},
            doc="Keep what they told us about themselves. What has not the shape of a phone or address is refused.",
        ),
        Verb(
            name="leads.note",
            sort="change",
            args={
                "event": Arg(type="text", literal=True, doc="What happened, in a word: asked, booked, paid, no_show."),
                "value": Arg(type="any", required=False, doc="A number or an amount that goes with it."),
            },
            doc="Tell the contact's lead machine what happened; it hears `lead.noted`. Starts it if need be.",
        ),
        Verb(
            name="leads.score",
            sort="change",
            args={"score": Arg(type="number"), "stage": Arg(type="text", required=False, literal=True)},
            doc="Write down what the lead's lifecycle found.",
        ),
        Verb(
            name="flows.start",
            sort="change",
            args={
                "flow": Arg(type="text", literal=True, doc="The flow's name."),
                "booking": Arg(type="booking", required=False),
                "payment": Arg(type="payment", required=False),
                "offer": Arg(type="offer", required=False),
                "amount": Arg(type="money", required=False),
                "note": Arg(type="text", required=False),
            },
            doc="Start a flow with the contact, on top of their conversation, in their language. What is given becomes "
            "its `takes`.",
        ),
        Verb(
            name="handoff.request",
            sort="change",
            args={
                "reason": Arg(
                    type="text", required=False, literal=True, doc="What the person who takes over should know."
                )
            },
            doc="Give the conversation to a person, with a task. This step may still say so; then the bot is silent.",
        ),
        Verb(
            name="handoff.close",
            sort="change",
            doc="The bot answers again; what else waits in the conversation hears `handoff.closed`.",
        ),
    ),
    events=(
        EventKind(name="handoff.closed", doc="The person gave the conversation back."),
        EventKind(
            name="lead.noted",
            fields={"event": "text", "value": "any"},
            doc="For the lead's lifecycle: `leads.note` was called.",
        ),
    ),
)
