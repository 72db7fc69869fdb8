"""The ad autopilot, connected: connectors by account, the tables in force, the facts, and the one dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import httpx

import ads.verbs
import engine
from ads.accounts import Accounts
from ads.changes import Changes
from ads.collecting import Collector
from ads.dispatcher import GUARDRAILS, Dispatcher
from ads.facts import Knowing
from ads.looking import Looking
from engine.model import Decision
from runtime.release import Published
from runtime.verbs import Bound
from storage.base import BaseStore
from storage.vault import Vault

DECIDING = ("keep_kill_scale", "rebalance")


def bound(
    store: BaseStore, vault: Vault, published: Published, http: httpx.AsyncClient, now: Callable[[], datetime]
) -> list[Bound]:
    """The verbs of `ads.vocabulary`."""
    accounts = Accounts(store, vault, http, now)
    knowing = Knowing(lambda org: _tables(published, org))
    changes = Changes(knowing)

    async def weigh(org: str, facts: dict[str, Any]) -> Decision | None:
        table = published.named(org, GUARDRAILS)
        return engine.decide(table, facts) if table is not None else None

    dispatcher = Dispatcher(accounts.of, weigh, changes)
    return ads.verbs.bind(changes, Looking(knowing), dispatcher, Collector(accounts.of))


def _tables(published: Published, org: str) -> Any | None:
    """None while either table is missing: then budgets stay as they are."""
    found = [published.named(org, name) for name in DECIDING]
    if any(table is None for table in found):
        return None
    from ads import deciding

    return deciding.Tables(*found)
