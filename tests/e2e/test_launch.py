"""The owner runs ads from WhatsApp: the same conversation as in the console, with a server that really checks."""

from __future__ import annotations

from tests.e2e.conftest import NewPhone
from tests.e2e.server import Server
from tests.e2e.test_main_job import whole

OWNER = "254709000102"


async def test_the_owner_is_led_from_an_offer_to_what_is_missing(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone(msisdn=OWNER, name="Achieng Otieno")
    await phone.say("ads")
    await phone.hear("Let us run ads like a pro")
    await phone.say("cleaning")
    await phone.hear("What does serving one customer cost you")
    await phone.say("1300")
    await phone.hear("may cost at most KSh")
    await phone.tap("Facebook, Instagram")
    await phone.hear("No Meta account is connected")
    await phone.tap("Stop here")
    await phone.hear("nothing was launched")
    await whole(server)


async def test_for_a_customer_the_word_books(server: Server, new_phone: NewPhone) -> None:
    phone = await new_phone()
    await phone.say("ads")
    await phone.hear("What would you like")
    await whole(server)
