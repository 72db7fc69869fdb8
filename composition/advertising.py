"""The ad autopilot, connected: connectors by account, the tables in force, the facts, and the one dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import msgspec

import ads.verbs
import engine
from ads import hosts
from ads.accounts import Accounts
from ads.changes import Changes
from ads.collecting import Collector
from ads.connecting import Connecting
from ads.desk import Desk, Refused
from ads.dispatcher import GUARDRAILS, Dispatcher
from ads.facts import Knowing
from ads.hosts import Hosts
from ads.looking import Looking
from ads.pacing import Pacing
from ads.report.morning import Owners, nobody
from ads.telling import Contents
from composition.settings import Settings, simulator
from engine.model import Decision
from engine.values import Money
from people import audit
from runtime.release import Published
from runtime.verbs import Bound
from storage.base import BaseStore
from storage.store import Op
from storage.vault import Vault


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody at the terminal wants. `id` is a campaign's, a variation's or a change's, as `do` has it."""

    org: str
    do: str  # submit, approve, decline, pause, resume, end, propose, rollback
    id: str
    by: str = "terminal"
    reason: str = ""
    budget: int | None = None
    bid: int | None = None
    status: str = ""


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """In words; `change` is the change that it became, if it became one."""

    text: str
    change: str = ""


async def carried_out(store: BaseStore, desk: Desk, act: Act) -> Done:
    """Raises `ads.desk.Refused`."""
    note = [audit.entry(act.by, f"ads.{act.do}", datetime.now(UTC), on=act.id, by="terminal", reason=act.reason)]
    if act.do == "submit":
        await desk.submit(act.org, act.id, act.by, note)
    elif act.do in ("approve", "decline"):
        await _decided(store, desk, act, note)
    elif act.do in ("pause", "resume", "end"):
        await getattr(desk, act.do)(act.org, act.id, act.reason, note)
    elif act.do == "rollback":
        change = await desk.rollback(act.org, act.id, act.by, act.reason, note)
        return Done(text=f"{change} takes back {act.id}; `aais ads show` says what comes of it.", change=change)
    elif act.do == "propose":
        change = await _proposed(store, desk, act, note)
        return Done(text=f"{change} is under way; `aais ads show` says what comes of it.", change=change)
    else:
        raise Refused("ads.what", f"Nothing is called {act.do!r} here.")
    return Done(text=f"{act.do}: {act.id}")


async def _decided(store: BaseStore, desk: Desk, act: Act, note: list[Op]) -> None:
    """A change by its id, or a campaign's launch by the campaign's."""
    if await store.org(act.org).get("ad_intents", act.id) is None:
        await desk.decide(act.org, act.id, act.by, approve=act.do == "approve", reason=act.reason, note=note)
    elif act.do == "approve":
        await desk.approve(act.org, act.id, act.by, note)
    else:
        await desk.decline(act.org, act.id, act.by, act.reason, note)


async def _proposed(store: BaseStore, desk: Desk, act: Act, note: list[Op]) -> str:
    variation = await store.org(act.org).get("variations", act.id)
    campaign = await store.org(act.org).get("campaigns", variation["campaign"]) if variation else None
    if campaign is None:
        raise Refused("ads.no_variation", "There is no such variation.")
    budget = None if act.budget is None else Money(act.budget, str(campaign["currency"]))
    bid = None if act.bid is None else Money(act.bid, str(campaign["currency"]))
    return await desk.propose(
        act.org, act.id, act.by, budget=budget, bid=bid, status=act.status, reason=act.reason, note=note
    )  # fmt: skip


def hosts_of(settings: Settings) -> Hosts:
    """The platforms' own, which alone are sent tokens; in the demo the simulator; or what the operator named."""
    if settings.demo:
        return hosts.behind(settings.ads_url or simulator(settings))
    return hosts.behind(settings.ads_url) if settings.ads_url else Hosts()


def connecting(settings: Settings, store: BaseStore, vault: Vault, http: httpx.AsyncClient) -> Connecting:
    """What tries keys at the platforms, for the console and the command line alike."""
    return Connecting(store, vault, http, hosts_of(settings), lambda: datetime.now(UTC))


DECIDING = ("keep_kill_scale", "rebalance")


def bound(
    store: BaseStore, vault: Vault, published: Published, http: httpx.AsyncClient, now: Callable[[], datetime],
    owners: Owners = nobody, contents: Contents | None = None,
) -> list[Bound]:  # fmt: skip
    """The verbs of `ads.vocabulary`."""
    accounts = Accounts(store, vault, http, now)

    def ask(org: str, name: str, facts: dict[str, Any]) -> Decision | None:
        table = published.named(org, name)
        return engine.decide(table, {fact: facts.get(fact) for fact in table.facts}) if table is not None else None

    async def weigh(org: str, facts: dict[str, Any]) -> Decision | None:
        return ask(org, GUARDRAILS, facts)

    knowing = Knowing(lambda org: _tables(published, org), ask)
    changes = Changes(knowing)
    dispatcher = Dispatcher(accounts.of, weigh, changes, contents)
    return ads.verbs.bind(changes, Looking(knowing), Pacing(knowing), dispatcher, Collector(accounts.of), owners)


def _tables(published: Published, org: str) -> Any | None:
    """None while either table is missing: then budgets stay as they are."""
    found = [published.named(org, name) for name in DECIDING]
    if any(table is None for table in found):
        return None
    from ads import deciding

    return deciding.Tables(*found)
