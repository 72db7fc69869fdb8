"""What is wrong with how a business described its offers or hours, said so that its owner can mend it."""

from __future__ import annotations


class BadSetting(ValueError):
    """A setting of an offer, resource or policy that cannot be used. `where` names the document and field.

    `code` is stable, for who says it in another language; `value` is what was given, where the sentence names it.
    """

    def __init__(self, where: str, why: str, code: str = "", value: object = "") -> None:
        super().__init__(f"{where}: {why}")
        self.where = where
        self.why = why
        self.code = code
        self.value = str(value)


class NoBooking(LookupError):
    """A verb that needs a booking was given none, and the machine that asked holds none."""
