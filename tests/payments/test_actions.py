"""The actions against the loopback Daraja: a prompt is sent once, whatever dies in between."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest

from engine.values import Money
from payments.mpesa.links import Links
from payments.verbs import bind
from payments.vocabulary import VOCABULARY
from runtime.verbs import Acted, Context, Handlers, RetryLater


async def asked(ctx: Context, handlers: Handlers) -> str:
    changed = await handlers["payments.request"](
        ctx, {"amount": Money(5_000, "KES"), "phone": "+254712345678", "purpose": "deposit"}
    )
    await ctx.store.commit(list(changed.ops))
    return str(changed.starts[0].data["payment"])


def said(acted: Acted) -> str:
    assert acted.event is not None
    return acted.event.name


async def test_every_declared_verb_is_bound_and_nothing_else(handlers: Handlers) -> None:
    assert set(handlers.names()) == {verb.name for verb in VOCABULARY.verbs}
    assert bind.__doc__


async def test_a_prompt_carries_the_intents_amount_number_and_address(
    handlers: Handlers, context: Any, daraja: Any, links: Links
) -> None:
    ctx = context()
    payment = await asked(ctx, handlers)
    acted = await handlers["mpesa.push"](ctx, {"payment": payment})
    await ctx.store.commit(list(acted.ops))
    assert said(acted) == "mpesa.accepted"
    sent = daraja.asked[0][1]
    assert (sent["Amount"], sent["PhoneNumber"]) == (50, "254712345678")
    assert links.payment(sent["CallBackURL"].rsplit("/", 1)[1]) == payment
    assert len(sent["AccountReference"]) <= 12
    again = await handlers["mpesa.push"](ctx, {"payment": payment})
    assert said(again) == "mpesa.accepted"
    assert len(daraja.asked) == 1
    assert said(await handlers["mpesa.query"](ctx, {"payment": payment})) == "mpesa.result"


async def test_a_push_repeated_after_a_crash_is_unknown_and_not_sent_again(
    handlers: Handlers, context: Any, daraja: Any
) -> None:
    ctx = context()
    payment = await asked(ctx, handlers)
    await handlers["mpesa.push"](ctx, {"payment": payment})  # its commit is lost
    assert said(await handlers["mpesa.push"](ctx, {"payment": payment})) == "mpesa.unknown"
    assert len(daraja.asked) == 1
    assert said(await handlers["mpesa.query"](ctx, {"payment": payment})) == "mpesa.unknown"


async def test_what_was_surely_not_sent_is_tried_again_until_it_would_surprise(
    handlers: Handlers, context: Any, daraja: Any, daraja_module: ModuleType
) -> None:
    ctx = context()
    payment = await asked(ctx, handlers)
    daraja.answers[daraja_module.PUSH] = [(429, {}), (200, daraja_module.ACK)]
    with pytest.raises(RetryLater):
        await handlers["mpesa.push"](ctx, {"payment": payment})
    late = context(now=ctx.now + timedelta(minutes=5))
    assert said(await handlers["mpesa.push"](late, {"payment": payment})) == "mpesa.refused"
    assert said(await handlers["mpesa.push"](ctx, {"payment": payment})) == "mpesa.accepted"
    assert daraja.count(daraja_module.PUSH) == 2


async def test_an_answer_that_says_nothing_is_unknown_and_a_refusal_gives_its_code(
    handlers: Handlers, context: Any, daraja: Any, daraja_module: ModuleType
) -> None:
    ctx = context()
    daraja.answers[daraja_module.PUSH] = [(502, "gateway")]
    payment = await asked(ctx, handlers)
    assert said(await handlers["mpesa.push"](ctx, {"payment": payment})) == "mpesa.unknown"
    other = context(key="k2", now=ctx.now + timedelta(minutes=4))
    body = {"requestId": "1", "errorCode": "400.002.02", "errorMessage": "Bad Request - Invalid PhoneNumber"}
    daraja.answers[daraja_module.PUSH] = [(400, body)]
    acted = await handlers["mpesa.push"](other, {"payment": await asked(other, handlers)})
    assert acted.event.data == {"code": "400.002.02", "text": "Bad Request - Invalid PhoneNumber"}


async def test_a_person_who_was_forgotten_is_not_prompted(handlers: Handlers, context: Any, daraja: Any) -> None:
    ctx = context()
    payment = await asked(ctx, handlers)
    await ctx.vault.forget("c1")
    assert said(await handlers["mpesa.push"](ctx, {"payment": payment})) == "mpesa.refused"
    assert daraja.asked == []
