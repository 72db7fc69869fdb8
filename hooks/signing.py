"""Signatures as the "Standard Webhooks" specification has them, so that receivers can check them with its libraries.

Signed is "<id>.<seconds since 1970>.<body>", byte for byte, by HMAC-SHA256 under the endpoint's secret. A secret is
written "whsec_" and base64 of its bytes; the specification wants 24 to 64 of them. While a secret is being renewed both
sign, with a blank between the signatures: a receiver takes the request if one of them is right.
https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Sequence
from datetime import datetime

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    return PREFIX + b64encode(secrets.token_bytes(_BYTES)).decode()


def headers(id: str, at: datetime, body: bytes, secrets: Sequence[str]) -> dict[str, str]:
    """`at` is the time of this very attempt: receivers refuse what is older than some minutes."""
    seconds = str(int(at.timestamp()))
    signed = " ".join(signature(secret, id, seconds, body) for secret in secrets)
    return {"webhook-id": id, "webhook-timestamp": seconds, "webhook-signature": signed}


def signature(secret: str, id: str, seconds: str, body: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return f"v1,{b64encode(hmac.digest(key, f'{id}.{seconds}.'.encode() + body, hashlib.sha256)).decode()}"
