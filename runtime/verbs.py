"""How a room carries out the verbs that it declared: contexts, results, and the binding.

A room declares an `engine.registry.Vocabulary` (pure, importable without any service) and offers a
list of `Bound` verbs when it is built with what it needs (a provider's client, settings).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from engine.model import Event, Snapshot
from storage.store import Op, OrgStore


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a handler may know: the org's store, the machine that asks, the time, and the personal-data vault.

    `key` is the idempotency key of this very verb in this very step; a retry has the same one.
    `vault` is a `storage.vault.OrgVault`.
    """

    store: OrgStore
    vault: Any
    now: datetime
    machine: Snapshot
    key: str

    @property
    def org(self) -> str:
        return self.store.id

    @property
    def contact(self) -> str:
        return str(self.machine.about.get("contact", ""))


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """A machine to start. `machine` is its id, unique in the org: starting a taken id is a no-op.

    `links` are added to its `about.links`; `owner` is the machine that started it, if any.
    A machine of a flow talks with `contact`; the runtime puts it on that conversation's floor.
    """

    definition: str  # a published name, "payment"
    machine: str
    data: dict[str, Any] = {}
    contact: str = ""
    channel: str = ""
    owner: str = ""
    links: dict[str, str] = {}


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """An event for a machine, put into the inbox in the same commit."""

    machine: str
    event: Event


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """What a change does: writes that join the step's commit, and the event that answers it.

    If the commit meets a `Conflict`, the runtime loads everything anew and calls the handler again,
    which then sees the other's write and answers otherwise (`bookings.taken`).
    `links` are added to the asking machine's `about.links`; `language`, if given, is what it speaks from now on.
    """

    ops: tuple[Op, ...] = ()
    event: Event | None = None  # for the machine that asked; ids may be left empty
    posts: tuple[Post, ...] = ()
    starts: tuple[Start, ...] = ()
    links: dict[str, str] = {}
    language: str = ""


class Acted(msgspec.Struct, frozen=True, kw_only=True):
    """What an action achieved: writes and events, committed together with its outbox row being done.

    If that commit meets a `Conflict`, the action is done again under the same key. `afterwards` is called once it
    stands; a crash in between leaves it out.
    """

    ops: tuple[Op, ...] = ()
    event: Event | None = None
    posts: tuple[Post, ...] = ()
    afterwards: Callable[[], Awaitable[None]] | None = None


class RetryLater(Exception):
    """The action could not be done now and may be tried again with the same key.

    With `after` it is no failure, only too early: it does not count among the attempts.
    """

    def __init__(self, reason: str, *, after: timedelta | None = None) -> None:
        super().__init__(reason)
        self.after = after  # None: the outbox's own backoff


class Hopeless(Exception):
    """The action cannot succeed; the row goes to the dead letters and `event`, if any, to the machine."""

    def __init__(self, reason: str, *, event: Event | None = None) -> None:
        super().__init__(reason)
        self.event = event


Answer = Callable[[Context, dict[str, Any]], Awaitable[Any]]
Change = Callable[[Context, dict[str, Any]], Awaitable[Changed]]
Action = Callable[[Context, dict[str, Any]], Awaitable[Acted]]


class Bound(msgspec.Struct, frozen=True):
    """A declared verb (or ambient fact) by name, with the coroutine function that carries it out."""

    name: str
    handler: Any  # Answer for questions and ambients, Change for changes, Action for actions


class Handlers:
    """All rooms' bound verbs. Built once at start."""

    def __init__(self, bound: Iterable[Bound]) -> None:
        self._by_name: dict[str, Any] = {}
        for item in bound:
            if item.name in self._by_name:
                raise ValueError(f"verb {item.name!r} is bound twice")
            self._by_name[item.name] = item.handler

    def missing(self, names: Iterable[str]) -> list[str]:
        return sorted(name for name in names if name not in self._by_name)

    def __getitem__(self, name: str) -> Any:
        return self._by_name[name]

    def names(self) -> Mapping[str, Any]:
        return self._by_name
