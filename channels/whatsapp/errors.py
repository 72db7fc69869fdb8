"""Meta's error codes as data: which class a code is of, and what is done about it (facts, 1.11)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from channels.failures import Behaviour, Rejected
from channels.whatsapp.fields import mapping, maybe_yes, whole, word


class ErrorClass(msgspec.Struct, frozen=True, kw_only=True):
    """A family of codes. `after` is the first wait where the behaviour is to try again."""

    name: str
    behaviour: Behaviour
    codes: tuple[int, ...]
    after: timedelta | None = None
    says: str = ""


_MINUTES = timedelta(minutes=5)

CLASSES: tuple[ErrorClass, ...] = (
    ErrorClass(
        name="auth",
        behaviour=Behaviour.DISCONNECTED,
        codes=(0, 3, 10, 190, *range(200, 300), 131005),
        says="The access token is expired, revoked or lacks a permission. Connect the number again.",
    ),
    ErrorClass(
        name="app_rate", behaviour=Behaviour.BACK_OFF, codes=(4, 80007), after=_MINUTES,
        says="The app or the WhatsApp account sends too many requests.",
    ),
    ErrorClass(
        name="throughput", behaviour=Behaviour.SLOW_NUMBER, codes=(130429,), after=timedelta(seconds=2),
        says="The number sends more messages a second than it may.",
    ),
    ErrorClass(
        name="pair_rate", behaviour=Behaviour.SLOW_PERSON, codes=(131056,), after=timedelta(seconds=4),
        says="Too many messages to one person in a short time.",
    ),
    ErrorClass(
        name="spam", behaviour=Behaviour.STOP_CAMPAIGNS, codes=(131048, 131064),
        says="The number is restricted because people blocked or reported it. Campaigns are stopped.",
    ),
    ErrorClass(
        name="registration", behaviour=Behaviour.REGISTER,
        codes=(133000, 133004, 133005, 133006, 133008, 133009, 133010, 133015, 133016),
        says="The number is not registered, or its PIN was not accepted.",
    ),
    ErrorClass(
        name="integrity", behaviour=Behaviour.STOPPED, codes=(368, 131031, 130497),
        says="The account is locked or may not write to this country.",
    ),
    ErrorClass(
        name="window", behaviour=Behaviour.TEMPLATE, codes=(131047,),
        says="More than 24 hours have passed since the person wrote: only a template may be sent.",
    ),
    ErrorClass(
        name="person", behaviour=Behaviour.NOT_THIS_PERSON,
        codes=(131026, 131050, 130472, 131021, 131030, 131062, 137000, 139100, 139101, 139102, 139103),
        says="This person cannot be reached by this message.",
    ),
    ErrorClass(
        name="marketing_cap", behaviour=Behaviour.NOT_TODAY, codes=(131049,),
        says="This person has had enough marketing messages for now. Not to be tried again for 24 hours.",
    ),
    ErrorClass(
        name="payload", behaviour=Behaviour.WRONG, codes=(100, 131008, 131009, 131051, 131052, 131053),
        says="The message is malformed.",
    ),
    ErrorClass(
        name="template", behaviour=Behaviour.TEMPLATE_WRONG,
        codes=(132000, 132001, 132005, 132007, 132008, 132012, 132015, 132016, 131063),
        says="The template is missing, paused, not approved in this language, or takes other parameters.",
    ),
    ErrorClass(
        name="flow", behaviour=Behaviour.DEGRADE, codes=(132068, 132069, 139000, 139001, 139002, 139003, 139004),
        says="The form is blocked or throttled: the questions are put as text.",
    ),
    ErrorClass(
        name="billing", behaviour=Behaviour.BILLING, codes=(131042, 131044),
        says="The WhatsApp account has no valid way to pay.",
    ),
    ErrorClass(
        name="identity", behaviour=Behaviour.STOPPED, codes=(131037, 131045),
        says="The display name or the certificate of the number is not approved.",
    ),
    ErrorClass(
        name="service", behaviour=Behaviour.RETRY, codes=(1, 2, 131000, 131016, 131057, 135000),
        after=timedelta(seconds=5), says="WhatsApp has trouble of its own.",
    ),
)  # fmt: skip

_BY_CODE = {code: kind for kind in CLASSES for code in kind.codes}
_UNKNOWN = ErrorClass(name="unknown", behaviour=Behaviour.WRONG, codes=(), says="WhatsApp refused the message.")
_SERVICE = _BY_CODE[131000]


def classify(code: int, *, transient: bool | None = None) -> ErrorClass:
    """The class of a code. A code that is new is not tried again, unless Meta calls it transient."""
    known = _BY_CODE.get(code)
    if known is None:
        return _SERVICE if transient else _UNKNOWN
    return known


def rejection(body: Any, status: int) -> Rejected | None:
    """The `error` object of an answer as an exception; None when the body holds no such object."""
    error = mapping(body, "error")
    if not error:
        return None
    code = whole(error, "code")
    kind = classify(code, transient=maybe_yes(error, "is_transient"))
    if "code" not in error:  # absent is not 0, which is an authentication error
        kind = _SERVICE if status >= 500 else _UNKNOWN
    detail = word(mapping(error, "error_data"), "details") or word(error, "message")
    return Rejected(kind.behaviour, f"{kind.name} {code}: {kind.says}", code=code, after=kind.after, detail=detail)
