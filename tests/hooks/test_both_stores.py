"""What is told asks nothing of a store that SQLite and MongoDB answer differently."""

from __future__ import annotations

import pytest

from hooks import deliveries, endpoints
from hooks.desk import BadEndpoint
from storage.collections import COLLECTIONS, Catalogue
from storage.errors import Conflict
from tests.hooks.town import ORG, Receiver, Town
from tests.storage.conftest import mongodb, store

__all__ = ("mongodb", "store")


@pytest.fixture
def catalogue() -> Catalogue:
    return COLLECTIONS


async def test_a_receiver_that_is_away_gone_switched_on_and_taken_away(
    town: Town, receiver: Receiver, secret: str
) -> None:
    receiver.answers = [(503, {}), (200, {}), (410, {}), (200, {})]
    await town.starts("order:1")
    await town.pass_(minutes=1)
    await town.starts("order:2")
    assert (await endpoints.names(town.store, ORG), (await town.tasks())) == (("sheet",), [("webhook.gone", "open")])
    await town.desk.switch_on(ORG, "sheet", ())
    await town.starts("order:3")
    states = {each.machine: (each.state, each.code) for each in await deliveries.latest(town.store.org(ORG))}
    assert states == {"order:1": ("sent", ""), "order:2": ("failed", "gone"), "order:3": ("sent", "")}
    await town.desk.change(ORG, "sheet", receiver.url, "other", ())
    await town.desk.remove(ORG, "sheet", ())
    assert await endpoints.names(town.store, ORG) == ()


async def test_what_is_taken_away_meanwhile_does_not_come_back_by_halves(
    town: Town, receiver: Receiver, secret: str
) -> None:
    late = endpoints.switched(ORG, "sheet", "gone", town.clock.now())
    await town.desk.remove(ORG, "sheet", ())
    with pytest.raises(Conflict):
        await town.store.org(ORG).commit([late])
    assert endpoints.listed(await town.org()) == ()
    with pytest.raises(BadEndpoint):
        await town.desk.renew(ORG, "sheet", ())
