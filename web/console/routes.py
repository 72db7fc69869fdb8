"""Every address of the console, behind the one gate. The generated test of permissions walks this list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from functools import cache

import msgspec
from aiohttp import web

from ads.assets.blobs import Blobs
from ads.connecting import Connecting
from ads.conversions.connecting import Destinations
from ads.desk import Desk as AdDesk
from ads.truth.attribution import Adverts, Tagged
from bookings.desk import Desk, HandIn, Seen, unseen
from crm.desk import Desk as Conversing
from crm.desk import Voice
from hooks.desk import Desk as HooksDesk
from payments.desk import Desk as Cashier
from people.mail import Mailer, Printed
from people.users import Users
from runtime.inbox import Inbound
from storage.store import Document, Store
from storage.vault import Vault
from web import assets
from web.api.endpoint import Endpoint
from web.api.openapi import address, document
from web.api.reading import way as reading
from web.console.account import Account
from web.console.ads import Ads
from web.console.ads_fortnight import AdsFortnight, Passes
from web.console.ads_launch import AdsLaunch, Receive
from web.console.ads_pictures import AdsPictures
from web.console.ads_report import AdsReport
from web.console.bookings import Bookings
from web.console.caller import Way
from web.console.conversations import Conversations
from web.console.founding import Founding
from web.console.gate import Gate
from web.console.journal import Journal
from web.console.measured import Measured
from web.console.people_pages import PeoplePages
from web.console.phone_app import PhoneApp
from web.console.probe import Probe
from web.console.proposals import Proposals
from web.console.replay import ReplayPages
from web.console.settings import Settings
from web.console.settings_ads import AdSettings
from web.console.settings_catalogue import Catalogue
from web.console.settings_connections import Connections
from web.console.settings_webhooks import WebhookSettings
from web.console.setup import Setup
from web.console.signing_in import SigningIn
from web.console.takings import TodaysMoney
from web.console.tasks import Tasks
from web.console.today import Today
from web.console.workshop import Workshop
from web.console.workshop_history import FileHistory
from web.console.workshop_publishing import Publishing
from workshop.workbench import Workbench

_ORG = "{org:[A-Za-z0-9-]{1,80}}"


async def _kept(_rows: Iterable[Document]) -> None:
    """Whoever works on the store finds what is in it."""


async def _left(_inbounds: Sequence[Inbound]) -> None:
    """Where no runtime is."""


class Console(msgspec.Struct, frozen=True, kw_only=True):
    """What the console asks. `clock` is the businesses' time; `proxies` are how many of ours stand before it."""

    store: Store
    vault: Vault
    clock: Callable[[], datetime]
    app_url: str
    bench: Workbench
    voice: Voice
    mailer: Mailer = Printed()
    proxies: int = 0
    receive: Receive = _left  # what a person says to a flow, as a provider hands messages in
    hand_in: HandIn = _kept  # what was stored for the runtime, to be worked on now
    stopping: Callable[[], bool] = bool  # whether the server is about to end, and streams with it
    probe: Probe | None = None
    connecting: Connecting | None = None  # tries ad accounts
    destinations: Destinations | None = None  # tries where platforms are told
    hooks: HooksDesk | None = None  # whom rules may tell things
    adverts: Adverts = Tagged()
    seen: Seen = unseen  # what else a booking's change at the desk comes to
    blobs: Blobs | None = None  # where pictures and films of ads are
    fortnights: Passes | None = None  # lets time pass for ads, in the demo
    spare_number: str = ""  # of the simulated WhatsApp, for a business that is made in the demo


def ways(console: Console) -> Sequence[Way]:
    users = Users(console.store, console.vault)
    return (
        *SigningIn(console.store, users, console.mailer, console.app_url).ways(),
        *Account(console.store, users).ways(),
        *Founding(console.store, console.vault).ways(),
        *PhoneApp(console.store).ways(),
        *TodaysMoney(console.store, console.vault, console.clock).ways(),
        *Today(console.store, console.vault, console.clock, _setup(console)).ways(),
        *_bookings(console).ways(),
        *_conversations(console, users).ways(),
        *(AdsFortnight(console.fortnights).ways() if console.fortnights is not None else ()),
        *_ads(console).ways(),
        *(way for each in _pictures(console) for way in each.ways()),
        *_tasks(console).ways(),
        *_report(console).ways(),
        *AdsLaunch(console.store, console.vault, console.clock, console.receive).ways(),
        *Journal(console.store, console.vault, users, console.clock).ways(),
        *(way for each in _settings(console) for way in each.ways()),
        *_ad_settings(console).ways(),
        *WebhookSettings(console.store, console.hooks).ways(),
        *_setup(console).ways(),
        *_workshop(console, users).ways(),
        *ReplayPages(console.store, console.bench.replaying, console.clock).ways(),
        *Proposals(console.store, console.bench, _publishing(console, users)).ways(),
        *PeoplePages(console.store, users, console.mailer, console.app_url).ways(),
        reading(lambda: document(endpoints(console), console.app_url)),
    )


