"""Builds the house from its settings: every room with what it needs, in the one place that knows them all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec

import bookings.verbs
import bookings.vocabulary
import channels.verbs
import channels.vocabulary
import crm.verbs
import crm.vocabulary
import engine
import payments.verbs
import payments.vocabulary
from ads.clicks import of_referral
from channels.channel import Address
from channels.connections import by_name
from channels.cost import load_rates
from channels.dispatcher import Dispatcher
from channels.strays import Strays
from channels.whatsapp.accounts import Accounts as WhatsAppAccounts
from channels.whatsapp.client import GraphClient
from channels.whatsapp.status import StatusBook
from channels.whatsapp.webhook import Webhook
from crm import contacts, orgs
from crm.routing import Router
from engine.registry import Registry
from payments.mpesa.accept import Callbacks
from payments.mpesa.account import Account
from payments.mpesa.account import Accounts as MpesaAccounts
from payments.mpesa.account import allow_host
from payments.mpesa.client import Clients
from payments.mpesa.links import Links
from runtime.clock import Clock
from runtime.jobs import Jobs
from runtime.loop import Options, Runtime, Wiring
from runtime.release import EVERYONE, Compiled, Published
from runtime.replay import Replay
from runtime.verbs import Context, Handlers
from settings import Secret, Settings
from storage.base import BaseStore
from storage.errors import StoreError
from storage.open import open_store
from storage.store import Document
from storage.vault import Vault, parse_master_keys
from web.metrics import Prometheus

VOCABULARIES = (
    crm.vocabulary.VOCABULARY,
    bookings.vocabulary.VOCABULARY,
    payments.vocabulary.VOCABULARY,
    channels.vocabulary.VOCABULARY,
)
DATABASE = "aais.sqlite"
WHATSAPP_TOKEN = "whatsapp_token"  # noqa: S105 - the name of a secret, not one
DEMO_TOKEN = Secret("demo-access-token")
ROUTING, GUARDRAILS = "routing", "messaging_guardrails"


class UnknownOrg(StoreError):
    """A command named an org that is not there."""


class House(msgspec.Struct, frozen=True, kw_only=True):
    """All rooms, connected. The server opens its doors, the command line looks in."""

    settings: Settings
    store: BaseStore
    vault: Vault
    clock: Clock
    metrics: Prometheus
    published: Published
    runtime: Runtime
    webhook: Webhook
    callbacks: Callbacks | None


# the YAML


def registry() -> Registry:
    return Registry(VOCABULARIES)


def compile_sources(sources: Mapping[str, str]) -> Compiled:
    """File name -> YAML, to a release. Raises `engine.Findings`."""
    return engine.compile_release([engine.load(text, file) for file, text in sources.items()], registry())


def yaml_files(paths: Iterable[Path]) -> list[Path]:
    """The definitions among files and folders; tests beside them (`*.test.yaml`) are none."""
    found: list[Path] = []
    for path in paths:
        found += sorted(path.rglob("*.yaml")) if path.is_dir() else [path]
    return [path for path in found if not path.name.endswith(".test.yaml")]


def read_sources(files: Iterable[Path]) -> dict[str, str]:
    return {str(path): path.read_text(encoding="utf-8") for path in files}


def shipped(settings: Settings) -> dict[str, str]:
    """The sources of the folders that the settings name, each under its name within them."""
    found: dict[str, str] = {}
    for folder in (settings.flows_dir, settings.rules_dir):
        for path in yaml_files([folder]):
            found[f"{folder.name}/{path.relative_to(folder).as_posix()}"] = path.read_text(encoding="utf-8")
    return found


# the store


def master_keys(settings: Settings) -> list[bytes]:
    return parse_master_keys(settings.encryption_keys)


@asynccontextmanager
async def opened_store(settings: Settings) -> AsyncIterator[BaseStore]:
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    store = await open_store(
        mongodb_uri=settings.mongodb_uri or None, mongodb_db=settings.mongodb_db, path=settings.data_dir / DATABASE
    )
    try:
        yield store
    finally:
        await store.close()


def vault(store: BaseStore, settings: Settings) -> Vault:
    return Vault(store, master_keys(settings))


async def org_or_refuse(store: BaseStore, id: str) -> str:
    """The org's id. Raises `UnknownOrg` naming those that there are."""
    if await store.get("orgs", id) is not None:
        return id
    known = [org["_id"] for org in await store.find("orgs", {}, sort=[("_id", 1)], limit=20, everyone=True)]
    raise UnknownOrg(f"there is no org {id!r}; known: {', '.join(known) or 'none yet'}")


