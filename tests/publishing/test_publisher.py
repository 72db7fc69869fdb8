"""A version is judged, swapped in by one commit, recorded with who and why, and taken back by one call."""

from __future__ import annotations

import asyncio

import pytest

from runtime.publishing.gate import Checked
from runtime.publishing.outcome import Order
from runtime.publishing.pointer import read_pointer
from runtime.publishing.publisher import Wrong
from runtime.publishing.record import publications
from runtime.publishing.sources import Sources
from runtime.release import EVERYONE, Published
from runtime.verify import verify
from storage.store import Update
from tests.publishing.shop import ORDER, ORG, Shop, compiled, edited

POLITE = edited(ORDER, ("Which dish?", "Which dish, please?"))


async def test_who_began_before_goes_on_with_the_old_version_and_who_begins_now_with_the_new(shop: Shop) -> None:
    await shop.hear(shop.says("asha", "hi"))
    outcome = await shop.publish(POLITE)
    assert (outcome.status, outcome.number) == ("published", 2)
    await shop.hear(shop.says("juma", "hi"), shop.says("asha", "gibberish"))
    assert shop.told("order:juma:1") == ["Which dish, please?"]
    assert shop.told("order:asha:1") == ["Which dish?", "Sorry?\n\nWhich dish?"]


async def test_a_broken_version_changes_nothing_and_says_where_it_is_broken(shop: Shop) -> None:
    outcome = await shop.publish(edited(ORDER, ("answer: paying", "answer: payyying")))
    assert outcome.status == "refused"
    finding = outcome.checks[-1].findings[0]
    assert (finding.code, finding.line) == ("unknown-state", 18)
    assert (await read_pointer(shop.store, EVERYONE)).number == 1
    await shop.hear(shop.says("asha", "hi"))
    assert shop.told("order:asha:1") == ["Which dish?"]
    assert shop.metrics.counts["publishing_refused"] == 1
    assert shop.publisher.last_refusal == outcome


async def test_what_is_in_force_is_not_published_twice(shop: Shop) -> None:
    await shop.publish(POLITE)
    assert (await shop.publish(POLITE)).status == "unchanged"
    assert len(await publications(shop.store, EVERYONE)) == 2


async def test_the_log_says_what_was_published_by_whom_and_why_and_its_chain_verifies(shop: Shop) -> None:
    first = (await read_pointer(shop.store, EVERYONE)).release
    outcome = await shop.publish(POLITE, by="njeri", why="we say please")
    newest = (await publications(shop.store, EVERYONE))[0]
    assert (newest.number, newest.event, newest.by, newest.why) == (2, "published", "njeri", "we say please")
    assert (newest.before, newest.release) == (first, outcome.release)
    assert newest.details["checks"] == [{"name": "compile", "verdict": "passed", "summary": "fine"}]
    assert (await verify(shop.store, EVERYONE)).entries == 2


async def test_whoever_changes_the_log_is_found_out(shop: Shop) -> None:
    await shop.publish(POLITE)
    entry = f"publishing:{EVERYONE}/2"
    await shop.store.commit([Update("journal", entry, {"set": {"by": "somebody else"}})])
    assert [flaw.why for flaw in (await verify(shop.store, EVERYONE)).flaws] == ["its content was changed"]
    await shop.store.commit([Update("journal", entry, {"set": {"by": "wanjiku"}})])


async def test_of_two_publishers_at_once_one_wins_and_the_other_is_told(shop: Shop) -> None:
    orders = [
        Order(sources=Sources.of({"o.yaml": text}), org=EVERYONE, by=by, why="")
        for by, text in (("asha", POLITE), ("juma", edited(ORDER, ("Which", "What"))))
    ]
    made = await asyncio.gather(
        *(
            publisher.publish(order)
            for publisher, order in zip((shop.publisher, shop.new_publisher()), orders, strict=True)
        )
    )
    outcomes = {outcome.status: outcome for outcome in made}
    assert set(outcomes) == {"published", "overtaken"}
    assert "#2 by" in outcomes["overtaken"].why
    assert (await read_pointer(shop.store, EVERYONE)).release == outcomes["published"].release


async def test_what_no_check_decided_is_published_only_if_somebody_answers_for_it(shop: Shop) -> None:
    shop.gate.says = [Checked(name="promises", verdict="undecided", summary="1 promise could not be decided")]
    refused = await shop.publish(POLITE)
    assert refused.status == "refused"
    assert "--accept-undecided" in refused.why
    accepted = await shop.publish(POLITE, accept_undecided="I checked it by hand")
    assert accepted.status == "published"
    newest = (await publications(shop.store, EVERYONE))[0]
    assert newest.details["accepted"] == "I checked it by hand"


