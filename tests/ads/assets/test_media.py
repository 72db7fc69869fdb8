"""A file is what its content says, and what a platform would not take is said before it is paid for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ads.assets import media, mp4
from ads.assets.limits import refusals
from ads.assets.media import BadAsset, Media
from ads.variations.model import Platform
from tests.ads.assets.conftest import Draw, Film, movie


def test_a_picture_is_known_by_its_content_and_not_by_its_name(draw: Draw) -> None:
    found = media.read(draw(640, 480, "JPEG", name="film.mp4"))
    assert (found.kind, found.type, found.ending, found.width, found.height) == ("image", "image/jpeg", "jpg", 640, 480)
    assert media.read(draw(10, 20, "PNG")).type == "image/png"


def test_a_picture_that_a_phone_took_upright_is_upright(draw: Draw) -> None:
    found = media.read(draw(1920, 1080, "JPEG", turned=6))
    assert (found.width, found.height) == (1080, 1920)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"<html><script>alert(1)</script></html>", "type"),
        (b"GIF89a\x01\x00\x01\x00", "type"),
        (b"\x89PNG\r\n\x1a\nbroken", "broken"),
        (b"\xff\xd8\xff\xe0broken", "broken"),
        (b"\0\0\0\x10ftypisom\0\0\0\0", "broken"),
    ],
    ids=["empty", "a page", "gif", "broken png", "broken jpeg", "film without index"],
)
def test_what_is_no_picture_or_film_is_refused_whatever_it_is_called(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(content)
    with pytest.raises(BadAsset) as refused:
        media.read(path)
    assert refused.value.code == code
    assert str(refused.value)
    assert refused.value.fix.endswith(".")


def test_a_picture_that_breaks_off_is_refused(draw: Draw) -> None:
    path = draw(800, 800, "JPEG")
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(BadAsset, match="cut off"):
        media.read(path)


def test_a_small_file_that_would_unfold_to_gigabytes_is_refused_before_it_does(draw: Draw) -> None:
    with pytest.raises(BadAsset) as refused:
        media.read(draw(10_000, 5_000))
    assert refused.value.code == "too_many_pixels"


@pytest.mark.parametrize("wide", [False, True], ids=["32 bit", "64 bit"])
def test_a_films_size_and_length_are_read_from_its_boxes(film: Film, wide: bool) -> None:
    found = media.read(film(width=720, height=1280, seconds=9.5, wide=wide))
    assert (found.kind, found.width, found.height, found.seconds) == ("video", 720, 1280, 9.5)


def test_a_film_taken_upright_is_upright_and_quicktime_is_called_so(film: Film) -> None:
    found = media.read(film(width=1920, height=1080, matrix=(0, 1, 0, -1, 0, 0, 0, 0, 1), brand=b"qt  "))
    assert (found.width, found.height, found.type, found.ending) == (1080, 1920, "video/quicktime", "mov")


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, 5600), at=st.integers(0, 5600), byte=st.integers(0, 255))
def test_a_malformed_film_ends_in_a_reason(
    tmp_path_factory: pytest.TempPathFactory, cut: int, at: int, byte: int
) -> None:
    content = bytearray(movie())[: max(cut, 8)]
    if at < len(content):
        content[at] = byte
    path = tmp_path_factory.getbasetemp() / "malformed.mp4"
    path.write_bytes(bytes(content))
    try:
        found = mp4.read(path)
    except mp4.NoFilm as why:
        assert str(why)
    else:
        assert found.width > 0
        assert found.seconds >= 0


@pytest.mark.parametrize(
    ("platform", "width", "height", "codes"),
    [
        ("meta", 1080, 1080, []),
        ("meta", 1200, 628, []),
        ("meta", 1080, 1350, []),
        ("meta", 1080, 1920, []),
        ("meta", 400, 400, ["asset.too_small"]),
        ("meta", 3000, 1000, ["asset.ratio"]),
        ("meta", 1000, 1500, ["asset.ratio"]),
        ("google", 1200, 1200, []),
        ("google", 1200, 628, []),
        ("google", 1080, 1920, ["asset.ratio"]),
        ("google", 200, 200, ["asset.too_small"]),
        ("tiktok", 1080, 1920, []),
        ("tiktok", 360, 640, ["asset.too_small"]),
        ("tiktok", 1080, 1350, ["asset.ratio"]),
    ],
)
def test_each_platform_has_its_own_shapes(platform: Platform, width: int, height: int, codes: list[str]) -> None:
    picture = Media(kind="image", type="image/png", ending="png", width=width, height=height)
    assert [each.code for each in refusals(picture, 100_000, platform)] == codes


@pytest.mark.parametrize(
    ("platform", "seconds", "size", "codes"),
    [
        ("tiktok", 12, 10_000_000, []),
        ("tiktok", 3, 10_000_000, ["asset.too_short"]),
        ("tiktok", 90, 10_000_000, ["asset.too_long"]),
        ("tiktok", 12, 600_000_000, ["asset.too_large"]),
        ("meta", 0.5, 10_000_000, ["asset.too_short"]),
        ("google", 12, 10_000_000, ["asset.youtube"]),
    ],
)
def test_each_platform_has_its_own_lengths(platform: Platform, seconds: float, size: int, codes: list[str]) -> None:
    film = Media(kind="video", type="video/mp4", ending="mp4", width=1080, height=1920, seconds=seconds)
    found = refusals(film, size, platform)
    assert [each.code for each in found] == codes
    assert all(each.reason and each.fix for each in found)
