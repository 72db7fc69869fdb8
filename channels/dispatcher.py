"""The one dispatcher that sends: every message to a person, on every channel, goes through here.

Judged at the moment of sending, then paced, recorded, sent, and its outcome recorded.

What is promised about doubles and losses. The provider has no idempotency key, so a request whose answer was
lost (time-out after sending, or our process died) may or may not have been taken:

- The attempt is committed before the request leaves, under an id derived from the action's key, and the id goes
  along as callback data. An action that is done again finds its attempt.
- A request that never left (`Unreached`) or that was refused is sent again safely.
- After an unknown outcome nothing is sent for `grace`: a status webhook in that time proves that the message was
  taken, and it is then never sent again. If none comes it is sent once more, and after a second unknown outcome
  given up with `message.failed`, reason "unknown".

So a message is delivered at most once whenever the provider's first status reaches us within the grace, and at least
once unless the provider fails twice in a row. The one double that remains: it took the message, its answer was
lost, and its status came later than the grace. A customer can bear a repeated line better than a missing
confirmation; money never depends on a message.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from channels import acceptance, choices, ledger, standing
from channels.channel import Part, SentReceipt
from channels.cost import Rates, country_of, expected
from channels.delivery import FAILED, SENDING, UNSENT, taken
from channels.failures import ALERTING, Behaviour, OutcomeUnknown, Rejected, Unreached
from channels.news import note
from channels.outgoing import OutgoingMessage, Unsendable, read_outgoing
from channels.pace import Pace
from channels.policy import Ruling, Verdict, forbidden, judge
from channels.reception import Reception, ruled
from channels.scene import Absent, Connect, Reach, Scene, set_the_scene, situation
from channels.standins import sendable, stand_in
from engine.model import Event
from runtime.verbs import Acted, Context, Hopeless, RetryLater
from storage.errors import Conflict
from storage.store import Document, Op

GRACE = timedelta(seconds=20)
MOST_REJECTIONS = 10
_UNKNOWN_SENDS = 2
PLAIN, TEMPLATE = "plain", "template"  # the form that a refused message takes instead

Guardrails = Callable[[str, dict[str, Any]], Awaitable[Ruling | None]]
"""The org's messaging_guardrails table: (org, facts of `policy.Situation`) -> decision."""


class Watch(Protocol):
    """Counters, and alerts for what the owner of a business has to look at."""

    def count(self, name: str, amount: int = 1) -> None: ...
    def alert(self, name: str, detail: str) -> None: ...


