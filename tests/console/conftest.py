"""The console of two businesses over real HTTP, and browsers that are signed in as this or that role; and, for what
only a real one shows, Chromium at the whole demo.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser as Chromium

from ads.assets.blobs import Folder
from ads.connecting import Connecting
from ads.conversions.connecting import Destinations
from ads.conversions.destinations import Bases
from ads.hosts import Hosts
from channels.whatsapp.client import GraphClient
from composition.definitions import compile_sources, equipment
from composition.gate import InThread
from composition.publishing import connected, endpoints_of
from hooks.desk import Desk as HooksDesk
from hooks.hosts import hosts
from hooks.posting import Poster
from hooks.sending import Sender
from payments.mpesa.account import HOSTS
from people import sessions, team
from people.roles import Role
from people.users import Users
from runtime.clock import Clock
from runtime.metrics import Tally
from runtime.publishing.gate import Candidate, Checked
from runtime.release import Published
from storage.sqlite import SqliteStore, open_sqlite
from storage.store import Insert, Op
from storage.vault import Vault
from tests.console.company import come_in, printed_link
from tests.e2e.aftermath import replays
from tests.e2e.screen import Screen
from tests.e2e.server import Server, running
from web.answers import explain_errors, secure_headers
from web.console.gate import COOKIE
from web.console.probe import Probe
from web.console.routes import Console, routes
from workshop.beside import InThread as Threaded
from workshop.workbench import Workbench

ROOT = Path(__file__).parents[2]
SHIPPED = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (*ROOT.glob("flows/**/*.yaml"), *ROOT.glob("rules/*.yaml"))
}
EQUIPMENT = equipment()  # one, so that what was found in what ships is found once
CLINIC, OTHER = "clinic", "salon"


class Letters:
    """A mail server's place: what was written, to whom."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    async def send(self, to: str, subject: str, text: str) -> None:
        self.sent.append((to, subject, text))


class Voice:
    """The runtime's place: what a person says, in the commit that says it, as the runtime does it."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.said: list[dict[str, Any]] = []
        self.handed: list[dict[str, Any]] = []

    async def speak(self, org: str, machine: str, message: dict[str, Any], key: str, ops: Sequence[Op]) -> None:
        row = {"_id": key, "machine": machine, "state": "leased", "verb": "channels.send"}
        await self._store.org(org).commit([*ops, Insert("outbox", row)])
        self.said.append(message)

    async def hand_in(self, rows: Iterable[dict[str, Any]]) -> None:
        self.handed.extend(rows)


def probe() -> Probe:
    """Meta and Daraja as far as a look at them goes: the token, the keys and the number are called "good" and "777"."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "graph.facebook.com":
            if request.headers["Authorization"] != "Bearer good":
                return httpx.Response(401)
            found = {"display_phone_number": "+254 709 000 101", "verified_name": "Tabasamu"}
            return httpx.Response(200, json=found) if request.url.path.endswith("/777") else httpx.Response(404)
        known = b64encode(b"good:good").decode() in request.headers["Authorization"]
        return httpx.Response(200, json={"access_token": "t", "expires_in": "3599"}) if known else httpx.Response(400)

    async def none(_org: str) -> str:
        return ""

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    return Probe(GraphClient(http), none, http, HOSTS)


