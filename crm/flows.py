"""Starting another flow with the contact: a reminder, a review, a win-back, from whatever machine knows it is time."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from crm import contacts
from runtime.verbs import Changed, Context, Start
from storage.store import Document

_TALK = re.compile(r"\w+:[0-9a-f]{20}")


async def start(ctx: Context, args: dict[str, Any]) -> Changed:
    """Start `flow` on the contact's floor. A retry starts the same machine, and starting it twice is nothing."""
    person = await contacts.find(ctx.store, ctx.contact)
    if person is None:
        return Changed()
    flow = str(args["flow"])
    data = {
        name: args[name] for name in ("booking", "payment", "offer", "amount", "note") if args.get(name) is not None
    }
    begun = Start(
        definition=f"flow:{flow}",
        machine=machine_of(flow, ctx.org, ctx.key),
        data=data,
        contact=str(person["_id"]),
        channel=str(ctx.machine.about.get("channel") or "whatsapp"),
        owner=ctx.machine.machine,
        links={"starter": ctx.machine.machine} | _booking_link(ctx),
    )
    return Changed(starts=(begun,), language=_language(ctx, person))


def machine_of(flow: str, org: str, key: str) -> str:
    return f"{flow}:{hashlib.sha256(f'{org}{chr(0)}{key}'.encode()).hexdigest()[:20]}"


def _is_booking(machine: str) -> bool:
    """The flow that books is called "booking" too: its machines are named by `machine_of`, with 20 digits and no more,
    where a booking's id is a letter and 23.
    """
    return machine.startswith("booking:") and not _TALK.fullmatch(machine)


def _language(ctx: Context, person: Document) -> str:
    """A lifecycle that began months ago speaks what the customer speaks by now; a talk knows better than we."""
    return str(person.get("language") or "") if _is_booking(ctx.machine.machine) else ""


def _booking_link(ctx: Context) -> dict[str, str]:
    """A flow that a booking starts can act on that booking without naming it."""
    if _is_booking(ctx.machine.machine):
        return {"booking": ctx.machine.machine}
    linked = (ctx.machine.about.get("links") or {}).get("booking")
    return {"booking": str(linked)} if linked else {}
