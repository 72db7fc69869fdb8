"""Which pictures and videos each platform takes, and why one is refused.

Sources, read in November 2026: Meta's ads guide (feed pictures from 600 × 600, 1.91:1 to 4:5, stories 9:16, JPG and
PNG to 30 MB, ratio within 3 %; videos from 120 pixels and 1 second, to 4 GB); TikTok's video specification (9:16 from
540 × 960, 1:1 from 640 × 640, 16:9 from 960 × 540, 5 to 60 seconds, to 500 MB); Google's image assets of search ads
(1:1 from 300 × 300, 1.91:1 from 600 × 314, to 5 MB), recalled. Google takes videos from YouTube only.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from ads.assets.media import Kind, Media
from ads.variations.limits import RULES
from ads.variations.model import Platform, Refusal

MB = 1_000_000


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """A ratio of width to height that is taken, and the least pixels. A range where `to` is another ratio."""

    name: str
    ratio: float
    least: tuple[int, int]
    to: float = 0.0


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of file on one platform."""

    shapes: tuple[Shape, ...]
    most: int  # bytes
    shortest: float = 0.0  # seconds
    longest: float = 0.0
    tolerance: float = 0.03


_UPRIGHT = 9 / 16
_TIKTOK = (
    Shape(name="9:16", ratio=_UPRIGHT, least=(540, 960)),
    Shape(name="1:1", ratio=1.0, least=(640, 640)),
    Shape(name="16:9", ratio=16 / 9, least=(960, 540)),
)
TAKEN: dict[tuple[Platform, Kind], Taken] = {
    ("meta", "image"): Taken(
        shapes=(
            Shape(name="4:5 to 1.91:1", ratio=4 / 5, to=1.91, least=(600, 314)),
            Shape(name="9:16", ratio=_UPRIGHT, least=(500, 888)),
        ),
        most=30 * MB,
    ),
    ("meta", "video"): Taken(
        shapes=(Shape(name="9:16 to 16:9", ratio=_UPRIGHT, to=16 / 9, least=(120, 120)),),
        most=4_000 * MB, shortest=1.0, longest=241 * 60.0,
    ),
    ("google", "image"): Taken(
        shapes=(
            Shape(name="1:1", ratio=1.0, least=(300, 300)),
            Shape(name="1.91:1", ratio=1.91, least=(600, 314)),
        ),
        most=5 * MB, tolerance=0.01,
    ),
    ("tiktok", "image"): Taken(shapes=_TIKTOK, most=100 * MB),
    ("tiktok", "video"): Taken(shapes=_TIKTOK, most=500 * MB, shortest=5.0, longest=60.0),
}  # fmt: skip


def refusals(media: Media, size: int, platform: Platform) -> tuple[Refusal, ...]:
    """Why a platform would not take a file; empty when it would."""
    taken = TAKEN.get((platform, media.kind))
    if taken is None:
        reason = f"{RULES[platform].title} shows videos from YouTube only."
        return (_of("youtube", media, reason, "Put it on YouTube, or use a picture."),)
    return (*_shape(media, taken, platform), *_extent(media, size, taken, platform))


def _shape(media: Media, taken: Taken, platform: Platform) -> Iterator[Refusal]:
    title = RULES[platform].title
    shape = next((each for each in taken.shapes if _fits(media.ratio, each, taken.tolerance)), None)
    if shape is None:
        wanted = " or ".join(each.name for each in taken.shapes)
        reason = f"{title} takes {wanted}; this is {media.width} × {media.height}."
        yield _of("ratio", media, reason, f"Crop it to {taken.shapes[0].name}.")
    elif media.width < shape.least[0] or media.height < shape.least[1]:
        least = f"{shape.least[0]} × {shape.least[1]}"
        reason = f"{title} wants at least {least} pixels; this is {media.width} × {media.height}."
        yield _of("too_small", media, reason, "Use the original: a picture that is blown up does not become sharper.")


def _extent(media: Media, size: int, taken: Taken, platform: Platform) -> Iterator[Refusal]:
    title = RULES[platform].title
    if size > taken.most:
        reason = f"{title} takes at most {taken.most // MB} MB; this has {size / MB:.1f}."
        yield _of("too_large", media, reason, "Save it with more compression.")
    if media.kind == "video" and media.seconds < taken.shortest:
        reason = f"{title} wants at least {taken.shortest:g} seconds; this has {media.seconds:.1f}."
        yield _of("too_short", media, reason, "Show the place or the work for a few seconds more.")
    if taken.longest and media.seconds > taken.longest:
        reason = f"{title} takes at most {taken.longest:g} seconds; this has {media.seconds:.0f}."
        yield _of("too_long", media, reason, "Cut it: most people watch the first seconds only.")


def _fits(ratio: float, shape: Shape, tolerance: float) -> bool:
    return shape.ratio * (1 - tolerance) <= ratio <= (shape.to or shape.ratio) * (1 + tolerance)


def _of(code: str, media: Media, reason: str, fix: str) -> Refusal:
    return Refusal(
        code=f"asset.{code}", field="asset", place=0, value=f"{media.width} × {media.height}", reason=reason, fix=fix
    )
