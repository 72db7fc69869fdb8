"""What refusals leave behind: a number that is disconnected or restricted, a person who wants no promotions.

Kept in the org's document under `channel_state.n<number>`, each with the time after which one message may try
again: a number that was connected anew frees itself, and until then nobody's queue hammers the provider.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from channels.failures import Behaviour
from channels.news import News, template_key
from channels.outgoing import Category, Template
from storage.store import Document, Op, Update

_PARKED = {
    Behaviour.DISCONNECTED: timedelta(minutes=30),
    Behaviour.REGISTER: timedelta(minutes=30),
    Behaviour.BILLING: timedelta(hours=1),
    Behaviour.STOPPED: timedelta(hours=6),
    Behaviour.STOP_CAMPAIGNS: timedelta(hours=24),
}
MARKETING_REFUSED = 131050
TEMPLATE_STOPPED = {132015: "PAUSED", 132016: "DISABLED"}


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """Why a number does not send right now, and until when."""

    behaviour: Behaviour
    reason: str
    until: datetime


def hold(org: Document, number: str, category: Category, now: datetime) -> Hold | None:
    """A restricted number still answers; a disconnected one does nothing."""
    state = (org.get("channel_state") or {}).get(_field(number))
    if not isinstance(state, dict) or not isinstance(state.get("until"), datetime) or state["until"] <= now:
        return None
    behaviour = Behaviour(state["behaviour"])
    if behaviour is Behaviour.STOP_CAMPAIGNS and category == "service":
        return None
    return Hold(behaviour=behaviour, reason=str(state.get("reason", "")), until=state["until"])


def _field(number: str) -> str:
    """A field's name may not be digits only."""
    return "n" + "".join(letter for letter in number if letter.isascii() and letter.isalnum())


def parks(behaviour: Behaviour) -> timedelta | None:
    """How long the number rests after this; None when it does not."""
    return _PARKED.get(behaviour)


def marks(org: str, number: str, contact: str, behaviour: Behaviour, code: int, reason: str, now: datetime) -> list[Op]:
    """The writes that remember a refusal; each may meet a `Conflict` only if the document is gone."""
    rest = parks(behaviour)
    if rest is not None:
        state = {"behaviour": behaviour.value, "code": code, "reason": reason, "at": now, "until": now + rest}
        return [Update("orgs", org, {"set": {f"channel_state.{_field(number)}": state}})]
    if code == MARKETING_REFUSED and contact:
        return [Update("contacts", contact, {"set": {"marketing_stopped": True}})]
    return []


def stopped(template: Template, code: int) -> News:
    """A template that was refused as paused or disabled, in case its notice never came."""
    text = f"template {template.name} ({template.language}) is {TEMPLATE_STOPPED[code]}"
    subject = template_key(template.name, template.language)
    return News(kind="template", subject=subject, good=False, text=text, usable=False)
