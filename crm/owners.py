"""Which of the people who write are the business's own: by the numbers that its owner named for it.

The setting `owner_numbers` has them. A number is what WhatsApp vouches for with each message; who can write from it can
do what the owner can, so it is nobody's but the owner's.
"""

from __future__ import annotations

from typing import Any

from crm.identity import phone
from storage.store import Document
from storage.vault import OrgVault


def is_owner(vault: OrgVault, org: Document, contact: Document) -> bool:
    """Whether this contact writes from one of the owner's numbers."""
    key = contact.get("phone_key")
    return bool(key) and key in {vault.lookup("phone", number) for number in numbers(org)}


def numbers(org: Document) -> list[str]:
    """The owner's numbers in one form; what is none is left out."""
    given: Any = (org.get("settings") or {}).get("owner_numbers") or ()
    listed = given if isinstance(given, list | tuple) else (given,)
    return [number for each in listed if (number := phone(str(each)))]
