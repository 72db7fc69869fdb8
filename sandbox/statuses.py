"""What becomes of an accepted message: sent, delivered and read, or failed, each told by a signed webhook."""

from __future__ import annotations

import secrets
from typing import Any

import msgspec

from sandbox import webhooks
from sandbox.customers import Customer
from sandbox.graph_errors import status_error
from sandbox.settings import SimulatedBusiness
from sandbox.world import World

_ORDER = ("sent", "delivered", "read")


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """A message that the Graph API accepted. `failure` is the code it will fail with, if it will."""

    business: SimulatedBusiness
    wamid: str
    contact: dict[str, Any]
    customer: Customer | None
    category: str
    opaque: str
    failure: int | None


class Statuses:
    """Plays the statuses of each message, one task a message."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._already: set[str] = set()

    async def first(self, sent: Sent) -> None:
        """Tell the first status before the sender has its answer; a race that real webhooks win now and then."""
        self._already.add(sent.wamid)
        name = "failed" if sent.failure is not None else "sent"
        await post_webhook(self._world, sent.business, self._body(sent, name), f"status:{name}", self._who(sent))

    async def run(self, sent: Sent) -> None:
        use = self._world.scenario.use
        who = self._who(sent)
        delay = use(who, "status_delay", 0.4)
        told_first = sent.wamid in self._already
        self._already.discard(sent.wamid)
        names = ["failed"] if sent.failure is not None else list(_ORDER)
        if not use(who, "read_receipts", True):
            names = [name for name in names if name != "read"]
        skipped = use(who, "skip_statuses", ())
        names = [name for name in names if name not in skipped]
        if told_first:
            names = names[1:]
        if use(who, "reorder_statuses"):
            names.reverse()
        for name in names:
            await self._world.pace.sleep(delay)
            if sent.customer is not None:
                sent.customer.chat(sent.business.phone_number_id).mark(sent.wamid, name)
                self._world.feed.changed(sent.customer.id)
            await post_webhook(self._world, sent.business, self._body(sent, name), f"status:{name}", who)

    @staticmethod
    def _who(sent: Sent) -> str:
        return sent.customer.id if sent.customer else str(sent.contact.get("wa_id") or sent.contact.get("user_id"))

    def _body(self, sent: Sent, name: str) -> dict[str, Any]:
        item: dict[str, Any] = {
            "id": sent.wamid,
            "status": name,
            "timestamp": webhooks.unix(self._world.settings.now()),
        }
        if sent.opaque:
            item["biz_opaque_callback_data"] = sent.opaque
        if name == "failed":
            item["errors"] = [status_error(sent.failure or 131000)]
        elif name in ("sent", "delivered"):
            item["pricing"], conversation = self._price(sent)
            if conversation and name == "sent":
                item["conversation"] = conversation
        return webhooks.status(sent.business, sent.contact, item)

    def _price(self, sent: Sent) -> tuple[dict[str, Any], dict[str, Any] | None]:
        """Per message, by category; free for 72 hours after an ad brought the customer."""
        now = self._world.settings.now()
        chat = sent.customer.chat(sent.business.phone_number_id) if sent.customer else None
        if chat is not None and chat.from_ad_until is not None and now < chat.from_ad_until:
            conversation = {
                "id": secrets.token_hex(16),
                "expiration_timestamp": webhooks.unix(chat.from_ad_until),
                "origin": {"type": "referral_conversion"},
            }
            free = {
                "billable": False,
                "pricing_model": "PMP",
                "type": "free_entry_point",
                "category": "referral_conversion",
            }
            return free, conversation
        return {"billable": True, "pricing_model": "PMP", "type": "regular", "category": sent.category}, None


async def post_webhook(world: World, business: SimulatedBusiness, body: dict[str, Any], label: str, who: str) -> bool:
    """Sign and deliver one webhook with the misbehaviour chosen for the customer; answers whether it was taken."""
    use = world.scenario.use
    if use(who, "drop_webhooks"):
        return False
    await world.pace.sleep(use(who, "webhook_delay", 0.0))
    raw = webhooks.to_bytes(body)
    headers = {
        "X-Hub-Signature-256": webhooks.signature(world.settings.app_secret, raw),
        "User-Agent": "facebookexternalua",
    }
    taken = False
    for _ in range(1 + int(use(who, "webhook_copies", 0))):
        taken = await world.courier.deliver(world.settings.webhook_url, raw, label, headers) or taken
    return taken
