"""What each platform lets an ad consist of: how many texts, how long, in which languages, with which characters.

Sources, read in November 2026: Google's limits of responsive search ads (3 to 15 headlines of 30, 2 to 4 descriptions
of 90, 2 paths of 15) and its list of languages to aim ads at, which (as
we remember it: look again before you rely on it) has no Swahili; Meta's limits of `asset_feed_spec` (5 bodies
of 1,024, 5 titles and descriptions of 255), with what a feed shows before it cuts; TikTok's specification of in-feed
ads (text 1 to 100, display name 1 to 40 half-width characters; no emoji, no braces and no # in either).
"""

from __future__ import annotations

import re
from collections.abc import Callable

import msgspec

from ads.variations import counting
from ads.variations.model import Advert, Platform

LINK = 2048


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of text of an ad. Beyond `shown` the platform cuts; beyond `longest` it refuses."""

    name: str
    least: int
    most: int
    longest: int
    shown: int = 0

    def of(self, advert: Advert) -> tuple[str, ...]:
        value = getattr(advert, self.name)
        return value if isinstance(value, tuple) else ((value,) if value else ())


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """One platform's. `languages` None: all that we write. `marks`: characters that no text may have."""

    platform: Platform
    title: str
    fields: tuple[Field, ...]
    count: Callable[[str], int]
    languages: frozenset[str] | None = None
    emoji: bool = True
    marks: str = ""
    plain_style: bool = False  # Google's editorial rules: no shouting, no !, no telephone number, nothing twice


_GOOGLE_SPEAKS = frozenset(
    re.split(
        " ",
        "ar bg bn ca cs da de el en es et fa fi fr gu hi hr hu id is it iw ja kn ko lt lv ml mr ms nl no pa pl pt ro "
        "ru sk sl sr sv ta te th tl tr uk ur vi zh_CN zh_TW",
    )
)

RULES: dict[Platform, Rules] = {
    "meta": Rules(
        platform="meta",
        title="Meta",
        fields=(
            Field(name="texts", least=1, most=5, longest=1024, shown=125),
            Field(name="headlines", least=1, most=5, longest=255, shown=40),
            Field(name="descriptions", least=0, most=5, longest=255, shown=30),
        ),
        count=counting.meta,
    ),
    "google": Rules(
        platform="google",
        title="Google",
        fields=(
            Field(name="headlines", least=3, most=15, longest=30),
            Field(name="descriptions", least=2, most=4, longest=90),
            Field(name="paths", least=0, most=2, longest=15),
        ),
        count=counting.google,
        languages=_GOOGLE_SPEAKS,
        emoji=False,
        plain_style=True,
    ),
    "tiktok": Rules(
        platform="tiktok",
        title="TikTok",
        fields=(
            Field(name="texts", least=1, most=5, longest=100),
            Field(name="display_name", least=1, most=1, longest=40),
        ),
        count=counting.tiktok,
        emoji=False,
        marks="{}#",
    ),
}
