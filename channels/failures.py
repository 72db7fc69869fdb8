"""Why a message could not be sent, in words that hold for every channel; the dispatcher acts on these alone."""

from __future__ import annotations

from datetime import timedelta
from enum import Enum


class Behaviour(Enum):
    """What is done about a refusal by the provider."""

    RETRY = "retry"  # the provider's own trouble: again, bounded
    BACK_OFF = "back_off"  # the app or account is too fast: minutes
    SLOW_NUMBER = "slow_number"  # this business number is too fast: moments, jittered
    SLOW_PERSON = "slow_person"  # too many messages to one person: 4^n seconds
    DISCONNECTED = "disconnected"  # the credentials do not work: park, tell the owner, no blind retry
    STOP_CAMPAIGNS = "stop_campaigns"  # restricted: nothing that the business begins, until looked at
    STOPPED = "stopped"  # the account is locked or banned: nothing at all
    REGISTER = "register"  # the number has to be registered again
    TEMPLATE = "template"  # the window is closed after all: a template may still go
    NOT_THIS_PERSON = "not_this_person"  # will not reach this person; another channel might
    NOT_TODAY = "not_today"  # this person had enough of it for a day
    WRONG = "wrong"  # the message is malformed: ours to fix
    TEMPLATE_WRONG = "template_wrong"  # the template is missing, paused or differently shaped
    DEGRADE = "degrade"  # the fancy form is blocked: plain text instead
    BILLING = "billing"  # the owner has to pay or set up payment

    @property
    def temporary(self) -> bool:
        return self in _TEMPORARY


_TEMPORARY = {Behaviour.RETRY, Behaviour.BACK_OFF, Behaviour.SLOW_NUMBER, Behaviour.SLOW_PERSON}

# What the owner of the business has to hear of: only a person can put it right.
ALERTING = frozenset(
    {
        Behaviour.DISCONNECTED,
        Behaviour.STOP_CAMPAIGNS,
        Behaviour.STOPPED,
        Behaviour.REGISTER,
        Behaviour.WRONG,
        Behaviour.TEMPLATE_WRONG,
        Behaviour.BILLING,
    }
)


class SendError(Exception):
    """Root of what a channel raises."""


class Rejected(SendError):
    """The provider answered that it did not take the message."""

    def __init__(
        self, behaviour: Behaviour, reason: str, *, code: int = 0, after: timedelta | None = None, detail: str = ""
    ) -> None:
        super().__init__(reason)
        self.behaviour = behaviour
        self.code = code
        self.after = after
        self.detail = detail


class Unreached(SendError):
    """The provider certainly did not get the request: the connection never stood. Sending again is safe."""


class OutcomeUnknown(SendError):
    """The request went out and no answer came back: the message may or may not have been taken."""
