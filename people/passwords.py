"""Passwords: Argon2id, and a policy that asks for length rather than for odd characters (NIST SP 800-63B, 5.1.1.2)."""

from __future__ import annotations

import asyncio
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST, LONGEST = 10, 200
_HASHER = PasswordHasher()
_COMMON = ("password", "1234567890", "qwertyuiop", "0987654321", "iloveyou12", "aaaaaaaaaa", "karibu12345")


class BadPassword(ValueError):
    """A password that is refused; the message says why."""


def judge(password: str, *about: str) -> None:
    """Raises `BadPassword` for one that is too short, too common, or made of the person's own e-mail or name."""
    if len(password) < SHORTEST:
        raise BadPassword(f"A password has at least {SHORTEST} characters: three or four words are easy to remember.")
    if len(password) > LONGEST:
        raise BadPassword(f"A password has at most {LONGEST} characters.")
    plain = password.lower()
    if len(set(plain)) < 5 or any(plain.startswith(common) for common in _COMMON):
        raise BadPassword("This password is among the first that a stranger would try.")
    parts = [part for text in about for part in text.lower().replace("@", " ").split() if len(part) > 3]
    if any(plain.replace(part, "").strip() != plain and len(plain) - len(part) < 6 for part in parts):
        raise BadPassword("This password is mostly your own name or address.")


async def hashed(password: str) -> str:
    return await asyncio.to_thread(_HASHER.hash, password)


async def verified(password: str, stored: str) -> bool:
    """Whether the password is the one; without a stored hash it takes as long and is never."""
    right = await asyncio.to_thread(_verify, password[:LONGEST], stored)
    return right and bool(stored)


def outdated(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's, and should be made again at this sign-in."""
    return _HASHER.check_needs_rehash(stored)


@cache
def _nobody() -> str:
    """What is verified when there is no user, so that both take as long."""
    return _HASHER.hash("no such person")


def _verify(password: str, stored: str) -> bool:
    try:
        return _HASHER.verify(stored or _nobody(), password)
    except (VerificationError, InvalidHashError):
        return False
