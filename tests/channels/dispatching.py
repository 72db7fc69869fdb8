"""A dispatcher on a real store, against a Graph API that answers on the loopback."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from aiohttp import web

from channels.channel import Address
from channels.connections import by_name
from channels.cost import load_rates
from channels.dispatcher import Dispatcher
from channels.whatsapp.inbound import parse
from engine.model import Snapshot
from runtime.verbs import Context
from storage.store import Update

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)  # noon in Nairobi
NUMBER = "106540352242922"


class Graph:
    """Answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.bodies: list[dict[str, Any]] = []
        self.asked: list[str] = []  # from which number
        self.answers: list[Callable[[], web.StreamResponse | None]] = []

    async def messages(self, request: web.Request) -> web.StreamResponse:
        self.bodies.append(await request.json())
        self.asked.append(request.match_info["number"])
        answer = self.answers.pop(0)() if self.answers else None
        if answer is not None:
            return answer
        wamid = f"wamid.{len(self.bodies)}"
        return web.json_response({"messaging_product": "whatsapp", "contacts": [], "messages": [{"id": wamid}]})

    def refuse(self, code: int, status: int = 400) -> None:
        error = {"error": {"message": "no", "type": "OAuthException", "code": code}}
        self.answers.append(lambda: web.json_response(error, status=status))

    def hang_up(self) -> None:
        self.answers.append(lambda: web.Response(status=502, text="<html>bad gateway</html>"))


class Ruling(msgspec.Struct):
    result: Any
    because: tuple[str, ...] = ()


class World:
    def __init__(self, **parts: Any) -> None:
        self.__dict__.update(parts)
        self.now = NOW
        self.facts: list[dict[str, Any]] = []
        self.ruling: Any = None

    def context(self, key: str = "conversation:1/3/message") -> Context:
        machine = Snapshot(
            machine="conversation:1", definition="h", name="booking", state="s",
            about={"org": "salon", "contact": "c1", "channel": "whatsapp", "language": "en"},
        )  # fmt: skip
        return Context(store=self.store.org("salon"), vault=self.vault, now=self.now, machine=machine, key=key)

    async def send(self, text: str = "Hello", key: str = "conversation:1/3/message", **args: Any) -> Any:
        """As the outbox does it: what was achieved is committed, then what is to be done afterwards is done."""
        given = {"text": text, "language": "en", "category": "service", **args}
        acted = await self.dispatcher.send(self.context(key), given)
        await self.store.org("salon").commit(acted.ops)
        if acted.afterwards is not None:
            await acted.afterwards()
        return acted

    async def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.store.org("salon").find("messages", {}, sort=[("at", 1)])
        return found

    async def update(self, collection: str, id: str, **fields: Any) -> None:
        await self.store.org("salon").commit([Update(collection, id, {"set": fields})])

    async def status(self, name: str, wamid: str, ref: str = "", **more: Any) -> list[Any]:
        item = {"id": wamid, "status": name, "timestamp": "1763700000", "biz_opaque_callback_data": ref, **more}
        value = {"metadata": {"phone_number_id": NUMBER}, "statuses": [item]}
        changes = [{"field": "messages", "value": value}]
        parsed = parse({"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": changes}]})
        return await self.book.apply("salon", parsed.statuses, self.now)

    def new_dispatcher(self, **more: Any) -> Dispatcher:
        async def reach(ctx: Context, contact: dict[str, Any]) -> Address:
            return Address(phone=contact["phone"], user_id=contact.get("user_id", ""))

        async def guardrails(org: str, facts: dict[str, Any]) -> Any:
            self.facts.append(facts)
            return self.ruling

        connect = by_name({"whatsapp": self.accounts})
        return Dispatcher(
            reach=reach, connect=connect, guardrails=guardrails, rates=load_rates(), watch=self.tally, **more
        )
