"""The second factor: time-based codes of six digits (RFC 6238), and recovery codes for a lost phone."""

from __future__ import annotations

import hashlib
import secrets
from base64 import b32encode
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP = 30  # seconds
DRIFT = 1  # steps that a phone's clock may be off, either way
RECOVERY_CODES = 8
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that look alike


def new_secret() -> bytes:
    return secrets.token_bytes(20)


def address(secret: bytes, email: str) -> str:
    """What the QR code for an authenticator app holds."""
    return _totp(secret).get_provisioning_uri(email, "AAIS")


def written(secret: bytes) -> str:
    """The secret as a person types it, in groups of four."""
    plain = b32encode(secret).decode()
    return " ".join(plain[at : at + 4] for at in range(0, len(plain), 4))


def accepted(secret: bytes, code: str, now: datetime, used: int = 0) -> int | None:
    """The time step that a code is right for; None if it is wrong, or of a step that was `used` before."""
    digits = code.replace(" ", "").encode()
    if len(digits) != 6 or not digits.isdigit():
        return None
    current = int(now.timestamp()) // STEP
    for step in range(current - DRIFT, current + DRIFT + 1):
        if step > used and _matches(secret, digits, step):
            return step
    return None


def recovery_codes() -> tuple[str, ...]:
    """Codes that work once each, instead of the phone: about 50 bits of chance in each."""
    return tuple(
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    )


def fingerprint(recovery_code: str) -> str:
    """What is stored of a recovery code. It is random, so a fast hash keeps it."""
    return hashlib.sha256(recovery_code.strip().lower().encode()).hexdigest()


def _matches(secret: bytes, digits: bytes, step: int) -> bool:
    try:
        _totp(secret).verify(digits, step * STEP)
    except InvalidToken:
        return False
    return True


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, 6, SHA1(), STEP)  # noqa: S303 - what authenticator apps speak
