"""The control API: how the phone page and the tests act as customers, choose misbehaviour and move the clock.

No provider has this; it lives under /control/ and answers JSON. Changing calls must be `application/json`, which a
foreign web page cannot send without asking.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from aiohttp import web

from sandbox import view
from sandbox.customers import Customer
from sandbox.people import CustomerMessage, People, Refused
from sandbox.scenario import GLOBAL, Behaviour
from sandbox.settings import SimulatedBusiness, SimulatedCustomer
from sandbox.world import World

T = TypeVar("T")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_HEARTBEAT = 15.0  # seconds between comments that keep an event stream open
_SETTLE = 0.03  # changes this close together are sent as one
_MAX_MOVE = timedelta(days=400)


class Tap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    business: str
    message: str
    choice: str


class Preference(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    business: str
    value: str


class PromptAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`action`: pin (with `pin`), cancel, ignore (time-out now) or code (with `code`)."""

    action: str
    pin: str = ""
    code: int = 0


class ClockMove(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Seconds forward, or `to` "tomorrow_9"."""

    seconds: float = 0
    to: str = ""


class Money(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is on an M-Pesa account, in whole shillings."""

    balance: int


class Control:
    """Handlers of /control/."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._people = People(world)

    def routes(self) -> list[web.RouteDef]:
        one = "/control/customers/{customer}"
        return [
            web.get("/control/state", self.state),
            web.post("/control/customers", answered(self.add_customer)),
            web.get(one + "/phone", answered(self.phone)),
            web.get(one + "/events", answered(self.events)),
            web.post(one + "/messages", answered(self.send)),
            web.post(one + "/taps", answered(self.tap)),
            web.post(one + "/preferences", answered(self.prefer)),
            web.post(one + "/money", answered(self.money)),
            web.post("/control/prompts/{checkout}", answered(self.answer_prompt)),
            web.get("/control/scenario/{subject}", answered(self.get_scenario)),
            web.put("/control/scenario/{subject}", answered(self.put_scenario)),
            web.delete("/control/scenario/{subject}", answered(self.clear_scenario)),
            web.post("/control/clock", answered(self.move_clock)),
            web.get("/control/deliveries", self.deliveries),
            web.post("/control/verify", answered(self.verify)),
            web.get(r"/control/media/{media:\d+}", self.media),
        ]

    async def state(self, request: web.Request) -> web.Response:
        """Who there is to be, and to write to."""
        settings = self._world.settings
        return web.json_response(
            {
                "simulated": True,
                "businesses": [view.firm(one) for one in settings.businesses],
                "customers": [view.person(one) for one in self._world.roster],
                "now": settings.now().isoformat(),
                "zone": settings.zone,
                "can_move_clock": settings.move is not None,
                "scenario": self._world.scenario.chosen(GLOBAL),
            }
        )

    async def add_customer(self, request: web.Request) -> web.Response:
        profile = await read_body(request, SimulatedCustomer)
        if not profile.msisdn.isdigit():
            raise Refused("msisdn must be digits with the country code")
        try:
            customer = self._world.roster.add(profile)
        except ValueError as error:
            raise Refused(str(error)) from error
        return web.json_response(view.person(customer), status=201)

    async def phone(self, request: web.Request) -> web.Response:
        customer, business = self._customer(request), self._business(request.query.get("business", ""))
        return web.json_response(view.phone(self._world, customer, business))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: the whole phone at once, and again after each change."""
        customer, business = self._customer(request), self._business(request.query.get("business", ""))
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
        await response.prepare(request)
        feed = self._world.feed
        with feed.watch(customer.id) as change:
            while not feed.closing:
                change.clear()
                snapshot = json.dumps(view.phone(self._world, customer, business))
                try:
                    await response.write(f"event: phone\ndata: {snapshot}\n\n".encode())
                    while not await _within(change, _HEARTBEAT):
                        await response.write(b": still here\n\n")
                except ConnectionError:
                    break
                await asyncio.sleep(_SETTLE)
        return response

    async def send(self, request: web.Request) -> web.Response:
        message = await read_body(request, CustomerMessage)
        business = self._business(message.business)
        return web.json_response({"id": self._people.send(self._customer(request), business, message)}, status=201)

    async def tap(self, request: web.Request) -> web.Response:
        tap = await read_body(request, Tap)
        customer = self._customer(request)
        message_id = self._people.tap(customer, self._business(tap.business), tap.message, tap.choice)
        return web.json_response({"id": message_id}, status=201)

    async def prefer(self, request: web.Request) -> web.Response:
        preference = await read_body(request, Preference)
        self._people.prefer(self._customer(request), self._business(preference.business), preference.value)
        return web.json_response({"done": True})

    async def money(self, request: web.Request) -> web.Response:
        money = await read_body(request, Money)
        customer = self._customer(request)
        self._world.handsets.of(customer.profile.msisdn, customer.profile).balance = money.balance
        self._world.feed.changed(customer.id)
        return web.json_response({"balance": money.balance})

    async def answer_prompt(self, request: web.Request) -> web.Response:
        answer = await read_body(request, PromptAnswer)
        checkout = request.match_info["checkout"]
        handsets = self._world.handsets
        if handsets.find(checkout) is None:
            raise web.HTTPNotFound(text="no such prompt")
        if answer.action == "pin":
            done = handsets.enter_pin(checkout, answer.pin)
        elif answer.action in ("cancel", "ignore", "code"):
            done = handsets.end(checkout, {"cancel": 1032, "ignore": 1037}.get(answer.action, answer.code))
        else:
            raise Refused("action must be pin, cancel, ignore or code")
        if not done:
            raise Refused("the prompt is no longer open")
        return web.json_response({"done": True})

    async def get_scenario(self, request: web.Request) -> web.Response:
        return web.json_response(self._world.scenario.chosen(self._subject(request)))

    async def put_scenario(self, request: web.Request) -> web.Response:
        """Fields of `Behaviour`, and `times` for how often they hold."""
        subject = self._subject(request)
        fields = await read_body(request, dict[str, Any])
        times = fields.pop("times", None)
        if times is not None and (not isinstance(times, int) or times < 1):
            raise Refused("times must be a whole number above 0")
        try:
            behaviour = msgspec.convert(fields, Behaviour)
        except msgspec.ValidationError as error:
            raise Refused(str(error)) from error
        self._world.scenario.choose(subject, behaviour, times)
        return web.json_response(self._world.scenario.chosen(subject))

    async def clear_scenario(self, request: web.Request) -> web.Response:
        self._world.scenario.clear(self._subject(request))
        return web.json_response({})

    async def move_clock(self, request: web.Request) -> web.Response:
        """Forward only; what ran out on the way (a PIN prompt) ends."""
        move = await read_body(request, ClockMove)
        settings = self._world.settings
        if settings.move is None:
            raise Refused("this sandbox was started without a clock that can be moved")
        by = timedelta(seconds=move.seconds)
        if move.to == "tomorrow_9":
            local = settings.now().astimezone(ZoneInfo(settings.zone))
            nine = (local + timedelta(days=1)).replace(hour=9, minute=0, second=0, microsecond=0)
            by = nine - local
        elif move.to:
            raise Refused("to must be tomorrow_9")
        if not timedelta() < by <= _MAX_MOVE:
            raise Refused("the clock moves forward, by at most 400 days")
        moved = settings.move(by)
        if inspect.isawaitable(moved):
            await moved
        now = settings.now()
        self._world.handsets.expire(now)
        self._world.feed.changed()
        return web.json_response({"now": now.isoformat()})

    async def deliveries(self, request: web.Request) -> web.Response:
        """Every webhook and callback that was tried, oldest first."""
        return web.json_response([msgspec.to_builtins(one) for one in self._world.courier.attempts])

    async def verify(self, request: web.Request) -> web.Response:
        """Do the subscription handshake with the webhook URL."""
        settings = self._world.settings
        verified = await self._world.courier.verify(settings.webhook_url, settings.verify_token)
        return web.json_response({"verified": verified})

    async def media(self, request: web.Request) -> web.Response:
        """A file as the phone shows it; the businesses need a token for theirs."""
        stored = self._world.media.get(request.match_info["media"])
        if stored is None:
            raise web.HTTPNotFound(text="no such media")
        headers = {"Content-Type": stored.mime_type, "Content-Security-Policy": "sandbox"}
        return web.Response(body=stored.data, headers=headers)

    def _customer(self, request: web.Request) -> Customer:
        customer = self._world.roster.get(request.match_info["customer"])
        if customer is None:
            raise web.HTTPNotFound(text="no such customer")
        return customer

    def _business(self, phone_number_id: str) -> SimulatedBusiness:
        business = self._world.business(phone_number_id)
        if business is None:
            raise web.HTTPNotFound(text="no such business")
        return business

    def _subject(self, request: web.Request) -> str:
        """A customer's id, "all", or a phone number that no customer has."""
        subject = request.match_info["subject"]
        if subject == "all":
            return GLOBAL
        if self._world.roster.get(subject) is None and not subject.isdigit():
            raise web.HTTPNotFound(text="no such customer")
        return subject


async def _within(change: asyncio.Event, seconds: float) -> bool:
    try:
        await asyncio.wait_for(change.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def read_body(request: web.Request, shape: type[T]) -> T:
    if request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")
    try:
        return msgspec.json.decode(await request.read(), type=shape)
    except msgspec.DecodeError as error:
        raise Refused(str(error)) from error


def answered(handler: Handler) -> Handler:
    """Answer what a customer cannot do with 400 and the reason."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as error:
            return web.json_response({"error": str(error)}, status=400)

    return answer
