"""What can go wrong with Daraja, told apart by the one thing that counts: may the request have been carried out?"""

from __future__ import annotations


class DarajaError(Exception):
    """Root. `code` is Daraja's errorCode (or a word of ours), `text` what it said."""

    def __init__(self, text: str, *, code: str = "") -> None:
        super().__init__(f"{code}: {text}" if code else text)
        self.code = code
        self.text = text


class Declined(DarajaError):
    """Daraja understood the request and will not do it: nothing happened, and asking again will not help."""


class Throttled(DarajaError):
    """Too fast, for Daraja or for our own limit: nothing happened, later it may."""


class Unreachable(DarajaError):
    """The request never left (no connection, no token): nothing happened, later it may."""


class Ambiguous(DarajaError):
    """The request left and no understandable answer came: it may have been carried out. Never send it again."""


class Pending(DarajaError):
    """A query about a prompt that the customer has not answered yet."""
