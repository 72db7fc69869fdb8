"""flows/lifecycles/payment.yaml, minute by minute: what is believed, when, and what the owner is told."""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.model import Event
from engine.values import Money
from payments.mpesa.results import CODES

_spec = importlib.util.spec_from_file_location("payments_machine", Path(__file__).parent / "machine.py")
assert _spec is not None
assert _spec.loader is not None
machine = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(machine)

AMOUNT = Money(5_000, "KES")
RECEIPT = "ABC1234567"
SECONDS = timedelta(seconds=1)
Make = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
def definition() -> Any:
    return machine.release().definitions["payment"]


@pytest.fixture
def make(definition: Any, handlers: Any, context: Any) -> Make:
    async def making(*, key: str = "k1", push: Event | None = None, phone: str = "+254712345678") -> Any:
        ctx = context(key=key)
        changed = await handlers["payments.request"](ctx, {"amount": AMOUNT, "phone": phone, "purpose": "deposit"})
        await ctx.store.commit(list(changed.ops))
        payment = changed.starts[0].data["payment"]
        run = machine.Machine(definition, handlers, context, ctx.now)
        run.payment, run.store = payment, ctx.store
        run.script = {
            "mpesa.push": lambda args: push or Event(name="mpesa.accepted", data={"checkout": f"ws_{payment}"}),
            "mpesa.query": lambda args: Event(name="mpesa.pending"),
        }
        about = {"org": "o1", "contact": "c1", "language": "en", "links": {"owner": "conversation:1"}}
        await run.start(f"payment:{payment}", {"payment": payment}, about)
        return run

    return making


def answers(run: Any, code: str) -> None:
    run.script["mpesa.query"] = lambda args: Event(name="mpesa.result", data={"code": code, "text": ""})


async def call_back(run: Any, code: str = "0", **changes: Any) -> None:
    claim = {"checkout": f"ws_{run.payment}", "code": code, "text": "", "amount": None, "receipt": "", "phone": ""}
    if code == "0":
        claim |= {"amount": AMOUNT, "receipt": RECEIPT, "phone": "254712345678"}
    await run.feed("mpesa.callback", **(claim | changes))


async def state(run: Any) -> str:
    return str((await run.store.get("payments", run.payment))["state"])


async def test_paid_means_called_back_matched_and_confirmed_by_a_query(make: Make) -> None:
    run = await make()
    assert run.told() == ["payment.prompted"]
    await call_back(run)
    assert run.snapshot.state == "verifying"
    assert await state(run) == "open"
    answers(run, "0")
    await run.wait(5 * SECONDS)
    assert (run.snapshot.state, await state(run)) == ("paid", "confirmed")
    assert run.tells[-1].event == "payment.confirmed"
    assert run.tells[-1].data == {"payment": run.payment, "amount": AMOUNT, "receipt": RECEIPT}


async def test_a_callback_without_a_query_that_agrees_pays_nothing(make: Make) -> None:
    run = await make()
    await call_back(run)
    await run.wait(timedelta(hours=7))
    assert run.snapshot.state == "disputed"
    assert "payment.confirmed" not in run.told()
    assert run.tells[-1].data["retry"] == "none"


async def test_a_forged_success_gives_way_to_what_mpesa_says(make: Make) -> None:
    run = await make()
    await call_back(run)
    answers(run, "1032")
    await run.wait(5 * SECONDS)
    assert run.told() == ["payment.prompted", "payment.failed"]
    assert run.tells[-1].data["reason"] == "cancelled"


async def test_a_callback_may_come_before_the_acknowledgement(make: Make) -> None:
    run = await make(push=Event(name="nothing.yet"))
    assert run.snapshot.state == "requesting"
    answers(run, "0")
    await call_back(run)
    await run.feed("mpesa.accepted", checkout=f"ws_{run.payment}")
    assert run.snapshot.state == "paid"


async def without_receipt(make: Make) -> Any:
    run = await make()
    await run.wait(15 * SECONDS)
    answers(run, "0")
    await run.wait(30 * SECONDS)
    return run


async def tasks(run: Any) -> list[tuple[str, str]]:
    found = await run.store.find("tasks", {"payment": run.payment}, sort=[("_id", 1)])
    return [(task["kind"], task["state"]) for task in found]


