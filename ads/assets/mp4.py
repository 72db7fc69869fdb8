"""Reads how large and how long an MP4 or MOV is, from its boxes (ISO/IEC 14496-12: ftyp, moov, mvhd, trak, tkhd, hdlr).

Only the headers are read, never the film. Every length is bounded by what encloses it, so a malformed file ends in
`NoFilm` and not in a loop.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

_MOST_BOXES = 2_000
_HEADER_BYTES = 64_000


class NoFilm(ValueError):
    """No film with a picture in it; the message says what is missing."""


class Film(msgspec.Struct, frozen=True, kw_only=True):
    """Pixels as they are shown: a film taken upright has its sides swapped."""

    brand: bytes
    width: int
    height: int
    seconds: float


class _Box(msgspec.Struct, frozen=True):
    name: bytes
    start: int  # of its content
    end: int


def read(path: Path) -> Film:
    """Raises `NoFilm`."""
    size = path.stat().st_size
    with path.open("rb") as file:
        brand, movie = b"", None
        for box in _boxes(file, 0, size):
            if box.name == b"ftyp":
                brand = _content(file, box)[:4]
            elif box.name == b"moov":
                movie = box
        if movie is None:
            raise NoFilm("its index (moov) is missing, as when a recording broke off")
        seconds = _seconds(file, movie)
        for track in _boxes(file, movie.start, movie.end):
            if track.name == b"trak" and (shown := _shown(file, track)) is not None:
                return Film(brand=brand, width=shown[0], height=shown[1], seconds=seconds)
    raise NoFilm("there is no picture in it")


def _boxes(file: BinaryIO, start: int, end: int) -> Iterator[_Box]:
    """The boxes between two offsets. Raises `NoFilm` for one that reaches out of what encloses it."""
    at = start
    for _ in range(_MOST_BOXES):
        if at + 8 > end:
            return
        file.seek(at)
        length, name = struct.unpack(">I4s", file.read(8).ljust(8, b"\0"))
        header = 8
        if length == 1:  # a 64-bit length follows
            (length,) = struct.unpack(">Q", file.read(8).ljust(8, b"\0"))
            header = 16
        elif length == 0:  # to the end
            length = end - at
        if length < header or at + length > end:
            raise NoFilm("it is cut off")
        yield _Box(name, at + header, at + length)
        at += length
    raise NoFilm("it has too many parts")


def _content(file: BinaryIO, box: _Box) -> bytes:
    file.seek(box.start)
    return file.read(min(box.end - box.start, _HEADER_BYTES))


def _seconds(file: BinaryIO, movie: _Box) -> float:
    header = next((box for box in _boxes(file, movie.start, movie.end) if box.name == b"mvhd"), None)
    content = _content(file, header) if header is not None else b""
    try:
        form, start = (">IQ", 20) if content[:1] == b"\x01" else (">II", 12)
        scale, duration = struct.unpack_from(form, content, start)
    except struct.error as error:
        raise NoFilm("it does not say how long it is") from error
    if not scale:
        raise NoFilm("it does not say how long it is")
    return float(duration / scale)


def _shown(file: BinaryIO, track: _Box) -> tuple[int, int] | None:
    """Width and height of a track with a picture, turned as its matrix says; None for sound."""
    header = next((box for box in _boxes(file, track.start, track.end) if box.name == b"tkhd"), None)
    content = _content(file, header) if header is not None else b""
    try:
        start = 52 if content[:1] == b"\x01" else 40
        matrix = struct.unpack_from(">9i", content, start)
        width, height = (side >> 16 for side in struct.unpack_from(">II", content, start + 36))
    except struct.error:
        return None
    if not width or not height:
        return None
    upright = matrix[0] == 0 and matrix[4] == 0 and matrix[1] and matrix[3]
    return (height, width) if upright else (width, height)
