"""Intents on the real store: stored first, matched with what was asked for, counted once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from engine.values import Money
from payments.changes import dispute, fail, match, request, review, settle, settle_without_receipt
from payments.intents import checkout_key, phone_of, record_of
from payments.mpesa.accept import Callbacks, Refused
from payments.mpesa.account import Account, Accounts, sealed_account
from payments.mpesa.links import Links
from runtime.inbox import Inbound
from runtime.verbs import Changed, Context
from storage.errors import Conflict
from storage.store import Insert, Update


def _body(code: int, items: list[dict[str, Any]] | None = None) -> bytes:
    callback: dict[str, Any] = {"MerchantRequestID": "m", "CheckoutRequestID": "ws_1", "ResultCode": code}
    if items is not None:
        callback["CallbackMetadata"] = {"Item": items}
    return json.dumps({"Body": {"stkCallback": callback}}).encode()


def paid_body() -> bytes:
    return _body(0, [{"Name": "Amount", "Value": 50}, {"Name": "MpesaReceiptNumber", "Value": "ABC1234567"}])


def failed_body(code: int) -> bytes:
    return _body(code)


FIFTY = {"amount": Money(5_000, "KES"), "phone": "+254712345678", "purpose": "deposit", "booking": {"id": "b1"}}


async def asked(ctx: Context, **changes: Any) -> tuple[str, Changed]:
    changed = await request(ctx, FIFTY | changes)
    await ctx.store.commit(list(changed.ops))
    return (changed.starts[0].data["payment"] if changed.starts else ""), changed


async def paid(ctx: Context, payment: str, receipt: str) -> Changed:
    claim = {"payment": payment, "checkout": f"ws_{payment}", "amount": FIFTY["amount"], "receipt": receipt}
    matched = await match(ctx, claim)
    await ctx.store.commit(list(matched.ops))
    settled = await settle(ctx, {"payment": payment})
    await ctx.store.commit(list(settled.ops))
    return settled


async def test_a_request_stores_the_intent_and_starts_its_machine_with_the_number_sealed(context: Any) -> None:
    ctx = context()
    payment, changed = await asked(ctx)
    (start,) = changed.starts
    assert (start.definition, start.machine, start.owner) == (
        "lifecycle:payment",
        f"payment:{payment}",
        "conversation:1",
    )
    assert start.links == {"owner": "conversation:1", "booking": "booking:b1"}
    document = await ctx.store.get("payments", payment)
    assert "712345678" not in repr(document)
    assert await phone_of(ctx.vault, document) == "+254712345678"
    record = await record_of(ctx.vault, document)
    assert (record["amount"], record["state"]) == (Money(5_000, "KES"), "open")


async def test_the_same_request_repeated_asks_once(context: Any) -> None:
    payment, _ = await asked(context())
    again, changed = await asked(context())
    assert (again, changed.ops, changed.event) == ("", (), None)
    assert await context().store.count("payments", {}) == 1
    assert payment


@pytest.mark.parametrize(
    ("changes", "reason", "retry"),
    [
        ({"phone": "KE.254712345678"}, "bad_number", "customer"),
        ({"phone": "+256772123456"}, "bad_number", "customer"),
        ({"amount": Money(1_050, "KES")}, "other", "none"),
        ({"amount": Money(0, "KES")}, "other", "none"),
    ],
)
async def test_what_mpesa_cannot_take_fails_at_once_and_stores_nothing(
    context: Any, changes: dict[str, Any], reason: str, retry: str
) -> None:
    payment, changed = await asked(context(), **changes)
    assert payment == ""
    assert changed.event is not None
    assert (changed.event.name, changed.event.data["reason"], changed.event.data["retry"]) == (
        "payment.failed", reason, retry,
    )  # fmt: skip
    assert await context().store.count("payments", {}) == 0


async def test_a_phone_has_one_prompt_at_a_time_until_it_failed_or_ran_out(context: Any) -> None:
    first, _ = await asked(context())
    _, changed = await asked(context(key="k2"))
    assert changed.event is not None
    assert (changed.event.data["reason"], changed.event.data["retry"]) == ("busy", "wait")
    other, _ = await asked(context(key="k3"), phone="+254110000000")
    assert other
    failed = await fail(context(), {"payment": first, "reason": "cancelled", "code": "1032"})
    await context().store.commit(list(failed.ops))
    second, _ = await asked(context(key="k4"))
    assert second
    late = context(key="k5", now=context().now + timedelta(minutes=4))
    third, _ = await asked(late)
    assert third


async def test_two_requests_that_race_for_one_phone_conflict(context: Any) -> None:
    one, two = await request(context(), FIFTY), await request(context(key="k2"), FIFTY)
    await context().store.commit(list(one.ops))
    with pytest.raises(Conflict):
        await context().store.commit(list(two.ops))


@pytest.mark.parametrize(
    ("claim", "what"),
    [
        ({"amount": Money(4_900, "KES")}, "amount"),
        ({"amount": None}, "amount"),
        ({"phone": "254799999999"}, "phone"),
        ({"receipt": ""}, "receipt"),
        ({"checkout": "ws_other"}, "checkout"),
    ],
)
async def test_a_claim_that_differs_from_the_intent_does_not_match(
    context: Any, claim: dict[str, Any], what: str
) -> None:
    ctx = context()
    payment, _ = await asked(ctx)
    await ctx.store.commit([Update("payments", payment, {"set": {"checkout_id": checkout_key(ctx.vault, "ws_1")}})])
    good = {"checkout": "ws_1", "amount": FIFTY["amount"], "receipt": "ABC1234567", "phone": "254712345678"}
    assert (await match(ctx, {"payment": payment} | good)).event.name == "payments.matched"  # type: ignore[union-attr]
    changed = await match(ctx, {"payment": payment} | good | claim)
    assert changed.event is not None
    assert (changed.event.name, changed.event.data["what"]) == ("payments.mismatched", what)


async def test_settling_counts_once_and_its_repetition_changes_nothing(context: Any) -> None:
    ctx = context()
    payment, _ = await asked(ctx)
    settled = await paid(ctx, payment, "ABC1234567")
    assert settled.event is not None
    assert settled.event.data == {"payment": payment, "amount": FIFTY["amount"], "receipt": "ABC1234567"}
    before = await ctx.store.get("payments", payment)
    await paid(ctx, payment, "ABC1234567")
    after = await ctx.store.get("payments", payment)
    assert {**before, "version": 0} == {**after, "version": 0}
    assert (after["state"], after["late"], after["extra"]) == ("confirmed", False, False)


async def test_a_receipt_counts_once_even_for_two_that_race(context: Any) -> None:
    ctx, other = context(), context(key="k2")
    one, _ = await asked(ctx)
    two, _ = await asked(other, phone="+254110000000")
    for payment in (one, two):
        claimed = await match(
            ctx, {"payment": payment, "checkout": payment, "amount": FIFTY["amount"], "receipt": "SAME123456"}
        )
        await ctx.store.commit(list(claimed.ops))
    first, second = await settle(ctx, {"payment": one}), await settle(ctx, {"payment": two})
    await ctx.store.commit(list(first.ops))
    with pytest.raises(Conflict):
        await ctx.store.commit(list(second.ops))
    again = await settle(ctx, {"payment": two})
    assert again.event is not None
    assert again.event.name == "payments.receipt_taken"
    assert (await ctx.store.get("payments", two))["state"] == "open"


async def test_money_after_a_failure_is_marked_late_and_a_second_payment_of_one_deposit_extra(context: Any) -> None:
    ctx = context()
    first, _ = await asked(ctx)
    failed = await fail(ctx, {"payment": first, "reason": "unreachable", "code": "1037"})
    await ctx.store.commit(list(failed.ops))
    second, _ = await asked(context(key="k2"))
    await paid(ctx, second, "BBB1234567")
    await paid(ctx, first, "AAA1234567")
    document = await ctx.store.get("payments", first)
    assert (document["state"], document["late"], document["extra"]) == ("confirmed", True, True)
    (task,) = await ctx.store.find("tasks", {})
    assert (task["kind"], task["payment"], task["amount"], task["contact"]) == ("payment.extra", first, 5_000, "c1")


async def test_settling_without_a_claim_or_receipt_counts_nothing(context: Any) -> None:
    ctx = context()
    payment, _ = await asked(ctx)
    answered = await settle(ctx, {"payment": payment})
    assert (answered.ops, answered.event.name if answered.event else "") == ((), "payments.receipt_missing")


async def test_a_second_payment_is_extra_also_when_the_first_has_no_receipt(context: Any) -> None:
    ctx = context()
    first, _ = await asked(ctx)
    for _ in range(2):
        await ctx.store.commit(list((await settle_without_receipt(ctx, {"payment": first})).ops))
    second, _ = await asked(context(key="k2"))
    await paid(ctx, second, "BBB1234567")
    kinds = sorted(task["kind"] for task in await ctx.store.find("tasks", {}))
    assert kinds == ["payment.extra", "payment.receipt"]


@pytest.mark.parametrize(
    ("booking", "kinds"),
    [
        ({"state": "confirmed", "paid": 5_000}, []),
        ({"state": "attended", "paid": 0}, []),
        ({"state": "cancelled", "paid": 5_000}, []),
        ({"state": "cancelled", "paid": 0}, ["payment.unused"]),
        ({"state": "released", "paid": 0}, ["payment.unused"]),
        ({"state": "held", "paid": 0}, ["payment.unused"]),
        (None, ["payment.unused"]),
    ],
)
async def test_paid_money_has_to_have_served_its_booking(
    context: Any, booking: dict[str, Any] | None, kinds: list[str]
) -> None:
    ctx = context()
    payment, _ = await asked(ctx)
    if booking is not None:
        await ctx.store.commit([Insert("bookings", {"_id": "b1", **booking})])
    assert (await review(ctx, {"payment": payment})).ops == ()
    await paid(ctx, payment, "ABC1234567")
    for _ in range(2):
        await ctx.store.commit(list((await review(ctx, {"payment": payment})).ops))
    found = await ctx.store.find("tasks", {})
    assert [task["kind"] for task in found] == kinds


async def test_a_task_that_was_done_is_not_opened_again(context: Any) -> None:
    ctx = context()
    payment, _ = await asked(ctx)
    await ctx.store.commit(list((await dispute(ctx, {"payment": payment, "reason": "does_not_match"})).ops))
    (task,) = await ctx.store.find("tasks", {})
    await ctx.store.commit([Update("tasks", task["_id"], {"set": {"state": "done"}})])
    await ctx.store.commit(list((await dispute(ctx, {"payment": payment, "reason": "does_not_match"})).ops))
    assert [one["state"] for one in await ctx.store.find("tasks", {})] == ["done"]


async def test_a_paid_payment_does_not_fail_and_a_disputed_one_stays_disputed(context: Any) -> None:
    ctx = context()
    payment, _ = await asked(ctx)
    await paid(ctx, payment, "ABC1234567")
    assert (await fail(ctx, {"payment": payment, "reason": "cancelled"})).ops == ()
    other, _ = await asked(context(key="k2"))
    await ctx.store.commit(list((await dispute(ctx, {"payment": other, "reason": "does_not_match"})).ops))
    await ctx.store.commit(list((await fail(ctx, {"payment": other, "reason": "timeout"})).ops))
    assert (await ctx.store.get("payments", other))["state"] == "disputed"


async def test_a_payment_of_another_business_is_not_there(context: Any) -> None:
    payment, _ = await asked(context())
    with pytest.raises(LookupError):
        await settle(context(org="o2"), {"payment": payment})


async def test_a_callback_becomes_an_event_for_its_payment_and_twice_the_same_one(
    context: Any, store: Any, links: Links
) -> None:
    payment, _ = await asked(context())
    door = Callbacks(store, links)
    first = await door.accept(paid_body(), links.token(payment))
    assert isinstance(first, Inbound)
    assert (first.org, first.to, first.lane) == ("o1", f"payment:{payment}", "contact:c1")
    assert first.event.name == "mpesa.callback"
    assert first.event.data["amount"] == Money(5_000, "KES")
    second = await door.accept(paid_body() + b"\n", links.token(payment))
    third = await door.accept(failed_body(1032), links.token(payment))
    assert isinstance(second, Inbound)
    assert isinstance(third, Inbound)
    assert first.id == second.id != third.id


async def test_a_callback_that_is_none_or_not_ours_is_refused(context: Any, store: Any, links: Links) -> None:
    payment, _ = await asked(context())
    door = Callbacks(store, links)
    for raw, token, status in (
        (paid_body(), "guess", 404),
        (paid_body(), links.token("0" * 24), 404),
        (b"{}", links.token(payment), 400),
        (b" " * 70_000, links.token(payment), 413),
    ):
        refused = await door.accept(raw, token)
        assert isinstance(refused, Refused)
        assert refused.status == status


async def test_a_business_has_its_own_account_sealed_in_the_store(store: Any, vaults: Any) -> None:
    own = Account(consumer_key="kkkk", consumer_secret="ssss", shortcode="600111", passkey="pppp")
    await store.commit([Insert("orgs", {"_id": "o1"}), Insert("orgs", {"_id": "o2"})])
    await store.commit([Update("orgs", "o1", sealed_account(own, await vaults.org("o1")))])
    assert "pppp" not in repr(await store.get("orgs", "o1"))
    default = Account(consumer_key="d", consumer_secret="d", shortcode="174379", passkey="d")
    accounts = Accounts(store, vaults, default)
    assert await accounts.of("o1") == own
    assert await accounts.of("o2") == default
    assert await Accounts(store, vaults).of("o2") is None
