"""Carrying actions out: in order within a lane, again with a growing wait when they fail, and never silently dropped.

A row is leased by the process that works it. Its id is the idempotency key that the handler gets, so that an action
whose process died between doing it and saying so is repeated under the same key. What the action achieved is
committed together with the row being done.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import structlog

from engine.model import Event, Snapshot
from runtime.agent import is_chain
from runtime.batch import Batch
from runtime.carrying import carrier
from runtime.effects import Effects
from runtime.faults import fault
from runtime.parts import Parts, Scene
from runtime.payload import unpack
from runtime.verbs import Acted, Hopeless, RetryLater
from storage.errors import Conflict, StoreError, Unreadable
from storage.query import moment
from storage.store import Document, Update

ATTEMPTS = 12
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=10)
ACTION_SECONDS = 60.0
PATIENCE = timedelta(days=3)  # for so long an action may ask to wait: a message of last week helps nobody
KEPT = timedelta(days=30)  # how long a row that is done can still be looked up

log = structlog.get_logger("runtime")


def wait_before(attempt: int) -> timedelta:
    """Doubling, with jitter over its upper half, so that what failed together does not return together."""
    longest: timedelta = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempt - 1, 20))
    return longest * random.uniform(0.5, 1.0)


class Outbox:
    """Works one row at a time to its end, or says when to try again."""

    def __init__(self, parts: Parts, *, attempts: int = ATTEMPTS, action_seconds: float = ACTION_SECONDS) -> None:
        self._parts = parts
        self._effects = Effects(parts)
        self._attempts = attempts
        self._seconds = action_seconds

    async def lease(self, row: Document) -> Document | None:
        """The row, leased to this process; None when it is done or somebody else is at it."""
        now = self._parts.clock.now()
        if row["state"] == "leased" and row["by"] == self._parts.worker and row["until"] > now:
            return row
        free = {"or": [{"state": "new"}, {"state": "leased", "until": {"lte": now}}, {"by": self._parts.worker}]}
        until = now + timedelta(seconds=self._parts.lease_seconds)
        changes = {"set": {"state": "leased", "by": self._parts.worker, "until": until}}
        return await self._parts.store.claim(
            "outbox", {"_id": row["_id"], "state": {"in": ["new", "leased"]}, **free}, changes
        )

    async def attempt(self, row: Document) -> tuple[Batch, datetime | None]:
        """Carry a leased row out. What was committed, and when to try again (None: it is over)."""
        scene = await self._parts.scene(row["org"])
        batch = Batch()
        try:
            acted = await self._act(scene, row)
        except Hopeless as hopeless:
            return await self._bury(scene, row, str(hopeless), hopeless.event), None
        except Unreadable:
            return await self._bury(scene, row, "unreadable: the key is gone"), None
        except RetryLater as later:
            return batch, await self._again(scene, row, str(later), later.after, batch, asked=later.after is not None)
        except TimeoutError:
            return batch, await self._again(scene, row, f"no answer within {self._seconds:g} s", None, batch)
        except Exception as error:
            log.warning("action failed", verb=row["verb"], row=row["_id"], fault=fault(error))
            return batch, await self._again(scene, row, type(error).__name__, None, batch)
        try:
            await self._finish(scene, row, acted, batch)
        except Conflict as conflict:
            if not await self._still_mine(row):
                return Batch(), None
            reason = f"conflict on {conflict.collection}"
            return Batch(), await self._again(scene, row, reason, timedelta(milliseconds=50), Batch())
        return batch, None

    async def _act(self, scene: Scene, row: Document) -> Acted:
        handler = self._parts.handlers.names().get(row["verb"])
        if handler is None:
            raise Hopeless(f"nothing carries out {row['verb']!r}")
        await scene.vault.ensure(row["contact"])
        args = unpack(scene.vault.unseal(row["contact"], row["sealed"], aad=row["_id"].encode()), dict)
        speaker = await carrier(self._parts, scene, row["machine"])
        if speaker is None:
            raise Hopeless("its machine is gone")
        async with asyncio.timeout(self._seconds):
            acted: Acted | None = await handler(scene.context(speaker, row["_id"]), args)
        return acted or Acted()

    async def _finish(self, scene: Scene, row: Document, acted: Acted, batch: Batch) -> None:
        now = self._parts.clock.now()
        done = {"state": "done", "done_at": now, "attempts": row["attempts"] + 1, "expires_at": now + KEPT}
        mine = {"state": "leased", "by": self._parts.worker}
        batch.ops.append(Update("outbox", row["_id"], {"set": done, "unset": ["sealed"]}, when=mine))
        batch.ops.extend(acted.ops)
        cause = _cause(row)
        self._answer(batch, scene, row, acted.event)
        for number, post in enumerate(acted.posts):
            self._effects.post(batch, scene, cause, post.machine, post.event, f"{row['_id']}/post{number}")
        await scene.store.commit(batch.ops)
        self._parts.metrics.count("runtime_actions")
        if acted.afterwards is not None:
            await self._afterwards(row, acted.afterwards)

    def _answer(self, batch: Batch, scene: Scene, row: Document, event: Event | None) -> None:
        """What became of it, for the machine that asked; where a person spoke for themselves, none did."""
        if event is not None and not is_chain(row["machine"]):
            self._effects.post(batch, scene, _cause(row), row["machine"], event, f"{row['_id']}/answer")

    async def _afterwards(self, row: Document, afterwards: Callable[[], Awaitable[None]]) -> None:
        """The action is done, whatever becomes of this."""
        try:
            await afterwards()
        except Exception as error:
            log.warning("afterthought failed", verb=row["verb"], row=row["_id"], fault=fault(error))

    async def _still_mine(self, row: Document) -> bool:
        known = await self._parts.store.get("outbox", row["_id"])
        return known is not None and known["state"] == "leased" and known["by"] == self._parts.worker

    async def _again(
        self, scene: Scene, row: Document, reason: str, after: timedelta | None, batch: Batch, *, asked: bool = False
    ) -> datetime | None:
        """A wait that the handler `asked` for (a rate, a quiet hour) is no failure: time bounds it, not the count."""
        now, attempts = self._parts.clock.now(), row["attempts"] + (not asked)
        wait = after if after is not None else wait_before(attempts)
        if attempts >= self._attempts or (asked and now + wait > row["at"] + PATIENCE):
            why = f"{attempts} attempts" if attempts >= self._attempts else f"waited since {row['at']:%Y-%m-%d %H:%M}"
            buried = await self._bury(scene, row, f"{reason} ({why})")
            batch.ops.extend(buried.ops)
            return None
        due = moment(now + wait, "due")
        changes = {"set": {"state": "new", "by": "", "attempts": attempts, "due": due, "reason": reason}}
        self._parts.metrics.count("runtime_actions_retried")
        try:
            await scene.store.commit([Update("outbox", row["_id"], changes, when={"by": self._parts.worker})])
        except StoreError as error:
            log.warning("retry not recorded", row=row["_id"], error=type(error).__name__)
        row.update(changes["set"])
        return due

    async def _bury(self, scene: Scene, row: Document, reason: str, event: Event | None = None) -> Batch:
        """The dead letter keeps its arguments, so that it can be sent after all."""
        batch, now = Batch(), self._parts.clock.now()
        dead = {"state": "dead", "reason": reason, "done_at": now, "attempts": row["attempts"] + 1}
        batch.ops.append(Update("outbox", row["_id"], {"set": dead}, when={"state": "leased"}))
        self._answer(batch, scene, row, event)
        self._parts.metrics.alert("runtime_dead_actions", f"{row['verb']}: {reason}")
        log.error("action dead", verb=row["verb"], row=row["_id"], reason=reason)
        await scene.store.commit(batch.ops)
        return batch


def _cause(row: Document) -> Snapshot:
    """As much of the machine as the lane of a post needs."""
    return Snapshot(
        machine=row["machine"], definition="", name="", state="", about={"contact": row["contact"]}
    )  # fmt: skip
