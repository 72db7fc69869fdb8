"""The door that M-Pesa's callbacks come in by, without any web framework: bytes and a token in, an Inbound out.

It decides nothing about money. It tells whose payment the callback claims to be about and hands it to that payment's
machine, which matches, asks Daraja, and only then believes.
"""

from __future__ import annotations

import hashlib

import msgspec

from engine.model import Event
from payments.intents import machine_of
from payments.mpesa.callback import StkCallback, read_callback
from payments.mpesa.links import Links
from runtime.inbox import Inbound, lane_of
from storage.store import Store

ACCEPTED = b'{"ResultCode":0,"ResultDesc":"Accepted"}'
LARGEST = 64 * 1024


class Refused(msgspec.Struct, frozen=True):
    """Not a callback of ours: the HTTP status to answer with, and why. Nothing was changed."""

    status: int
    reason: str


class Callbacks:
    """Reads callbacks. After an Inbound was received by the runtime, answer 200 with `ACCEPTED`."""

    def __init__(self, store: Store, links: Links) -> None:
        self._store = store
        self._links = links

    async def accept(self, raw: bytes, token: str) -> Inbound | Refused:
        payment = self._links.payment(token)
        if payment is None:
            return Refused(404, "no such address")
        if len(raw) > LARGEST:
            return Refused(413, f"a callback has at most {LARGEST} bytes")
        callback = read_callback(raw)
        if callback is None:
            return Refused(400, "not an STK callback: Body.stkCallback with CheckoutRequestID and ResultCode is needed")
        intent = await self._store.get("payments", payment)
        if intent is None:
            return Refused(404, "no such payment")
        machine = machine_of(payment)
        return Inbound(
            org=str(intent["org"]),
            source="mpesa",
            id=_digest(payment, callback),
            lane=lane_of(str(intent.get("contact") or ""), machine),
            to=machine,
            event=Event(name="mpesa.callback", data=_data(callback)),
        )


def _digest(payment: str, callback: StkCallback) -> str:
    """What the callback claims, so that the same claim twice is one, however its JSON is written."""
    said = (payment, callback.checkout, callback.code, callback.receipt, str(callback.amount), callback.phone)
    return hashlib.sha256("\x1f".join(said).encode()).hexdigest()


def _data(callback: StkCallback) -> dict[str, object]:
    return {
        "checkout": callback.checkout,
        "code": callback.code,
        "text": callback.text,
        "amount": callback.amount,
        "receipt": callback.receipt,
        "phone": callback.phone,
    }
