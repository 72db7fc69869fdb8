"""What the runtime is built from, handed to each of its own parts; and the scene of one piece of work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

import msgspec

from engine.model import Event, Expectation, Snapshot, Step
from engine.registry import Registry
from runtime.clock import Clock
from runtime.inbox import Inbox
from runtime.journal import Journal
from runtime.locks import Locks
from runtime.machines import Machines
from runtime.metrics import Metrics
from runtime.order import Order
from runtime.places import Places
from runtime.routing import Router
from runtime.verbs import Context, Handlers
from storage.store import OrgStore, Store


class Vaults(Protocol):
    """`storage.vault.Vault`, as far as the runtime needs it."""

    async def org(self, org_id: str) -> Any: ...


class Releases(Protocol):
    """Where definitions come from: the current ones by name, any published one by its hash."""

    def named(self, org: str, name: str) -> Any | None: ...
    async def by_hash(self, hash: str) -> Any | None: ...
    async def refresh(self, *orgs: str) -> bool: ...


Understand = Callable[..., Event]  # (expectation, message, *, now, zone, region, currency): language.understand


class Interpreter(Protocol):
    """The pure core, as far as the runtime needs it: `engine` itself, unless a test puts another in its place."""

    def begin(self, definition: Any, machine: str, data: Any, about: Any, now: datetime, answers: Any) -> Step: ...
    def step(self, definition: Any, snapshot: Snapshot, event: Event, now: datetime, answers: Any) -> Step: ...
    def expectation(self, definition: Any, snapshot: Snapshot) -> Expectation: ...


@dataclass(frozen=True, kw_only=True)
class Parts:
    """Everything that the inbox, the outbox and the timers share."""

    store: Store
    vault: Vaults
    releases: Releases
    handlers: Handlers
    registry: Registry | None
    router: Router
    clock: Clock
    metrics: Metrics
    understand: Understand
    interpreter: Interpreter
    order: Order
    inbox: Inbox
    places: Places
    worker: str  # names this process in leases
    lease_seconds: float
    hands_over: bool  # True: other workers carry the outbox out, woken by jobs
    machines: Machines = field(default_factory=Machines)
    journal: Journal = field(default_factory=Journal)
    locks: Locks = field(default_factory=Locks)

    async def scene(self, org: str) -> Scene:
        return Scene(store=self.store.org(org), vault=await self.vault.org(org), now=self.clock.now())


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """The org, its keys, and the moment at which one piece of work is done."""

    store: OrgStore
    vault: Any
    now: datetime

    @property
    def org(self) -> str:
        return self.store.id

    def context(self, machine: Snapshot, key: str) -> Context:
        return Context(store=self.store, vault=self.vault, now=self.now, machine=machine, key=key)
