"""A business with more to offer than one list holds: leafed through on the phone, in the person's language."""

from __future__ import annotations

from storage.store import Insert
from tests.e2e.aftermath import store_of
from tests.e2e.conftest import NewPhone
from tests.e2e.server import CLINIC_ORG, Server, choices


async def test_twenty_five_services_are_paged_tapped_and_typed(server: Server, new_phone: NewPhone) -> None:
    await server.stop()
    async with store_of(server) as store:
        clinic = store.org(CLINIC_ORG)
        (first, *rest) = await clinic.find("offers", {}, limit=50)
        kept = {name: value for name, value in first.items() if name not in ("_id", "version", "org")}
        for number in range(25 - len(rest) - 1):
            fields = {**kept, "name": {"en": f"Service {number}", "sw": f"Huduma {number}"}, "order": 100 + number}
            await clinic.commit([Insert("offers", {"_id": f"{CLINIC_ORG}.extra{number:02}", **fields})])
    await server.start()
    phone = await new_phone(language="sw")
    await phone.say("Habari, nataka miadi")
    await phone.hear("Ungependa")
    titles: list[str] = []
    for page in range(3):
        shown = [choice["title"] for choice in choices((await phone.look())["bubbles"][-1])]
        titles += [title for title in shown if title != "Zaidi…"]
        assert (len(shown) <= 10, shown[-1] == "Zaidi…") == (True, page < 2)
        if page < 2:
            await phone.tap("Zaidi…")
            await phone.hear("Ungependa")
    assert len(titles) == len(set(titles)) == 25
    await phone.tap(titles[-1])
    await phone.hear(titles[-1], "siku gani")
