"""By what a person is recognised: a phone number, a WhatsApp user id, an e-mail address. Pure.

A WhatsApp user id (`KE.1349...`) is no phone number even though its digits look like one: nothing here
strips what it does not understand, and what has not the shape of a phone is none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import msgspec
import phonenumbers

from storage.vault import OrgVault

_USER_ID = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,24}")


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel knows of a person. Empty texts for what it does not."""

    phone: str = ""  # E.164 with its plus
    user_id: str = ""
    email: str = ""
    name: str = ""

    @property
    def empty(self) -> bool:
        return not (self.phone or self.user_id or self.email)


def of_sender(sender: dict[str, Any]) -> Identity:
    """The identity in an inbound's `sender`."""
    return Identity(
        phone=phone(str(sender.get("phone") or "")),
        user_id=user_id(str(sender.get("user_id") or "")),
        email=email(str(sender.get("email") or "")),
        name=name(str(sender.get("name") or "")),
    )


@lru_cache(maxsize=4096)  # reading a number takes longer than finding its contact
def phone(text: str, region: str = "KE") -> str:
    """E.164, or "" for what is no possible phone number."""
    if not _PHONE.fullmatch(text.strip()):
        return ""
    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def user_id(text: str) -> str:
    return text if _USER_ID.fullmatch(text) else ""


def email(text: str) -> str:
    cleaned = text.strip().lower()
    return cleaned if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", cleaned) else ""


def name(text: str) -> str:
    """A profile name in one line, at most 80 characters."""
    return " ".join(text.split())[:80]


def first_name(full: str) -> str:
    """The first word, without the titles that people put before their names."""
    words = [word for word in full.split() if word.lower().strip(".") not in _TITLES]
    return (words or full.split() or [""])[0]


_TITLES = frozenset({"mr", "mrs", "ms", "miss", "dr", "eng", "prof", "rev", "pastor", "mama", "baba", "bw", "bi"})


def keys(vault: OrgVault, identity: Identity) -> dict[str, str]:
    """The hashes to find a contact by, in this org only; no field for what is not known."""
    known = {
        "wa_key": ("user_id", identity.user_id),
        "phone_key": ("phone", identity.phone),
        "email_key": ("email", identity.email),
    }
    return {field: vault.lookup(kind, value) for field, (kind, value) in known.items() if value}
