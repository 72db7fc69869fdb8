"""Which picture or film an ad is made with, and that a bucket is found in the environment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ads.assets.blobs import Folder
from ads.assets.choosing import chosen
from ads.assets.library import Library
from ads.variations.model import Platform
from composition.assets import blobs
from composition.settings import read
from composition.settings_error import SettingsError
from storage.collections import COLLECTIONS
from storage.sqlite import open_sqlite
from tests.ads.assets.conftest import Draw, Film

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


async def test_the_latest_of_the_angle_goes_before_one_for_all_three(tmp_path: Path, draw: Draw) -> None:
    store = await open_sqlite(tmp_path / "test.db", catalogue=COLLECTIONS)
    org = store.org("clinic")
    library = Library(org, Folder(tmp_path / "assets"))
    every = await library.add(draw(1080, 1080), "every.png", NOW)
    own = await library.add(draw(1080, 1350), "own.png", NOW - timedelta(days=1))
    small = await library.add(draw(100, 100), "small.png", NOW + timedelta(days=1))
    assert await chosen(org, "o1", "A", "meta") is None
    for asset, angle in ((every, ""), (own, "B"), (small, "")):
        await library.put_to(asset.id, "o1", angle)
    found = {angle: await chosen(org, "o1", angle, "meta") for angle in "AB"}
    assert [each and each.name for each in found.values()] == ["every.png", "own.png"]  # the small one Meta refuses
    assert await chosen(org, "o1", "A", "google") is None  # its search ads have none
    await store.close()


async def test_meta_shows_the_latest_of_pictures_and_films_and_tiktok_films_alone(
    tmp_path: Path, draw: Draw, film: Film
) -> None:
    store = await open_sqlite(tmp_path / "test.db", catalogue=COLLECTIONS)
    org = store.org("clinic")
    library = Library(org, Folder(tmp_path / "assets"))
    await library.put_to((await library.add(draw(1080, 1080), "old.png", NOW)).id, "o1", "")
    await library.put_to((await library.add(film(), "film.mp4", NOW + timedelta(days=1))).id, "o1", "")

    async def names(platform: Platform) -> list[str]:
        found = [await chosen(org, "o1", angle, platform) for angle in "AB"]
        return [each.name if each else "" for each in found]

    assert await names("meta") == await names("tiktok") == ["film.mp4"] * 2
    await library.put_to((await library.add(draw(1080, 1350), "new.png", NOW + timedelta(days=2))).id, "o1", "")
    own = await library.add(film(name="own.mp4", seconds=9.0), "own.mp4", NOW - timedelta(days=1))
    await library.put_to(own.id, "o1", "B")  # its own goes before what is newer and for all three
    assert await names("meta") == ["new.png", "own.mp4"]
    assert await names("tiktok") == ["film.mp4", "own.mp4"]
    await store.close()


def test_a_bucket_of_the_environment_is_used_and_half_a_key_refused(tmp_path: Path) -> None:
    here = {"DATA_DIR": str(tmp_path), "ASSETS_BUCKET": "ads", "ASSETS_ENDPOINT": "http://127.0.0.1:9000"}
    settings = read({**here, "ASSETS_KEY": "k", "ASSETS_SECRET": "s"}, demo=True)
    assert settings.assets is not None
    assert (settings.assets.bucket, settings.assets.prefix) == ("ads", "aais")
    assert type(blobs(settings)).__name__ == "S3"
    assert type(blobs(read({"DATA_DIR": str(tmp_path)}, demo=True))).__name__ == "Folder"
    with pytest.raises(SettingsError, match="ASSETS_KEY and ASSETS_SECRET go together"):
        read({**here, "ASSETS_KEY": "k"}, demo=True)
