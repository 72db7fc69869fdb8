"""Every room with what it needs, connected: the server opens its doors, a worker runs it, a test holds it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import msgspec

import engine
from ads.adverts import Ours
from ads.assets.blobs import Blobs
from ads.clicks import of_referral
from ads.connecting import Connecting
from ads.conversions.connecting import Destinations
from ads.conversions.sending import follow
from ads.truth.arrivals import Arrivals
from ads.truth.attribution import Adverts
from ads.truth.watching import Watch
from channels.news import News, note
from channels.strays import Strays
from channels.whatsapp.presence import BotAnswers, Presence
from channels.whatsapp.status import StatusBook
from channels.whatsapp.webhook import Webhook
from composition import advertising, assets, conversions, publishing
from composition.definitions import compile_sources, equipment, registry
from composition.desk import Desk
from composition.doing import handlers
from composition.folders import Folders, Origin
from composition.gate import Aside
from composition.ground import Ground
from composition.lines import Lines, opened_lines, whatsapp_token
from composition.reloading import Reloading
from composition.replaying import replaying
from composition.settings import Settings
from composition.stores import master_keys, opened_store, vault
from crm import handoff, orgs
from crm.routing import Router
from engine.model import Decision
from hooks.desk import Desk as HooksDesk
from payments.mpesa.accept import Callbacks
from payments.mpesa.account import HOSTS
from payments.mpesa.links import Links
from runtime.clock import Clock
from runtime.jobs import Jobs
from runtime.loop import Options, Runtime, Wiring
from runtime.publishing.following import Following
from runtime.publishing.tasks import Tasks
from runtime.release import EVERYONE, Published
from runtime.verbs import Handlers
from storage.base import BaseStore
from storage.vault import Vault
from web.console.probe import Probe
from web.metrics import Prometheus
from workshop.beside import InProcess
from workshop.workbench import Workbench

ROUTING = "routing"


class House(msgspec.Struct, frozen=True, kw_only=True):
    """All rooms, connected. The server opens its doors, the command line looks in."""

    settings: Settings
    store: BaseStore
    vault: Vault
    clock: Clock
    metrics: Prometheus
    published: Published
    desk: Desk
    following: Following
    bench: Workbench
    runtime: Runtime
    webhook: Webhook
    callbacks: Callbacks
    probe: Probe
    watch: Watch
    adverts: Adverts
    blobs: Blobs
    connecting: Connecting
    destinations: Destinations
    hooks: HooksDesk


@asynccontextmanager
async def built(
    settings: Settings, *, works: bool = True, clock: Clock | None = None, origin: Origin | None = None,
    takes: bool = True,
) -> AsyncIterator[House]:  # fmt: skip
    """Everything connected and definitions in force; not yet started. Closes what it opened.

    `origin` is where YAML is read from: the folders of the settings, unless it is given. With `takes` False what
    changed there is left to the servers, unless nothing is in force yet.
    """
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened_store(settings))
        ground = Ground(
            settings=settings, store=store, vault=vault(store, settings), metrics=Prometheus(),
            published=Published(store, compile_sources), clock=clock or Clock(),
        )  # fmt: skip
        origin = origin or Folders(settings)
        taken = await origin.read()
        changed = await publishing.put_in_force(settings, store, ground.published, taken)
        lines = await stack.enter_async_context(opened_lines(ground))
        adverts, blobs = Ours(), assets.blobs(settings)
        watch, links = Watch(adverts, follow), Links(_callback_secret(settings), settings.app_url)
        runtime = _runtime(ground, handlers(ground, lines, watch, links, blobs), adverts, works)
        gate = Aside()
        stack.push_async_callback(gate.close)
        desk, tasks = publishing.connected(
            store, ground.vault, ground.published, gate, ground.clock, ground.metrics, origin,
            runtime.hand_in if works else None,
        )  # fmt: skip
        if changed and (takes or ground.published.current(EVERYONE) is None):
            await publishing.take_at_start(desk, ground.published, taken)
        following = _following(ground, desk, tasks, works)
        desk.publisher.nudge = following.nudge if works else None
        presence = Presence(lines.whatsapp, _bot_answers(ground))
        stack.push_async_callback(presence.close)
        yield House(
            settings=settings,
            store=store,
            vault=ground.vault,
            clock=ground.clock,
            metrics=ground.metrics,
            published=ground.published,
            desk=desk,
            following=following,
            bench=_bench(stack, ground, desk),
            runtime=runtime,
            webhook=_webhook(ground, runtime, presence),
            callbacks=Callbacks(store, links),
            probe=_probe(ground, lines),
            watch=watch,
            adverts=adverts,
            blobs=blobs,
            connecting=advertising.connecting(settings, store, ground.vault, lines.ads),
            destinations=conversions.connecting(settings, store, ground.vault, lines.ads),
            hooks=HooksDesk(store, ground.vault, lines.hooks, settings.webhook_hosts, ground.clock.now),
        )


# what works


def _runtime(ground: Ground, verbs: Handlers, adverts: Adverts, works: bool) -> Runtime:
    wiring = Wiring(
        store=ground.store,
        vault=ground.vault,
        releases=ground.published,
        handlers=verbs,
        router=Arrivals(_router(ground.published), adverts),
        registry=registry(),
    )
    return Runtime(
        wiring, clock=ground.clock, jobs=_jobs(ground.settings), metrics=ground.metrics, options=Options(works=works)
    )


def _jobs(settings: Settings) -> Jobs | None:
    """None: embedded. Redis serves several processes, which then need a store that they can share."""
    if not settings.redis_url or not settings.mongodb_uri:
        return None
    from runtime.jobs_arq import ArqJobs  # so that nobody needs arq who does not use it

    return ArqJobs(settings.redis_url, prefix=settings.queue_prefix)


def _router(published: Published) -> Router:
    def decide(org: str, facts: dict[str, Any]) -> Decision | None:
        table = published.named(org, ROUTING)
        return engine.decide(table, facts) if table is not None else None

    return Router(decide, lambda referral: msgspec.structs.asdict(of_referral(referral)))


# what publishes


def _following(ground: Ground, desk: Desk, tasks: Tasks, works: bool) -> Following:
    shared = bool(ground.settings.mongodb_uri)
    return Following(
        ground.published, tasks, ground.clock, ground.metrics, shared=shared, works=works,
        beat=Reloading(ground.store, desk, ground.clock).look if shared else None,
    )  # fmt: skip


def _bench(stack: AsyncExitStack, ground: Ground, desk: Desk) -> Workbench:
    beside = InProcess(equipment)
    stack.callback(beside.close)
    backtests = replaying(ground.settings)
    stack.push_async_callback(backtests.close)
    endpoints = publishing.endpoints_of(ground.store)
    return Workbench(ground.store, desk.publisher, ground.published.by_hash, beside, backtests, endpoints)


# what hears from outside, and tries keys out there


def _callback_secret(settings: Settings) -> str:
    """Orgs may bring M-Pesa accounts of their own to a server that has none: their callbacks need a secret too."""
    if settings.mpesa is not None:
        return settings.mpesa.webhook_secret
    return hashlib.sha256(b"payment callbacks" + master_keys(settings)[0]).hexdigest()


def _probe(ground: Ground, lines: Lines) -> Probe:
    settings, token = ground.settings, whatsapp_token(ground)
    shared = settings.mpesa is not None
    return Probe(lines.graph, token, lines.daraja, _hosts(settings), shared_account=shared)


def _hosts(settings: Settings) -> dict[str, str]:
    """Where Daraja is; a server that runs against a simulator tries keys out there and nowhere else."""
    own = settings.mpesa.base_url if settings.mpesa is not None else ""
    return {**HOSTS, "sandbox": own} if own and own not in HOSTS.values() else HOSTS


def _bot_answers(ground: Ground) -> BotAnswers:
    async def bot_answers(org: str, sender: dict[str, Any]) -> bool:
        return await handoff.bot_answers(ground.store.org(org), await ground.vault.org(org), sender, "whatsapp")

    return bot_answers


def _webhook(ground: Ground, runtime: Runtime, presence: Presence) -> Webhook:
    store, settings, metrics = ground.store, ground.settings, ground.metrics

    async def tenant(number: str, account: str) -> str | None:
        org = await orgs.at_address(store, "whatsapp", number, account=account) if number else None
        return None if org is None else str(org["_id"])

    async def inform(account: str, news: News, digest: str, now: datetime) -> int:
        told = await orgs.of_account(store, account)
        for org in told:
            await note(store.org(org), news, digest, now)
            if not news.good:
                metrics.alert(f"channels.{news.kind}", f"{org}: {news.text}")
        return len(told)

    return Webhook(
        secret=settings.whatsapp.app_secret,
        receive=runtime.receive,
        tenant=tenant,
        vault=ground.vault,
        deliveries=StatusBook(store, settings.whatsapp.rates, metrics),
        keep=Strays(store, ground.vault, "whatsapp"),
        metrics=metrics,
        presence=presence,
        inform=inform,
    )
