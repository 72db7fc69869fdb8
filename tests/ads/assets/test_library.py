"""An asset is kept once per business, whole or not at all, in a folder and in S3 alike."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ads.assets.blobs import Blobs, Folder, Gone
from ads.assets.library import BadAsset, InUse, Library
from ads.assets.s3 import S3, Bucket
from storage.collections import COLLECTIONS
from storage.sqlite import SqliteStore, open_sqlite
from tests.ads.assets.conftest import Draw, Film

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqliteStore]:
    opened = await open_sqlite(tmp_path / "test.db", catalogue=COLLECTIONS)
    yield opened
    await opened.close()


@pytest.fixture(scope="module")
def s3() -> Iterator[S3]:
    """Moto's own server over the loopback: boto3 talks HTTP with it as with any other."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    bucket = Bucket(name="ads", endpoint=f"http://{host}:{port}", key="k", secret="s", prefix="aais")
    blobs = S3(bucket)
    blobs._client.create_bucket(Bucket="ads")
    yield blobs
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    return request.getfixturevalue("s3") if request.param == "s3" else Folder(tmp_path / "assets")  # type: ignore[no-any-return]


def library(store: SqliteStore, blobs: Blobs, org: str = "clinic", **more: Any) -> Library:
    return Library(store.org(org), blobs, **more)


async def test_what_is_added_is_there_with_its_measures_and_content(
    store: SqliteStore, blobs: Blobs, draw: Draw
) -> None:
    path, own = draw(1080, 1350), library(store, blobs)
    asset = await own.add(path, "../My picture<1>.png", NOW)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert (asset.id, asset.width, asset.height, asset.size) == (f"clinic/{digest}", 1080, 1350, path.stat().st_size)
    assert asset.name == ".._My picture_1_.png"
    assert asset.platforms == ("meta",)
    assert await own.content(asset) == path.read_bytes()
    assert [each.id for each in await own.newest()] == [asset.id]


async def test_the_same_content_is_kept_once_whatever_it_is_called(
    store: SqliteStore, blobs: Blobs, draw: Draw
) -> None:
    own = library(store, blobs)
    first = await own.add(draw(), "a.png", NOW)
    again = await own.add(draw(name="other.png"), "b.png", NOW)
    assert again == first
    assert len(await own.newest()) == 1


async def test_two_who_add_the_same_at_once_both_get_it(store: SqliteStore, blobs: Blobs, draw: Draw) -> None:
    own, path = library(store, blobs), draw()
    found = await asyncio.gather(*(own.add(path, f"{n}.png", NOW) for n in range(4)))
    assert len({each.id for each in found}) == 1
    assert len(await own.newest()) == 1


async def test_a_business_sees_its_own_only(store: SqliteStore, blobs: Blobs, draw: Draw) -> None:
    asset = await library(store, blobs).add(draw(), "a.png", NOW)
    other = library(store, blobs, "other")
    assert await other.get(asset.id) is None
    assert await other.newest() == []
    await other.remove(asset.id)
    assert await library(store, blobs).content(asset)
    own = await other.add(draw(), "a.png", NOW)
    assert own.id != asset.id, "kept again: one business cannot find out what another has"


async def test_what_is_no_picture_leaves_nothing_behind(store: SqliteStore, blobs: Blobs, tmp_path: Path) -> None:
    path = tmp_path / "photo.png"
    path.write_bytes(b"<html>")
    own = library(store, blobs)
    with pytest.raises(BadAsset):
        await own.add(path, "photo.png", NOW)
    assert await own.newest() == []


async def test_what_is_removed_is_gone_and_can_be_added_again(store: SqliteStore, blobs: Blobs, draw: Draw) -> None:
    own, path = library(store, blobs), draw(900, 900)
    asset = await own.add(path, "a.png", NOW)
    await own.remove(asset.id)
    await own.remove(asset.id)
    assert await own.get(asset.id) is None
    with pytest.raises(Gone):
        await own.content(asset)
    assert await own.add(path, "a.png", NOW) == asset
    assert await own.content(asset) == path.read_bytes()


async def test_what_an_ad_shows_cannot_be_removed(store: SqliteStore, blobs: Blobs, draw: Draw) -> None:
    async def shown_by(id: str) -> list[str]:
        return ["v1", "v2"]

    own = library(store, blobs, shown_by=shown_by)
    asset = await own.add(draw(901, 901), "a.png", NOW)
    with pytest.raises(InUse, match="v1, v2"):
        await own.remove(asset.id)
    assert await own.content(asset)


async def test_a_content_that_got_lost_comes_back_when_it_is_added_again(
    store: SqliteStore, blobs: Blobs, film: Film
) -> None:
    own, path = library(store, blobs), film()
    asset = await own.add(path, "film.mp4", NOW)
    await blobs.remove(f"clinic/{asset.sha256[:2]}/{asset.sha256}.mp4")
    assert await own.add(path, "film.mp4", NOW) == asset
    assert await own.content(asset) == path.read_bytes()


async def test_a_content_that_was_changed_is_not_handed_out(store: SqliteStore, tmp_path: Path, draw: Draw) -> None:
    own = library(store, Folder(tmp_path / "assets"))
    asset = await own.add(draw(), "a.png", NOW)
    (kept,) = (tmp_path / "assets").rglob("*.png")
    kept.write_bytes(b"another")
    with pytest.raises(Gone, match="has been changed"):
        await own.content(asset)


@pytest.mark.parametrize("key", ["../../etc/passwd", "clinic/aa/../x.png", "clinic/aa/" + "0" * 64, "/abs", ""])
async def test_a_key_leads_nowhere_else(tmp_path: Path, key: str) -> None:
    with pytest.raises(ValueError, match="no key of an asset"):
        await Folder(tmp_path).get(key)


async def test_a_write_that_breaks_off_leaves_no_file_under_the_name(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr("ads.assets.blobs.shutil.copyfileobj", broken)
    with pytest.raises(OSError, match="no space"):
        await Folder(tmp_path / "assets").put(f"clinic/00/{'0' * 64}.png", draw(), "image/png")
    assert [path for path in (tmp_path / "assets").rglob("*") if path.is_file()] == []


def test_boto3_is_loaded_by_who_keeps_assets_in_s3_and_nobody_else() -> None:
    import subprocess

    code = "import sys, ads.assets.library, ads.assets.s3; print('boto3' in sys.modules, 'PIL' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.split() == ["False", "False"]
