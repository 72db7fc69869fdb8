"""pywa, an independent reader of the same webhooks, agrees with ours on who wrote what."""

from __future__ import annotations

import json
import warnings
from typing import Any

import pytest
import whatsapp_payloads as p
from pywa import WhatsApp, types
from pywa.types.base_update import RawUpdate

from channels.whatsapp.inbound import parse
from channels.whatsapp.signature import sign, signed_by


@pytest.fixture(scope="module")
def client() -> WhatsApp:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return WhatsApp(phone_id="106540352242922", token="x", verify_token="v", app_secret="s", server=None)


def theirs(client: WhatsApp, payload: dict[str, Any]) -> Any:
    raw = RawUpdate(json.dumps(payload).encode(), hmac_header=None, update_hash="h")
    handler = client._get_handler_type(raw)
    assert handler is not None
    return client._handlers_to_updates[handler].from_update(client=client, update=raw)


PERSON = [name for name in p.MESSAGES if not name.startswith("changed")]


@pytest.mark.parametrize("name", PERSON)
def test_sender_id_time_and_type_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert ours.id == other.id
    assert ours.at == other.timestamp
    assert ours.number.id == other.metadata.phone_number_id
    assert (ours.sender.phone, ours.sender.user_id) == (other.from_user.wa_id, other.from_user.bsuid)
    assert (ours.sender.name, ours.sender.username) == (other.from_user.name, other.from_user.username)
    if ours.kind != "edit":  # pywa names the type of the edited content there
        assert ours.type == str(other.type.value)


@pytest.mark.parametrize("name", [name for name in PERSON if name.startswith("text")])
def test_words_context_and_referral_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert ours.text == other.text
    assert (ours.reply.to if ours.reply else "") == (other.reply_to_message.id if other.reply_to_message else "")
    assert bool(ours.reply and ours.reply.forwarded) == other.forwarded
    assert bool(ours.reply and ours.reply.often_forwarded) == other.forwarded_many_times
    assert (ours.referral is None) == (other.referral is None)
    if ours.referral is not None:
        assert ours.referral.ctwa_clid == (other.referral.ctwa_clid or "")
        assert ours.referral.source_id == other.referral.source_id
        assert ours.referral.media_url == other.referral.image_url


@pytest.mark.parametrize("name", ["button", "list row", "template button", "template button with context"])
def test_taps_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert ours.picked is not None
    assert (ours.picked.id, ours.picked.title) == (other.data, other.title)


@pytest.mark.parametrize("name", ["form", "form without token"])
def test_forms_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert ours.form is not None
    assert (ours.form.token, ours.form.values) == (other.token or "", other.response)


@pytest.mark.parametrize("name", ["image", "image with url", "video", "document", "voice", "sticker"])
def test_files_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert ours.media is not None
    assert (ours.media.id, ours.media.mime_type, ours.media.sha256) == (
        other.media.id,
        other.media.mime_type,
        other.media.sha256,
    )
    assert ours.text == (other.caption or "")
    assert ours.media.voice == bool(other.voice)


def test_places_reactions_orders_and_cards_agree(client: WhatsApp) -> None:
    def both(name: str) -> tuple[Any, Any]:
        payload = p.arrived(p.MESSAGES[name])
        return theirs(client, payload), parse(payload).messages[0]

    for name in ("location", "location pin"):
        other, ours = both(name)
        assert (ours.location.latitude, ours.location.longitude) == (other.location.latitude, other.location.longitude)
    for name in ("reaction", "reaction taken back", "reaction taken back without key"):
        other, ours = both(name)
        assert (ours.target, ours.emoji) == (other.reaction.message_id, other.reaction.emoji or "")
    other, ours = both("order")
    assert [(i.product, i.quantity, float(i.price)) for i in ours.order.items] == [
        (i.sku, i.quantity, i.price) for i in other.order.products
    ]
    other, ours = both("contacts")
    assert ours.cards[0].wa_ids[0] == other.contacts.first_wa_id
    assert ours.cards[0].name == other.contacts.first.name.formatted_name


@pytest.mark.parametrize("name", ["edit", "edit of a caption", "revoke"])
def test_edits_and_revokes_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert ours.target == other.original_message_id
    if name != "revoke":
        assert ours.text == (other.message.text or other.message.caption)


@pytest.mark.parametrize("name", ["changed number", "changed user id"])
def test_changes_of_identity_agree(client: WhatsApp, name: str) -> None:
    payload = p.arrived(p.MESSAGES[name])
    other, (ours,) = theirs(client, payload), parse(payload).messages
    assert isinstance(other, types.PhoneNumberChange)
    assert ours.system is not None
    assert (ours.system.phone, ours.system.user_id) == (other.new_wa_id, other.new_user_id)
    assert ours.system.change == other.sys_type.value


@pytest.mark.parametrize("name", list(p.STATUSES))
def test_statuses_agree(client: WhatsApp, name: str) -> None:
    payload = p.reported(p.STATUSES[name])
    other, (ours,) = theirs(client, payload), parse(payload).statuses
    assert (ours.id, ours.status, ours.at) == (other.id, other.status.value, other.timestamp)
    assert ours.ref == (other.tracker or "")
    assert (ours.pricing is None) == (other.pricing is None)
    if ours.pricing is not None:
        assert (ours.pricing.billable, ours.pricing.category) == (other.pricing.billable, other.pricing.category.value)
        assert (ours.pricing.type, ours.pricing.model) == (other.pricing.type.value, other.pricing.model.value)
    if ours.problems:
        assert ours.problems[0].code == other.error.code


def test_preferences_agree(client: WhatsApp) -> None:
    preference = {
        "wa_id": p.PHONE, "user_id": p.USER, "category": "marketing_messages", "value": "stop",
        "detail": "User requested to stop marketing messages", "timestamp": 1763700000,
    }  # fmt: skip
    payload = p.envelope(p.value(contacts=[p.contact()], user_preferences=[preference]), field="user_preferences")
    other, (ours,) = theirs(client, payload), parse(payload).others
    assert isinstance(other, types.UserMarketingPreferences)
    assert ours.value["user_preferences"][0]["value"] == other.value.value


def test_signatures_agree(client: WhatsApp) -> None:
    body = json.dumps(p.arrived(p.MESSAGES["text"])).encode()
    assert client.webhook_update_validator(body, sign(body, "s")) is None
    for header in (None, "", sign(body, "other"), sign(body + b" ", "s"), "sha1=00"):
        assert client.webhook_update_validator(body, header) is not None
        assert not signed_by(body, header, "s")
