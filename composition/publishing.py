"""Publishing, connected: the publisher over a store, what is in force at a start, and what the server does on the way.

Who wins, files or store: what is in force is what the store says. At a start the folders are taken only if they
changed since they were last taken from there, so that a restart with old files does not undo what an operator
published meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
import structlog

from composition import stores
from composition.definitions import compile_sources
from composition.desk import Desk
from composition.folders import Origin, Taken
from composition.gate import InThread
from composition.settings import HERE, Settings
from hooks.endpoints import names
from runtime.clock import Clock
from runtime.inbox import Inbox
from runtime.metrics import Metrics, Tally
from runtime.order import Order as Numbers
from runtime.publishing.gate import Endpoints, Gate
from runtime.publishing.outcome import Outcome
from runtime.publishing.pointer import read_pointer
from runtime.publishing.publisher import Publisher
from runtime.publishing.sources import Sources
from runtime.publishing.tasks import HandIn, Tasks
from runtime.release import EVERYONE, Published
from storage.base import BaseStore
from storage.errors import Conflict, StoreError
from storage.vault import Vault

log = structlog.get_logger("publishing")


class NothingInForce(StoreError):
    """A server cannot start without any definition; the text says what is wrong with those in its folders."""


def connected(
    store: BaseStore, vault: Vault, published: Published, gate: Gate, clock: Clock, metrics: Metrics,
    origin: Origin | None = None, hand_in: HandIn | None = None,
) -> tuple[Desk, Tasks]:  # fmt: skip
    """`hand_in` in a process that works; `origin` in one that has folders."""
    tasks = Tasks(store, vault, published, Inbox(Numbers(clock.now)), clock, hand_in)
    publisher = Publisher(store, published, gate, tasks, clock, metrics, endpoints_of(store))
    return Desk(store, published, publisher, origin), tasks


def endpoints_of(store: BaseStore) -> Endpoints:
    async def endpoints(org: str) -> tuple[str, ...] | None:
        return None if org == EVERYONE else await names(store, org)

    return endpoints


@asynccontextmanager
async def opened_desk(settings: Settings, *, read_only: bool = False) -> AsyncIterator[Desk]:
    """For a command, while no server has the store (or in one that is shared, or only to look)."""
    async with stores.opened_store(settings, read_only=read_only) as store:
        published = Published(store, compile_sources)
        await published.refresh()
        desk, _ = connected(store, stores.vault(store, settings), published, InThread(), Clock(), Tally())
        yield desk


async def put_in_force(settings: Settings, store: BaseStore, published: Published, taken: Taken) -> bool:
    """At a start: whether the folders have to be judged and published. What the store says is in force already.

    With nothing there yet, what ships is put in force at once: it was tested and proved when it was built.
    """
    await published.refresh()
    sources = Sources.of(taken.texts)
    pointer = await read_pointer(store, EVERYONE)
    if pointer.number:
        return pointer.files != sources.id
    if settings.flows_dir != HERE / "flows" or settings.rules_dir != HERE / "rules":
        return True
    try:
        await published.publish(taken.texts, why="the first start, with what ships")
    except Conflict:  # another process started at the same moment
        await published.refresh()
    return False


async def take_at_start(desk: Desk, published: Published, taken: Taken) -> None:
    """Judge and publish the folders. If they are refused what was in force stays; with nothing in force, no start."""
    why = taken.why if taken.origin == "git" else "the files changed since they were last taken"
    outcome = await desk.take(msgspec.structs.replace(taken, why=why, origin=taken.origin))
    if outcome.in_force or published.current(EVERYONE) is not None:
        return
    await published.refresh()
    if published.current(EVERYONE) is None:
        raise NothingInForce(f"The YAML in FLOWS_DIR and RULES_DIR is not put in force: {outcome.why}{told(outcome)}")


def told(outcome: Outcome) -> str:
    """What the check that refused found, for a log or a terminal."""
    findings = [str(finding) for checked in outcome.checks[-1:] for finding in checked.findings]
    return "".join(f"\n  {finding}" for finding in findings)