async def test_a_callback_that_never_comes_is_replaced_by_asking_but_the_money_does_not_count_yet(make: Make) -> None:
    run = await without_receipt(make)
    assert run.snapshot.state == "paid_without_receipt"
    assert run.told() == ["payment.prompted", "payment.confirmed"]
    assert await state(run) == "confirmed_without_receipt"
    assert await tasks(run) == [("payment.receipt", "open")]


async def test_a_receipt_that_comes_after_all_makes_the_money_count_and_ends_the_search(make: Make) -> None:
    run = await without_receipt(make)
    await call_back(run)
    assert run.snapshot.state == "paid"
    document = await run.store.get("payments", run.payment)
    assert (document["state"], document["receipt"]) == ("confirmed", RECEIPT)
    assert run.told() == ["payment.prompted", "payment.confirmed", "payment.receipted"]
    assert run.tells[-1].to == "booking"
    assert await tasks(run) == [("payment.receipt", "done")]


async def test_a_receipt_from_the_statement_counts_if_the_amount_fits_and_it_paid_nothing_else(make: Make) -> None:
    run = await without_receipt(make)
    await run.feed("payment.receipt_found", amount=Money(100, "KES"), receipt=RECEIPT)
    assert (run.snapshot.state, await state(run)) == ("paid_without_receipt", "confirmed_without_receipt")
    await run.feed("payment.receipt_found", amount=AMOUNT, receipt=RECEIPT)
    assert (run.snapshot.state, await state(run)) == ("paid", "confirmed")
    assert await tasks(run) == [("payment.receipt", "done")]


async def test_a_receipt_from_the_statement_that_paid_something_else_is_disputed(make: Make) -> None:
    first = await make(key="k2", phone="+254110000000")
    answers(first, "0")
    await call_back(first, phone="254110000000")
    run = await without_receipt(make)
    await run.feed("payment.receipt_found", amount=AMOUNT, receipt=RECEIPT)
    assert (run.snapshot.state, await state(run)) == ("disputed", "disputed")


async def test_the_same_callback_again_changes_nothing(make: Make) -> None:
    run = await make()
    answers(run, "0")
    await call_back(run)
    before = await run.store.get("payments", run.payment)
    seq = run.snapshot.seq
    assert run.snapshot.state == "paid"
    await call_back(run)
    assert run.snapshot.seq == seq + 1
    assert await run.store.get("payments", run.payment) == before
    assert run.told().count("payment.confirmed") == 1


@pytest.mark.parametrize("claim", [{"amount": Money(100, "KES")}, {"phone": "254799999999"}, {"receipt": ""}])
async def test_a_claim_that_does_not_fit_is_never_paid_even_if_mpesa_knows_of_money(
    make: Make, claim: dict[str, Any]
) -> None:
    run = await make()
    await call_back(run, **claim)
    assert run.snapshot.state == "mismatched"
    answers(run, "0")
    await run.wait(timedelta(minutes=1))
    assert (run.snapshot.state, await state(run)) == ("disputed", "disputed")
    assert "payment.confirmed" not in run.told()
    assert await tasks(run) == [("payment.disputed", "open")]


async def test_the_true_claim_still_counts_after_mpesa_said_paid_and_a_wrong_claim_came(make: Make) -> None:
    run = await make()
    await call_back(run, amount=Money(100, "KES"))
    answers(run, "0")
    await run.wait(15 * SECONDS)
    assert (run.snapshot.state, await state(run)) == ("true_claim_due", "open")
    await call_back(run)
    assert (run.snapshot.state, await state(run)) == ("paid", "confirmed")
    assert await tasks(run) == []


async def test_a_wrong_claim_does_not_stop_the_true_one(make: Make) -> None:
    run = await make()
    await call_back(run, amount=Money(100, "KES"))
    await call_back(run)
    answers(run, "0")
    await run.wait(5 * SECONDS)
    assert run.snapshot.state == "paid"


async def test_a_receipt_that_paid_something_else_pays_nothing(make: Make) -> None:
    first, second = await make(), await make(key="k2", phone="+254110000000")
    answers(first, "0")
    await call_back(first)
    answers(second, "0")
    await call_back(second, phone="254110000000")
    assert (first.snapshot.state, second.snapshot.state) == ("paid", "disputed")
    assert await state(second) == "disputed"


EXPECTED = {
    "1": ("insufficient", "customer"), "17": ("busy", "wait"), "26": ("busy", "wait"), "1001": ("busy", "wait"),
    "1019": ("timeout", "customer"), "1025": ("busy", "wait"), "9999": ("busy", "wait"),
    "1032": ("cancelled", "customer"), "1037": ("unreachable", "customer"), "2001": ("wrong_pin", "customer"),
    "2028": ("other", "none"), "4999": ("timeout", "customer"), "31337": ("other", "customer"),
}  # fmt: skip


