"""A business with rules of its own, the runtime that carries them out, and receivers that listen on this machine."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

import crm.verbs
from composition.definitions import compile_sources, registry
from hooks import deliveries, verbs
from hooks.desk import Desk
from hooks.hosts import hosts
from hooks.posting import Poster
from hooks.sending import Sender
from runtime.clock import Clock
from runtime.inbox import store_fresh
from runtime.jobs import Jobs
from runtime.loop import Options, Runtime, Wiring
from runtime.release import Published
from runtime.verbs import Handlers, Start
from storage.base import BaseStore
from storage.store import Document, Insert
from storage.vault import Vault

ORG = "salon"
ORDER = """
lifecycle: order
version: 1
takes: {number: {type: count}, note: {type: text, optional: true}}
start: telling
states:
  telling:
    do: {hooks.send: {to: sheet, event: order.made, data: {number: number, paid: 'money(1500, "KES")', at: now, note: note, days: days(2)}}}
    on:
      hooks.sent: told
      hooks.failed: untold
    after: {30d: untold}
  told: {final: true}
  untold: {final: true}
"""  # noqa: E501


class BadSignature(Exception):
    """As a receiver finds it."""


def verified(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> Any:
    """What a receiver does with a request, by our own reading of the Standard Webhooks specification."""
    seconds = int(headers["webhook-timestamp"])
    if abs(now.timestamp() - seconds) > 300:
        raise BadSignature("too old, or of the future")
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    right = hmac.new(b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
    for each in headers["webhook-signature"].split(" "):
        version, _, signature = each.partition(",")
        if version == "v1" and hmac.compare_digest(b64decode(signature), right):
            return json.loads(body)
    raise BadSignature("no signature is right")


@dataclass
class Receiver:
    """Says `answers`, one after the other, the last again and again; keeps what came."""

    server: TestServer | None = None
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=lambda: [(200, {})])
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def open(self) -> Receiver:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._answer)
        self.server = TestServer(app, host="127.0.0.1")
        await self.server.start_server()
        return self

    async def _answer(self, request: web.Request) -> web.Response:
        self.got.append((dict(request.headers), await request.read()))
        status, headers = self.answers[min(len(self.got), len(self.answers)) - 1]
        return web.Response(status=status, headers=headers, text="x" * 100_000)

    @property
    def url(self) -> str:
        assert self.server is not None
        return f"http://127.0.0.1:{self.server.port}/hook"

    async def close(self) -> None:
        if self.server is not None:
            await self.server.close()


class _Nobody:
    async def route(self, *_: Any) -> Any:
        raise AssertionError("nobody writes here")


class Town:
    """The runtime with the room's one verb, and the desk of the owner."""

    def __init__(self, store: BaseStore, *, named: str = "127.0.0.1", seconds: float = 5.0) -> None:
        self.store, self.vault, self.clock = store, Vault(store, [b"k" * 32]), Clock()
        self.published = Published(store, compile_sources)
        allowed = hosts(named.split(","))
        self.sender = Sender(Poster(allowed, seconds=seconds), lambda: datetime.now(UTC))
        self.desk = Desk(store, self.vault, self.sender, allowed, self.clock.now)
        self.options: Options | None = None
        self.jobs: Jobs | None = None
        self._numbers = itertools.count(1)

    async def open(self, **files: str) -> Town:
        row = {"_id": ORG, "name": "Salon", "zone": "Africa/Nairobi", "currency": "KES"}
        await self.store.commit([Insert("orgs", row)])
        await self.published.publish(
            {f"flows/lifecycles/{name}.yaml": text for name, text in (files or {"order": ORDER}).items()}
        )
        return await self.begin()

    async def begin(self) -> Town:
        ambient = [each for each in crm.verbs.bound() if each.name in ("business", "contact")]
        wiring = Wiring(
            store=self.store, vault=self.vault, releases=self.published, router=_Nobody(), registry=registry(),
            handlers=Handlers([*ambient, *verbs.bind(self.sender)]),
        )  # fmt: skip
        self.runtime = Runtime(wiring, clock=self.clock, options=self.options, jobs=self.jobs)
        await self.runtime.start()
        return self

    async def starts(self, machine: str, *, rest: bool = True, contact: str = "", **data: Any) -> None:
        parts = self.runtime._parts
        scene = await parts.scene(ORG)
        start = Start(definition="lifecycle:order", machine=machine, data={"number": 1, **data}, contact=contact)
        row = parts.inbox.start(ORG, start, f"test.{next(self._numbers)}", "en", scene.vault, scene.now)
        await self.runtime.hand_in(await store_fresh(self.store, [row]))
        if rest:
            await self.runtime.idle()

    async def pass_(self, **time: float) -> None:
        await self.runtime.skip(timedelta(**time))

    async def state(self, machine: str) -> str:
        document = await self.store.org(ORG).get("machines", machine)
        assert document is not None
        return str(document["state"])

    async def heard(self, machine: str) -> list[str]:
        rows = await self.store.org(ORG).find("journal", {"machine": machine}, sort=[("seq", 1)], limit=100)
        return [str(row["event"]) for row in rows]

    async def delivery(self) -> deliveries.Delivery:
        (found,) = await deliveries.latest(self.store.org(ORG))
        return found

    async def tasks(self) -> list[tuple[str, str]]:
        rows = await self.store.org(ORG).find("tasks", {}, sort=[("at", 1)])
        return [(row["kind"], row["state"]) for row in rows]

    async def org(self) -> Document:
        return await self.store.get("orgs", ORG) or {}
