"""What is wrong with how a business described its offers or hours, said so that its owner can mend it."""

from __future__ import annotations


class BadSetting(ValueError):
    """A setting of an offer, resource or policy that cannot be used. `where` names the document and field."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why


class NoBooking(LookupError):
    """A verb that needs a booking was given none, and the machine that asked holds none."""
