"""Draws the console's own sign, a speech bubble with a tick in it: as SVG, and as PNG at the sizes that phones ask for.

One description of the shapes makes both. The SVG stands in the repository; the images are made with the bundles.
"""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

LEAF, WHITE = (11, 107, 67), (255, 255, 255)
SIDE = 512  # of the drawing; everything below is in its units
BODY = (256.0, 232.0, 152.0, 116.0, 60.0)  # the bubble: middle, half its width and height, radius of its corners
TAIL = ((168.0, 320.0), (168.0, 420.0), (268.0, 336.0))
TICK = ((188.0, 236.0), (238.0, 284.0), (330.0, 186.0))
STROKE = 38.0
CORNER = 112.0  # of the sign itself; a maskable one fills its square, and the phone cuts it
IMAGES = {"icon-192.png": (192, False), "icon-512.png": (512, False), "icon-maskable.png": (512, True),
          "icon-touch.png": (180, True)}  # fmt: skip

Point = tuple[float, float]


def svg() -> str:
    x, y, wide, high, radius = BODY
    tail = " ".join(f"{a:g},{b:g}" for a, b in TAIL)
    tick = " ".join(f"{a:g},{b:g}" for a, b in TICK)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIDE} {SIDE}">'
        f'<rect width="{SIDE}" height="{SIDE}" rx="{CORNER:g}" fill="{_hex(LEAF)}"/>'
        f'<rect x="{x - wide:g}" y="{y - high:g}" width="{2 * wide:g}" height="{2 * high:g}" rx="{radius:g}" '
        f'fill="{_hex(WHITE)}"/><polygon points="{tail}" fill="{_hex(WHITE)}"/>'
        f'<polyline points="{tick}" fill="none" stroke="{_hex(LEAF)}" stroke-width="{STROKE:g}" '
        'stroke-linecap="round" stroke-linejoin="round"/></svg>\n'
    )


def png(size: int, *, maskable: bool) -> bytes:
    """RGBA, each pixel by its distance from the shapes' edges, so that these are smooth at any size."""
    unit = SIDE / size
    rows = bytearray()
    for row in range(size):
        rows.append(0)  # no filter
        y = (row + 0.5) * unit
        for column in range(size):
            rows += _pixel((column + 0.5) * unit, y, unit, maskable)
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    packed = zlib.compress(bytes(rows), 9)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def draw(folder: Path) -> None:
    for name, (size, maskable) in IMAGES.items():
        (folder / name).write_bytes(png(size, maskable=maskable))


def _pixel(x: float, y: float, unit: float, maskable: bool) -> bytes:
    half = SIDE / 2
    sign = 1.0 if maskable else _cover(_box(x, y, half, half, half, half, CORNER), unit)
    if not sign:
        return b"\0\0\0\0"
    white = _cover(min(_box(x, y, *BODY), _triangle(x, y, *TAIL)), unit)
    if white:
        tick = min(_stroke(x, y, TICK[0], TICK[1]), _stroke(x, y, TICK[1], TICK[2]))
        white *= 1 - _cover(tick, unit)
    colour = (round(leaf + (paper - leaf) * white) for leaf, paper in zip(LEAF, WHITE, strict=True))
    return bytes((*colour, round(255 * sign)))


def _cover(distance: float, unit: float) -> float:
    """How much of a pixel lies inside of an edge that is so far from its middle (outside is positive)."""
    return min(1.0, max(0.0, 0.5 - distance / unit))


def _box(x: float, y: float, middle_x: float, middle_y: float, wide: float, high: float, radius: float) -> float:
    over_x, over_y = abs(x - middle_x) - wide + radius, abs(y - middle_y) - high + radius
    return math.hypot(max(over_x, 0.0), max(over_y, 0.0)) + min(max(over_x, over_y), 0.0) - radius


def _stroke(x: float, y: float, begin: Point, end: Point) -> float:
    return _segment(x, y, begin, end) - STROKE / 2


def _segment(x: float, y: float, begin: Point, end: Point) -> float:
    dx, dy = end[0] - begin[0], end[1] - begin[1]
    along = min(1.0, max(0.0, ((x - begin[0]) * dx + (y - begin[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - begin[0] - along * dx, y - begin[1] - along * dy)


def _triangle(x: float, y: float, first: Point, second: Point, third: Point) -> float:
    sides = ((first, second), (second, third), (third, first))
    side: Callable[[Point, Point], float] = lambda a, b: (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0])  # noqa: E731
    turns = [side(a, b) for a, b in sides]
    away = min(_segment(x, y, a, b) for a, b in sides)
    return -away if all(turn >= 0 for turn in turns) or all(turn <= 0 for turn in turns) else away


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _hex(colour: tuple[int, int, int]) -> str:
    return "#" + "".join(f"{part:02x}" for part in colour)
