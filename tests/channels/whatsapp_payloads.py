"""WhatsApp webhooks in every shape of the protocol sheet, built by hand."""

from __future__ import annotations

from typing import Any

PHONE = "254712345678"
USER = "KE.13491208655302741918"
AT = "1763700000"
CONTEXT = {"from": "254700000001", "id": "wamid.ours"}


def contact(**more: Any) -> dict[str, Any]:
    return {"wa_id": PHONE, "user_id": USER, "profile": {"name": "Wanjiku Kamau", "username": "wanjiku"}, **more}


def message(type: str, **content: Any) -> dict[str, Any]:
    return {"from": PHONE, "from_user_id": USER, "id": "wamid.in1", "timestamp": AT, "type": type, **content}


def value(**more: Any) -> dict[str, Any]:
    metadata = {"display_phone_number": "254700000001", "phone_number_id": "106540352242922"}
    return {"messaging_product": "whatsapp", "metadata": metadata, **more}


def envelope(*values: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    changes = [{"field": field, "value": each} for each in values]
    return {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": changes}]}


def arrived(*messages: dict[str, Any], contacts: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    return envelope(value(contacts=[contact()] if contacts is None else contacts, messages=list(messages)))


def status(name: str, **more: Any) -> dict[str, Any]:
    return {"id": "wamid.out1", "status": name, "timestamp": AT, "recipient_id": PHONE, **more}


def reported(*statuses: dict[str, Any]) -> dict[str, Any]:
    return envelope(value(contacts=[contact()], statuses=list(statuses)))


REFERRAL = {
    "source_url": "https://fb.me/3cr4Wqqkv",
    "source_id": "120226305854810726",
    "source_type": "ad",
    "headline": "Chat with us",
    "body": "Braids at half the price",
    "media_type": "image",
    "image_url": "https://scontent.example/t45.1.jpg",
    "ctwa_clid": "Aff-n8ZTODiE79d22KtAwQKj9e",
    "welcome_message": {"text": "Hi! What shall we do for you?"},
}
PRICING = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}
FAILURE = {"code": 131047, "title": "Re-engagement message", "message": "Re-engagement message"} | {
    "error_data": {"details": "More than 24 hours have passed"},
    "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
}

MESSAGES: dict[str, dict[str, Any]] = {
    "text": message("text", text={"body": "Habari, naomba nafasi 😀 kesho"}),
    "text that replies": message("text", text={"body": "yes"}, context=CONTEXT),
    "text that was forwarded": message("text", text={"body": "look"}, context={"forwarded": True}),
    "text forwarded often": message("text", text={"body": "look"}, context={"frequently_forwarded": True}),
    "text about a product": message(
        "text",
        text={"body": "is it there?"},
        context={**CONTEXT, "referred_product": {"catalog_id": "194836987003835", "product_retailer_id": "di9ozbzfi4"}},
    ),
    "text from an ad": message("text", text={"body": "Hi"}, referral=REFERRAL),
    "text from a post without click id": message(
        "text", text={"body": "Hi"}, referral={k: v for k, v in REFERRAL.items() if k != "ctwa_clid"}
    ),
    "button": message(
        "interactive",
        context=CONTEXT,
        interactive={"type": "button_reply", "button_reply": {"id": "0123456789.3.yes", "title": "Ndiyo"}},
    ),
    "list row": message(
        "interactive",
        context=CONTEXT,
        interactive={
            "type": "list_reply",
            "list_reply": {"id": "0123456789.4.s2", "title": "Fri 10:00", "description": "with Achieng"},
        },
    ),
    "form": message(
        "interactive",
        context=CONTEXT,
        interactive={
            "type": "nfm_reply",
            "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"flow_token": "t1", "name": "Ali"}'},
        },
    ),
    "form without token": message(
        "interactive",
        context=CONTEXT,
        interactive={
            "type": "nfm_reply",
            "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"name": "Ali"}'},
        },
    ),
    "broken interactive": message("interactive"),
    "template button": message("button", button={"payload": "CONFIRM", "text": "I will come"}),
    "template button with context": message("button", button={"payload": "NO", "text": "No"}, context=CONTEXT),
    "image": message("image", image={"id": "m1", "mime_type": "image/jpeg", "sha256": "aGFzaA==", "caption": "this"}),
    "image with url": message(
        "image",
        image={
            "id": "m1",
            "mime_type": "image/jpeg",
            "sha256": "aGFzaA==",
            "url": "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        },
    ),
    "video": message("video", video={"id": "m2", "mime_type": "video/mp4", "sha256": "aGFzaA=="}),
    "document": message(
        "document",
        document={"id": "m3", "mime_type": "application/pdf", "sha256": "aGFzaA==", "filename": "kitambulisho.pdf"},
    ),
    "voice": message(
        "audio", audio={"id": "m4", "mime_type": "audio/ogg; codecs=opus", "sha256": "aA==", "voice": True}
    ),
    "sticker": message("sticker", sticker={"id": "m5", "mime_type": "image/webp", "sha256": "aA==", "animated": False}),
    "location": message(
        "location",
        location={"latitude": -1.2921, "longitude": 36.8219, "name": "Yaya", "address": "Argwings Kodhek Rd"},
    ),
    "location pin": message("location", location={"latitude": -1, "longitude": 36.8219}),
    "contacts": message(
        "contacts",
        contacts=[
            {
                "name": {"formatted_name": "Otieno Odhiambo", "first_name": "Otieno"},
                "phones": [{"phone": "+254 733 111222", "wa_id": "254733111222", "type": "CELL"}],
                "emails": [{"email": "otieno@example.com", "type": "WORK"}],
            }
        ],
    ),
    "reaction": message("reaction", reaction={"message_id": "wamid.ours", "emoji": "👍🏿"}),
    "reaction taken back": message("reaction", reaction={"message_id": "wamid.ours", "emoji": ""}),
    "reaction taken back without key": message("reaction", reaction={"message_id": "wamid.ours"}),
    "order": message(
        "order",
        order={
            "catalog_id": "194836987003835",
            "text": "asap",
            "product_items": [
                {"product_retailer_id": "di9ozbzfi4", "quantity": 2, "item_price": 30.5, "currency": "KES"}
            ],
        },
    ),
    "unsupported": message(
        "unsupported", errors=[{"code": 131051, "title": "Unsupported message type", "message": "Unsupported"}]
    ),
    "unsupported that says what": message(
        "unsupported",
        errors=[{"code": 131051, "title": "Unsupported message type", "message": "Unsupported"}],
        unsupported={"type": "poll"},
    ),
    "edit": message(
        "edit",
        edit={
            "original_message_id": "wamid.first",
            "message": {"context": {"id": "wamid.ours"}, "type": "text", "text": {"body": "Saturday instead"}},
        },
    ),
    "edit of a caption": message(
        "edit",
        edit={
            "original_message_id": "wamid.first",
            "message": {
                "type": "image",
                "image": {"id": "m1", "mime_type": "image/jpeg", "sha256": "aA==", "caption": "the left one"},
            },
        },
    ),
    "revoke": message("revoke", revoke={"original_message_id": "wamid.first"}),
    "changed number": message(
        "system",
        system={
            "type": "user_changed_number",
            "body": "User A changed from 254712345678 to 254798765432",
            "wa_id": "254798765432",
            "user_id": "KE.999",
        },
    ),
    "changed user id": message(
        "system", system={"type": "user_changed_user_id", "body": "changed", "user_id": "KE.1000", "wa_id": PHONE}
    ),
}

STATUSES: dict[str, dict[str, Any]] = {
    "sent": status(
        "sent",
        conversation={"id": "c1", "expiration_timestamp": "1763786400", "origin": {"type": "service"}},
        pricing=PRICING,
        biz_opaque_callback_data="ref.0",
    ),
    "delivered": status("delivered", pricing={**PRICING, "type": "free_entry_point", "billable": False}),
    "read": status("read"),
    "played": status("played"),
    "failed": status("failed", errors=[FAILURE]),
}
