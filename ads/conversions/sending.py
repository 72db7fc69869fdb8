"""The action that tells a platform what its ad brought, and the lifecycles that begin because something happened.

Told is only the platform whose ad it was, and only if the business wants it. Who opted out, was erased or said no to
being measured is not told of at all; without a yes nothing but the platform's own click id goes back to it. A repeated
request carries the same event id, so that the platform counts it once: what may have arrived is safely sent again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Literal, cast

import msgspec

from ads import failures
from ads.conversions import destinations
from ads.conversions.delivery import Delivery
from ads.conversions.message import FOLLOWED, Conversion, Person, Unsendable
from ads.conversions.restating import restated, told_as
from ads.truth.collecting import opened_agent
from ads.truth.events import COLLECTION, Happened, event_id
from engine.model import Event
from engine.values import Money
from runtime.verbs import Acted, Context, RetryLater, Start
from storage.errors import Unreadable
from storage.store import Document, Update

LIFECYCLE = "lifecycle:conversion"
TOKEN_WAIT, LONGEST_WAIT = timedelta(hours=1), timedelta(hours=1)
Reach = Callable[[Context, str], Awaitable[Person | None]]  # who a contact is; None for one that is gone


class Sender:
    """`conversions.send`, for all businesses over one connection pool."""

    def __init__(self, delivery: Delivery, reach: Reach) -> None:
        self._delivery = delivery
        self._reach = reach

    async def send(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """Raises RetryLater where the platform may take it later."""
        event = await ctx.store.get(COLLECTION, str(args["happening"]))
        place = await destinations.of(ctx.store, ctx.vault, str(event["platform"])) if event is not None else None
        if event is None or place is None:
            return _answer("conversions.skipped", why="gone" if event is None else "not_wanted")
        try:
            made = await self._conversion(ctx, event)
            if event["kind"] == "refund" and place.platform == "google":
                made = msgspec.structs.replace(made, restated=await restated(ctx, event))
            accepted = await self._delivery.deliver(made, place, ctx.now)
        except Unsendable as unsendable:
            return _untold(event, _answer("conversions.skipped", why=unsendable.why), unsendable.why)
        except failures.TokenRefused as failure:
            await ctx.store.commit([destinations.troubled(ctx.org, place.platform, failure.code, ctx.now)])
            raise RetryLater(failure.code, after=TOKEN_WAIT) from None  # somebody may connect the account anew
        except (failures.RetryLater, failures.OutcomeUnknown) as failure:
            raise RetryLater(failure.code, after=max(failure.after, _patience(ctx, event))) from None
        except (failures.PlatformError, ValueError) as failure:
            why = failure.code if isinstance(failure, failures.PlatformError) else "ads.host"
            trouble = destinations.troubled(ctx.org, place.platform, why, ctx.now)
            refused = _untold(event, _answer("conversions.refused", why=why), why)
            return msgspec.structs.replace(refused, ops=(*refused.ops, trouble))
        noted = Update(COLLECTION, event["_id"], {"set": {"sent_at": ctx.now, "sent_as": accepted.trace[:100]}})
        return msgspec.structs.replace(_answer("conversions.sent", platform=place.platform), ops=(noted,))

    async def _conversion(self, ctx: Context, event: Document) -> Conversion:
        """Raises Unsendable for somebody who wants nothing of it, or is gone."""
        contact, consent = str(event["contact"]), await _consent(ctx, event)
        person = await self._person(ctx, contact) if contact else Person()
        if consent == "denied" or person.refuses:
            raise Unsendable("refused")
        click = await ctx.store.get("clicks", event["click"]) if event.get("click") else None
        agent, address = await _agent(ctx, contact) if consent == "granted" and contact else ("", "")
        return Conversion(
            id=told_as(event), kind=event["kind"], at=event["at"],
            ids=dict((click or {}).get("ids") or {}), clicked_at=event["cohort"] if event.get("by") else None,
            contact=contact, page=str((click or {}).get("page") or ""), value=_value(event), consent=consent,
            person=person if consent == "granted" else Person(), agent=agent, address=address,
        )  # fmt: skip

    async def _person(self, ctx: Context, contact: str) -> Person:
        try:
            person = await self._reach(ctx, contact)
        except Unreadable:
            person = None
        if person is None:
            raise Unsendable("gone")
        return person


async def follow(ctx: Context, event: Happened) -> tuple[Start, ...]:
    """What begins because something happened: for `ads.truth.watching.Watch`."""
    platform = event.credit.platform
    if event.kind not in FOLLOWED or await destinations.told(ctx.store, platform) is None:
        return ()
    id = event_id(ctx.org, event.kind, event.key)
    machine = f"conversion:{id.rpartition('/')[2]}"
    return (Start(definition=LIFECYCLE, machine=machine, data={"happening": id}, contact=event.contact),)


async def _consent(ctx: Context, event: Document) -> Literal["", "granted", "denied"]:
    """What was said with this very event, else the last that this person said."""
    if event.get("consent"):
        return cast("Literal['granted', 'denied']", event["consent"])
    wanted = {"contact": event["contact"], "consent": {"in": ["granted", "denied"]}}
    found = await ctx.store.find(COLLECTION, wanted, sort=[("at", -1)], limit=1) if event["contact"] else []
    return found[0]["consent"] if found else ""


async def _agent(ctx: Context, contact: str) -> tuple[str, str]:
    wanted = {"contact": contact, "subject": contact, "kind": "page"}
    found = await ctx.store.find(COLLECTION, wanted, sort=[("at", -1)], limit=1)
    return opened_agent(ctx.vault, found[0]) if found and found[0].get("sealed") else ("", "")


def _untold(event: Document, answer: Acted, why: str) -> Acted:
    """Noted with the event, so that a refund of it is not told either."""
    return msgspec.structs.replace(answer, ops=(Update(COLLECTION, event["_id"], {"set": {"untold": why}}),))


def _value(event: Document) -> Money | None:
    return Money(int(event["value"]), str(event["currency"])) if event.get("value") and event["currency"] else None


def _patience(ctx: Context, event: Document) -> timedelta:
    """The longer it has been tried, the longer the wait: a tenth of its age."""
    return min(LONGEST_WAIT, max(timedelta(), (ctx.now - event["at"]) / 10))


def _answer(name: str, **data: Any) -> Acted:
    return Acted(event=Event(name=name, data=data))
