"""An old version is given a last time: shown while it runs, and handed to a person when the time is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from runtime.publishing.publisher import Wrong
from runtime.publishing.record import publications
from runtime.release import EVERYONE
from tests.publishing.shop import ORDER, ORG, Shop, edited, opened

DRAINED = edited(ORDER, ("languages: [en]\n", "languages: [en]\non_publish: drain\ndrain_within: 12h\n"))
LONGER = ("after: {15m: left}", "after: {3d: left}")
HANDOFF = """\
flow: handoff
version: 1
languages: [en]
texts:
  comes: {en: "A person will write to you."}
start: calling
states:
  calling: {say: comes, final: true}
"""


async def test_who_runs_has_the_time_that_the_file_gives_and_then_a_person_takes_over(tmp_path: Path) -> None:
    async with opened(tmp_path, {"o.yaml": ORDER.replace(*LONGER), "h.yaml": HANDOFF}) as shop:
        machine = await shop.order("asha")
        outcome = await shop.publish(DRAINED, HANDOFF)
        assert outcome.impact is not None
        assert str(outcome.impact) == "1 drained"
        await shop.runtime.skip(timedelta(hours=11))
        assert await shop.tasks.look() == 0
        await shop.runtime.skip(timedelta(hours=2))
        assert await shop.tasks.look() == 1
        await shop.runtime.idle()
        assert (await shop.machine(machine))["status"] == "parked"
        assert (await shop.journal(machine))[-1]["outcome"] == "drained"
        assert ("publishing_drained", f"{machine} in paying") in shop.metrics.alerts
        assert [text for _, text in shop.sent][-1] == "A person will write to you."
        conversation = await shop.store.get("conversations", "asha/chat")
        assert conversation is not None
        assert conversation["floor"] == []
        await shop.runtime.retry(ORG, machine)
        await shop.hear(shop.event(machine, "pay.confirmed", receipt="QWE"))
        assert shop.told(machine)[-1] == "Enjoy your pilau!", "nothing of it is lost: an operator can let it go on"


async def test_who_ends_in_time_is_left_alone(shop: Shop) -> None:
    machine = await shop.order("asha")
    await shop.publish(DRAINED)
    await shop.hear(shop.event(machine, "pay.confirmed", receipt="QWE"))
    await shop.runtime.skip(timedelta(hours=13))
    assert await shop.tasks.look() == 0
    assert await shop.store.count("publishing", {"state": "open"}, everyone=True) == 0
    assert (await shop.machine(machine))["status"] == "done"


async def test_an_operator_drains_an_old_version_at_once_and_that_is_recorded(shop: Shop) -> None:
    machine = await shop.order("asha")
    old = (await shop.machine(machine))["root"]
    await shop.publish(edited(ORDER, LONGER))
    await shop.publisher.drain(EVERYONE, old, within=timedelta(), by="njeri", why="it takes too much")
    await shop.runtime.idle()
    assert (await shop.machine(machine))["status"] == "parked"
    newest = (await publications(shop.store, EVERYONE))[0]
    assert (newest.event, newest.by, newest.details["root"]) == ("drained", "njeri", old)


async def test_what_is_in_force_is_not_drained(shop: Shop) -> None:
    machine = await shop.order("asha")
    with pytest.raises(Wrong, match="is in force"):
        await shop.publisher.drain(
            EVERYONE, (await shop.machine(machine))["root"], within=timedelta(), by="njeri", why=""
        )


async def test_what_is_put_in_force_again_is_drained_no_longer(shop: Shop) -> None:
    machine = await shop.order("asha")
    await shop.publish(DRAINED)
    await shop.publisher.rollback(EVERYONE, by="njeri", why="")
    await shop.runtime.skip(timedelta(minutes=1))
    await shop.tasks.look()
    assert await shop.store.count("publishing", {"state": "open"}, everyone=True) == 0
    assert (await shop.machine(machine))["status"] == "live"