class Dispatcher:
    """Bound to `channels.send` and the `messages.*` verbs. One a process."""

    def __init__(
        self, *, reach: Reach, connect: Connect, guardrails: Guardrails, rates: Rates, watch: Watch,
        pace: Pace | None = None, grace: timedelta = GRACE,
    ) -> None:  # fmt: skip
        self._reach = reach
        self._connect = connect
        self._guardrails = guardrails
        self._rates = rates
        self._watch = watch
        self._pace = pace or Pace()
        self._grace = grace
        self._since: datetime | None = None  # statuses of a time before we ran need their grace from here

    async def send(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """Carry out one message. Raises `RetryLater` and `Hopeless` as `runtime.verbs` says."""
        self._since = self._since or ctx.now
        try:
            message = read_outgoing(args)
            scene = await set_the_scene(ctx, self._reach, self._connect)
        except Unsendable as error:
            raise self._hopeless("malformed", str(error)) from error
        except Absent as error:
            raise self._hopeless("absent", str(error)) from error
        reception = Reception(ctx=ctx, scene=scene, ref=ledger.reference(ctx.org, ctx.key))
        tried = await ledger.attempts(ctx.store, reception.ref)
        instead = next((form for document in tried.values() if (form := document.get("instead"))), "")
        if instead:
            return await self._fall_back(reception, message, plain=instead == PLAIN)
        begun = [document for document in tried.values() if taken(document["status"])]
        if begun and any(document["template"] for document in begun):
            return self._ended(begun[0])
        if not begun:  # otherwise half of it is out, and the rest belongs to it
            verdict, began, kept = await self._judge(ctx, scene, message)
            reception = msgspec.structs.replace(reception, began=began, ruled=kept)
            if verdict.action == "withhold":
                return await self._withhold(reception, message, verdict.reason)
            if verdict.action == "wait":
                self._watch.count("channels.waiting")
                await ctx.store.commit(kept)
                raise RetryLater(verdict.reason, after=(verdict.until or ctx.now) - ctx.now)
            if message.template is not None and not sendable(message.template, scene.org):
                return await self._withhold(reception, message, "template_unusable")
            if verdict.action == "template":
                template = stand_in(message, scene.org)
                if template is None:
                    return await self._withhold(reception, message, "window_closed")
                message = msgspec.structs.replace(message, template=template)
        return await self._deliver(reception, message, tried)

    async def _judge(
        self, ctx: Context, scene: Scene, message: OutgoingMessage
    ) -> tuple[Verdict, bool, tuple[Op, ...]]:
        """What may be done, whether the business begins with it, and what keeps the guardrails' decision."""
        category = message.template.category if message.template else message.category
        held = standing.hold(scene.org, scene.channel.number, category, ctx.now)
        if held is not None:
            self._watch.count(f"channels.parked.{held.behaviour.value}")
            raise RetryLater(f"the number is on hold: {held.reason}", after=held.until - ctx.now)
        now = await situation(ctx, scene, message, category)
        verdict = forbidden(now)
        if verdict is not None:
            return verdict, not now.replying, ()
        ruling = await self._guardrails(ctx.org, now.facts())
        verdict = choices.stricter(judge(now, ruling), now, choices.read(scene.org))
        return verdict, not now.replying, await ruled(ctx, scene, ruling)

    async def _withhold(self, reception: Reception, message: OutgoingMessage, reason: str) -> Acted:
        """Not an error: the rules did their work. The machine hears of it where it could do something else."""
        self._watch.count(f"channels.withheld.{reason if reason in _NAMED else 'guardrails'}")
        draft = await reception.draft(message, Part(text=message.text, body={}), 0, self._cost(reception, message))
        await ledger.withhold(reception.ctx.store, draft, reason, reception.ruled)
        if reason in ("agent_answers", "opted_out", "marketing_stopped"):
            return Acted()
        return Acted(event=_failed(reason, 0))

    async def _deliver(self, reception: Reception, message: OutgoingMessage, tried: dict[str, Document]) -> Acted:
        parts = reception.parts(message)
        acted = Acted()
        for place, part in enumerate(parts):
            known = tried.get(ledger.part_id(reception.ref, place))
            if known is not None and taken(known["status"]):
                self._ended(known)
                continue
            sent = await self._send_part(reception, message, part, place, known)
            if isinstance(sent, Acted):
                return sent  # it went in another form, whole
            if place < len(parts) - 1:
                await acceptance.noted(reception, *sent)
            else:
                acted = acceptance.noting(reception, *sent)
        self._watch.count("channels.sent", len(parts))
        return acted

    def _ended(self, document: Document) -> Acted:
        """What an attempt of before came to."""
        if document["status"] == FAILED:
            raise self._hopeless("failed", document.get("reason", ""), document.get("code", 0))
        return Acted()

    async def _send_part(
        self, reception: Reception, message: OutgoingMessage, part: Part, place: int, known: Document | None
    ) -> tuple[Document, SentReceipt] | Acted:
        """The record of the attempt and the provider's receipt, or what became of the message in another form."""
        ctx, scene = reception.ctx, reception.scene
        await self._await_outcome(reception, known)
        number, ticket = scene.channel.number, ledger.part_id(reception.ref, place)
        wait = self._pace.take(number, scene.address.key, scene.channel.throughput, ticket, ctx.now)
        if wait:
            self._watch.count("channels.paced")
            raise RetryLater("too fast", after=wait)
        draft = await reception.draft(message, part, place, self._cost(reception, message))
        try:
            document = await ledger.begin(ctx.store, known, draft, ctx.now, reception.ruled if place == 0 else ())
        except Conflict as conflict:
            raise RetryLater("the message is being sent elsewhere", after=self._grace) from conflict
        try:
            receipt = await scene.channel.send(part, scene.address, document["_id"])
        except Unreached as error:
            await ledger.put_back(ctx.store, document["_id"], UNSENT, str(error))
            raise RetryLater(f"not reached: {error}") from error
        except OutcomeUnknown as error:
            self._watch.count("channels.unknown_outcome")
            raise RetryLater(f"outcome unknown: {error}", after=self._grace) from error
        except Rejected as rejected:
            return await self._rejected(reception, message, document, rejected)
        return document, receipt

    async def _await_outcome(self, reception: Reception, known: Document | None) -> None:
        """An attempt without an answer: give its status time to arrive before sending again."""
        if known is None or known["status"] != SENDING:
            return
        ctx = reception.ctx
        left = max(known["attempted_at"], self._since or ctx.now) + self._grace - ctx.now
        if left > timedelta():
            raise RetryLater("waiting for the outcome of the last attempt", after=left)
        if known["tries"] - known["rejections"] >= _UNKNOWN_SENDS:
            if not await ledger.put_back(ctx.store, known["_id"], FAILED, "the outcome stayed unknown"):
                raise RetryLater("a status has just come in", after=timedelta())
            raise self._hopeless("unknown", "the outcome stayed unknown")

    async def _rejected(
        self, reception: Reception, message: OutgoingMessage, document: Document, rejected: Rejected
    ) -> Acted:
        """Each class of refusal has its own consequence."""
        ctx, scene, behaviour = reception.ctx, reception.scene, rejected.behaviour
        self._watch.count(f"channels.rejected.{behaviour.value}")
        form = self._other_form(reception, message, behaviour)
        rest = standing.parks(behaviour) or self._again(reception, document, rejected)
        status = UNSENT if rest is not None or form else FAILED
        extra = {"instead": form} if form else None
        await ledger.put_back(ctx.store, document["_id"], status, str(rejected), rejected.code, extra)
        if behaviour in ALERTING:
            self._watch.alert(f"channels.{behaviour.value}", f"{ctx.org} {scene.channel.number}: {rejected}")
        if message.template is not None and rejected.code in standing.TEMPLATE_STOPPED:
            await note(ctx.store, standing.stopped(message.template, rejected.code), document["_id"], ctx.now)
        number = scene.channel.number
        ops = standing.marks(ctx.org, number, scene.contact["_id"], behaviour, rejected.code, str(rejected), ctx.now)
        if ops:
            await ctx.store.commit(ops)
        if rest is not None:
            raise RetryLater(str(rejected), after=rest) from rejected
        if not form:
            raise self._hopeless(behaviour.value, str(rejected), rejected.code) from rejected
        return await self._fall_back(reception, message, plain=form == PLAIN)

    def _again(self, reception: Reception, document: Document, rejected: Rejected) -> timedelta | None:
        """How long to wait before the next try of what is temporary; None when there is none."""
        count = int(document.get("rejections", 0))
        if not rejected.behaviour.temporary or count >= MOST_REJECTIONS:
            return None
        first = rejected.after or timedelta(seconds=5)
        channel, now = reception.scene.channel, reception.ctx.now
        if rejected.behaviour is Behaviour.SLOW_PERSON:
            pause = min(timedelta(seconds=4 ** (count + 1)), timedelta(hours=1))
            self._pace.slow_person(channel.number, reception.scene.address.key, pause, now)
            return pause
        if rejected.behaviour is Behaviour.SLOW_NUMBER:
            self._pace.slow_number(channel.number, channel.throughput, first, now)
        return _jittered(min(first * 2**count, timedelta(hours=1)), reception.ref)

    def _other_form(self, reception: Reception, message: OutgoingMessage, behaviour: Behaviour) -> str:
        """The window had closed after all: the template. The interactive form is blocked: plain words. Or neither."""
        if reception.plain or message.template is not None:
            return ""
        if behaviour is Behaviour.DEGRADE:
            return PLAIN
        if behaviour is Behaviour.TEMPLATE and stand_in(message, reception.scene.org) is not None:
            return TEMPLATE
        return ""

    async def _fall_back(self, reception: Reception, message: OutgoingMessage, *, plain: bool) -> Acted:
        """Send the message in its other form, under its own records."""
        template = None if plain else stand_in(message, reception.scene.org)
        if template is None and not plain:
            raise self._hopeless(Behaviour.TEMPLATE.value, "there is no template to stand in any more")
        other = reception.instead(plain=plain)
        tried = await ledger.attempts(reception.ctx.store, other.ref)
        return await self._deliver(other, msgspec.structs.replace(message, template=template), tried)

    def _cost(self, reception: Reception, message: OutgoingMessage) -> dict[str, Any]:
        address = reception.scene.address
        category = message.template.category if message.template else "service"
        country = country_of(address.phone, address.user_id)
        return expected(category, country, reception.scene.channel.number, self._rates)

    def _hopeless(self, reason: str, detail: str, code: int = 0) -> Hopeless:
        self._watch.count(f"channels.failed.{reason}")
        return Hopeless(f"{reason}: {detail}", event=_failed(reason, code))


_NAMED = frozenset({"agent_answers", "opted_out", "marketing_stopped", "window_closed", "template_unusable"})


def _failed(reason: str, code: int) -> Event:
    return Event(name="message.failed", data={"reason": reason, "code": code})


def _jittered(wait: timedelta, ref: str) -> timedelta:
    """Up to half as long again, spread by the message's own reference, so that those who wait do not return as one."""
    return wait * (1 + int(ref[:4], 16) / 0x1FFFF)
