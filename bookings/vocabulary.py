"""What YAML may ask of the bookings room. Declarations only; `bookings.verbs` carries them out."""

from __future__ import annotations

from engine.registry import Arg, EventKind, Record, Role, Verb, Vocabulary

_OFFER = Arg(type="offer", doc="What is booked.")
_OFFERED = Arg(type="offer", required=False, doc="What is to be booked; or else `booking`.")
_MOVED = Arg(
    type="booking", required=False, doc="Instead of an offer: the booking to move; its own place counts as free."
)
_SLOT = Arg(type="slot", required=False, doc="A free slot, as the customer picked it.")
_AT = Arg(type="datetime", required=False, doc="Instead of a slot: the very moment that the customer typed.")
_NIGHTS = Arg(type="number", required=False, doc="How many nights, for offers by the night.")
_BOOKING = Arg(type="booking", required=False, doc="Which booking; without it, the one that this machine holds.")
_ONE = {"booking": "booking"}

OFFER = Record(
    name="offer",
    fields={
        "id": "text", "name": "text", "description": "text", "price": "money", "deposit": "money",
        "duration": "duration", "resources": "list of text", "unit": "text",
    },
    doc='Something that can be booked. `unit` is "time" or "night"; a night\'s price is per night.',
    describe="description",
)  # fmt: skip
SLOT = Record(
    name="slot",
    fields={
        "id": "text", "start": "datetime", "end": "datetime", "resource": "text", "label": "text", "offer": "text",
    },
    doc="A time that was free when it was shown. Only `bookings.hold` makes it theirs.",
    label="label",
)  # fmt: skip
DAY = Record(
    name="day",
    fields={
        "id": "text", "date": "date", "label": "text", "free": "number", "description": "text", "first": "datetime",
    },
    doc="A day with room: how many times are free on it, and the first of them.",
    label="label",
    describe="description",
)  # fmt: skip
BOOKING = Record(
    name="booking",
    fields={
        "id": "text", "ref": "text", "offer": "text", "offer_name": "text", "start": "datetime", "end": "datetime",
        "resource_name": "text", "price": "money", "deposit": "money", "state": "text", "paid": "money",
        "held_until": "datetime", "label": "text",
    },
    doc="A slot that is someone's: held, confirmed, attended, no_show, cancelled or released.",
    label="label",
    describe="offer_name",
)  # fmt: skip

VOCABULARY = Vocabulary(
    roles=(
        Role(name="booking", doc="The booking that this machine holds, pays for or talks about."),
        Role(name="conversation", doc="For a booking: the flow that held it."),
    ),
    records=(OFFER, SLOT, DAY, BOOKING),
    verbs=(
        Verb(name="offers.active", sort="question", returns="list of offer", doc="What can be booked, in order."),
        Verb(
            name="bookings.days",
            sort="question",
            returns="list of day",
            args={"offer": _OFFERED, "booking": _MOVED, "nights": _NIGHTS},
            doc="The next days with room, at most nine.",
        ),
        Verb(
            name="bookings.free_slots",
            sort="question",
            returns="list of slot",
            args={
                "offer": _OFFERED,
                "booking": _MOVED,
                "day": Arg(type="date", required=False, doc="Only that day, spread over it."),
                "near": Arg(type="datetime", required=False, doc="That very time if free, else the nearest."),
                "nights": _NIGHTS,
            },
            doc="Free slots in order of time, at most nine; the soonest without a day or time. A time outranks a day.",
        ),
        Verb(
            name="bookings.upcoming",
            sort="question",
            returns="list of booking",
            doc="This contact's bookings that lie ahead, at most nine.",
        ),
        Verb(
            name="bookings.hold",
            sort="change",
            args={"offer": _OFFER, "slot": _SLOT, "at": _AT, "nights": _NIGHTS},
            answers={"bookings.held": _ONE, "bookings.taken": {}},
            doc="Take a slot for as long as the business holds one. An earlier hold of this machine is given back. "
            "Starts the lifecycle `booking` and links it as `booking`.",
        ),
        Verb(
            name="bookings.confirm",
            sort="change",
            args={"booking": _BOOKING, "paid": Arg(type="money", required=False, doc="What was paid for it.")},
            answers={"bookings.confirmed": _ONE, "bookings.taken": {}},
            doc="The slot is theirs. A hold that ran out is taken again if it is still free; `bookings.taken` if not.",
        ),
        Verb(
            name="bookings.release",
            sort="change",
            args={"booking": _BOOKING},
            doc="Give a held slot back. A booking that is not held stays as it is.",
        ),
        Verb(
            name="bookings.cancel",
            sort="change",
            args={
                "booking": _BOOKING,
                "reason": Arg(type="text", required=False, doc="In the customer's words."),
                "by": Arg(type="text", required=False, one_of=("customer", "business"), doc="customer, if not said."),
            },
            answers={
                "bookings.cancelled": {"booking": "booking", "refund": "money", "kept": "money"},
                "bookings.refused": {"reason": "text"},
            },
            doc="Cancel, and split what was paid by the deposit policy. A refund becomes a task for a person.",
        ),
        Verb(
            name="bookings.move",
            sort="change",
            args={"booking": _BOOKING, "slot": _SLOT, "at": _AT},
            answers={"bookings.moved": _ONE, "bookings.taken": {}, "bookings.refused": {"reason": "text"}},
            doc="Move to another slot. Refused as too_late, too_often (by the policy), over or cancelled.",
        ),
        Verb(
            name="bookings.mark",
            sort="change",
            args={"booking": _BOOKING, "as": Arg(type="text", one_of=("attended", "no_show"), doc="What happened.")},
            doc="Whether the customer came. A visit counts for the contact.",
        ),
    ),
    events=(
        EventKind(name="booking.confirmed", fields=_ONE, doc="For the booking's lifecycle."),
        EventKind(
            name="booking.moved",
            fields={**_ONE, "by_hand": "yes_no"},
            doc="For the booking's lifecycle: its times changed. `by_hand`: the business did it, outside of any flow.",
        ),
        EventKind(
            name="booking.cancelled",
            fields={"booking": "booking", "refund": "money", "kept": "money", "by": "text", "by_hand": "yes_no"},
            doc="For the booking's lifecycle. `by` is customer or business; `by_hand`: the business did it, outside of "
            "any flow.",
        ),
        EventKind(name="booking.released", fields=_ONE, doc="For the booking's lifecycle: the hold was given back."),
        EventKind(
            name="bookings.expired",
            fields=_ONE,
            told=True,
            doc="For the conversation: nobody paid while the slot was held.",
        ),
        EventKind(name="booking.attended", fields=_ONE, doc="For the booking's lifecycle."),
        EventKind(name="booking.no_show", fields=_ONE, doc="For the booking's lifecycle."),
    ),
)
