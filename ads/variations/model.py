"""What is advertised, what an ad says, and why it may not be shown: the values that this room hands around."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

from engine.values import Money

Platform = Literal["meta", "google", "tiktok"]
Angle = Literal["A", "B", "C"]
Category = Literal["housing", "employment", "credit", "politics", "gambling"]
PLATFORMS: tuple[Platform, ...] = get_args(Platform)
ANGLES: tuple[Angle, ...] = get_args(Angle)
CATEGORIES: tuple[Category, ...] = get_args(Category)


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """What is advertised. Only what stands here may be claimed: what is not known is left empty and never said.

    `name` and `place` are texts per language. `reviews` with `rating` must both be known to be said, and `places_left`
    is what the calendar has, counted when the ad was drafted.
    """

    offer: str
    name: dict[str, str]
    business: str
    price: Money
    deposit: Money | None = None
    unit: Literal["time", "night"] = "time"
    minutes: int = 0
    place: dict[str, str] = {}
    link: str = ""
    phone: str = ""
    rating: float = 0.0
    reviews: int = 0
    places_left: int = 0
    ends: str = ""  # the last day of a price that truly ends, as people read it
    categories: tuple[Category, ...] = ()


class Advert(msgspec.Struct, frozen=True, kw_only=True):
    """The words of one variation on one platform, in one language. `texts` are Meta's and TikTok's body texts."""

    platform: Platform
    angle: Angle
    language: str
    headlines: tuple[str, ...] = ()
    descriptions: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    display_name: str = ""
    link: str = ""
    categories: tuple[Category, ...] = ()


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """Why an ad may not be shown as it is: a stable code, where, the words in question, the reason, and what to do.

    A `note` stops nothing: it says what the platform would do with the text, such as cutting it.
    """

    code: str
    field: str
    place: int  # which of the field's texts, counted from 1; 0: the field as a whole
    value: str
    reason: str
    fix: str
    note: bool = False
    blanks: dict[str, str] = {}  # what the sentences of another language are filled with

    def said(self, language: str) -> tuple[str, str]:
        """The reason and what to do, in the person's language; in English as it stands here."""
        if language != "sw":
            return self.reason, self.fix
        from ads.variations import refused  # the words know no models

        found = refused.said(self.code, self.blanks)
        return found if found is not None else (self.reason, self.fix)


class Drafted(msgspec.Struct, frozen=True, kw_only=True):
    """A variation as it was drafted, and what stands against it. `title` says what the angle leads with."""

    advert: Advert
    title: str
    refusals: tuple[Refusal, ...] = ()

    @property
    def showable(self) -> bool:
        return all(refusal.note for refusal in self.refusals)
