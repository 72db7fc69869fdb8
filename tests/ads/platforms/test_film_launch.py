"""The whole way of a film: from the library through runtime, dispatcher and connector into ads that run at Meta."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ads.assets.blobs import Folder
from ads.assets.library import Library
from ads.campaigns import variation_machine
from ads.platform import Creative
from composition.assets import Contents
from sandbox.ads_faults import AdBehaviour
from tests.ads.assets.conftest import box, movie
from tests.ads.autopilot.pilot import ORG, Pilot, kes
from tests.ads.platforms.conftest import Ads, piloted
from tests.ads.platforms.fuzzing import CODES, FAULTS


class Cinema:
    """A business with a film, whose ads run on the simulated Meta."""

    def __init__(self, pilot: Pilot, ads: Ads, film: str) -> None:
        self.pilot = pilot
        self.ads = ads
        self.creative = Creative(texts=("Come",), headlines=("Braids",), link="https://mara.example/c", assets=(film,))

    def films(self) -> list[str]:
        return [film.id for film in self.ads.things("meta", "video") if film.fields["title"] != "braids.mp4"]

    def shown(self) -> list[tuple[str, str]]:
        """What each ad shows: its film and its still."""
        found = []
        for ad in self.ads.things("meta", "ad"):
            creative = self.ads.world.get("meta", ad.fields["creative"]["id"])
            assert creative is not None
            story = creative.fields["object_story_spec"]["video_data"]
            found.append((story["video_id"], story["image_hash"]))
        return found

    async def stands(self) -> list[str]:
        return [str((await self.pilot.variation(angle))["status"]) for angle in "ABC"]


@pytest.fixture
async def cinema(tmp_path: Path) -> AsyncIterator[Cinema]:
    async with piloted(tmp_path / "cinema.db") as (pilot, ads):
        blobs = Folder(tmp_path / "assets")
        (tmp_path / "film.mp4").write_bytes(movie() + box(b"free", bytes(600_000)))
        film = await Library(pilot.store.org(ORG), blobs).add(tmp_path / "film.mp4", "chair.mp4", pilot.clock.now())
        pilot.contents = Contents(blobs)
        await pilot.crash()
        yield Cinema(pilot, ads, film.id)


async def test_a_launch_with_a_film_ends_with_ads_that_run_and_show_it(cinema: Cinema) -> None:
    await cinema.pilot.launched(600, 500, 400, creative=cinema.creative)
    assert cinema.ads.things("meta", "adset") == []  # Meta is still preparing the film
    await cinema.pilot.pass_(minutes=3)
    (film,) = cinema.films()
    (still,) = cinema.ads.things("meta", "image")
    assert cinema.shown() == [(film, still.id)] * 3
    assert await cinema.stands() == ["active"] * 3
    await cinema.pilot.pass_(hours=5)
    assert len(cinema.ads.world.hours) == 3
    assert sum(len(hours) for hours in cinema.ads.world.hours.values()) >= 3 * 4
    for angle in "ABC":  # nothing of what was made is taken for an edit by hand
        heard = await cinema.pilot.heard(variation_machine(cinema.pilot.id_of(angle)))
        assert "ads.found_edited" not in heard


async def test_a_change_to_an_ad_with_a_film_is_taken_back_exactly(cinema: Cinema) -> None:
    await cinema.pilot.launched(600, creative=cinema.creative)
    await cinema.pilot.pass_(minutes=3)
    pilot, (adset,) = cinema.pilot, cinema.ads.things("meta", "adset")
    before = dict(adset.fields)
    await pilot.pass_(hours=30)
    await pilot.desk.propose(ORG, pilot.id_of("A"), "juma", budget=kes(650))
    await pilot.pass_(hours=2)
    assert adset.fields["daily_budget"] == "65000"
    (change,) = await pilot.intents(kind="budget", by="juma")
    await pilot.desk.rollback(ORG, change["_id"], "juma")
    await pilot.pass_(hours=2)
    assert adset.fields == before


@pytest.mark.parametrize("fault", ["lost_answer", "lost_request", "half_answer"])
async def test_a_launch_with_a_film_through_faults_ends_with_one_of_each(cinema: Cinema, fault: str) -> None:
    faults = AdBehaviour(**{fault: True, "writes_only": True})  # type: ignore[arg-type]
    cinema.ads.world.faults.choose("meta", faults, times=6)
    await cinema.pilot.launched(600, 500, 400, creative=cinema.creative)
    await cinema.pilot.pass_(hours=3)
    (film,) = cinema.films()
    assert [len(cinema.ads.things("meta", kind)) for kind in ("campaign", "adset", "ad")] == [1, 3, 3]
    assert {shown for shown, _ in cinema.shown()} == {film}
    assert await cinema.stands() == ["active"] * 3


@pytest.mark.parametrize("seed", range(4))
async def test_no_mishap_makes_two_of_a_film(cinema: Cinema, seed: int) -> None:
    chance, faults = random.Random(seed), cinema.ads.world.faults
    codes = (*CODES["meta"], "6000/1363019", "6001/1363033", "100/1885252")
    for step in range(12):
        faults.clear("meta")
        fault: dict[str, Any] = chance.choice((*FAULTS, *({"error": code} for code in codes)))
        faults.choose("meta", AdBehaviour(**fault), times=chance.randint(1, 4))
        if step == 0:
            await cinema.pilot.launched(600, 500, 400, creative=cinema.creative)
        if chance.random() < 0.2:
            cinema.pilot.platform = cinema.ads.meta()  # type: ignore[assignment]
            await cinema.pilot.crash()
        await cinema.pilot.pass_(minutes=chance.choice((1, 5, 20)))
    faults.clear("meta")
    await cinema.pilot.pass_(hours=3)
    launches = [str(each["state"]) for each in await cinema.pilot.intents(kind="launch")]
    assert set(launches) <= {"done", "failed"}
    assert len(cinema.films()) <= 1
    assert {shown for shown, _ in cinema.shown()} <= set(cinema.films())
    for kind in ("adset", "ad"):
        assert launches.count("done") <= len(cinema.ads.things("meta", kind)) <= 3


async def test_a_film_that_meta_cannot_prepare_ends_the_launch_and_says_what_to_do(cinema: Cinema) -> None:
    await cinema.pilot.launched(600, creative=cinema.creative)
    (film,) = cinema.films()
    await cinema.ads.edit("meta", film, good=False)
    await cinema.pilot.pass_(minutes=3)
    (intent,) = await cinema.pilot.intents(kind="launch")
    assert intent["state"] == "failed"
    assert "save it anew as MP4" in intent["outcome"]
    assert cinema.ads.things("meta", "adset") == []
    assert cinema.pilot.clock.now() - intent["at"] < timedelta(hours=1)
