"""A piece of work becomes one commit: load, step, gather what follows, commit; on a conflict, all over again."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import structlog

from runtime.batch import Batch
from runtime.digest import Digest
from runtime.faults import fault
from runtime.inbox import Content
from runtime.parking import Parking
from runtime.parts import Parts, Scene
from runtime.trouble import Dead, Later, Parked
from runtime.verbs import RetryLater
from runtime.work import Work
from storage.errors import BadQuery, Conflict, Unavailable, Unreadable

CONFLICTS = 20  # attempts before a machine counts as contended beyond reason

log = structlog.get_logger("runtime")


class Stepper:
    """Takes one row at a time to its end. Many may be under way at once; a machine's are serial."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._digest = Digest(parts)
        self._parking = Parking(parts)

    async def take(self, work: Work) -> Batch:
        """Do what the row asks for. Returns what was committed; empty when somebody else had done it.

        Raises `Later` when the store or a handler cannot serve now; the row is as it was.
        """
        for attempt in range(CONFLICTS):
            batch = Batch()
            try:
                async with self._parts.locks.hold(f"{work.row['org']}/{work.machine or work.row['lane']}"):
                    await self._once(work, batch)
                return batch
            except Conflict as conflict:
                self._parts.metrics.count("runtime_conflicts")
                for machine in (*batch.touched, work.machine):
                    self._parts.machines.forget(work.row["org"], machine)
                if not await work.open(self._parts.store):
                    return Batch()
                log.debug("conflict", collection=conflict.collection, attempt=attempt)
            except Unavailable as error:
                raise Later("the store is away", timedelta(seconds=1)) from error
            except RetryLater as error:
                raise Later(str(error), error.after or timedelta(seconds=1)) from error
            await asyncio.sleep(random.uniform(0, 0.002 * attempt))
        return await self._give_up(work)

    async def _once(self, work: Work, batch: Batch) -> None:
        scene = await self._parts.scene(work.row["org"])
        content: Content | None = None
        try:
            content = work.content(scene.vault)
            batch.ops.append(work.done(scene.now))
            await self._digest.digest(work, content, scene, batch)
        except Parked as parked:
            self._clear(batch)
            await self._parking.park(work, content, scene, batch, parked)
        except Unreadable:
            self._bury(work, scene, batch, "unreadable: the key is gone")
        except Dead as dead:
            self._bury(work, scene, batch, dead.reason)
        except (Conflict, Unavailable, RetryLater, Later):
            raise
        except Exception as error:  # a fault of a room (the router's, say) must not stop the lane behind it
            log.error("event failed", row=work.id, fault=fault(error))
            self._bury(work, scene, batch, f"unexpected: {type(error).__name__}")
        await self._commit(work, scene, batch)
        for machine in batch.machines:
            self._parts.machines.keep(scene.org, machine)
        self._parts.metrics.count("runtime_events")

    async def _commit(self, work: Work, scene: Scene, batch: Batch) -> None:
        try:
            await scene.store.commit(batch.ops)
        except BadQuery as error:  # a handler's operation that no store would do
            log.error("commit refused", row=work.id, fault=fault(error))
            self._bury(work, scene, batch, "unexpected: BadQuery")
            await scene.store.commit(batch.ops)

    def _bury(self, work: Work, scene: Scene, batch: Batch, reason: str) -> None:
        self._clear(batch)
        batch.ops.append(work.dead(scene.now, reason))
        self._parts.metrics.alert("runtime_dead_events", reason)
        log.warning("event dead", row=work.id, machine=work.machine, reason=reason)

    @staticmethod
    def _clear(batch: Batch) -> None:
        for gathered in (batch.ops, batch.posts, batch.sends, batch.timers, batch.machines):
            gathered.clear()

    async def _give_up(self, work: Work) -> Batch:
        scene = await self._parts.scene(work.row["org"])
        batch = Batch()
        self._bury(work, scene, batch, f"contended: {CONFLICTS} conflicts in a row")
        try:
            await scene.store.commit(batch.ops)
        except Conflict:
            return Batch()  # done by somebody else after all
        return batch
