"""Which numbers can be sent an M-Pesa prompt, and how Daraja wants them written.

A WhatsApp identity may be no phone at all ("KE.2547…" is a business-scoped user id). Stripping what is not a
digit would turn it into somebody's number, so that anything but a phone's own punctuation is refused.
"""

from __future__ import annotations

import re

_MSISDN = re.compile(r"254[71][0-9]{8}")
_WRITTEN = re.compile(r"\+?[0-9][0-9 ()\-]{7,18}", re.ASCII)


class BadNumber(ValueError):
    """Not a Kenyan mobile number."""


def msisdn(written: object) -> str:
    """Daraja's form, "254712345678", of a number written as +254…, 254…, 07…, 01…, 7… or 1…. Raises BadNumber."""
    text = written.strip() if isinstance(written, str) else ""
    if not _WRITTEN.fullmatch(text):
        raise BadNumber("not a phone number")
    digits = re.sub(r"[^0-9]", "", text)
    if text.startswith("+"):
        candidate = digits
    elif len(digits) == 10 and digits[0] == "0":
        candidate = f"254{digits[1:]}"
    elif len(digits) == 9:
        candidate = f"254{digits}"
    else:
        candidate = digits
    if not _MSISDN.fullmatch(candidate):
        raise BadNumber("not a Kenyan mobile number")
    return candidate


def e164(written: object) -> str:
    """The form that the rest of the house keeps: "+254712345678"."""
    return f"+{msisdn(written)}"
