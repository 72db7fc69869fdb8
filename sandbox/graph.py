"""The simulated Graph API: sending, reading receipts, media and templates of WhatsApp business numbers.

It accepts and refuses as Meta does. What happens to an accepted message afterwards is in `statuses.py`; what customers
write is in `people.py`.
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web

from sandbox.customers import Bubble, Chat, Customer
from sandbox.graph_errors import GraphError
from sandbox.graph_messages import Shown, check, field
from sandbox.graph_templates import check_template
from sandbox.rates import Rates
from sandbox.settings import SimulatedBusiness
from sandbox.statuses import Sent, Statuses
from sandbox.templates import Template
from sandbox.world import World

TYPING = timedelta(seconds=25)
_MAX_OPAQUE = 512
Handler = Callable[[web.Request], Awaitable[web.Response]]


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a send is addressed to. `customer` is None when WhatsApp has nobody under that identity."""

    given: str
    answer: dict[str, str]
    customer: Customer | None


class Graph:
    """The messages, typing and read endpoint of every simulated number."""

    def __init__(self, world: World) -> None:
        self._world = world
        settings = world.settings
        self._rates = Rates(settings.now, settings.messages_per_second, pair=settings.pair_rate)
        self._statuses = Statuses(world)

    def routes(self) -> list[web.RouteDef]:
        return [web.post(r"/{version:v\d+\.\d+}/{phone_number_id:\d+}/messages", guarded(self.messages))]

    async def messages(self, request: web.Request) -> web.Response:
        """Send a message, or mark one as read."""
        business = authorise(self._world, request, request.match_info["phone_number_id"])
        body = await _json(request)
        if body.get("messaging_product") != "whatsapp":
            raise GraphError(100, "The parameter messaging_product is required and must be whatsapp.")
        if body.get("status") == "read":
            return self._mark_read(business, body)
        recipient = self._recipient(business, body)
        who = recipient.customer.id if recipient.customer else recipient.given
        scenario = self._world.scenario
        await self._world.pace.sleep(scenario.use(who, "send_delay", 0.0))
        if forced := scenario.use(who, "send_error"):
            raise GraphError(int(forced), "Chosen in the sandbox.")
        template, shown = self._shown(business, body)
        sent = Sent(
            business=business,
            wamid=wamid(recipient.answer.get("wa_id") or recipient.given),
            contact=recipient.customer.contact(business.waba_id) if recipient.customer else recipient.answer,
            customer=recipient.customer,
            category=template.category.lower() if template else "service",
            opaque=_opaque(body),
            failure=self._judge(business, recipient, template),
        )
        if recipient.customer is not None and sent.failure is None:
            self._keep(business, recipient.customer, sent.wamid, shown, body)
        if scenario.use(who, "status_before_answer"):
            await self._statuses.first(sent)
        self._world.pace.later(self._statuses.run(sent))
        message: dict[str, str] = {"id": sent.wamid}
        if template:
            message["message_status"] = "accepted"
        contact = {"input": recipient.given, **recipient.answer}
        return web.json_response({"messaging_product": "whatsapp", "contacts": [contact], "messages": [message]})

    def _recipient(self, business: SimulatedBusiness, body: dict[str, Any]) -> Recipient:
        """`to` wins over `recipient`; a business-scoped id in `to` is stripped to its digits, as Meta does."""
        if body.get("recipient_type", "individual") != "individual":
            raise GraphError(100, "Param recipient_type must be individual here.")
        roster = self._world.roster
        if body.get("to"):
            given = str(body["to"])
            digits = "".join(char for char in given if char.isdigit())
            if not 5 <= len(digits) <= 20:
                raise GraphError(131009, "to is not a valid phone number")
            if digits == "".join(char for char in business.display_number if char.isdigit()):
                raise GraphError(131021, "Sender and recipient are the same phone number.")
            return Recipient(given=given, answer={"wa_id": digits}, customer=roster.by_msisdn(digits))
        if body.get("recipient"):
            given = str(body["recipient"])
            customer = roster.by_bsuid(given, business.waba_id)
            return Recipient(given=given, answer={"user_id": given}, customer=customer)
        raise GraphError(131008, "The parameter to (or recipient) is required.")

    def _shown(self, business: SimulatedBusiness, body: dict[str, Any]) -> tuple[Template | None, Shown]:
        if body.get("type") == "template":
            return check_template(field(body, "template"), self._world.templates, business.waba_id)
        kind, content = shown = check(body)
        if kind == "media" and "id" in content and self._world.media.get(content["id"]) is None:
            raise GraphError(131009, f"Media id {content['id']} does not exist or has expired")
        return None, shown

    def _judge(self, business: SimulatedBusiness, recipient: Recipient, template: Template | None) -> int | None:
        """Limits, window and opt-out. Raises what Meta refuses at once; answers the code of what fails later."""
        customer = recipient.customer
        number = business.phone_number_id
        if not self._rates.take_number(number):
            raise GraphError(130429, "Message failed to send because there were too many messages from this number.")
        if customer is None:
            return 131026
        chat = customer.chat(number)
        late = None
        if template is None and not chat.window_open(self._world.settings.now()):
            details = (
                "Message failed to send because more than 24 hours have passed since the customer last replied "
                "to this number."
            )
            if not self._world.scenario.use(customer.id, "window_failure_late"):
                raise GraphError(131047, details)
            late = 131047
        if not self._rates.take_pair(number, customer.id):
            raise GraphError(131056, "Too many messages sent from this number to the same recipient in a short time.")
        if template and template.category == "MARKETING" and chat.marketing_stopped:
            late = 131050
        forced = self._world.scenario.use(customer.id, "status_error")
        return int(forced) if forced else late

    def _keep(
        self, business: SimulatedBusiness, customer: Customer, message_id: str, shown: Shown, body: dict[str, Any]
    ) -> None:
        """Put the message on the customer's phone."""
        kind, content = shown
        chat = customer.chat(business.phone_number_id)
        chat.typing_until = None
        if kind == "reaction":
            _react(chat, content)
        else:
            context = body.get("context")
            bubble = Bubble(
                id=message_id,
                author="business",
                kind=kind,
                at=self._world.settings.now(),
                content=content,
                status="accepted",
                reply_to=str(context.get("message_id", "")) if isinstance(context, dict) else "",
            )
            chat.add(bubble)
        self._world.feed.changed(customer.id)

    def _mark_read(self, business: SimulatedBusiness, body: dict[str, Any]) -> web.Response:
        """Blue ticks up to a message of the customer; with a typing indicator if one is asked for."""
        message_id = str(field(body, "message_id"))
        for customer in self._world.roster:
            chat = customer.chats.get(business.phone_number_id)
            bubble = chat.find(message_id) if chat else None
            if chat is None or bubble is None or bubble.author != "customer":
                continue
            for one in chat.bubbles:
                if one.author == "customer":
                    chat.mark(one.id, "read")
                if one is bubble:
                    break
            if "typing_indicator" in body:
                if field(body["typing_indicator"], "type", "typing_indicator") != "text":
                    raise GraphError(100, "Param typing_indicator['type'] must be text.")
                chat.typing_until = self._world.settings.now() + TYPING
            self._world.feed.changed(customer.id)
            return web.json_response({"success": True})
        raise GraphError(131009, f"Message id {message_id} does not exist")


