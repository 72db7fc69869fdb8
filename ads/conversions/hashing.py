"""A person's data as each platform wants it hashed: brought into one form first, then SHA-256 in hexadecimal. Pure.

The three differ in one character that decides whether anybody is recognised: Meta hashes a phone number as digits with
the country code, Google and TikTok as E.164 with its plus. Google alone takes the dots out of Gmail addresses. Names
keep their letters' accents. Click ids, network addresses and browsers are never hashed; they are no business of this
file. What cannot be brought into form gives "", which is not sent.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_GMAIL = ("gmail.com", "googlemail.com")


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest() if text else ""


def email(text: str) -> str:
    """Trimmed and lower case."""
    cleaned = text.strip().lower()
    return cleaned if _EMAIL.fullmatch(cleaned) else ""


def google_email(text: str) -> str:
    cleaned = email(text)
    local, _, domain = cleaned.rpartition("@")
    return f"{local.replace('.', '')}@{domain}" if domain in _GMAIL and local.replace(".", "") else cleaned


def e164(text: str) -> str:
    """With its plus. A number without its country is nobody's: it is not guessed here."""
    cleaned = re.sub(r"[ ().-]", "", text)
    return cleaned if _E164.fullmatch(cleaned) else ""


def digits(text: str) -> str:
    """As Meta wants it: country code first, no plus, no leading zeros."""
    return e164(text).removeprefix("+")


def name(text: str) -> str:
    """Lower case, without punctuation; letters of any script stay."""
    kept = (letter for letter in text.strip().lower() if not unicodedata.category(letter).startswith(("P", "S")))
    return " ".join("".join(kept).split())


def country(text: str) -> str:
    """ISO 3166, two letters in lower case."""
    cleaned = text.strip().lower()
    return cleaned if re.fullmatch(r"[a-z]{2}", cleaned) else ""
