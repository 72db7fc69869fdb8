"""After booking: a customer moves it, cancels it by the deposit policy, types times freely, switches the flow."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import NewPhone
from tests.e2e.server import Phone, Server
from tests.e2e.test_main_job import whole

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.xdist_group(__name__)]


async def book_by_typing(phone: Phone, day: str, time: str) -> None:
    await phone.say("hi")
    await phone.hear("What would you like")
    await phone.say("cleaning")
    await phone.hear("Which day")
    await phone.say(day)
    await phone.hear("free")
    await phone.say(time)
    await phone.hear("deposit")
    await phone.say("yes send it")
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("You are booked")


async def test_everything_can_be_typed_and_the_booking_moved(anybody: NewPhone) -> None:
    phone = await anybody()
    await book_by_typing(phone, "in 5 days", "10:00")
    await phone.say("booking")
    await phone.hear("Which booking")
    await phone.tap_first()
    await phone.hear("What would you like to do")
    await phone.tap("Change the time")
    await phone.hear("Which day")
    await phone.say("in 6 days")
    await phone.hear("free")
    await phone.tap_first()
    await phone.hear("Your new time", "deposit stay")


async def test_a_time_that_is_not_free_is_answered_with_the_nearest(anybody: NewPhone) -> None:
    first, second = await anybody(), await anybody(name="Brian Mwangi")
    await book_by_typing(first, "in 5 days", "10:00")
    await second.say("hi")
    await second.hear()
    await second.say("cleaning")
    await second.hear("Which day")
    await second.say("in 5 days")
    await second.hear("free")
    await second.say("3 am")
    await second.hear("not free", "These times are free")


async def test_a_customer_changes_the_language_in_the_middle(anybody: NewPhone) -> None:
    phone = await anybody()
    await phone.say("hi")
    await phone.hear("What would you like")
    await phone.say("Kiswahili")
    await phone.hear("tuendelee kwa Kiswahili")
    await phone.tap_first()
    await phone.hear("Ni siku gani")


async def test_a_booking_cancelled_in_time_gets_its_deposit_back(one_server: Server, anybody: NewPhone) -> None:
    """The last of this file: the clock is moved, and the server ends with all that the others left in its journal."""
    phone = await anybody()
    await book_by_typing(phone, "in 5 days", "14:00")
    await phone.say("cancel")
    await phone.hear("Which booking")
    await phone.tap_first()
    await phone.hear("What would you like to do")
    await phone.tap("Cancel")
    await phone.hear("really cancel")
    await phone.say("yes")
    await phone.hear("Cancelled", "send back")
    await phone.skip(6 * 86_400)
    said = " ".join(await phone.transcript())
    assert "reminder" not in said, "a cancelled booking is not reminded"
    await whole(one_server)
