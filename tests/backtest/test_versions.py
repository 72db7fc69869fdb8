"""Records that run over several versions: machines that were moved to a new one while they lived."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

import engine
import language
from runtime.backtest import Backtest, Result, Selection
from runtime.reading import Chosen
from runtime.replay import Replay
from tests.publishing.shop import ORDER, ORG, REGISTRY, RENAMED, Shop, compiled, opened


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[Shop]:
    """Asha's order was moved while it waited to be paid, and was paid; Brian's waited on, and ran out."""
    async with opened(tmp_path) as made:
        asha, _ = await made.order("asha"), await made.order("brian")
        await made.publish(RENAMED)
        await made.hear(made.event(asha, "pay.confirmed", receipt="QWE"))
        await made.runtime.skip(timedelta(minutes=16))
        yield made


def titled(source: str) -> str:
    return source.replace("languages: [en]\n", "languages: [en]\ntitle: Other\n")


async def followed(shop: Shop, candidate: str) -> dict[str, Result]:
    release = compiled({"order.yaml": candidate})
    backtest = Backtest(shop.store, shop.vault, shop.published, engine, language.understand, release, REGISTRY)
    results = [passed.result async for passed in backtest.run(Selection(org=ORG))]
    return {result.machine.split(":")[1]: result for result in results if result is not None}


async def test_a_record_over_two_versions_replays_byte_for_byte(shop: Shop) -> None:
    replay = Replay(shop.store, shop.vault, shop.published, engine)
    done = [each async for each in replay.run(ORG, Chosen())]
    assert [each.machine for each in done] == ["order:asha:1", "order:brian:1"]
    assert [flaw for each in done for flaw in each.flaws] == []


async def test_a_machine_that_was_moved_is_followed_from_its_beginning(shop: Shop) -> None:
    results = await followed(shop, titled(RENAMED))
    assert {who: (result.outcome, result.parting) for who, result in results.items()} == {
        "asha": ("same", None), "brian": ("same", None)
    }  # fmt: skip


async def test_what_a_moved_machine_did_afterwards_can_part(shop: Shop) -> None:
    reminds = RENAMED.replace("after: {15m: left}", "after: {10m: {say: pay}, 15m: left}")
    results = await followed(shop, reminds)
    assert (results["asha"].outcome, results["brian"].outcome) == ("same", "otherwise")
    assert results["brian"].new.messages == results["brian"].old.messages + 1


async def test_the_version_before_the_move_is_a_candidate_as_well(shop: Shop) -> None:
    """The move itself is nothing that happened in the world."""
    results = await followed(shop, titled(ORDER))
    assert {result.outcome for result in results.values()} == {"same"}
    assert results["asha"].new_end.state == "enjoying"
