"""A webhook's JSON, read whole: every entry, change, message and status, and whatever else came along.

Pure and total: any JSON value gives a `Parsed`; what cannot be read is listed in `problems` with its
place. One POST may carry several tenants, so each item names its own number. Facts: protocols.md 1.4-1.7.
"""

from __future__ import annotations

from typing import Any

from channels.whatsapp.contents import read_content
from channels.whatsapp.fields import digits, items, mapping, maybe_yes, moment, whole, word, yes
from channels.whatsapp.types import (
    Fault,
    Message,
    Notice,
    Number,
    Parsed,
    Person,
    Pricing,
    Problem,
    Referral,
    Reply,
    Status,
)

NOTICES = frozenset(
    {
        "message_template_status_update",
        "message_template_quality_update",
        "message_template_components_update",
        "template_category_update",
        "account_update",
        "account_alerts",
        "account_review_update",
        "business_capability_update",
        "phone_number_quality_update",
        "phone_number_name_update",
        "user_preferences",
        "smb_message_echoes",
        "user_id_update",
        "business_username_updates",
        "standby",
        "messaging_handovers",
        "flows",
        "calls",
        "security",
    }
)


def parse(payload: Any) -> Parsed:
    """Everything that the payload says, in the order in which it says it."""
    if not isinstance(payload, dict):
        return Parsed(problems=(Fault(where="", reason="the body is not a JSON object", raw=payload),))
    if payload.get("object") != "whatsapp_business_account":
        fault = Fault(where="object", reason=f"not a WhatsApp webhook: {word(payload, 'object')!r}", raw=payload)
        return Parsed(problems=(fault,))
    reading = _Reading()
    if not isinstance(payload.get("entry"), list):
        reading.problems.append(Fault(where="entry", reason="not an array", raw=payload))
    for place, entry in items(payload, "entry"):
        reading.entry(f"entry[{place}]", entry)
    return Parsed(
        messages=tuple(reading.messages),
        statuses=tuple(reading.statuses),
        others=tuple(reading.others),
        problems=tuple(reading.problems),
    )


class _Reading:
    """What was found so far."""

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self.statuses: list[Status] = []
        self.others: list[Notice] = []
        self.problems: list[Fault] = []

    def entry(self, where: str, entry: Any) -> None:
        if not isinstance(entry, dict) or not isinstance(entry.get("changes"), list):
            self.problems.append(Fault(where=where, reason="an entry without changes", raw=entry))
            return
        for place, change in items(entry, "changes"):
            self._change(f"{where}.changes[{place}]", change, word(entry, "id"))

    def _change(self, where: str, change: Any, account: str) -> None:
        if not isinstance(change, dict):
            self.problems.append(Fault(where=where, reason="a change that is not an object", raw=change))
            return
        field, value = word(change, "field"), change.get("value")
        number = _number(value, account)
        if field != "messages":
            known = field in NOTICES
            self.others.append(Notice(field=field, account=account, number=number, known=known, value=value))
            return
        if not isinstance(value, dict):
            self.problems.append(Fault(where=f"{where}.value", reason="not an object", raw=change, number=number))
            return
        self._messages(f"{where}.value", value, number)

    def _messages(self, where: str, value: dict[str, Any], number: Number) -> None:
        if not any(isinstance(value.get(key), list) for key in ("messages", "statuses", "errors")):
            self.problems.append(
                Fault(where=where, reason="neither messages, statuses nor errors", raw=value, number=number)
            )
            return
        people = [person for _, entry in items(value, "contacts") if (person := _person(entry))]
        beside = problems_of(value)
        for place, item in items(value, "messages"):
            at = f"{where}.messages[{place}]"
            message = _message(item, number, people, beside)
            if message is None:
                self.problems.append(Fault(where=at, reason="a message without an id", raw=item, number=number))
            else:
                self.messages.append(message)
        for place, item in items(value, "statuses"):
            status = _status(item, number, beside)
            if status is None:
                at = f"{where}.statuses[{place}]"
                self.problems.append(Fault(where=at, reason="a status without an id", raw=item, number=number))
            else:
                self.statuses.append(status)
        if beside and not value.get("messages") and not value.get("statuses"):
            reason = "; ".join(f"{problem.code} {problem.title}" for problem in beside)
            self.problems.append(Fault(where=f"{where}.errors", reason=reason, raw=value, number=number))


def _number(value: Any, account: str) -> Number:
    metadata = mapping(value, "metadata")
    return Number(id=word(metadata, "phone_number_id"), display=word(metadata, "display_phone_number"), account=account)


