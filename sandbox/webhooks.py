"""The webhooks of the simulated Graph API: envelope, bytes and signature.

Bytes are made once and signed as they are, escaped the way Meta escapes them (non-ASCII, slashes and @ as JSON
escapes), so that a receiver that parses and re-serialises before it verifies is caught here and not in production.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from sandbox.customers import Customer
from sandbox.settings import SimulatedBusiness


def digits(number: str) -> str:
    """A phone number as Meta writes it: digits only."""
    return "".join(char for char in number if char.isdigit())


def unix(moment: datetime) -> str:
    """Seconds since 1970 as the string that Meta sends."""
    return str(int(moment.timestamp()))


def envelope(business: SimulatedBusiness, value: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """One change of one number, in the four levels that every webhook has."""
    metadata = {
        "display_phone_number": digits(business.display_number),
        "phone_number_id": business.phone_number_id,
    }
    full = {"messaging_product": "whatsapp", "metadata": metadata, **value}
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": business.waba_id, "changes": [{"value": full, "field": field}]}],
    }


def inbound(business: SimulatedBusiness, customer: Customer, message: dict[str, Any]) -> dict[str, Any]:
    """A customer's message, with the sender's identity as far as the customer shares it."""
    contact = customer.contact(business.waba_id)
    identity = {"from": contact["wa_id"]} if "wa_id" in contact else {}
    full = {**identity, "from_user_id": contact["user_id"], **message}
    return envelope(business, {"contacts": [contact], "messages": [full]})


def status(business: SimulatedBusiness, contact: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    """A status of a message that was sent; `contact` identifies the recipient."""
    identity = {"recipient_id": contact["wa_id"]} if "wa_id" in contact else {}
    if "user_id" in contact:
        identity["recipient_user_id"] = contact["user_id"]
    return envelope(business, {"contacts": [contact], "statuses": [{**item, **identity}]})


def to_bytes(body: dict[str, Any]) -> bytes:
    """The body as Meta writes it."""
    plain = json.dumps(body, ensure_ascii=True, separators=(",", ":"))
    return plain.replace("/", "\\/").replace("@", "\\u0040").encode("ascii")


def signature(app_secret: str, raw: bytes) -> str:
    """The value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(app_secret.encode(), raw, hashlib.sha256).hexdigest()
