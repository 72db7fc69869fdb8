"""The three variations of an offer on a platform: filled from the templates, each line as long as it fits."""

from __future__ import annotations

import re
import unicodedata

from ads.variations import library
from ads.variations.library import Lines
from ads.variations.limits import RULES, Field, Rules
from ads.variations.model import ANGLES, Advert, Angle, Brief, Drafted, Platform
from ads.variations.review import refusals
from engine.texts import render_value
from engine.values import Money

_MINUTES = {"en": ("{n} minutes", "{h} hour", "{h} hours"), "sw": ("dakika {n}", "saa {h}", "saa {h}")}


def drafted(brief: Brief, platform: Platform, language: str) -> tuple[Drafted, ...]:
    """Angles A, B and C, each with what stands against showing it (nothing, if the templates and the offer fit)."""
    return tuple(_angle(brief, platform, language, angle) for angle in ANGLES)


def _angle(brief: Brief, platform: Platform, language: str, angle: Angle) -> Drafted:
    rules = RULES[platform]
    template = library.kinds()[brief.unit].of(angle)
    words = template.words(language)
    known = _known(brief, language)
    kept = {field.name: field for field in rules.fields}
    texts = {name: _filled(lines, known, kept.get(name), rules)
             for name, lines in (("headlines", words.headlines), ("descriptions", words.descriptions),
                                 ("texts", words.texts))}  # fmt: skip
    advert = Advert(
        platform=platform,
        angle=angle,
        language=language,
        **texts,
        paths=_paths(brief, language, kept.get("paths"), rules),
        display_name=_fitting(brief.business, kept.get("display_name"), rules),
        link=brief.link,
        categories=brief.categories,
    )
    title = template.title.get(language) or template.title["en"]
    return Drafted(advert=advert, title=title, refusals=refusals(advert, brief))


def _known(brief: Brief, language: str) -> dict[str, str]:
    """What the blanks are filled with; what is not known is not there."""
    rated = brief.reviews > 0 and brief.rating > 0
    said = {
        "offer": _said(brief.name, language),
        "business": brief.business,
        "price": priced(brief.price, language),
        "deposit": priced(brief.deposit, language) if brief.deposit else "",
        "duration": _duration(brief.minutes, language),
        "place": _said(brief.place, language),
        "rating": f"{brief.rating:.1f}" if rated else "",
        "reviews": f"{brief.reviews:,}" if rated else "",
        "places_left": str(brief.places_left) if brief.places_left > 0 else "",
        "ends": brief.ends,
    }
    return {name: " ".join(value.split()) for name, value in said.items() if value.strip()}


def priced(amount: Money | None, language: str) -> str:
    """KSh 3,500, with a plain space: ads are typed, not typeset."""
    if amount is None or amount.amount == 0:
        return ""
    shown = render_value(amount, {"__language": language, "__zone": "UTC", "__now": None})
    return shown.replace("\u00a0", " ")


def _filled(lines: Lines, known: dict[str, str], field: Field | None, rules: Rules) -> tuple[str, ...]:
    """Of each line the first wording that can be filled and fits; no text twice, and no more than may be."""
    if field is None:
        return ()
    chosen: dict[str, str] = {}
    for wordings in lines:
        for wording in wordings:
            if not library.blanks(wording) <= known.keys():
                continue
            text = library.filled(wording, known)
            if rules.count(text) <= (field.shown or field.longest) and text.casefold() not in chosen:
                chosen[text.casefold()] = text
                break
    return tuple(chosen.values())[: field.most]


def _paths(brief: Brief, language: str, field: Field | None, rules: Rules) -> tuple[str, ...]:
    """The words behind the address in a search ad: the offer's own, as far as they fit."""
    if field is None:
        return ()
    plain = unicodedata.normalize("NFKD", _said(brief.name, language)).encode("ascii", "ignore").decode()
    words = [word for word in re.split(r"[^A-Za-z0-9]+", plain) if 3 < len(word) <= field.longest]
    return tuple(dict.fromkeys(words))[: field.most]


def _fitting(name: str, field: Field | None, rules: Rules) -> str:
    """A name cut at a word, for a platform that shows one; empty where it shows none."""
    if field is None:
        return ""
    words, short = name.split(), ""
    for word in words:
        longer = f"{short} {word}".strip()
        if rules.count(longer) > field.longest:
            break
        short = longer
    return short


def _said(texts: dict[str, str], language: str) -> str:
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def _duration(minutes: int, language: str) -> str:
    if minutes <= 0:
        return ""
    some, hour, hours = _MINUTES.get(language, _MINUTES["en"])
    if minutes % 60:
        return some.format(n=minutes)
    return (hour if minutes == 60 else hours).format(h=minutes // 60)
