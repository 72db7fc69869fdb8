"""The main job on the real server: a customer books, pays, is confirmed, reminded, asked for a review, invited back."""

from __future__ import annotations

from tests.e2e.aftermath import every, store_of
from tests.e2e.conftest import NewPhone
from tests.e2e.server import APARTMENTS, CLINIC_ORG, Phone, Server

DAY = 86_400.0


async def choose_a_time(phone: Phone, greeting: str) -> None:
    await phone.say(greeting)
    await phone.hear()
    await phone.tap_first()  # the offer
    await phone.hear()
    await phone.tap_first()  # the day
    await phone.hear()
    await phone.tap_first()  # the time


async def book(phone: Phone, greeting: str = "Hi, I want to book") -> None:
    await choose_a_time(phone, greeting)
    await phone.hear("deposit")
    await phone.tap_first()  # send the prompt to this number
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked", "asante")


async def whole(server: Server) -> None:
    """Stop the server and verify that the journal is whole and replays."""
    assert await server.stop() == 0
    code, output = await server.aais("journal", "verify", "--demo", CLINIC_ORG)
    assert code == 0, output
    code, output = await server.aais("journal", "replay", "--demo", CLINIC_ORG)
    assert code == 0, output


async def test_a_customer_books_in_english_and_pays_the_deposit_and_the_lead_is_warm(
    server: Server, new_phone: NewPhone
) -> None:
    phone = await new_phone()
    await book(phone)
    await whole(server)
    async with store_of(server) as store:
        (lead,) = await every(store, "leads")
    assert lead["counts"] == {"wrote": 1, "asked_time": 1, "held": 1, "booked": 1}
    assert (lead["score"], lead["stage"]) == (5 + 15 + 20 + 30, "booked")


async def test_a_customer_books_in_swahili(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone(language="sw", name="Juma Otieno")
    await phone.say("Habari, naomba kuweka miadi")
    await phone.hear("Karibu", "Ungependa")
    await phone.tap_first()
    await phone.hear("siku gani")
    await phone.tap_first()
    await phone.hear("Nikuwekee")
    await phone.say("ya pili")
    await phone.hear("deposit", "Nitume")
    await phone.tap("Ndio")
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("umebook")
    await whole(server)


async def test_a_cancelled_prompt_can_be_sent_again(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    await phone.hear("PIN")
    await phone.answer_prompt("cancel")
    await phone.hear("cancelled")
    await phone.tap("Send it again")
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked")
    await whole(server)


async def test_a_wrong_pin_is_said_and_tried_again(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="9999")
    await phone.hear("wrong")
    await phone.tap("Send it again")
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked")


async def test_a_payment_that_arrives_after_the_time_out_still_books(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await phone.scenario(force_result=1037, late_success=40.0)
    await choose_a_time(phone, "hello")
    await phone.hear("deposit")
    await phone.tap_first()
    for _ in range(12):
        said = await phone.hear(seconds=40)
        if "booked" in said:
            return
        await phone.skip(45)
    raise AssertionError(await phone.transcript())


async def test_a_customer_who_asks_for_a_person_gets_one_and_the_bot_is_silent(
    server: Server, new_phone: NewPhone
) -> None:
    phone = await new_phone()
    await phone.say("hi")
    await phone.hear("What would you like")
    await phone.say("agent")
    await phone.hear("calling someone")
    await phone.say("are you there?")
    await phone.silent()


async def test_stop_is_obeyed_and_answered_also_while_a_person_answers(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await phone.say("hi")
    await phone.hear()
    await phone.say("agent")
    await phone.hear("calling someone")
    await phone.say("Acha")
    await phone.hear("not message you again")
    await phone.say("are you there?")
    await phone.silent()


async def test_reminder_review_and_win_back_follow_as_the_clock_moves(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await phone.say("hi")
    await phone.hear()
    await phone.tap_first()
    await phone.hear()
    await phone.say("in 5 days")
    await phone.hear()
    await phone.tap_first()
    await phone.hear("deposit")
    await phone.tap_first()
    await phone.hear("PIN")
    await phone.answer_prompt("pin", pin="1234")
    await phone.hear("booked")
    heard = ""
    for _ in range(90):
        await phone.skip(DAY)
        heard = " ".join(await phone.transcript())
        if "it has been a while" in heard:
            break
    assert "a reminder from" in heard
    assert "Thank you for coming" in heard
    assert "it has been a while" in heard
    await whole(server)


async def test_an_apartment_is_booked_by_the_night(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone(business=APARTMENTS)
    await book(phone, "Hello, do you have a room?")


async def test_whoever_says_stop_hears_nothing_more(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await book(phone)
    await phone.say("STOP")
    await phone.hear("not message you again")
    await phone.skip(40 * DAY)
    await phone.silent()
