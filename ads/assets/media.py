"""What a file is, read from its content: a picture or a video, its size in pixels, how long it runs.

A name or a declared type is never believed: who uploads a page of HTML as "photo.jpg" must not have it served.
"""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Literal

import msgspec

from ads.assets import mp4

MOST_BYTES = 200_000_000
MOST_PIXELS = 40_000_000  # a small file can unfold to gigabytes: the header is asked before anything is decoded
_TURNED = (5, 6, 7, 8)  # EXIF orientations that swap width and height
_ORIENTATION = 0x0112

Kind = Literal["image", "video"]


class BadAsset(ValueError):
    """A file that is no picture or video for ads. `code` is stable; the message says why, `fix` what to do."""

    def __init__(self, code: str, why: str, fix: str) -> None:
        super().__init__(why)
        self.code = code
        self.fix = fix


class Media(msgspec.Struct, frozen=True, kw_only=True):
    """What a file was found to be. `type` is its MIME type; `seconds` is of videos."""

    kind: Kind
    type: str
    ending: str
    width: int
    height: int
    seconds: float = 0.0

    @property
    def ratio(self) -> float:
        return self.width / self.height


def read(path: Path) -> Media:
    """Raises `BadAsset`. Blocking: decodes the picture, to know that it is whole."""
    size = path.stat().st_size
    if size == 0:
        raise BadAsset("empty", "there is nothing in the file", "Choose the file again.")
    if size > MOST_BYTES:
        why = f"it has {size / 1e6:.0f} MB; {MOST_BYTES // 1_000_000} MB are taken"
        raise BadAsset("too_large", why, "Make it smaller: the platforms show ads on phones.")
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return _image(path)
    if head[4:8] == b"ftyp":
        return _video(path)
    raise BadAsset(
        "type", "it is no JPEG, PNG, MP4 or MOV, whatever its name says", "Save it as one of these and try again."
    )


def _image(path: Path) -> Media:
    from PIL import Image, UnidentifiedImageError  # so that the server starts without it

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path, formats=("JPEG", "PNG")) as image:
                width, height, form = image.width, image.height, image.format
                if width * height > MOST_PIXELS:
                    why = f"it has {width:,} × {height:,} pixels"
                    raise BadAsset("too_many_pixels", why, "Scale it down; 1,440 pixels are plenty for an ad.")
                turned = image.getexif().get(_ORIENTATION) in _TURNED
                image.load()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        if isinstance(error, BadAsset):
            raise
        raise BadAsset("broken", "the picture is cut off or broken", "Export it anew and try again.") from error
    if turned:
        width, height = height, width
    type, ending = ("image/jpeg", "jpg") if form == "JPEG" else ("image/png", "png")
    return Media(kind="image", type=type, ending=ending, width=width, height=height)


def _video(path: Path) -> Media:
    try:
        film = mp4.read(path)
    except mp4.NoFilm as error:
        raise BadAsset("broken", f"the video cannot be read: {error}", "Export it anew as MP4 (H.264).") from error
    type, ending = ("video/quicktime", "mov") if film.brand == b"qt  " else ("video/mp4", "mp4")
    return Media(kind="video", type=type, ending=ending, width=film.width, height=film.height, seconds=film.seconds)
