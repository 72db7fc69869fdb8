"""Who writes becomes known, their window moves, and the right flow begins."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from ads.clicks import of_referral, of_url
from crm import capture, messages
from crm.contacts import record
from crm.routing import FOR_AGENT, Router
from engine.model import Decision, Event
from runtime.decisions import opened
from runtime.routing import Routed
from storage.errors import Unreadable
from storage.store import Update


class Table:
    """Stands for the decision table: remembers its facts."""

    def __init__(self, flow: str = "booking", **more: bool) -> None:
        self.flow, self.org, self.facts, self.more = flow, "", {}, more

    def __call__(self, org: str, facts: dict[str, Any]) -> Decision:
        self.org, self.facts = org, facts
        result = {"flow": self.flow, **self.more}
        return Decision(table="routing", definition="", hit=("row",), result=result, because=("",), facts=facts)


def as_dict(click: Any) -> dict[str, Any]:
    return {name: getattr(click, name) for name in click.__struct_fields__}


async def route(house: Any, inbound: Any, table: Table | None = None) -> Routed:
    router = Router(table or Table(), lambda referral: as_dict(of_referral(referral)))
    routed = await router.route(inbound, house.org, house.own, house.now)
    await house.org.commit(routed.ops)
    return routed


async def test_a_message_is_routed_by_the_table_of_the_business_that_it_is_for(house: Any) -> None:
    table = Table()
    await route(house, house.inbound("hello"), table)
    assert table.org == "clinic"


async def test_a_first_message_makes_contact_conversation_and_flow(house: Any) -> None:
    table = Table()
    routed = await route(house, house.inbound("Habari, nataka miadi kesho"), table)
    assert routed.start is not None
    assert (routed.start.definition, routed.start.contact, routed.language) == ("flow:booking", routed.contact, "sw")
    assert (table.facts["new"], table.facts["has_booking"], table.facts["via"]) == (True, False, "")
    conversation = await house.org.get("conversations", f"{routed.contact}/whatsapp")
    assert conversation["window_until"] == house.now + timedelta(hours=24)
    assert (conversation["handler"], conversation["floor"], conversation["language"]) == ("bot", [], "sw")


async def test_the_same_message_starts_the_same_machine_and_is_kept_once(house: Any) -> None:
    first, second = await route(house, house.inbound()), await route(house, house.inbound())
    assert first.start == second.start
    (kept,) = await house.org.find("messages", {})
    assert "Hi" not in str(kept)
    assert messages.content(house.own, kept) == {"text": "Hi"}


async def test_the_answer_goes_out_from_the_number_that_was_written_to(house: Any) -> None:
    routed = await route(house, house.inbound(number="100"))
    await route(house, house.inbound(id="w2", number="200"))
    conversation = await house.org.get("conversations", f"{routed.contact}/whatsapp")
    assert conversation["number"] == "200"


async def test_a_late_message_moves_no_window_back(house: Any) -> None:
    await route(house, house.inbound(id="w2"))
    old = Event(name="message", data={"text": "x", "kind": "text", "sent_at": house.now - timedelta(hours=5)})
    routed = await route(house, house.inbound(id="w1", event=old))
    conversation = await house.org.get("conversations", f"{routed.contact}/whatsapp")
    assert conversation["last_in"] == house.now


async def test_while_a_person_answers_a_message_moves_no_flow(house: Any) -> None:
    routed = await route(house, house.inbound())
    taken = Update("conversations", f"{routed.contact}/whatsapp", {"set": {"handler": "agent"}})
    await house.org.commit([taken])
    again = await route(house, house.inbound("Are you there?", id="w2"))
    assert (again.start, again.machine) == (None, None)
    assert again.event is not None
    assert again.event.name == FOR_AGENT
    assert await house.org.count("messages", {}) == 2


async def test_whoever_writes_stop_while_a_person_answers_is_not_left_to_that_person(house: Any) -> None:
    routed = await route(house, house.inbound())
    await house.org.commit([Update("conversations", f"{routed.contact}/whatsapp", {"set": {"handler": "agent"}})])
    booking = await route(house, house.inbound("booking", id="w2"), Table("my_booking", interrupt=True))
    assert (booking.start, booking.interrupt) == (None, False)
    table = Table("opt_out", interrupt=True, past_agent=True)
    stopped = await route(house, house.inbound("STOP!", id="w3"), table)
    assert (stopped.start.definition if stopped.start else "", stopped.interrupt) == ("flow:opt_out", True)
    assert table.facts["text"] == "stop"


async def test_click_ids_of_a_web_page_survive_the_jump_into_whatsapp(house: Any) -> None:
    click = of_url("https://clinic.example/offers?gclid=Cj0KX&utm_campaign=smile&name=private", "https://google.com/s")
    code = await capture.remember(house.org, as_dict(click), via="widget", now=house.now)
    link = capture.wa_link("+254 709 000101", code=code)
    assert link.startswith("https://wa.me/254709000101?text=Hi%21")
    table = Table()
    routed = await route(house, house.inbound(f"Hi! I would like to book. (ref {code.lower()})"), table)
    assert routed.event is not None
    assert routed.event.data["text"] == "Hi! I would like to book."
    assert table.facts["via"] == "link"
    (kept,) = await house.org.find("clicks", {"contact": routed.contact})
    assert kept["ids"] == {"gclid": "Cj0KX"}
    assert (kept["page"], kept["referrer"]) == ("https://clinic.example/offers", "google.com")
    assert "expires_at" not in kept
    contact = await house.org.get("contacts", routed.contact)
    assert (contact["source"]["campaign"], contact["source"]["platform"]) == ("smile", "google")


async def test_a_forwarded_code_stays_the_first_ones(house: Any) -> None:
    code = await capture.remember(house.org, {"platform": "meta"}, via="link", now=house.now)
    first = await route(house, house.inbound(f"Hi (ref {code})"))
    second = await route(house, house.inbound(f"Hi (ref {code})", id="w2", phone="+254733000000"))
    assert (await house.org.get("clicks", f"clinic/{code}"))["contact"] == first.contact
    assert (await house.org.get("contacts", second.contact))["source"]["platform"] == "meta"


async def test_a_posters_code_counts_everybody_who_scans_it(house: Any) -> None:
    code = await capture.remember(house.org, {"tags": {"utm_campaign": "door"}}, via="qr", now=house.now, poster=True)
    for number in range(3):
        await route(house, house.inbound(f"Hi (ref {code})", id=f"w{number}", phone=f"+25473300000{number}"))
    assert await house.org.count("clicks", {"code": code, "poster": False}) == 3


async def test_another_business_does_not_know_the_code(house: Any) -> None:
    code = await capture.remember(house.store.org("other"), {"platform": "meta"}, via="link", now=house.now)
    routed = await route(house, house.inbound(f"Hi (ref {code})"))
    assert "source" not in await house.org.get("contacts", routed.contact)


async def test_a_click_to_whatsapp_ad_is_credited_also_without_its_click_id(house: Any) -> None:
    referral = {"source_type": "ad", "source_id": "1202", "source_url": "https://fb.me/x", "ctwa_clid": "ARAk"}
    routed = await route(house, house.inbound(referral=referral))
    (click,) = await house.org.find("clicks", {"contact": routed.contact})
    assert (click["ids"], click["ad"], click["platform"]) == ({"ctwa_clid": "ARAk"}, "1202", "meta")
    bare = await route(house, house.inbound(id="w2", phone="+254733000001", referral={**referral, "ctwa_clid": ""}))
    assert (await house.org.get("contacts", bare.contact))["source"]["ad"] == "1202"


async def test_for_an_hour_yaml_knows_what_brought_somebody_here(house: Any) -> None:
    routed = await route(house, house.inbound(referral={"source_type": "ad", "source_id": "1202"}))
    contact = await house.org.get("contacts", routed.contact)
    assert record(house.own, contact, house.now)["came_by"] == "ad"
    assert record(house.own, contact, house.now + timedelta(hours=2))["came_by"] == ""


async def test_a_stop_inside_whatsapp_and_a_change_of_number_are_noted(house: Any) -> None:
    routed = await route(house, house.inbound())
    stop = Event(name="preference.changed", data={"category": "marketing_messages", "value": "stop"})
    assert (await route(house, house.inbound(id="p1", event=stop))).start is None
    changed = Event(
        name="identity.changed", data={"system": {"change": "user_changed_number", "phone": "254733111222"}}
    )
    await route(house, house.inbound(id="s1", event=changed))
    contact = await house.org.get("contacts", routed.contact)
    assert contact["marketing_stopped"] is True
    assert (await route(house, house.inbound(id="w9", phone="+254733111222"))).contact == routed.contact


async def test_somebody_without_any_identity_is_nobodys_contact(house: Any) -> None:
    routed = await route(house, house.inbound(phone="", user_id="not an id"))
    assert (routed.contact, routed.ops, routed.start) == ("", (), None)


async def test_what_routing_decided_is_kept_with_its_facts_under_the_key_of_the_person(house: Any) -> None:
    table = Table()
    routed = await route(house, house.inbound("nataka tangerine"), table)
    (row,) = await house.org.find("decisions", {})
    assert (row["table"], row["rows"], row["subject"]) == ("routing", "row", routed.contact)
    assert opened(row, house.own).facts == table.facts
    assert "tangerine" not in str(row)
    await house.own.forget(routed.contact)
    with pytest.raises(Unreadable):
        opened(row, house.own)