def replay(store: BaseStore, settings: Settings) -> Replay:
    """Runs journals again, with the definitions that they were written with."""
    return Replay(store, vault(store, settings), Published(store, compile_sources), engine)


# the house


@asynccontextmanager
async def built(settings: Settings, *, works: bool = True, clock: Clock | None = None) -> AsyncIterator[House]:
    """Everything connected and the shipped YAML in force; not yet started. Closes what it opened."""
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(opened_store(settings))
        graph_http, daraja_http = [
            await stack.enter_async_context(httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=20))
            for _ in range(2)
        ]
        keys = vault(store, settings)
        metrics = Prometheus()
        published = Published(store, compile_sources)
        await published.publish(shipped(settings))
        links = Links(settings.mpesa.webhook_secret, settings.app_url) if settings.mpesa else None
        handlers = Handlers(
            [
                *crm.verbs.bound(),
                *bookings.verbs.bound(store),
                *channels.verbs.bound(_dispatcher(settings, store, keys, published, metrics, graph_http)),
                *(_payments(settings, store, keys, links, daraja_http) if links else ()),
            ]
        )
        runtime = Runtime(
            Wiring(
                store=store,
                vault=keys,
                releases=published,
                handlers=handlers,
                router=_router(published),
                registry=registry(),
            ),
            clock=clock or Clock(),
            jobs=_jobs(settings),
            metrics=metrics,
            options=Options(works=works),
        )
        yield House(
            settings=settings,
            store=store,
            vault=keys,
            clock=runtime.clock,
            metrics=metrics,
            published=published,
            runtime=runtime,
            webhook=_webhook(settings, store, keys, runtime, metrics),
            callbacks=Callbacks(store, links) if links else None,
        )


def _jobs(settings: Settings) -> Jobs | None:
    """None: embedded. Redis serves several processes, which then need a store that they can share."""
    if not settings.redis_url or not settings.mongodb_uri:
        return None
    from runtime.jobs_arq import ArqJobs  # so that nobody needs arq who does not use it

    return ArqJobs(settings.redis_url, prefix=settings.queue_prefix)


def _router(published: Published) -> Router:
    def decide(facts: dict[str, Any]) -> Mapping[str, Any] | None:
        table = published.named(EVERYONE, ROUTING)
        result = engine.decide(table, facts).result if table is not None else None
        return result if isinstance(result, Mapping) else None

    return Router(decide, lambda referral: msgspec.to_builtins(of_referral(referral)))


def _dispatcher(
    settings: Settings, store: BaseStore, vault: Vault, published: Published, metrics: Prometheus, http: httpx.AsyncClient
) -> Dispatcher:
    async def guardrails(org: str, facts: dict[str, Any]) -> Any:
        table = published.named(org, GUARDRAILS)
        return engine.decide(table, facts) if table is not None else None

    async def token(org: str) -> str:
        own = (await orgs.get_secrets(store, vault, org)).get(WHATSAPP_TOKEN, "")
        return own or (DEMO_TOKEN if settings.demo else "")

    async def reach(ctx: Context, contact: Document) -> Address:
        phone, user_id = contacts.address(ctx.vault, contact)
        return Address(phone=phone, user_id=user_id)

    graph = GraphClient(http, base_url=settings.whatsapp.base_url)
    connect = by_name({"whatsapp": WhatsAppAccounts(graph, token)})
    return Dispatcher(reach=reach, connect=connect, guardrails=guardrails, rates=load_rates(), watch=metrics)


def _payments(settings: Settings, store: BaseStore, vault: Vault, links: Links, http: httpx.AsyncClient) -> list[Any]:
    own = settings.mpesa
    default = None
    if own is not None:
        if own.base_url.startswith("https://"):
            allow_host(own.base_url.removeprefix("https://").partition("/")[0])
        default = Account(
            consumer_key=own.consumer_key,
            consumer_secret=own.consumer_secret,
            shortcode=own.shortcode,
            passkey=own.passkey,
            base_url=own.base_url,
        )
    return payments.verbs.bind(MpesaAccounts(store, vault, default), Clients(http), links)


def _webhook(settings: Settings, store: BaseStore, vault: Vault, runtime: Runtime, metrics: Prometheus) -> Webhook:
    async def tenant(number: str, account: str) -> str | None:
        org = await orgs.at_address(store, "whatsapp", number) if number else None
        return None if org is None else str(org["_id"])

    return Webhook(
        secret=settings.whatsapp.app_secret,
        receive=runtime.receive,
        tenant=tenant,
        vault=vault,
        deliveries=StatusBook(store, load_rates(), metrics),
        keep=Strays(store, vault, "whatsapp"),
        metrics=metrics,
    )
