"""E-mail addresses. A slip in a well-known domain is asked back with the likely address."""

from __future__ import annotations

import re

from language.reading import Read, Reading, Unclear
from language.text import plain

_ADDRESS = re.compile(r"(?<![\w.+\-])[a-z0-9][a-z0-9._%+\-]{0,63}@[a-z0-9](?:[a-z0-9\-]{0,62}\.)+[a-z]{2,24}(?![\w@])")
_SLIPS = {
    "gmial.com": "gmail.com", "gmai.com": "gmail.com", "gmail.con": "gmail.com", "gamil.com": "gmail.com",
    "gmail.co": "gmail.com", "gmail.cm": "gmail.com", "gnail.com": "gmail.com", "gmal.com": "gmail.com",
    "yahoo.con": "yahoo.com", "yaho.com": "yahoo.com", "hotmail.con": "hotmail.com", "outlook.con": "outlook.com",
}  # fmt: skip


def read_email(text: str) -> Reading:
    """One address, in lower case."""
    found = list(dict.fromkeys(_ADDRESS.findall(plain(text))))
    if not found:
        return Unclear("not_an_email")
    if len(found) > 1:
        return Unclear("ambiguous_email", options=tuple(found))
    local, domain = found[0].rsplit("@", 1)
    if domain in _SLIPS:
        return Unclear("email_typo", options=(f"{local}@{_SLIPS[domain]}",))
    return Read(found[0], "typed")
