"""A step is asked about exactly where the owner's setting says, up to the largest that the guardrails let pass."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from ads.changes import Changes
from ads.facts import Knowing
from engine.model import Snapshot
from people.signing_in import Visitor
from runtime.verbs import Context
from storage.store import Insert, Update
from tests.ads.autopilot.pilot import ORG, Pilot, kes
from web.console.ads import Ads
from web.console.caller import Caller


async def _proposed(pilot: Pilot, pct: float) -> int:
    """The budget that comes of the tables' wish for so many per cent more, in shillings."""
    machine = Snapshot(machine="variation:A", definition="h", name="variation", state="s", about={"org": ORG})
    store, vault = pilot.store.org(ORG), await pilot.vault.org(ORG)
    ctx = Context(store=store, vault=vault, now=pilot.clock.now(), machine=machine, key=f"k{pct}")
    changes = Changes(Knowing(lambda _org: None, lambda _org, _name, _facts: None))
    wish = {"variation": pilot.id_of("A"), "kind": "budget", "change_pct": pct, "reason": "it sells"}
    changed = await changes.propose(ctx, wish)
    made = [op.document for op in changed.ops if isinstance(op, Insert) and op.collection == "ad_intents"]
    return int(made[0]["wanted"]["budget"]) // 100 if made else 0


async def test_a_wish_beyond_the_largest_step_becomes_the_largest_step(pilot: Pilot) -> None:
    await pilot.launched(1000, 500)
    for largest, wish, budget in ((50, 50, 1500), (30, 50, 1300), (30, 20, 1200), (30, -40, 600), (200, 80, 1800)):
        await pilot.store.commit([Update("orgs", ORG, {"set": {"settings.ads": {"largest_step_pct": largest}}})])
        assert await _proposed(pilot, wish) == budget, (largest, wish)


@pytest.mark.parametrize(
    ("approval", "to", "state"),
    [(20, 1200, "done"), (20, 1201, "asking"), (50, 1500, "done"), (0, 1001, "asking"), (100, 1900, "done")],
)
async def test_up_to_the_owners_percentage_it_is_done_and_from_there_it_is_asked(
    pilot: Pilot, approval: float, to: int, state: str
) -> None:
    id = await pilot.launched(1000, 500)
    await pilot.desk.set_caps(ORG, id, approval_pct=approval)
    change = await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(to))
    await pilot.idle()
    made = await pilot.store.org(ORG).get("ad_intents", change)
    assert (made or {})["state"] == state


@pytest.mark.parametrize(
    ("approval", "english", "swahili"),
    [(20, "by up to 20 % in a day without asking; from there up to 50 %", "hadi 20 % kwa siku bila kuuliza"),
     (60, "by at most 50 % in a day, and asks from 60 %", "kwa 50 % tu kwa siku")],
)  # fmt: skip
async def test_the_campaigns_page_says_so_in_words(pilot: Pilot, approval: float, english: str, swahili: str) -> None:
    id = await pilot.launched(1000, 500)
    await pilot.desk.set_caps(ORG, id, approval_pct=approval)
    pages = Ads(pilot.store, pilot.desk, pilot.clock.now)

    request: Any = SimpleNamespace(match_info={"id": id}, query={})
    for language, words in (("en", english), ("sw", swahili)):
        caller = Caller(
            now=datetime.now(UTC), language=language, visitor=Visitor(), org=ORG, role="owner", program="x"
        )  # fmt: skip
        assert words in ((await pages.one_page(request, caller)).text or "")
