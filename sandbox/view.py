"""The whole of one simulated phone as the page draws it: chat, typing, PIN prompts, M-Pesa messages, clock."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from sandbox.customers import Bubble, Customer
from sandbox.handset import Handset, Prompt
from sandbox.settings import SimulatedBusiness
from sandbox.world import World


def phone(world: World, customer: Customer, business: SimulatedBusiness) -> dict[str, Any]:
    """One phone looking at one business."""
    now = world.settings.now()
    chat = customer.chat(business.phone_number_id)
    own = world.handsets.of(customer.profile.msisdn, customer.profile)
    strangers = [one for one in world.handsets.all() if world.owner(one.msisdn) is None]
    return {
        "customer": person(customer, business),
        "business": firm(business),
        "now": now.isoformat(),
        "local_now": now.astimezone(ZoneInfo(world.settings.zone)).isoformat(),
        "window_open": chat.window_open(now),
        "typing": chat.typing_until is not None and now < chat.typing_until,
        "bubbles": [_bubble(bubble) for bubble in chat.bubbles],
        "balance": own.balance,
        "prompts": [_prompt(prompt, mine=handset is own) for handset in (own, *strangers) for prompt in _open(handset)],
        "sms": [{"id": sms.id, "at": sms.at.isoformat(), "text": sms.text} for sms in own.messages],
    }


def person(customer: Customer, business: SimulatedBusiness | None = None) -> dict[str, Any]:
    profile = customer.profile
    shown = {
        "id": profile.id,
        "name": profile.name,
        "msisdn": profile.msisdn,
        "language": profile.language,
        "shares_phone": profile.shares_phone,
        "username": profile.username,
    }
    if business is not None:
        shown["user_id"] = customer.bsuid(business.waba_id)
    return shown


def firm(business: SimulatedBusiness) -> dict[str, Any]:
    return {"id": business.phone_number_id, "name": business.name, "number": business.display_number}


def _open(handset: Handset) -> list[Prompt]:
    return [prompt for prompt in handset.prompts if prompt.state == "open"]


def _prompt(prompt: Prompt, *, mine: bool) -> dict[str, Any]:
    return {
        "id": prompt.checkout_id,
        "msisdn": prompt.msisdn,
        "mine": mine,
        "merchant": prompt.merchant.name,
        "shortcode": prompt.merchant.shortcode,
        "amount": prompt.amount,
        "account": prompt.account,
        "expires_at": prompt.expires_at.isoformat(),
    }


def _bubble(bubble: Bubble) -> dict[str, Any]:
    return {
        "id": bubble.id,
        "author": bubble.author,
        "kind": bubble.kind,
        "at": bubble.at.isoformat(),
        "content": bubble.content,
        "status": bubble.status,
        "reply_to": bubble.reply_to,
        "reactions": bubble.reactions,
        "revision": bubble.revision,
    }
