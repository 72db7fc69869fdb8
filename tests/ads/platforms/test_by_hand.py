"""What somebody does to a Google ad in the pages of Google: each edit is seen, and nothing is written over it."""

from __future__ import annotations

from typing import Any

import pytest

from ads.failures import ChangedByHand
from engine.values import Money
from tests.ads.platforms.acts import set_budget
from tests.ads.platforms.conftest import KES, Ads
from tests.ads.platforms.test_platforms import launched

BROADER = {"keyword": {"text": "braids", "matchType": "BROAD"}}
EDITS: list[tuple[str, str, dict[str, Any] | None, tuple[str, ...]]] = [
    ("a keyword made broader", "ad_group_criterion", BROADER, ("settings",)),
    ("a keyword paused", "ad_group_criterion", {"status": "PAUSED"}, ("settings",)),
    ("a keyword taken out", "ad_group_criterion", None, ("settings",)),
    ("a budget", "budget", {"amountMicros": "900000000"}, ("budget",)),
    ("an ad group switched off", "adset", {"status": "PAUSED"}, ("status",)),
    ("other headlines", "ad", {"ad": {"finalUrls": ["https://elsewhere.example"]}}, ("settings",)),
]


@pytest.mark.parametrize(("kind", "fields", "seen"), [edit[1:] for edit in EDITS], ids=[edit[0] for edit in EDITS])
async def test_an_edit_by_hand_at_google_is_a_difference(
    ads: Ads, kind: str, fields: dict[str, Any] | None, seen: tuple[str, ...]
) -> None:
    platform = ads.google()
    _, ref = await launched(platform)
    before = await platform.read(ref)
    (thing, *_) = ads.things("google", kind)
    if fields is None:
        await ads.control("DELETE", f"/google/things/{thing.id}")
    else:
        await ads.edit("google", thing.id, **fields)
    after = await platform.read(ref)
    assert before.differences(after) == seen
    with pytest.raises(ChangedByHand):
        await set_budget(platform, ref, Money(60_000, KES), expect=before)


async def test_what_nobody_touched_reads_the_same_twice(ads: Ads) -> None:
    platform = ads.google()
    _, ref = await launched(platform)
    assert (await platform.read(ref)).differences(await platform.read(ref)) == ()
