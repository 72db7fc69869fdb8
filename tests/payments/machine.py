"""One payment machine run by hand: engine steps, real changes on a real store, actions answered by a script, timers.

It stands in for the runtime, so that the lifecycle is tested for what it decides, minute by minute.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import engine
from bookings.vocabulary import VOCABULARY as BOOKINGS
from crm.vocabulary import VOCABULARY as CRM
from engine.model import Event, Snapshot, Step, Tell
from engine.registry import Registry
from payments.vocabulary import VOCABULARY as PAYMENTS
from runtime.verbs import Context

ROOT = Path(__file__).resolve().parents[2]
FILES = ("flows/lifecycles/payment.yaml", "rules/mpesa_results.yaml")


def release(*files: str) -> Any:
    registry = Registry([PAYMENTS, BOOKINGS, CRM])
    documents = [engine.load((ROOT / file).read_text(encoding="utf-8"), file) for file in files or FILES]
    return engine.compile_release(documents, registry)


class Machine:
    """`script[verb]` is called with the arguments for each action and gives the event that answers, or None."""

    def __init__(self, definition: Any, handlers: Any, context: Callable[..., Context], now: datetime) -> None:
        self.definition = definition
        self.now = now
        self.tells: list[Tell] = []
        self.actions: list[str] = []
        self.script: dict[str, Callable[[dict[str, Any]], Event | None]] = {}
        self.answers: dict[str, Any] = {}  # what ambient facts are
        self.said: list[str] = []
        self.done: list[tuple[str, dict[str, Any]]] = []
        self._handlers = handlers
        self._context = context
        self._timers: list[tuple[datetime, str, int]] = []
        self.snapshot: Snapshot

    async def start(self, id: str, data: dict[str, Any], about: dict[str, Any]) -> None:
        first = engine.begin(self.definition, id, data, about, self.now, self.answers)
        self.snapshot = first.snapshot
        await self._follow(first)

    async def feed(self, name: str, **data: Any) -> Step:
        taken = engine.step(self.definition, self.snapshot, Event(name=name, data=data), self.now, self.answers)
        await self._follow(taken)
        return taken

    async def wait(self, by: timedelta) -> None:
        """Let time pass, firing each timer when it is due."""
        until = self.now + by
        while due := [timer for timer in self._timers if timer[0] <= until]:
            timer = min(due)
            self._timers.remove(timer)
            self.now = max(self.now, timer[0])
            await self.feed("after", timer=timer[1], visit=timer[2])
        self.now = until

    def told(self) -> list[str]:
        return [tell.event for tell in self.tells]

    async def _follow(self, taken: Step) -> None:
        self.snapshot = taken.snapshot
        self.tells.extend(taken.tells)
        self.said.extend(say.key for say in taken.says)
        self.done.extend((do.verb, do.args) for do in taken.dos)
        self._timers.extend((arm.due, arm.name, arm.visit) for arm in taken.arms)
        for do in taken.dos:
            event = await self._carry_out(taken, do.verb, do.args, do.index, do.sort)
            if event is not None:
                await self.feed(event.name, **event.data)

    async def _carry_out(self, taken: Step, verb: str, args: dict[str, Any], index: int, sort: str) -> Event | None:
        if sort == "action" or verb in self.script:
            self.actions.append(verb)
            return self.script[verb](args)
        ctx = self._context(key=f"{taken.snapshot.machine}/{taken.snapshot.seq}/{index}", now=self.now)
        changed = await self._handlers[verb](ctx, args)
        await ctx.store.commit(list(changed.ops))
        event: Event | None = changed.event
        return event
