"""Conversations that run are moved to a new version: counted before, journaled, timers and questions kept."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from engine.model import Event
from runtime.journal import open_entry
from runtime.publishing.tasks import SOURCE
from runtime.release import EVERYONE
from storage.store import Insert, Update
from tests.publishing.shop import ORDER, ORG, RENAMED, Shop, edited, opened

MIGRATE = ("languages: [en]\n", "languages: [en]\non_publish: migrate\n")
DEPOSIT = """\
flow: deposit
version: 1
languages: [en]
takes:
  dish: {type: text}
texts:
  pay: {en: "Please pay."}
start: waiting
states:
  waiting:
    say: pay
    do: {pay.request: {dish: dish}}
    on:
      pay.confirmed: paid
      pay.failed: failed
    after: {10m: failed}
  paid: {final: true}
  failed: {final: true}
"""
CALLING = edited(
    ORDER,
    (
        """\
    say: pay
    do: {pay.request: {dish: dish}}
    on:
      pay.confirmed: {set: {receipt: event.receipt}, to: enjoying}
      pay.failed: choosing
""",
        """\
    call: {flow: deposit, with: {dish: dish}}
    on:
      deposit.paid: enjoying
      deposit.failed: choosing
""",
    ),
    version=1,
)


async def test_those_who_wait_in_a_renamed_state_are_counted_and_moved(shop: Shop) -> None:
    machines = [await shop.order(f"guest{number}") for number in range(14)]
    outcome = await shop.publish(RENAMED)
    assert outcome.status == "published"
    assert outcome.impact is not None
    (group,) = outcome.impact.groups
    assert str(group) == (
        "14 conversations wait in paying of order v1, which this version renames to awaiting_payment: mapped"
    )
    assert {await shop.state(machine) for machine in machines} == {"awaiting_payment"}
    assert {await shop.version(machine) for machine in machines} == {2}


async def test_a_move_says_and_asks_nothing_again(shop: Shop) -> None:
    machine = await shop.order("asha")
    before = list(shop.sent), list(shop.asked)
    await shop.publish(RENAMED)
    assert (shop.sent, shop.asked) == before
    await shop.hear(shop.event(machine, "pay.confirmed", receipt="QWE"))
    assert shop.told(machine)[-1] == "Enjoy your pilau!"


async def test_a_move_is_an_entry_of_the_journal_that_says_from_where_to_where(shop: Shop) -> None:
    machine = await shop.order("asha")
    before = (await shop.machine(machine))["root"]
    await shop.publish(RENAMED)
    entry = (await shop.journal(machine))[-1]
    assert (entry["event"], entry["outcome"]) == ("migrate", "migrated")
    assert (entry["source"], entry["target"]) == ("paying", "awaiting_payment")
    vault = await shop.vault.org(ORG)
    await vault.ensure("asha")
    step = open_entry(entry, vault).step
    assert step is not None
    assert (step.event.data["from"], step.event.data["to"]) == (before, (await shop.machine(machine))["root"])
    assert [micro.rule for micro in step.microsteps] == ["migrate.states.paying"]


async def test_a_timer_that_both_versions_have_keeps_its_moment(shop: Shop) -> None:
    machine = await shop.order("asha")
    before = await shop.timers(machine)
    await shop.publish(RENAMED)
    assert await shop.timers(machine) == {"after:15m": before["after:15m"]}
    await shop.runtime.skip(timedelta(minutes=16))
    assert await shop.state(machine) == "left"


async def test_a_new_timer_counts_from_when_the_state_was_entered(shop: Shop) -> None:
    machine = await shop.order("asha")
    entered = (await shop.timers(machine))["after:15m"] - timedelta(minutes=15)
    await shop.runtime.skip(timedelta(minutes=5))
    await shop.publish(edited(ORDER, MIGRATE, ("after: {15m: left}", "after: {10m: {say: pay}, 20m: left}")))
    assert await shop.timers(machine) == {
        "after:10m": entered + timedelta(minutes=10),
        "after:20m": entered + timedelta(minutes=20),
    }
    await shop.runtime.skip(timedelta(minutes=6))
    assert shop.told(machine).count("Please pay.") == 2


async def test_a_new_timer_that_would_be_over_already_is_due_at_once(shop: Shop) -> None:
    machine = await shop.order("asha")
    await shop.runtime.skip(timedelta(minutes=12))
    await shop.publish(edited(ORDER, MIGRATE, ("after: {15m: left}", "after: {10m: left}")))
    await shop.runtime.skip(timedelta(seconds=1))
    assert await shop.state(machine) == "left"


async def test_a_question_that_was_put_before_is_answered_after(shop: Shop) -> None:
    await shop.hear(shop.says("asha", "hi"))
    await shop.publish(edited(ORDER, MIGRATE, ("ugali: {en: Ugali}", 'ugali: {en: "Ugali na sukuma"}')))
    assert shop.told("order:asha:1") == ["Which dish?"]
    await shop.hear(shop.says("asha", "ugali"))
    assert await shop.state("order:asha:1") == "paying"


async def test_data_is_renamed_converted_given_its_default_and_let_go(shop: Shop) -> None:
    machine = await shop.order("asha")
    newer = edited(
        ORDER,
        ("languages: [en]\n", "languages: [en]\non_publish: migrate\nmigrate: {data: {dish: meals, receipt: null}}\n"),
        ("data:\n", "data:\n  meals: {type: list of text}\n  tip: {type: count, default: 7}\n"),
    )  # fmt: skip
    outcome = await shop.publish(newer)
    assert outcome.impact is not None
    assert outcome.impact.groups[0].forgets == ("receipt",)
    entry = (await shop.journal(machine))[-1]
    vault = await shop.vault.org(ORG)
    step = open_entry(entry, vault).step
    assert step is not None
    assert step.snapshot.data == {"meals": ["pilau"], "dish": None, "tip": 7, "receipt": None}


async def test_a_state_that_vanishes_with_people_in_it_is_refused_and_names_what_to_write(shop: Shop) -> None:
    machine = await shop.order("asha")
    vanished = RENAMED.replace("migrate: {states: {paying: awaiting_payment}}\n", "")
    outcome = await shop.publish(vanished)
    assert outcome.status == "refused"
    assert "1 conversation waits in paying of order v1: REFUSED." in outcome.why
    assert "migrate: {states: {paying: …}}" in outcome.why
    assert (await shop.state(machine), await shop.version(machine)) == ("paying", 1)


async def test_a_state_that_vanishes_with_nobody_in_it_is_no_matter(shop: Shop) -> None:
    await shop.hear(shop.says("asha", "hi"))
    outcome = await shop.publish(RENAMED.replace("migrate: {states: {paying: awaiting_payment}}\n", ""))
    assert outcome.status == "published"
    assert await shop.version("order:asha:1") == 2


async def test_an_answer_under_way_that_the_new_state_would_not_hear_is_refused(shop: Shop) -> None:
    await shop.order("asha")
    deaf = edited(ORDER, MIGRATE, ("      pay.failed: choosing\n", ""))
    outcome = await shop.publish(deaf)
    assert outcome.status == "refused"
    assert "pay.failed" in outcome.why
    meant = deaf.replace("on_publish: migrate\n", "on_publish: migrate\nmigrate: {states: {paying: paying}}\n")
    assert (await shop.publish(meant)).status == "published"


async def test_a_machine_that_cannot_be_moved_after_all_keeps_its_version_and_somebody_is_told(shop: Shop) -> None:
    """Between the count and the swap it went where nobody had been."""
    machine = await shop.order("asha")
    await shop.publish(RENAMED.replace("on_publish: migrate\nmigrate: {states: {paying: awaiting_payment}}\n", ""))
    new = shop.published.named(ORG, "order")
    vault = await shop.vault.org(ORG)
    row = shop.runtime._parts.inbox.told(
        ORG, machine, Event(name="migrate", data={"to": new.hash}), f"machine:{machine}", "x", SOURCE, vault,
        shop.clock.now(),
    )  # fmt: skip
    await shop.store.commit([Insert("inbox", row)])
    await shop.runtime.hand_in([row])
    await shop.runtime.idle()
    assert (await shop.state(machine), await shop.version(machine)) == ("paying", 1)
    assert (await shop.journal(machine))[-1]["outcome"] == "kept"
    assert shop.metrics.counts["publishing_kept"] == 1
    await shop.hear(shop.event(machine, "pay.confirmed", receipt="QWE"))
    assert await shop.state(machine) == "enjoying"


async def test_who_was_left_on_an_older_version_comes_along_only_if_it_fits(shop: Shop) -> None:
    paying = await shop.order("asha")
    await shop.hear(shop.says("juma", "hi"))
    finishing = RENAMED.replace("on_publish: migrate\nmigrate: {states: {paying: awaiting_payment}}\n", "")
    await shop.publish(finishing)
    third = finishing.replace("version: 2", "version: 3").replace(
        "languages: [en]\n", "languages: [en]\non_publish: migrate\n"
    )
    outcome = await shop.publish(third)
    assert outcome.status == "published"
    assert await shop.version(paying) == 1, "its state is gone, and it is two versions behind"
    assert await shop.version("order:juma:1") == 3


async def test_a_conversation_inside_a_called_flow_is_moved_with_its_caller(tmp_path: Path) -> None:
    async with opened(tmp_path, {"order.yaml": CALLING, "deposit.yaml": DEPOSIT}) as shop:
        machine = await shop.order("asha")
        row = await shop.machine(machine)
        assert (row["state"], row["callers"]) == ("waiting", "paying")
        newer = edited(
            DEPOSIT,
            ("  waiting:\n", "  awaiting:\n"),
            ("start: waiting", "start: awaiting"),
            ("languages: [en]\n", "languages: [en]\non_publish: migrate\nmigrate: {states: {waiting: awaiting}}\n"),
        )
        outcome = await shop.publish(CALLING, newer)
        assert outcome.impact is not None
        assert str(outcome.impact) == "1 moved"
        row = await shop.machine(machine)
        assert (row["state"], row["callers"], row["seq"]) == ("awaiting", "paying", 3)
        assert set(await shop.timers(machine)) == {"after:15m", "after:10m"}
        await shop.hear(shop.event(machine, "pay.confirmed", receipt="QWE"))
        assert shop.told(machine)[-1] == "Enjoy your pilau!"


async def test_a_parked_machine_is_moved_and_stays_parked(shop: Shop) -> None:
    machine = await shop.order("asha")
    await shop.store.commit([Update("machines", machine, {"set": {"status": "parked"}})])
    shop.runtime._parts.machines.forget(ORG, machine)
    await shop.publish(RENAMED)
    row = await shop.machine(machine)
    assert (row["status"], row["state"]) == ("parked", "awaiting_payment")
    await shop.runtime.retry(ORG, machine)
    await shop.hear(shop.event(machine, "pay.confirmed", receipt="QWE"))
    assert await shop.state(machine) == "enjoying"


async def test_who_ordered_elsewhere_is_left_alone(shop: Shop) -> None:
    """A business with YAML of its own is not moved by what everybody gets."""
    await shop.publish(ORDER.replace("version: 1", "version: 5"), org=ORG)
    machine = await shop.order("asha")
    outcome = await shop.publish(RENAMED)
    assert outcome.status == "published"
    assert outcome.impact is not None
    assert outcome.impact.groups == ()
    assert await shop.state(machine) == "paying"


async def test_after_a_rollback_nobody_is_moved_to_what_was_taken_back(shop: Shop) -> None:
    moved = await shop.order("asha")
    await shop.publish(RENAMED)
    await shop.publisher.rollback(EVERYONE, by="njeri", why="")
    began = await shop.order("juma")
    assert await shop.tasks.look() == 0
    await shop.runtime.idle()
    assert (await shop.state(moved), await shop.version(moved)) == ("awaiting_payment", 2)
    assert (await shop.state(began), await shop.version(began)) == ("paying", 1)
    await shop.publish(RENAMED.replace("version: 2", "version: 3"))
    assert (await shop.state(began), await shop.version(began)) == ("awaiting_payment", 3)
    assert (await shop.state(moved), await shop.version(moved)) == ("awaiting_payment", 3)


async def test_who_is_moved_by_two_publications_one_after_the_other_goes_through_both(shop: Shop) -> None:
    """The second comes before anybody was told of the first."""
    machine = await shop.order("asha")
    shop.publisher.nudge = lambda: None
    await shop.publish(RENAMED)
    again = RENAMED.replace("version: 2", "version: 3").replace("awaiting_payment", "expecting_money")
    again = again.replace("{paying: expecting_money}", "{awaiting_payment: expecting_money}")
    outcome = await shop.publish(again)
    assert outcome.impact is not None
    assert "1 conversation waits in awaiting_payment of order v2, which this version renames" in str(
        outcome.impact.groups[0]
    )
    for _ in range(3):
        await shop.tasks.look()
        await shop.runtime.idle()
    assert (await shop.state(machine), await shop.version(machine)) == ("expecting_money", 3)
    outcomes = [entry["outcome"] for entry in await shop.journal(machine)]
    assert outcomes.count("migrated") == 2