def test_every_known_code_is_expected_here() -> None:
    assert set(EXPECTED) >= set(CODES) - {"0"}


@pytest.mark.parametrize("code", EXPECTED)
async def test_each_result_code_has_its_reason_and_its_rule_for_trying_again(make: Make, code: str) -> None:
    run = await make()
    answers(run, code)
    await call_back(run, code)
    await run.wait(timedelta(minutes=1))
    assert run.told() == ["payment.prompted", "payment.failed"]
    told = run.tells[-1].data
    assert (told["reason"], told["retry"], told["code"]) == (*EXPECTED[code], code)
    assert (told["wait"] > timedelta()) == (told["retry"] == "wait")
    await run.wait(timedelta(days=1))
    assert (run.snapshot.state, run.snapshot.done, await state(run)) == ("failed", True, "failed")
    assert len(run.tells) == 2


async def test_an_unreachable_phone_is_asked_about_again_before_it_is_called_a_failure(make: Make) -> None:
    run = await make()
    await call_back(run, "1037")
    assert run.snapshot.state == "rechecking"
    assert "payment.failed" not in run.told()
    answers(run, "0")
    await run.wait(10 * SECONDS)
    await call_back(run)
    assert run.snapshot.state == "paid"
    assert run.told() == ["payment.prompted", "payment.confirmed"]


@pytest.mark.parametrize("code", ["1037", "1032"])
async def test_money_that_comes_after_a_failure_was_told_is_late_and_not_lost(make: Make, code: str) -> None:
    run = await make()
    await call_back(run, code)
    await run.wait(timedelta(minutes=2))
    assert run.told()[-1] == "payment.failed"
    answers(run, "0")
    await call_back(run)
    assert (run.snapshot.state, await state(run)) == ("paid", "confirmed")
    assert run.tells[-1].event == "payment.late"
    assert (await run.store.get("payments", run.payment))["late"] is True


async def test_money_that_served_nothing_ten_minutes_later_is_a_task_for_a_person(make: Make) -> None:
    run = await make()
    await call_back(run, "1032")
    answers(run, "0")
    await call_back(run)
    assert await tasks(run) == []
    await run.wait(timedelta(minutes=10))
    assert (run.snapshot.state, await tasks(run)) == ("closed", [("payment.unused", "open")])


async def test_late_money_is_found_by_asking_when_its_callback_is_lost(make: Make) -> None:
    run = await make()
    await call_back(run, "1037")
    await run.wait(timedelta(minutes=20))
    answers(run, "0")
    await run.wait(timedelta(hours=1))
    assert run.told() == ["payment.prompted", "payment.failed", "payment.late"]


async def test_silence_from_mpesa_is_told_as_a_timeout_within_three_minutes(make: Make) -> None:
    run = await make(push=Event(name="mpesa.unknown", data={"why": "ReadTimeout"}))
    assert run.told() == ["payment.prompted"]
    await run.wait(timedelta(minutes=3))
    assert run.tells[-1].data["reason"] == "timeout"
    assert run.actions.count("mpesa.push") == 1
    await run.wait(timedelta(days=1))
    assert run.snapshot.state == "failed"


@pytest.mark.parametrize(
    ("code", "text", "reason", "retry"),
    [
        ("400.002.02", "Bad Request - Invalid PhoneNumber", "bad_number", "customer"),
        ("credentials", "", "other", "none"),
        ("1001", "", "busy", "wait"),
        ("unreachable", "", "other", "customer"),
    ],
)
async def test_a_refused_prompt_is_told_at_once(make: Make, code: str, text: str, reason: str, retry: str) -> None:
    run = await make(push=Event(name="mpesa.refused", data={"code": code, "text": text}))
    assert run.told() == ["payment.failed"]
    assert (run.tells[-1].data["reason"], run.tells[-1].data["retry"]) == (reason, retry)


async def test_the_polls_come_at_ten_twenty_forty_and_seventy_five_seconds(make: Make) -> None:
    run = await make()
    counts = []
    for seconds in (9, 2, 10, 20, 35):
        await run.wait(seconds * SECONDS)
        counts.append(run.actions.count("mpesa.query"))
    assert counts == [0, 1, 2, 3, 4]
