"""Pictures drawn and films written byte by byte, so that no file has to lie about."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

Draw = Callable[..., Path]
Film = Callable[..., Path]


@pytest.fixture
def draw(tmp_path: Path) -> Draw:
    def drawn(width: int = 1080, height: int = 1080, form: str = "PNG", name: str = "", turned: int = 0) -> Path:
        path = tmp_path / (name or f"{width}x{height}-{turned}.{form.lower()}")
        image = Image.new("RGB", (width, height), (200, 120, 40))
        exif = Image.Exif()
        if turned:
            exif[0x0112] = turned
        image.save(path, form, exif=exif)
        return path

    return drawn


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), name) + content


def movie(width: int = 1080, height: int = 1920, seconds: float = 12.0, *, brand: bytes = b"isom", wide: bool = False,
          matrix: tuple[int, ...] = (1, 0, 0, 0, 1, 0, 0, 0, 1), sound_first: bool = True) -> bytes:  # fmt: skip
    duration = int(seconds * 1000)
    if wide:
        mvhd = box(b"mvhd", b"\x01\0\0\0" + struct.pack(">QQIQ", 0, 0, 1000, duration) + b"\0" * 80)
    else:
        mvhd = box(b"mvhd", b"\0\0\0\0" + struct.pack(">IIII", 0, 0, 1000, duration) + b"\0" * 80)

    def track(w: int, h: int) -> bytes:
        times = struct.pack(">QQIIQ", 0, 0, 1, 0, duration) if wide else struct.pack(">IIIII", 0, 0, 1, 0, duration)
        content = (b"\x01" if wide else b"\0") + b"\0\0\x07" + times + b"\0" * 16
        content += struct.pack(">9i", *(each << 16 for each in matrix)) + struct.pack(">II", w << 16, h << 16)
        return box(b"trak", box(b"tkhd", content))

    tracks = track(0, 0) + track(width, height) if sound_first else track(width, height)
    return box(b"ftyp", brand + b"\0\0\0\0" + brand) + box(b"mdat", b"x" * 5000) + box(b"moov", mvhd + tracks)


@pytest.fixture
def film(tmp_path: Path) -> Film:
    def filmed(content: bytes | None = None, name: str = "film.mp4", **shape: object) -> Path:
        path = tmp_path / name
        path.write_bytes(movie(**shape) if content is None else content)  # type: ignore[arg-type]
        return path

    return filmed
