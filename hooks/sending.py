"""The action that tells another program: signed, at least once under one id, tried for a day, in nobody's way.

A receiver that fails is left alone for a while by everything that waits for it, so that a thousand messages to one that
is dead are one question now and then, and not a thousand.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from engine.model import Event
from hooks import deliveries, endpoints, message, signing
from hooks.deliveries import Delivery
from hooks.endpoints import Endpoint, NoSecret
from hooks.posting import Answer, Poster, Unreached
from hooks.tasks import failing, gone, well
from runtime.addresses import BadAddress
from runtime.verbs import Acted, Context, RetryLater
from storage.store import Document, Op

DAY = timedelta(days=1)
WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 7200, 14400)
)  # before the second attempt, the third…; the last again and again
ENOUGH, LONGEST_REST = 3, timedelta(minutes=5)
_LATER = (408, 425, 429)
NONE = Answer(0)
REASONS = {
    "unknown": "the business has no endpoint of this name",
    "off": "the endpoint is switched off, since the receiver said that it is gone",
    "host": "this server may not send to that host",
    "https": "what is sent goes by https",
    "address": "the endpoint's address is no web address",
    "private": "the endpoint's host leads to an address that is not public",
    "secret": "the endpoint has no secret to sign with: renew it",
    "too_large": "more than 64 KB were to be sent",
    "gone": "the receiver said that it is gone",
    "redirect": "the receiver leads elsewhere; redirects are not followed",
    "refused": "the receiver refused it",
    "given_up": "it was tried for a day",
}


class Sender:
    """`hooks.send`. `clock` is the world's time, which receivers hold signatures against."""

    def __init__(self, poster: Poster, clock: Callable[[], datetime]) -> None:
        self._poster = poster
        self._clock = clock
        self._rests: dict[tuple[str, str], tuple[int, datetime]] = {}

    async def send(self, ctx: Context, args: dict[str, Any]) -> Acted:
        """Raises RetryLater while the receiver may take it yet."""
        org = await ctx.store.get("orgs", ctx.org) or {}
        known = await self._begun(ctx, str(args["to"]), str(args["event"]))
        endpoint = endpoints.named(org, known.endpoint)
        if endpoint is None or endpoint.off:
            return self._failed(ctx, known, "unknown" if endpoint is None else "off")
        late = ctx.now >= known.at + DAY
        if not late:
            self._rested(ctx, known)
        try:
            answer = await self._signed(org, ctx.vault, endpoint, known, args.get("data") or {}, ctx.now)
        except BadAddress as error:
            return self._failed(ctx, known, error.code)
        except message.TooLarge:
            return self._failed(ctx, known, "too_large")
        except NoSecret:
            return self._failed(ctx, known, "secret")
        except Unreached as error:
            return await self._later(ctx, known, NONE, error.code)
        if answer.status in _LATER or answer.status >= 500:
            return await self._later(ctx, known, answer, "busy" if answer.status == 429 else "away")
        self._rests.pop((ctx.org, known.endpoint), None)
        return await self._ended(ctx, known, answer)

    async def tried(self, org: Document, vault: Any, endpoint: Endpoint, id: str, now: datetime) -> Delivery:
        """A test, once and at once: no machine waits for it, and what fails is not tried again."""
        known = Delivery(id=id, endpoint=endpoint.name, event="test", machine="", at=now)
        data = {"hello": "This is a test from your settings."}
        try:
            answer = await self._signed(org, vault, endpoint, known, data, now)
        except (BadAddress, Unreached) as error:
            return _after(known, now, NONE, "failed", error.code)
        except NoSecret:
            return _after(known, now, NONE, "failed", "secret")
        code = _code(answer.status) if answer.status < 500 else "away"
        return _after(known, now, answer, "failed" if code else "sent", code)

    async def _begun(self, ctx: Context, to: str, event: str) -> Delivery:
        """As it stands; noted before it leaves, so that a repetition is the same to the byte."""
        id = deliveries.id_of(ctx.org, ctx.key)
        known = await deliveries.get(ctx.store, id)
        if known is None:
            known = Delivery(id=id, endpoint=to, event=event, machine=ctx.machine.machine, at=ctx.now)
            await ctx.store.commit([deliveries.kept(known)])
        return known

    async def _signed(
        self, org: Document, vault: Any, endpoint: Endpoint, known: Delivery, data: dict[str, Any], now: datetime
    ) -> Answer:
        """Raises NoSecret, TooLarge, BadAddress, Unreached."""
        secrets = endpoints.secrets_of(vault, org, endpoint.name, now)
        body = message.body(known.id, known.event, known.at, vault.org, known.machine, data)
        at = self._clock()
        return await self._poster.post(endpoint.url, signing.headers(known.id, at, body, secrets), body, at)

    async def _ended(self, ctx: Context, known: Delivery, answer: Answer) -> Acted:
        code = _code(answer.status)
        if code:
            more = (gone(ctx, known), endpoints.switched(ctx.org, known.endpoint, "gone", ctx.now))
            return self._failed(ctx, known, code, answer, more if code == "gone" else ())
        done = _after(known, ctx.now, answer, "sent", "")
        event = Event(name="hooks.sent", data={**_of(known), "status": answer.status})
        return Acted(ops=(deliveries.kept(done), *await well(ctx, known.endpoint)), event=event)

    async def _later(self, ctx: Context, known: Delivery, answer: Answer, code: str) -> Acted:
        """Raises RetryLater; fails once its day is over."""
        self._rest(ctx, known)
        if ctx.now >= known.at + DAY:
            return self._failed(ctx, known, "given_up", answer, (failing(ctx, known),))
        own = WAITS[min(known.attempts, len(WAITS) - 1)] * random.uniform(0.8, 1.2)
        wait = min(max(own, answer.after or timedelta()), known.at + DAY - ctx.now)
        tried = _after(known, ctx.now, answer, "waiting", code)
        noted = msgspec.structs.replace(tried, again_at=ctx.now + wait)
        await ctx.store.commit([deliveries.kept(noted)])
        raise RetryLater(f"{code} {answer.status or ''}".strip(), after=wait)

    def _failed(
        self, ctx: Context, known: Delivery, code: str, answer: Answer = NONE, ops: tuple[Op, ...] = ()
    ) -> Acted:  # fmt: skip
        done = _after(known, ctx.now, answer, "failed", code)
        event = Event(name="hooks.failed", data={**_of(known), "code": code, "reason": REASONS[code]})
        return Acted(ops=(deliveries.kept(done), *ops), event=event)

    def _rest(self, ctx: Context, known: Delivery) -> None:
        place = ctx.org, known.endpoint
        failures = self._rests.get(place, (0, ctx.now))[0] + 1
        rest = min(LONGEST_REST, timedelta(seconds=2 ** min(failures, 10)))
        self._rests[place] = failures, ctx.now + rest if failures >= ENOUGH else ctx.now

    def _rested(self, ctx: Context, known: Delivery) -> None:
        """Raises RetryLater where the receiver has just failed several times."""
        until = self._rests.get((ctx.org, known.endpoint), (0, ctx.now))[1]
        if until > ctx.now:
            wait = (until - ctx.now) * random.uniform(1.0, 1.3)
            raise RetryLater("the receiver rests", after=min(wait, known.at + DAY - ctx.now))


def _code(status: int) -> str:
    """Why a receiver's answer is the end of it; nothing where it was taken."""
    if 200 <= status < 300:
        return ""
    if status == 410:
        return "gone"
    return "redirect" if 300 <= status < 400 else "refused"


def _after(known: Delivery, now: datetime, answer: Answer, state: deliveries.State, code: str) -> Delivery:
    return msgspec.structs.replace(
        known, state=state, attempts=known.attempts + 1, status=answer.status, code=code, tried_at=now, again_at=None
    )


def _of(known: Delivery) -> dict[str, Any]:
    return {"to": known.endpoint, "event": known.event, "id": known.id}