def endpoints(console: Console) -> Sequence[Endpoint]:
    users = Users(console.store, console.vault)
    return (
        *TodaysMoney(console.store, console.vault, console.clock).endpoints(),
        *Today(console.store, console.vault, console.clock, _setup(console)).endpoints(),
        *_bookings(console).endpoints(),
        *_conversations(console, users).endpoints(),
        *_ads(console).endpoints(),
        *(endpoint for each in _pictures(console) for endpoint in each.endpoints()),
        *_tasks(console).endpoints(),
        *_report(console).endpoints(),
        *Journal(console.store, console.vault, users, console.clock).endpoints(),
        *(endpoint for each in _settings(console) for endpoint in each.endpoints()),
        *_ad_settings(console).endpoints(),
        *WebhookSettings(console.store, console.hooks).endpoints(),
        *_setup(console).endpoints(),
        *_workshop(console, users).endpoints(),
        *_publishing(console, users).endpoints(),
        *FileHistory(console.store, console.bench).endpoints(),
        *ReplayPages(console.store, console.bench.replaying, console.clock).endpoints(),
        *Measured(console.store, console.vault, console.adverts, console.clock).endpoints(),
    )


def _ads(console: Console) -> Ads:
    return Ads(console.store, _ad_desk(console), console.clock, console.fortnights)


def _report(console: Console) -> AdsReport:
    return AdsReport(console.store, _ad_desk(console), console.clock)


def _ad_desk(console: Console) -> AdDesk:
    return AdDesk(console.store, console.vault, console.clock, console.hand_in)


def _pictures(console: Console) -> Sequence[AdsPictures]:
    return () if console.blobs is None else (AdsPictures(console.store, console.blobs, console.clock),)


def _bookings(console: Console) -> Bookings:
    return Bookings(console.store, console.vault, console.clock, _desk(console), _cashier(console))


def _desk(console: Console) -> Desk:
    return Desk(console.store, console.vault, console.clock, console.hand_in, console.seen)


def _cashier(console: Console) -> Cashier:
    return Cashier(console.store, console.vault, console.clock, console.hand_in, console.seen)


def _conversing(console: Console) -> Conversing:
    return Conversing(console.store, console.vault, console.voice, console.clock)


def _tasks(console: Console) -> Tasks:
    return Tasks(console.store, console.vault, _conversing(console), _desk(console), _cashier(console))


def _conversations(console: Console, users: Users) -> Conversations:
    desk = _conversing(console)
    return Conversations(console.store, console.vault, users, desk, console.clock, console.stopping)


def _setup(console: Console) -> Setup:
    shared = console.probe is not None and console.probe.shared_account
    return Setup(console.store, console.bench, shared_account=shared)


def _settings(console: Console) -> tuple[Settings, Catalogue, Connections]:
    common = console.store, console.vault, console.app_url, console.probe, console.spare_number
    return Settings(*common), Catalogue(*common), Connections(*common)


def _ad_settings(console: Console) -> AdSettings:
    return AdSettings(console.store, console.app_url, console.connecting, console.destinations)


def _workshop(console: Console, users: Users) -> Workshop:
    publishing = _publishing(console, users)
    return Workshop(console.store, users, console.bench, publishing, lambda: datetime.now(UTC))


def _publishing(console: Console, users: Users) -> Publishing:
    return Publishing(console.store, users, console.bench, lambda: datetime.now(UTC))


def routes(console: Console) -> list[web.RouteDef]:
    gate = Gate(console.store, Users(console.store, console.vault), proxies=console.proxies)

    api = endpoints(console)

    @cache  # hundreds of shapes: a fifth of the time to start, for what nobody may ask for
    def described() -> bytes:
        return msgspec.json.encode(document(api, console.app_url))

    async def openapi(_request: web.Request) -> web.Response:
        return web.Response(body=described(), content_type="application/json")

    every = (*ways(console), *(endpoint.way() for endpoint in api))
    guarded = [web.route(way.method, way.path.replace("{org}", _ORG), gate.guarded(way)) for way in every]
    return [
        *guarded,
        *assets.routes(),
        web.get(address(), openapi),
    ]