def _person(entry: Any) -> Person | None:
    if not isinstance(entry, dict):
        return None
    profile = mapping(entry, "profile")
    return Person(
        phone=digits(entry, "wa_id"),
        user_id=word(entry, "user_id"),
        parent_user_id=word(entry, "parent_user_id"),
        username=word(profile, "username"),
        name=word(profile, "name"),
    )


def _sender(item: dict[str, Any], people: list[Person]) -> Person:
    """The contact entry that this message is from; several messages of several people may share a value."""
    phone, user_id = digits(item, "from"), word(item, "from_user_id")
    match = next((p for p in people if user_id and p.user_id == user_id), None)
    match = match or next((p for p in people if phone and p.phone == phone), None)
    if match is None and len(people) == 1 and not _contradicts(people[0], phone, user_id):
        match = people[0]
    known = match or Person()
    return Person(
        phone=phone or known.phone,
        user_id=user_id or known.user_id,
        parent_user_id=word(item, "from_parent_user_id") or known.parent_user_id,
        username=known.username,
        name=known.name,
    )


def _contradicts(person: Person, phone: str, user_id: str) -> bool:
    """Whether the only contact entry is visibly somebody else."""
    return bool((phone and person.phone and phone != person.phone) or (user_id and person.user_id != user_id != ""))


def _message(item: Any, number: Number, people: list[Person], beside: tuple[Problem, ...]) -> Message | None:
    id = word(item, "id")
    if not id:
        return None
    content = read_content(item)
    return Message(
        id=id,
        number=number,
        sender=_sender(item, people),
        type=word(item, "type"),
        at=moment(item, "timestamp"),
        reply=_reply(item),
        referral=_referral(item),
        group=word(item, "group_id"),
        problems=problems_of(item) or (beside if content["kind"] in ("broken", "unsupported") else ()),
        raw=item,
        **content,
    )


def _reply(item: Any) -> Reply | None:
    context = mapping(item, "context")
    if not context:
        return None
    product = mapping(context, "referred_product")
    often = yes(context, "frequently_forwarded")
    return Reply(
        to=word(context, "id"),
        forwarded=often or yes(context, "forwarded"),
        often_forwarded=often,
        product=word(product, "product_retailer_id"),
        catalog=word(product, "catalog_id"),
    )


def _referral(item: Any) -> Referral | None:
    referral = mapping(item, "referral")
    if not referral:
        return None
    welcome = mapping(referral, "welcome_message")
    return Referral(
        source_type=word(referral, "source_type"),
        source_id=word(referral, "source_id"),
        source_url=word(referral, "source_url"),
        headline=word(referral, "headline"),
        body=word(referral, "body"),
        media_type=word(referral, "media_type"),
        media_url=word(referral, "image_url") or word(referral, "video_url"),
        thumbnail_url=word(referral, "thumbnail_url"),
        ctwa_clid=word(referral, "ctwa_clid"),
        welcome_message=word(welcome, "text") or word(referral, "welcome_message"),
    )


def _status(item: Any, number: Number, beside: tuple[Problem, ...]) -> Status | None:
    id = word(item, "id")
    if not id:
        return None
    group = word(item, "recipient_type") == "group"
    recipient = Person(
        phone=digits(item, "recipient_participant_id" if group else "recipient_id"),
        user_id=word(item, "recipient_participant_user_id" if group else "recipient_user_id"),
    )
    conversation = mapping(item, "conversation")
    status = word(item, "status")
    return Status(
        id=id,
        number=number,
        status=status,
        at=moment(item, "timestamp"),
        recipient=recipient,
        ref=word(item, "biz_opaque_callback_data"),
        pricing=_pricing(mapping(item, "pricing")),
        conversation=word(conversation, "id"),
        free_entry_until=moment(conversation, "expiration_timestamp"),
        group=group,
        problems=problems_of(item) or (beside if status == "failed" else ()),
        raw=item,
    )


def _pricing(pricing: dict[str, Any]) -> Pricing | None:
    if not pricing:
        return None
    type = word(pricing, "type") or word(pricing, "pricing_type")
    billable = maybe_yes(pricing, "billable")
    if billable is None and type:
        billable = type == "regular"
    return Pricing(
        billable=billable, model=word(pricing, "pricing_model"), type=type, category=word(pricing, "category").lower()
    )


def problems_of(value: Any) -> tuple[Problem, ...]:
    """The `errors` array of a value, message or status."""
    return tuple(
        Problem(
            code=whole(error, "code"),
            title=word(error, "title"),
            message=word(error, "message"),
            details=word(mapping(error, "error_data"), "details"),
            href=word(error, "href"),
        )
        for _, error in items(value, "errors")
        if isinstance(error, dict)
    )
