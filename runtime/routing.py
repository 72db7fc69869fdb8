"""Who a message is from and which machine it is for: what the runtime asks of the room that knows the contacts."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol

import msgspec

from engine.model import Event
from runtime.inbox import Inbound
from runtime.verbs import Start
from storage.store import Op, OrgStore


class Routed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an inbound that named no machine.

    `ops` (a new contact, the stored message, the window) join the step's commit. For a `message` the runtime looks
    at the conversation's floor: the message goes to the machine on top of it. `start` is what begins when the floor
    is empty (the message is then consumed by it); with `interrupt` it begins in any case, on top. `machine`
    names the machine outright. An event that is no message goes to `machine`, or nowhere: then only `ops` are done.
    """

    contact: str
    channel: str
    ops: tuple[Op, ...] = ()
    machine: str | None = None
    start: Start | None = None
    event: Event | None = None  # in the place of the inbound's own
    interrupt: bool = False
    language: str = ""  # for what starts; "" takes the conversation's


class Router(Protocol):
    """Implemented by the room that owns contacts. It may be asked twice about one inbound (after a `Conflict`).

    `store` and `vault` are the org's own (`OrgStore`, `OrgVault`).
    """

    async def route(self, inbound: Inbound, store: OrgStore, vault: Any, now: datetime) -> Routed: ...


def conversation_id(contact: str, channel: str) -> str:
    """The `_id` of the conversation of a contact on a channel, in `conversations`."""
    return f"{contact}/{channel}"
