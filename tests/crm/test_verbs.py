"""What flows do with contacts, leads, other flows and people who take over."""

from __future__ import annotations

from typing import Any

import pytest

from bookings.vocabulary import VOCABULARY as BOOKINGS
from crm import contacts, handoff, orgs
from crm.flows import machine_of
from crm.identity import Identity
from crm.verbs import bound
from crm.vocabulary import VOCABULARY
from engine.registry import Registry
from runtime.verbs import Changed, Context
from storage.store import Update


async def do(ctx: Context, verb: str, **args: Any) -> Any:
    handler = next(each.handler for each in bound() if each.name == verb)
    done = await handler(ctx, args)
    if isinstance(done, Changed):
        await ctx.store.commit(done.ops)
    return done


@pytest.fixture
async def ctx(house: Any) -> Context:
    who = Identity(phone="+254712345678", name="Achieng Odhiambo")
    met = await contacts.meet(house.org, house.own, who, house.now)
    await house.org.commit(met.ops)
    return house.context(met.id)


def test_everything_declared_is_bound_and_the_rooms_agree() -> None:
    registry = Registry([VOCABULARY, BOOKINGS])
    mine = {each.name for each in VOCABULARY.verbs} | {each.name for each in VOCABULARY.ambients}
    assert {each.name for each in bound()} == mine
    assert set(registry.ambients) == {"business", "contact"}


async def test_the_ambient_facts_have_the_fields_that_are_declared(ctx: Context) -> None:
    registry = Registry([VOCABULARY])
    for name in ("business", "contact"):
        assert set(await do(ctx, name)) == set(registry.records[name].fields)
    assert (await do(ctx, "contact"))["paying_phone"] is None


async def test_what_they_tell_is_kept_and_what_is_no_phone_is_refused(ctx: Context) -> None:
    done = await do(ctx, "contacts.update", name="Grace", paying_phone="0722000000", language="sw")
    assert done.language == "sw"
    contact = await do(ctx, "contact")
    assert (contact["first_name"], contact["paying_phone"]) == ("Grace", "+254722000000")
    refused = await do(ctx, "contacts.update", name="X", paying_phone="KE.2547123")
    assert refused.event.data == {"field": "paying_phone"}
    assert (await do(ctx, "contact"))["name"] == "Grace"


async def test_opting_out_and_in_again(ctx: Context) -> None:
    await do(ctx, "contacts.opt_out")
    assert (await do(ctx, "contact"))["opted_out"] is True
    await do(ctx, "contacts.opt_in")
    assert (await do(ctx, "contact"))["opted_out"] is False


async def test_a_note_reaches_the_leads_machine_and_its_score_the_document(ctx: Context) -> None:
    done = await do(ctx, "leads.note", event="booked", value=2)
    machine = f"lead:{ctx.contact}"
    assert (done.starts[0].definition, done.starts[0].machine, done.posts[0].machine) == (
        "lifecycle:lead",
        machine,
        machine,
    )
    assert done.posts[0].event.data == {"event": "booked", "value": 2}
    await do(ctx, "leads.score", score=45, stage="hot")
    await do(ctx, "leads.note", event="booked")
    lead = await ctx.store.get("leads", ctx.contact)
    assert lead is not None
    assert (lead["score"], lead["stage"], lead["counts"]) == (45, "hot", {"booked": 2})


async def test_a_flow_is_started_once_per_step_with_what_it_takes(ctx: Context) -> None:
    booking = {"id": "b1"}
    (start,) = (await do(ctx, "flows.start", flow="reminder", booking=booking)).starts
    assert (start.definition, start.data, start.contact) == ("flow:reminder", {"booking": booking}, ctx.contact)
    assert (await do(ctx, "flows.start", flow="reminder", booking=booking)).starts == (start,)


async def test_a_handoff_gives_the_floor_to_a_person_and_back(ctx: Context, house: Any) -> None:
    conversation = f"{ctx.contact}/whatsapp"
    await do(ctx, "handoff.request", reason="asked")
    stored = await ctx.store.get("conversations", conversation)
    assert stored is not None
    assert (stored["handler"], stored["handoff_step"]) == ("agent", "booking:talk#3")
    (task,) = await ctx.store.find("tasks", {"state": "open"})
    assert (task["kind"], task["conversation"]) == ("handoff", conversation)
    await ctx.store.commit([_floor(conversation)])
    ops, posts = await handoff.closing(ctx.store, conversation, ctx.now)
    await ctx.store.commit(ops)
    assert [(post.machine, post.event.name) for post in posts] == [("booking:talk", "handoff.closed")]
    assert await ctx.store.count("tasks", {"state": "open"}) == 0
    assert await handoff.closing(ctx.store, conversation, ctx.now) == ([], [])


def _floor(conversation: str) -> Any:
    from storage.store import Update

    return Update("conversations", conversation, {"set": {"floor": ["booking:talk"]}})


async def test_credentials_are_sealed_and_change_one_by_one(house: Any) -> None:
    await orgs.set_secrets(house.store, house.vault, "clinic", {"mpesa_passkey": "bfb279", "token": "EAAG"})
    await orgs.set_secrets(house.store, house.vault, "clinic", {"token": "EAAH"})
    assert "bfb279" not in str(await house.store.get("orgs", "clinic"))
    assert await orgs.get_secrets(house.store, house.vault, "clinic") == {"mpesa_passkey": "bfb279", "token": "EAAH"}
    assert await orgs.get_secrets(house.store, house.vault, "other") == {}


@pytest.mark.parametrize("wrong", [{"id": "a b"}, {"zone": "Nairobi"}, {"currency": "ksh"}, {"name": " "}])
async def test_a_business_that_cannot_be_is_refused(house: Any, wrong: dict[str, str]) -> None:
    with pytest.raises(orgs.BadOrg):
        await orgs.create(house.store, orgs.NewOrg(**{"id": "x", "name": "X", **wrong}))  # type: ignore[arg-type]


async def test_a_talk_of_the_flow_that_books_is_no_booking_and_keeps_its_language(house: Any, ctx: Context) -> None:
    await house.org.commit([Update("contacts", ctx.contact, {"set": {"language": "sw"}})])
    for machine, links, language in (
        (machine_of("booking", "clinic", "wamid.1"), {}, ""),
        ("booking:b0123456789abcdef0123456", {"booking": "booking:b0123456789abcdef0123456"}, "sw"),
    ):
        done = await do(house.context(ctx.contact, machine), "flows.start", flow="reminder")
        (start,) = done.starts
        assert start.links == {"starter": machine, **links}
        assert done.language == language