def advertising(store: SqliteStore, vault: Vault) -> tuple[Connecting, Destinations]:
    """Meta as far as connecting goes: an ad account 777 and a dataset 555, for the token "good"."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.headers.get("Authorization") != "Bearer good":
            return httpx.Response(401, json={"error": {"code": 190, "message": "Invalid OAuth access token."}})
        if request.url.path.endswith("/555/events"):
            return httpx.Response(200, json={"events_received": 1})
        account = {"name": "Tabasamu ads", "currency": "UGX", "timezone_name": "Africa/Kampala", "account_status": 1}
        return httpx.Response(200, json=account)

    http, now = httpx.AsyncClient(transport=httpx.MockTransport(answer)), lambda: datetime.now(UTC)
    return Connecting(store, vault, http, Hosts(), now), Destinations(store, vault, http, Bases(), now)


def telling(store: SqliteStore, vault: Vault) -> HooksDesk:
    """Whoever listens on this machine may be told things."""
    allowed = hosts(["127.0.0.1", "hooks.example.com"])
    sender = Sender(Poster(allowed, seconds=2.0), lambda: datetime.now(UTC))
    return HooksDesk(store, vault, sender, allowed, lambda: datetime.now(UTC))


class Judge(InThread):
    """The gate as it is; and whatever a test wants it to say besides."""

    def __init__(self) -> None:
        super().__init__()
        self.besides: list[Checked] = []

    async def judge(self, candidate: Candidate) -> AsyncIterator[Checked]:
        async for checked in super().judge(candidate):
            yield checked
        for checked in self.besides:
            yield checked


class House:
    """The console's server with its store."""

    def __init__(
        self, store: SqliteStore, vault: Vault, server: TestServer, letters: Letters, voice: Voice, bench: Workbench,
        gate: Judge,
    ) -> None:  # fmt: skip
        self.voice, self.bench, self.gate = voice, bench, gate
        self.store, self.vault, self.server, self.letters = store, vault, server, letters
        self.users = Users(store, vault)
        self._browsers: list[ClientSession] = []

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    async def browser(self, role: Role | None = None, *, org: str = CLINIC, strong: bool = True) -> Browser:
        """Signed in as somebody with this role; without a role, nobody."""
        made = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self._browsers.append(made)
        if role is None:
            return Browser(self, made)
        now = datetime.now(UTC)
        address = f"{role}@{org}.example"
        user = await self.users.by_email(address) or await self.users.create(address, role.title(), now)
        await team.add(self.store.org(org), user, role, now, by="terminal")
        token, session = await sessions.begin(self.store, user.id, now, strong=strong)
        made.cookie_jar.update_cookies({COOKIE: token}, self.server.make_url("/"))
        return Browser(self, made, user=user.id, csrf=session.csrf)

    async def close(self) -> None:
        for browser in self._browsers:
            await browser.close()


class Answer:
    """What came back, wholly read."""

    def __init__(self, status: int, text: str, headers: dict[str, str]) -> None:
        self.status, self.text, self.headers = status, text, headers

    @property
    def place(self) -> str:
        return self.headers.get("Location", "")


class Browser:
    """Sends forms as our own pages do."""

    def __init__(self, house: House, session: ClientSession, *, user: str = "", csrf: str = "") -> None:
        self.house, self.session, self.user, self.csrf = house, session, user, csrf

    async def ask(self, method: str, path: str, *, headers: dict[str, str] | None = None, **form: str) -> Answer:
        data = {"csrf": self.csrf, **form} if method == "POST" else None
        async with self.session.request(
            method, self.house.url(path), data=data, headers=headers or {}, allow_redirects=False
        ) as answer:
            return Answer(answer.status, await answer.text(errors="replace"), dict(answer.headers))

    async def get(self, path: str) -> Answer:
        return await self.ask("GET", path)

    async def post(self, path: str, **form: str) -> Answer:
        return await self.ask("POST", path, **form)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    store = await open_sqlite(tmp_path / "console.db")
    vault, letters = Vault(store, [b"k" * 32]), Letters()
    for org, name in ((CLINIC, "Tabasamu Dental"), (OTHER, "Mama Njeri Salon")):
        row = {"_id": org, "name": name, "zone": "Africa/Nairobi", "currency": "KES", "languages": ["en", "sw"],
               "channels": [], "addresses": [], "settings": {}}  # fmt: skip
        await store.commit([Insert("orgs", row)])
    app = web.Application(middlewares=[secure_headers, explain_errors])
    published = Published(store, compile_sources)
    await published.publish(SHIPPED, why="what ships")
    gate = Judge()
    desk, _ = connected(store, vault, published, gate, Clock(), Tally())
    bench = Workbench(store, desk.publisher, published.by_hash, Threaded(EQUIPMENT), endpoints=endpoints_of(store))
    voice = Voice(store)
    connecting, destinations = advertising(store, vault)
    console = Console(
        store=store, vault=vault, clock=lambda: datetime.now(UTC), app_url="http://console.example", bench=bench,
        connecting=connecting, destinations=destinations, hooks=telling(store, vault),
        mailer=letters, voice=voice, probe=probe(), blobs=Folder(tmp_path / "assets"),
    )  # fmt: skip
    app.add_routes(routes(console))
    async with TestServer(app) as server:
        made = House(store, vault, server, letters, voice, bench, gate)
        yield made
        await made.close()
    await store.close()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Server]:
    """The whole demo as a process of its own, one for the module; its journals are replayed at the end."""
    async with running(tmp_path_factory.mktemp("server") / "data", WEBHOOK_HOSTS="127.0.0.1") as started:
        yield started
    await replays(started)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def owner(server: Server, browser: Chromium) -> AsyncIterator[Screen]:
    """Somebody signed in by the link that the demo prints."""
    screen = await come_in(browser, printed_link(server))
    yield screen
    await screen.page.context.close()
