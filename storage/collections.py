"""Every collection of the product: whose its documents are, and the indexes that its queries and its laws rest on.

An index's fields are written "field" or "-field" (descending). `unique` with `only` holds among the documents in
which each of those fields is a text that is not empty; a plain unique index is for fields that are always there.
`expire_after` (one datetime field) removes a document that long after the time in the field; without the field, never.
`carries` are fields that stand in the index beside its own, so that sums over them never open a document: a report
over a million of them reads the index alone.
`shared`: only several worker processes ask by it, which share a MongoDB; in SQLite, which one process owns, each write
would pay for an index that nobody reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

import msgspec

from storage.errors import BadQuery


class Index(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    fields: tuple[str, ...]
    unique: bool = False
    only: tuple[str, ...] = ()
    expire_after: timedelta | None = None
    carries: tuple[str, ...] = ()
    shared: bool = False

    def order(self) -> tuple[tuple[str, Literal[1, -1]], ...]:
        """(field, direction), with `_id` behind what is not unique, since every order ends with it; not behind what
        carries: that index is for sums, and smaller without."""
        keys: list[tuple[str, Literal[1, -1]]] = [
            (field[1:], -1) if field.startswith("-") else (field, 1) for field in self.fields
        ]
        if not self.unique and self.expire_after is None and not self.carries and keys[-1][0] != "_id":
            keys.append(("_id", keys[-1][1]))
        return tuple(keys)


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """`owner` is the field that names the org: "org" for most, "_id" for the orgs themselves, "" for what is shared."""

    name: str
    doc: str
    owner: Literal["org", "_id", ""] = "org"
    indexes: tuple[Index, ...] = ()


class Catalogue:
    """The declared collections by name."""

    def __init__(self, collections: Iterable[Collection]) -> None:
        self._by_name: Mapping[str, Collection] = MappingProxyType({item.name: item for item in collections})

    def __getitem__(self, name: str) -> Collection:
        try:
            return self._by_name[name]
        except (KeyError, TypeError):
            raise BadQuery(f"there is no collection {name!r}; there are {', '.join(self._by_name)}") from None

    def __iter__(self) -> Iterator[Collection]:
        return iter(self._by_name.values())


def _by(name: str, *fields: str) -> Index:
    return Index(name=name, fields=fields)


def _by_workers(name: str, *fields: str) -> Index:
    return Index(name=name, fields=fields, shared=True)


def _sums(name: str, *fields: str, carries: tuple[str, ...]) -> Index:
    return Index(name=name, fields=fields, carries=carries)


def _one(name: str, *fields: str, only: tuple[str, ...] = ()) -> Index:
    return Index(name=name, fields=fields, unique=True, only=only)


_EXPIRES = Index(name="expiry", fields=("expires_at",), expire_after=timedelta())

_PEOPLE = (
    Collection(
        name="orgs",
        doc="A business: name, zone, currency, languages, settings, channels, sealed secrets.",
        owner="_id",
    ),
    Collection(
        name="addresses",
        doc='Whose a number at a provider is, by "whatsapp:<phone number id>", and the account that it belongs to.',
        indexes=(_by("by_account", "account"),),
    ),
    Collection(
        name="users",
        doc="Who may sign in to the console.",
        owner="",
        indexes=(_one("email", "email_key", only=("email_key",)), _by("by_org", "org")),
    ),
    Collection(
        name="members",
        doc='Who works for a business, in which role; `_id` is "<org>/<user>".',
        indexes=(_by("by_user", "user"), _by("by_org", "org", "at")),
    ),
    Collection(
        name="sessions",
        doc="Who is signed in: the hash of a cookie's token, and until when.",
        owner="",
        indexes=(_by("by_user", "user", "-seen"), _EXPIRES),
    ),
    Collection(
        name="links",
        doc="Links that work once: invitations, new passwords, first sign-ins. `_id` is the hash of the token.",
        owner="",
        indexes=(_by("by_org", "org", "purpose"), _EXPIRES),
    ),
    Collection(
        name="attempts",
        doc="Failed sign-ins, counted for a while per person and per network address.",
        owner="",
        indexes=(_EXPIRES,),
    ),
    Collection(
        name="tokens",
        doc="Keys for programs; `_id` is the hash of the token.",
        indexes=(_by("by_org", "org", "-at"),),
    ),
    Collection(
        name="drafts",
        doc="What somebody has written of the YAML and not published, one for each person and file.",
        indexes=(_by("by_person", "org", "by", "-at"), _by("by_file", "org", "file", "-at")),
    ),
    Collection(
        name="proposals",
        doc="Drafts that wait for another person's approval.",
        indexes=(_by("by_state", "org", "state", "-at"),),
    ),
    Collection(
        name="audit",
        doc="Who did what in the console.",
        indexes=(_by("by_time", "org", "-at"), _by("by_actor", "org", "actor", "-at")),
    ),
    Collection(
        name="keys",
        doc="Wrapped keys: an org's, and each person's (see storage.vault).",
        indexes=(_by("by_kind", "kind"), _by("by_org", "org")),
    ),
    Collection(
        name="contacts",
        doc="A person as one business knows them: sealed personal data, keyed hashes to find them by.",
        indexes=(
            _one("phone", "org", "phone_key", only=("phone_key",)),
            _one("whatsapp", "org", "wa_key", only=("wa_key",)),
            _by("by_email", "org", "email_key"),
            _by("by_time", "org", "-at"),
        ),
    ),
    Collection(
        name="names",
        doc="Keyed hashes of the words of contacts' names, by which they are found (see crm.names).",
        indexes=(_by("by_key", "org", "key"), _by("by_contact", "org", "contact")),
    ),
    Collection(
        name="conversations",
        doc="A contact on a channel: the machines on its floor, who answers, the window.",
        indexes=(
            _by("by_contact", "org", "contact"),
            _by("by_last_in", "org", "-last_in"),
            _by("by_handler", "org", "handler", "-last_in"),
        ),
    ),
    Collection(
        name="messages",
        doc="What was said, either way: sealed text, status, cost.",
        indexes=(
            _one("provider", "org", "provider_id", only=("provider_id",)),
            _by("by_contact", "org", "contact", "-at"),
            _by("by_conversation", "org", "conversation", "-at"),
            _by("by_time", "org", "-at"),
        ),
    ),
    Collection(
        name="leads",
        doc="How far a contact has come, and its score.",
        indexes=(_by("by_contact", "org", "contact"), _by("by_stage", "org", "stage", "-score")),
    ),
    Collection(
        name="tasks",
        doc="What a person has to do: answer a customer, send a refund.",
        indexes=(_by("by_state", "org", "state", "-at"), _by("by_conversation", "org", "conversation", "state")),
    ),
    Collection(
        name="clicks",
        doc="A visit by a link or an ad, kept to credit what it brings.",
        indexes=(
            _by("by_contact", "org", "contact"),
            _by("by_code", "org", "code"),
            _by("by_time", "org", "-at"),
            _EXPIRES,
        ),
    ),
)

_TRADE = (
    Collection(
        name="offers",
        doc="What can be booked, its price, deposit and duration.",
        indexes=(_by("by_org", "org", "order"),),
    ),
    Collection(
        name="resources", doc="Who or what is booked: hours, breaks, capacity.", indexes=(_by("by_org", "org"),)
    ),
    Collection(
        name="bookings",
        doc="An appointment or a stay.",
        indexes=(
            _one("ref", "org", "ref", only=("ref",)),
            _by("by_contact", "org", "contact", "start"),
            _by("by_start", "org", "start"),
            _by("by_state", "org", "state", "start"),
            _by("by_resource", "org", "resource", "start"),
            _by("by_end", "org", "kind", "end"),  # what occupies a day: see bookings.stock
        ),
    ),
    Collection(
        name="slots_taken",
        doc='A unit of a resource\'s time; `_id` is "<resource>/<unit>/<start minute>", so that nobody holds it twice.',
        indexes=(_by("by_booking", "org", "booking"), _by("by_resource", "org", "resource", "start")),
    ),
    Collection(
        name="payments",
        doc="A payment intended, and what became of it.",
        indexes=(
            _one("receipt", "receipt", only=("receipt",)),
            _one("checkout", "checkout_id", only=("checkout_id",)),
            _by("by_callback", "callback"),
            _by("by_contact", "org", "contact", "-at"),
            _by("by_booking", "org", "booking"),
            _by("by_state", "org", "state", "at"),
        ),
    ),
)

_LOOP = (
    Collection(
        name="definitions",
        doc="Published YAML, named by the hash of its content.",
        indexes=(_by("by_name", "org", "name", "-at"),),
    ),
    Collection(name="pointers", doc="Which release is in force for an org, and where its log of publications ends."),
    Collection(
        name="publishing",
        doc="What a publication leaves to be done: machines to move, versions to drain, folders to read again.",
        indexes=(_by("by_state", "state", "at"), _by("by_org", "org", "state")),
    ),
    Collection(
        name="machines",
        doc="A running machine: its snapshot.",
        indexes=(
            _by("by_contact", "org", "contact"),
            _by("by_definition", "org", "definition", "state"),
            # who runs which version, and where they stand: counted before a swap, found to be moved after it
            _by("by_root", "status", "root", "callers", "state", "org"),
        ),
    ),
    Collection(
        name="journal",
        doc="Each transition, chained by hash.",
        indexes=(
            _one("machine_seq", "org", "machine", "seq"),
            _by("by_time", "org", "-at"),
            # what the console's journal is searched by
            _by("by_event", "org", "event", "-at"),
            _by("by_definition", "org", "definition", "-at"),
        ),
    ),
    Collection(
        name="timers",
        doc="What falls due for a machine.",
        indexes=(_by("by_due", "state", "due", "order"), _by("by_machine", "org", "machine"), _EXPIRES),
    ),
    Collection(
        name="outbox",
        doc="Actions to carry out.",
        indexes=(
            _by("by_due", "state", "due"),
            _by_workers("by_lane", "lane", "state"),
            _EXPIRES,
        ),
    ),
    Collection(
        name="inbox",
        doc="Events that arrived.",
        indexes=(
            _by_workers("by_lane", "lane", "state", "at", "order"),
            _by("by_state", "state", "at", "order"),
            _EXPIRES,
        ),
    ),
    Collection(
        name="decisions",
        doc="What tables answered outside of machines, with their facts.",
        indexes=(_by("by_org", "org"), _EXPIRES),
    ),
    Collection(name="idempotency", doc="What was done under which key.", indexes=(_EXPIRES,)),
)

_TOLD = (
    Collection(
        name="webhook_deliveries",
        doc="What other programs were told, and what became of it: to whom, when, how often, without what it said.",
        indexes=(_by("by_time", "org", "-at"), _EXPIRES),
    ),
)

_ADS = (
    Collection(
        name="campaigns",
        doc="An ad campaign: offer, platform, caps, and the ledger of what it may be spending.",
        indexes=(_by("by_time", "org", "-at"), _by("by_state", "org", "state", "-at")),
    ),
    Collection(
        name="variations",
        doc="An angle of a campaign with its own budget, as we believe it stands on the platform.",
        indexes=(_by("by_campaign", "org", "campaign", "angle"),),
    ),
    Collection(
        name="ad_intents",
        doc="A change wanted on a platform, stored before it is made: the state before, why, who approved, what came.",
        indexes=(
            _by("by_campaign", "org", "campaign", "-at"),
            _by("by_variation", "org", "variation", "-at"),
            _by("by_state", "org", "state", "-at"),
        ),
    ),
    Collection(
        name="ad_accounts",
        doc='A business\'s account on an ad platform; `_id` is "<org>/<platform>", credentials sealed.',
        indexes=(_by("by_org", "org"),),
    ),
    Collection(
        name="ad_events",
        doc="What the server itself measured on the way from an ad to money: each thing once.",
        indexes=(
            _by("by_contact", "org", "contact", "at"),
            # what reports sum up: by the hour it came, and by the hour of the click that it is owed to
            _sums("by_time", "org", "at", carries=("tally", "net")),
            _sums("by_cohort", "org", "cohort", carries=("tally", "net")),
            _sums("by_campaign", "org", "campaign", "cohort", carries=("at", "tally", "net")),
            _sums("by_variation", "org", "variation", "cohort", carries=("at", "tally", "net")),
            Index(name="by_visit", fields=("org", "visit"), only=("visit",)),
            Index(name="by_person", fields=("org", "who"), only=("who",)),
            _EXPIRES,
        ),
    ),
    Collection(
        name="ad_hours",
        doc="What a platform reports of a variation in one hour, with what it reported before.",
        indexes=(_by("by_variation", "org", "variation", "hour"), _by("by_hour", "org", "hour")),
    ),
    Collection(
        name="ad_reach",
        doc='How many people an account says that each ad set reached, as asked last; `_id` is "<org>/<platform>".',
        indexes=(_by("by_org", "org"),),
    ),
    Collection(
        name="ad_pages",
        doc='What the look at a landing page came to; `_id` is "<org>/<offer>/<platform>".',
        indexes=(_by("by_org", "org"),),
    ),
    Collection(
        name="assets",
        doc='A picture or video for ads; `_id` is "<org>/<sha256>", so that the same content is kept once.',
        indexes=(_by("by_time", "org", "-at"),),
    ),
)

COLLECTIONS = Catalogue((*_PEOPLE, *_TRADE, *_TOLD, *_ADS, *_LOOP))
