"""flows/deposit.yaml: whose number is asked, what each failure says, and that nobody is left without a way on."""

from __future__ import annotations

import importlib.util
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.values import Money

_spec = importlib.util.spec_from_file_location("payments_machine", Path(__file__).parent / "machine.py")
assert _spec is not None
assert _spec.loader is not None
machine = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(machine)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
AMOUNT = Money(50_000, "KES")
BOOKING = {"id": "b1", "ref": "AB12", "offer_name": "Dental check"}
BUSINESS = {
    "id": "o1",
    "name": "Tabasamu Dental",
    "zone": "Africa/Nairobi",
    "currency": "KES",
    "languages": ["en", "sw"],
}
Talk = Callable[..., Awaitable[Any]]


@pytest.fixture(scope="module")
def definition() -> Any:
    return machine.release("flows/deposit.yaml").definitions["deposit"]


@pytest.fixture
def talk(definition: Any) -> Talk:
    async def talking(*, language: str = "en", **contact: Any) -> Any:
        run = machine.Machine(definition, {}, lambda **_: None, NOW)
        run.script = {"payments.request": lambda args: None, "contacts.update": lambda args: None}
        person = {"id": "c1", "first_name": "Achieng", "phone": "+254712345678", "paying_phone": None} | contact
        run.answers = {"contact": person, "business": BUSINESS}
        about = {"org": "o1", "contact": "c1", "channel": "whatsapp", "language": language, "links": {}}
        await run.start("conversation:1", {"amount": AMOUNT, "booking": BOOKING}, about)
        return run

    return talking


async def pick(run: Any, choice: str) -> None:
    await run.feed("answer", value=choice, text=choice, how="picked")


def requests(run: Any) -> list[dict[str, Any]]:
    return [args for verb, args in run.done if verb == "payments.request"]


async def fails(run: Any, reason: str, retry: str = "customer") -> None:
    wait = timedelta(minutes=1) if retry == "wait" else timedelta()
    await run.feed("payment.failed", payment="p1", reason=reason, retry=retry, code="1", wait=wait)


async def test_the_known_number_is_confirmed_prompted_and_paid(talk: Talk) -> None:
    run = await talk()
    assert run.snapshot.state == "confirming_number"
    assert requests(run) == []
    await pick(run, "send")
    assert requests(run) == [{"amount": AMOUNT, "phone": "+254712345678", "purpose": "deposit", "booking": BOOKING}]
    await run.feed("payment.prompted", payment="p1")
    assert run.said.count("check_phone") == 1
    await run.feed("payment.confirmed", payment="p1", amount=AMOUNT, receipt="ABC1234567")
    assert (run.snapshot.state, run.snapshot.done) == ("paid", True)
    assert "got_it" not in run.said  # the caller says it, with what it was for


async def test_the_number_that_paid_before_goes_before_the_whatsapp_number(talk: Talk) -> None:
    run = await talk(paying_phone="+254110000000")
    await pick(run, "send")
    assert requests(run)[0]["phone"] == "+254110000000"


@pytest.mark.parametrize("phone", [None, "", "KE.254712345678", "+256772123456"])
async def test_an_identity_that_is_no_kenyan_phone_is_asked_for_a_number(talk: Talk, phone: str | None) -> None:
    run = await talk(phone=phone)
    assert run.snapshot.state == "asking_number"
    await run.feed("answer", value="+254722000000", text="0722000000", how="typed")
    assert requests(run)[0]["phone"] == "+254722000000"


async def test_another_number_can_pay(talk: Talk) -> None:
    run = await talk()
    await pick(run, "other")
    await run.feed("answer", value="+254722000000", text="0722000000", how="typed")
    assert requests(run)[0]["phone"] == "+254722000000"


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("cancelled", "was_cancelled"), ("wrong_pin", "wrong_pin"), ("insufficient", "insufficient"),
        ("timeout", "timed_out"), ("unreachable", "unreachable"), ("other", "did_not_go"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("language", ["en", "sw"])
async def test_each_failure_has_its_own_words_and_can_be_tried_again(
    talk: Talk, reason: str, text: str, language: str
) -> None:
    run = await talk(language=language)
    await pick(run, "send")
    await fails(run, reason)
    assert run.snapshot.state == "trying_again"
    assert text in run.said
    await pick(run, "again")
    assert len(requests(run)) == 2


async def test_a_busy_phone_is_prompted_again_by_itself_after_the_wait(talk: Talk) -> None:
    run = await talk()
    await pick(run, "send")
    await fails(run, "busy", "wait")
    assert (run.snapshot.state, run.said[-1]) == ("pausing", "busy")
    await run.wait(timedelta(seconds=50))
    assert len(requests(run)) == 1
    await run.wait(timedelta(seconds=20))
    assert len(requests(run)) == 2


async def test_a_number_that_mpesa_does_not_know_is_asked_for_anew(talk: Talk) -> None:
    run = await talk()
    await pick(run, "send")
    await fails(run, "bad_number")
    assert run.snapshot.state == "asking_other"


async def test_after_four_prompts_or_when_trying_is_useless_a_person_helps(talk: Talk) -> None:
    run = await talk()
    await pick(run, "send")
    for _ in range(3):
        await fails(run, "cancelled")
        await pick(run, "again")
    assert len(requests(run)) == 4
    await fails(run, "cancelled")
    assert (run.snapshot.state, run.snapshot.done) == ("with_agent", True)
    other = await talk()
    await pick(other, "send")
    await fails(other, "other", "none")
    assert other.snapshot.state == "with_agent"


async def test_who_does_not_want_to_pay_now_gives_up_and_is_not_prompted(talk: Talk) -> None:
    run = await talk()
    await pick(run, "stop")
    assert (run.snapshot.state, requests(run)) == ("given_up", [])


async def test_money_that_comes_late_is_welcome_wherever_the_conversation_is(talk: Talk) -> None:
    for place in ("trying_again", "asking_other", "paying", "pausing"):
        run = await talk()
        await pick(run, "send")
        await fails(run, "busy" if place == "pausing" else "timeout", "wait" if place == "pausing" else "customer")
        if place in ("paying", "asking_other"):
            await pick(run, "again" if place == "paying" else "other")
        assert run.snapshot.state == place
        await run.feed("payment.late", payment="p1", amount=AMOUNT, receipt="ABC1234567")
        assert (run.snapshot.state, run.said[-1]) == ("paid", "got_it_late")


async def test_a_person_can_be_called_from_everywhere(talk: Talk) -> None:
    run = await talk()
    await pick(run, "send")
    await run.feed("heard", key="anywhere[0]", text="agent")
    assert run.snapshot.state == "with_agent"