def _react(chat: Chat, content: dict[str, Any]) -> None:
    bubble = chat.find(content["message_id"])
    if bubble is not None:
        bubble.reactions = [content["emoji"]] if content["emoji"] else []
        bubble.revision += 1


def _opaque(body: dict[str, Any]) -> str:
    opaque = body.get("biz_opaque_callback_data") or ""
    if not isinstance(opaque, str) or len(opaque) > _MAX_OPAQUE:
        raise GraphError(100, f"biz_opaque_callback_data must be a string of at most {_MAX_OPAQUE} characters")
    return opaque


def wamid(identity: str) -> str:
    """A message id in the form of Meta's: base64, unique, and with the customer's number (or user id) inside."""
    inner = b"\x1c\x18" + bytes([len(identity)]) + identity.encode() + b"\x15\x02\x00\x11\x18\x12"
    return "wamid." + base64.b64encode(inner + secrets.token_hex(9).upper().encode() + b"\x00").decode()


async def _json(request: web.Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.read())
    except ValueError:
        raise GraphError(100, "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise GraphError(100, "The request body must be an object.")
    return body


def authorise(world: World, request: web.Request, phone_number_id: str = "") -> SimulatedBusiness:
    """The business that a token may act for; with an id, that number, or Meta's answer to a stranger."""
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    settings = world.settings
    mine = [
        one
        for one in settings.businesses
        if hmac.compare_digest(token.encode(), (one.access_token or settings.access_token).encode())
    ]
    if not token or not mine:
        raise GraphError(190, "The token is missing or not known.", subcode=463, title="Invalid OAuth access token")
    found = [one for one in mine if phone_number_id in ("", one.phone_number_id)]
    if not found:
        raise missing_object(phone_number_id)
    return found[0]


def missing_object(object_id: str) -> GraphError:
    title = (
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation"
    )
    return GraphError(100, title, subcode=33, title=title)


def guarded(handler: Handler) -> Handler:
    """Answer a `GraphError` in Meta's form."""

    async def answer(request: web.Request) -> web.Response:
        try:
            return await handler(request)
        except GraphError as error:
            return error.response()

    return answer
