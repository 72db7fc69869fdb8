"""How far a contact has come: one lead per contact, scored by the lifecycle `lead` and its decision table.

`leads.note` says what happened; the lead's machine hears it as `lead.noted`, asks the table, and writes
what came out with `leads.score`. The document is for lists and reports; the machine is what decides.
"""

from __future__ import annotations

from typing import Any

from crm import contacts
from engine.model import Event
from runtime.verbs import Changed, Context, Post, Start
from storage.store import Upsert

LIFECYCLE = "lifecycle:lead"


def machine_of(contact: str) -> str:
    return f"lead:{contact}"


async def note(ctx: Context, args: dict[str, Any]) -> Changed:
    """Something happened that says how warm the lead is."""
    if not ctx.contact:
        return Changed()
    person = await contacts.find(ctx.store, ctx.contact)  # not there yet at their very first message
    id, event = str(person["_id"] if person is not None else ctx.contact), str(args["event"])
    data = {"event": event, "value": args.get("value") or 0}
    return Changed(
        ops=(
            Upsert(
                "leads",
                id,
                {
                    "set": {"last_event": event, "last_at": ctx.now},
                    "inc": {f"counts.{event.replace('.', '_')}": 1},
                    "set_on_insert": {"contact": id, "stage": "new", "score": 0, "at": ctx.now},
                },
            ),
        ),
        starts=(begin(id, str(ctx.machine.about.get("channel", ""))),),
        posts=(Post(machine=machine_of(id), event=Event(name="lead.noted", data=data)),),
    )


async def score(ctx: Context, args: dict[str, Any]) -> Changed:
    """What the lifecycle found: a score, and a stage if it changed."""
    person = await contacts.find(ctx.store, ctx.contact)
    if person is None:
        return Changed()
    sets: dict[str, Any] = {"score": args["score"], "scored_at": ctx.now}
    if args.get("stage"):
        sets["stage"] = str(args["stage"])
    fresh = {"contact": person["_id"], "at": ctx.now} | ({} if "stage" in sets else {"stage": "new"})
    return Changed(ops=(Upsert("leads", person["_id"], {"set": sets, "set_on_insert": fresh}),))


def begin(contact: str, channel: str) -> Start:
    """The lead's lifecycle; starting it again is nothing."""
    return Start(definition=LIFECYCLE, machine=machine_of(contact), contact=contact, channel=channel)
