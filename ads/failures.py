"""What can go wrong with an ad platform, told apart by what is to be done about it. Each class is one behaviour.

`code` is stable and ours ("ads.meta.rate"), `said` the platform's own words and number, already free of secrets,
`after` how long to leave it alone. Only `OutcomeUnknown` leaves open whether something happened: all others say no.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any


class PlatformError(Exception):
    """Root. What happened, in words for the owner."""

    behaviour = "refused"
    changed_nothing = True

    def __init__(self, code: str, text: str, *, said: str = "") -> None:
        super().__init__(f"{text} [{code}]" + (f" ({said})" if said else ""))
        self.code = code
        self.text = text
        self.said = said


class RetryLater(PlatformError):
    """Too fast, or the platform has trouble of its own: nothing happened. Again after `after`, not before."""

    behaviour = "retry_after"

    def __init__(self, code: str, text: str, *, after: timedelta, said: str = "") -> None:
        super().__init__(code, text, said=said)
        self.after = after


class OutcomeUnknown(PlatformError):
    """A change left and no understandable answer came: it may have been made, now or in a while.

    Never repeat it blindly. Read back (or, after a create, create again: that finds what was made), after `after`.
    """

    behaviour = "read_back"
    changed_nothing = False

    def __init__(self, code: str, text: str, *, after: timedelta = timedelta(minutes=1), said: str = "") -> None:
        super().__init__(code, text, said=said)
        self.after = after


class TokenRefused(PlatformError):
    """The access token ran out or was revoked, and refreshing it did not help. The account has to be connected anew."""

    behaviour = "refresh_token"


class NeedsPerson(PlatformError):
    """A permission, a payment method, a policy, an account's closure: only a person can put it right. Stop and tell."""

    behaviour = "needs_person"


class CurrencyChanged(NeedsPerson):
    """The ad account's currency is not the one the campaign's caps are in. No amount means what it meant: stop."""

    def __init__(self, platform: str, expected: str, found: str) -> None:
        super().__init__(f"ads.{platform}.currency", f"The ad account is in {found}, the campaign in {expected}")
        self.expected = expected
        self.found = found


class Refused(PlatformError):
    """The platform understood and will not: a wrong field, a limit, a rule. The same again is refused again.

    `field` names the field at fault where the platform says so.
    """

    def __init__(self, code: str, text: str, *, field: str = "", said: str = "") -> None:
        super().__init__(code, text, said=said)
        self.field = field


class Gone(PlatformError):
    """What we want to read or change was deleted, on the platform or by somebody's hand."""

    behaviour = "gone"


class ChangedByHand(PlatformError):
    """Something of ours was edited on the platform since we last looked; nothing was written over it.

    `found` is the `State` it is in now, `fields` what differs.
    """

    behaviour = "changed_by_hand"

    def __init__(self, platform: str, fields: tuple[str, ...], found: Any) -> None:
        super().__init__(f"ads.{platform}.changed", f"Edited on the platform: {', '.join(fields)}")
        self.fields = fields
        self.found = found
