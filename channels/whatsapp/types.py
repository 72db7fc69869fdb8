"""What a WhatsApp webhook says, once read: people, messages, statuses, notices.

Everything is a frozen value with a default for whatever the wire left out; `raw` keeps the item as it
came, so that a type that is new today can be read tomorrow.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Raw = dict[str, Any]

Kind = Literal[
    "text",
    "choice",  # a reply button, a list row, or a template's quick reply
    "form",  # a completed Flow
    "image",
    "video",
    "document",
    "audio",
    "sticker",
    "location",
    "contacts",
    "reaction",
    "edit",
    "revoke",
    "order",
    "system",
    "unsupported",  # WhatsApp could not give us what the person sent
    "broken",  # of a known type, but without its content
    "unknown",  # of a type that we do not know
]


class Number(msgspec.Struct, frozen=True, kw_only=True):
    """The business number that the webhook is about. `id` is what a tenant is found by."""

    id: str = ""
    display: str = ""
    account: str = ""  # WABA id


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who a message is from. `phone` may be empty (usernames); `user_id` is scoped to the business portfolio.

    `phone` is the wa_id: digits with country code, no plus. It is "" rather than anything that is not digits.
    """

    phone: str = ""
    user_id: str = ""
    parent_user_id: str = ""
    username: str = ""
    name: str = ""

    @property
    def key(self) -> str:
        """The identity to order and look up by."""
        return self.user_id or self.phone


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """An error that Meta reports inside of a webhook. Branch on `code`; titles will go away."""

    code: int = 0
    title: str = ""
    message: str = ""
    details: str = ""
    href: str = ""


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What a message answers. `to` is a wamid; a reader must not rely on any `from` in it."""

    to: str = ""
    forwarded: bool = False
    often_forwarded: bool = False
    product: str = ""
    catalog: str = ""


class Referral(msgspec.Struct, frozen=True, kw_only=True):
    """The ad or post that the person came from. `ctwa_clid` may be missing (posts, privacy)."""

    source_type: str = ""
    source_id: str = ""
    source_url: str = ""
    headline: str = ""
    body: str = ""
    media_type: str = ""
    media_url: str = ""
    thumbnail_url: str = ""
    ctwa_clid: str = ""
    welcome_message: str = ""


class Picked(msgspec.Struct, frozen=True, kw_only=True):
    """A choice that was tapped: our id, and the title as the person saw it."""

    id: str = ""
    title: str = ""
    description: str = ""
    by: Literal["button", "list", "template"] = "button"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A completed Flow: `values` are its fields. iOS leaves the token out at times."""

    name: str = ""
    token: str = ""
    values: Raw = {}
    readable: bool = True  # False when response_json was not a JSON object


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """A file. `id` is fetched in two steps and expires after seven days; newer payloads add `url`."""

    id: str = ""
    mime_type: str = ""
    sha256: str = ""
    url: str = ""
    filename: str = ""
    voice: bool = False
    animated: bool = False


class Location(msgspec.Struct, frozen=True, kw_only=True):
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""
    url: str = ""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A shared contact. `phones` as written, `wa_ids` those that WhatsApp knows."""

    name: str = ""
    phones: tuple[str, ...] = ()
    wa_ids: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    requested: bool = False  # the answer to REQUEST_CONTACT_INFO: the person's own


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an order. `price` is Meta's number in the currency's major unit, kept as text (no float money)."""

    product: str = ""
    quantity: int = 0
    price: str = ""
    currency: str = ""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    catalog: str = ""
    note: str = ""
    items: tuple[Item, ...] = ()


class System(msgspec.Struct, frozen=True, kw_only=True):
    """A change of the person's identity. The new phone or user id, where given."""

    change: str = ""  # user_changed_number, user_changed_user_id, customer_identity_changed, ...
    body: str = ""
    phone: str = ""
    user_id: str = ""
    parent_user_id: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One `messages[]` item. `text` is what the person said in words, whatever the type: a body, title or caption.

    `target` is the wamid that a reaction, edit or revoke is about.
    """

    id: str
    number: Number
    sender: Person
    type: str  # as on the wire
    kind: Kind
    at: datetime | None = None
    text: str = ""
    picked: Picked | None = None
    form: Form | None = None
    media: Media | None = None
    location: Location | None = None
    cards: tuple[Card, ...] = ()
    emoji: str = ""  # of a reaction; "" takes it back
    target: str = ""
    order: Order | None = None
    system: System | None = None
    reply: Reply | None = None
    referral: Referral | None = None
    group: str = ""
    problems: tuple[Problem, ...] = ()
    raw: Raw = {}


class Pricing(msgspec.Struct, frozen=True, kw_only=True):
    """What Meta says that a message costs: never an amount, only the class that it is charged by."""

    billable: bool | None = None
    model: str = ""  # PMP
    type: str = ""  # regular, free_customer_service, free_entry_point
    category: str = ""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """One `statuses[]` item: what became of a message that we sent. `ref` is our own biz_opaque_callback_data."""

    id: str
    number: Number
    status: str
    at: datetime | None = None
    recipient: Person = Person()
    ref: str = ""
    pricing: Pricing | None = None
    conversation: str = ""
    free_entry_until: datetime | None = None
    group: bool = False
    problems: tuple[Problem, ...] = ()
    raw: Raw = {}

    @property
    def key(self) -> str:
        """What a repeated delivery is recognised by."""
        return f"{self.id}:{self.status}:{self.recipient.key}" if self.group else f"{self.id}:{self.status}"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """A change of another field (templates, account, quality, preferences), or one that we do not know."""

    field: str
    account: str
    number: Number
    known: bool
    value: Any = None


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something in the payload that is not as it should be: where it stands, and why it was set aside."""

    where: str  # "entry[0].changes[1].value.messages[0]"
    reason: str
    raw: Any = None
    number: Number = Number()


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    messages: tuple[Message, ...] = ()
    statuses: tuple[Status, ...] = ()
    others: tuple[Notice, ...] = ()
    problems: tuple[Fault, ...] = ()