async def test_a_check_that_refuses_ends_the_matter_whatever_anybody_accepts(shop: Shop) -> None:
    shop.gate.says = [Checked(name="promises", verdict="refused", summary="1 promise is broken")]
    outcome = await shop.publish(POLITE, accept_undecided="please")
    assert (outcome.status, outcome.why) == ("refused", "promises: 1 promise is broken")


async def test_a_preview_says_what_would_be_and_changes_nothing(shop: Shop) -> None:
    order = Order(sources=Sources.of({"o.yaml": POLITE}), org=EVERYONE, by="asha", why="")
    outcome = await shop.publisher.preview(order)
    assert (outcome.status, outcome.number) == ("published", 1)
    assert (await read_pointer(shop.store, EVERYONE)).number == 1


async def test_a_rollback_puts_the_version_before_in_force_and_is_recorded(shop: Shop) -> None:
    await shop.publish(POLITE)
    await shop.hear(shop.says("asha", "hi"))
    outcome = await shop.publisher.rollback(EVERYONE, by="njeri", why="too polite")
    assert (outcome.status, outcome.number) == ("rolled_back", 3)
    await shop.hear(shop.says("juma", "hi"), shop.says("asha", "gibberish"))
    assert shop.told("order:juma:1") == ["Which dish?"]
    assert shop.told("order:asha:1")[-1].endswith("Which dish, please?"), "who runs finishes on the version it has"
    newest = (await publications(shop.store, EVERYONE))[0]
    assert (newest.event, newest.by, newest.why) == ("rolled_back", "njeri", "too polite")


async def test_a_rollback_goes_to_any_publication_by_its_number(shop: Shop) -> None:
    await shop.publish(POLITE)
    await shop.publish(edited(ORDER, ("Which", "What"), version=3))
    outcome = await shop.publisher.rollback(EVERYONE, to=2, by="njeri", why="")
    assert shop.published.named(ORG, "order").version == 2
    with pytest.raises(Wrong, match="no publication #9"):
        await shop.publisher.rollback(EVERYONE, to=9, by="njeri", why="")
    with pytest.raises(Wrong, match="is what is in force"):
        await shop.publisher.rollback(EVERYONE, to=2, by="njeri", why="")
    assert outcome.number == 4


async def test_there_is_nothing_before_the_first_version(shop: Shop) -> None:
    with pytest.raises(Wrong, match="nothing before"):
        await shop.publisher.rollback(EVERYONE, by="njeri", why="")


async def test_a_business_of_its_own_mind_is_no_concern_of_everybodys(shop: Shop) -> None:
    await shop.publish(POLITE, org=ORG)
    await shop.publish(edited(ORDER, ("Which", "What"), version=3))
    await shop.hear(shop.says("asha", "hi"))
    assert shop.told("order:asha:1") == ["Which dish, please?"]


async def test_another_process_finds_what_is_in_force_in_the_store(shop: Shop) -> None:
    await shop.publish(POLITE)
    other = Published(shop.store, compiled)
    assert other.named(ORG, "order") is None
    assert await other.refresh()
    assert other.named(ORG, "order").version == 2
    assert not await other.refresh()
    await shop.publish(edited(ORDER, ("Which", "What"), version=3))
    assert await other.refresh(ORG)
    assert other.named(ORG, "order").version == 3


async def test_two_processes_that_take_the_same_folders_at_once_agree(shop: Shop) -> None:
    order = Order(sources=Sources.of({"o.yaml": POLITE}), org=EVERYONE, by="aais", why="", origin="files", files="same")
    made = await asyncio.gather(shop.publisher.publish(order), shop.new_publisher().publish(order))
    assert {outcome.status for outcome in made} == {"published", "unchanged"}
    assert {outcome.number for outcome in made} == {2}


async def test_machines_of_a_version_that_is_not_kept_are_left_alone(shop: Shop) -> None:
    machine = await shop.order("asha")
    known = (await shop.machine(machine))["root"]
    await shop.store.commit([Update("machines", machine, {"set": {"root": "0" * 64}})])
    outcome = await shop.publish(POLITE)
    assert outcome.impact is not None
    assert [str(group) for group in outcome.impact.groups] == [
        "1 machine waits in paying, whose version is not kept here: left alone"
    ]
    await shop.store.commit([Update("machines", machine, {"set": {"root": known}})])
    shop.runtime._parts.machines.forget(ORG, machine)
