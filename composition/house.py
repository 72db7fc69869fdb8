"""Every room with what it needs, connected: the server opens its doors, a worker runs it, a test holds it."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import httpx
import msgspec

import bookings.verbs
import channels.verbs
import crm.verbs
import engine
import payments.verbs
from ads.adverts import Ours
from ads.assets.blobs import Blobs
from ads.clicks import of_referral
from ads.connecting import Connecting
from ads.conversions.connecting import Destinations
from ads.conversions.sending import follow
from ads.truth.arrivals import Arrivals
from ads.truth.attribution import Adverts
from ads.truth.watching import Watch
from channels import console
from channels.channel import Address
from channels.connections import by_name
from channels.cost import Rates
from channels.dispatcher import Dispatcher
from channels.news import News, note
from channels.strays import Strays
from channels.transport import AiohttpTransport
from channels.whatsapp.accounts import Accounts as WhatsAppAccounts
from channels.whatsapp.accounts import Token
from channels.whatsapp.client import GraphClient
from channels.whatsapp.presence import BotAnswers, Presence
from channels.whatsapp.status import StatusBook
from channels.whatsapp.webhook import Webhook
from composition import advertising, assets, conversions, launching, publishing
from composition.definitions import compile_sources, equipment, registry
from composition.desk import Desk
from composition.folders import Folders, Origin
from composition.gate import Aside
from composition.reloading import Reloading
from composition.replaying import replaying
from composition.settings import Secret, Settings
from composition.stores import master_keys, opened_store, vault
from crm import contacts, handoff, orgs
from crm.routing import Router
from engine.model import Decision
from payments.mpesa.accept import Callbacks
from payments.mpesa.account import HOSTS, Account, allow_host
from payments.mpesa.account import Accounts as MpesaAccounts
from payments.mpesa.client import Clients
from payments.mpesa.links import Links
from runtime.clock import Clock
from runtime.jobs import Jobs
from runtime.loop import Options, Runtime, Wiring
from runtime.publishing.following import Following
from runtime.release import EVERYONE, Published
from runtime.verbs import Context, Handlers
from storage.base import BaseStore
from storage.store import Document
from storage.vault import Vault
from web.console.probe import Probe
from web.metrics import Prometheus
from workshop.beside import InProcess
from workshop.workbench import Workbench

WHATSAPP_TOKEN = "whatsapp_token"  # noqa: S105 - the name of a secret, not one
DEMO_TOKEN = Secret("demo-access-token")
ROUTING, GUARDRAILS = "routing", "messaging_guardrails"


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
        graph = AiohttpTransport()
        graph_http = await stack.enter_async_context(httpx.AsyncClient(transport=graph, trust_env=False))
        # one for both clients: reading the authorities takes longer than all else of a client
        tls = httpx.create_ssl_context(trust_env=False)
        daraja_http = await stack.enter_async_context(
            httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=tls)
        )
        keys = vault(store, settings)
        metrics = Prometheus()
        published = Published(store, compile_sources)
        origin = origin or Folders(settings)
        taken = await origin.read()
        changed = await publishing.put_in_force(settings, store, published, taken)
        links = Links(_callback_secret(settings), settings.app_url)
        client = GraphClient(graph_http, base_url=settings.whatsapp.base_url, post=graph.post)
        whatsapp = _whatsapp(settings, store, keys, client)
        presence = Presence(whatsapp, _bot_answers(store, keys))
        stack.push_async_callback(presence.close)
        ads_http = await stack.enter_async_context(
            httpx.AsyncClient(trust_env=False, follow_redirects=False, verify=tls)
        )
        clock = clock or Clock()
        adverts = Ours()
        blobs = assets.blobs(settings)
        watch = Watch(adverts, follow)
        handlers = Handlers(
            watch.over(
                [
                    *crm.verbs.bound(),
                    *bookings.verbs.bound(store),
                    *channels.verbs.bound(_dispatcher(published, metrics, whatsapp, settings.whatsapp.rates)),
                    *_payments(settings, store, keys, links, daraja_http),
                    *advertising.bound(
                        store, keys, published, ads_http, clock.now, launching.met, assets.Contents(blobs)
                    ),
                    *conversions.bound(settings, ads_http, clock.now),
                    *launching.bound(settings, store),
                ]
            )
        )
        runtime = Runtime(
            Wiring(
                store=store,
                vault=keys,
                releases=published,
                handlers=handlers,
                router=Arrivals(_router(published), adverts),
                registry=registry(),
            ),
            clock=clock,
            jobs=_jobs(settings),
            metrics=metrics,
            options=Options(works=works),
        )
        gate = Aside()
        stack.push_async_callback(gate.close)
        desk, tasks = publishing.connected(
            store, keys, published, gate, runtime.clock, metrics, origin, runtime.hand_in if works else None
        )
        if changed and (takes or published.current(EVERYONE) is None):
            await publishing.take_at_start(desk, published, taken)
        following = Following(
            published, tasks, runtime.clock, metrics, shared=bool(settings.mongodb_uri), works=works,
            beat=Reloading(store, desk, runtime.clock).look if settings.mongodb_uri else None,
        )  # fmt: skip
        desk.publisher.nudge = following.nudge if works else None
        beside = InProcess(equipment)
        stack.callback(beside.close)
        backtests = replaying(settings)
        stack.push_async_callback(backtests.close)
        yield House(
            settings=settings,
            store=store,
            vault=keys,
            clock=runtime.clock,
            metrics=metrics,
            published=published,
            desk=desk,
            following=following,
            bench=Workbench(store, desk.publisher, published.by_hash, beside, backtests),
            runtime=runtime,
            webhook=_webhook(settings, store, keys, runtime, presence),
            callbacks=Callbacks(store, links),
            probe=Probe(
                client,
                _token(settings, store, keys),
                daraja_http,
                _hosts(settings),
                shared_account=settings.mpesa is not None,
            ),
            watch=watch,
            adverts=adverts,
            blobs=blobs,
            connecting=advertising.connecting(settings, store, keys, ads_http),
            destinations=conversions.connecting(settings, store, keys, ads_http),
        )


def _callback_secret(settings: Settings) -> str:
    """Orgs may bring M-Pesa accounts of their own to a server that has none: their callbacks need a secret too."""
    if settings.mpesa is not None:
        return settings.mpesa.webhook_secret
    return hashlib.sha256(b"payment callbacks" + master_keys(settings)[0]).hexdigest()


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


def _whatsapp(settings: Settings, store: BaseStore, vault: Vault, client: GraphClient) -> WhatsAppAccounts:
    return WhatsAppAccounts(client, _token(settings, store, vault))


def _token(settings: Settings, store: BaseStore, vault: Vault) -> Token:
    async def token(org: str) -> str:
        own = (await orgs.get_secrets(store, vault, org)).get(WHATSAPP_TOKEN, "")
        return own or (DEMO_TOKEN if settings.demo else "")

    return token


def _hosts(settings: Settings) -> dict[str, str]:
    """Where Daraja is; a server that runs against a simulator tries keys out there and nowhere else."""
    own = settings.mpesa.base_url if settings.mpesa is not None else ""
    return {**HOSTS, "sandbox": own} if own and own not in HOSTS.values() else HOSTS


def _bot_answers(store: BaseStore, vault: Vault) -> BotAnswers:
    async def bot_answers(org: str, sender: dict[str, Any]) -> bool:
        return await handoff.bot_answers(store.org(org), await vault.org(org), sender, "whatsapp")

    return bot_answers


def _dispatcher(published: Published, metrics: Prometheus, whatsapp: WhatsAppAccounts, rates: Rates) -> Dispatcher:
    async def guardrails(org: str, facts: dict[str, Any]) -> Any:
        table = published.named(org, GUARDRAILS)
        return engine.decide(table, facts) if table is not None else None

    async def reach(ctx: Context, contact: Document) -> Address:
        await ctx.vault.ensure(contact["_id"])
        phone, user_id = contacts.address(ctx.vault, contact)
        return Address(phone=phone, user_id=user_id)

    connect = by_name({"whatsapp": whatsapp, console.NAME: console.connect})
    return Dispatcher(reach=reach, connect=connect, guardrails=guardrails, rates=rates, watch=metrics)


def _payments(settings: Settings, store: BaseStore, vault: Vault, links: Links, http: httpx.AsyncClient) -> list[Any]:
    own = settings.mpesa
    default = None
    if own is not None:
        if own.base_url.startswith("https://"):
            allow_host(own.base_url.removeprefix("https://").partition("/")[0])
        default = Account(
            consumer_key=str(own.consumer_key),
            consumer_secret=str(own.consumer_secret),
            shortcode=own.shortcode,
            passkey=str(own.passkey),
            base_url=own.base_url,
        )
    return payments.verbs.bind(MpesaAccounts(store, vault, default), Clients(http), links)


def _webhook(settings: Settings, store: BaseStore, vault: Vault, runtime: Runtime, presence: Presence) -> Webhook:
    metrics = runtime.metrics

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
        vault=vault,
        deliveries=StatusBook(store, settings.whatsapp.rates, metrics),
        keep=Strays(store, vault, "whatsapp"),
        metrics=metrics,
        presence=presence,
        inform=inform,
    )
