"""What stands against showing an ad: every limit of its platform, every claim that may not be made, with a fix each.

The same law holds for what the templates gave and for what a person wrote.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

from ads.variations import library
from ads.variations.library import Claim
from ads.variations.limits import LINK, RULES, Field, Rules
from ads.variations.model import Advert, Brief, Refusal
from engine.currency import unit

_AMOUNT = re.compile(
    r"(?:\b(?:KSh|Ksh|KES|UGX|USh|TSh|TZS|RWF|NGN|ZAR|USD)\s?|[₦$]\s?|\bR\s?(?=\d))(\d[\d,.]*\d|\d)"
    r"|(\d[\d,.]*\d|\d)\s?(?:/=|\b(?:bob|shillings|shilingi|KES|KSh)\b)",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?:\+|\b0|\b2[0-9]{2})[\d ()-]{7,14}\d")
_REPEATED = re.compile(r"([!?.,*~_\-])\1{1,}|[!?]{2,}")
_HIDDEN = re.compile("[\u200b-\u200f\u2060-\u2064\ufeff\u00ad\u202a-\u202e\u2066-\u2069]")
_ABBREVIATIONS = frozenset(
    {"MPESA", "VAT", "CBD", "ATM", "TV", "WIFI", "SMS", "KES", "UGX", "TZS", "RWF", "NGN", "ZAR"}
)
_NAMES = {"texts": "text", "headlines": "headline", "descriptions": "description", "paths": "path",
          "display_name": "display name"}  # fmt: skip


def refusals(advert: Advert, brief: Brief) -> tuple[Refusal, ...]:
    """Everything against the ad, in the order of its fields; empty when it may be shown as it is."""
    rules = RULES[advert.platform]
    return (*_whole(advert, rules), *_counts(advert, rules), *_words(advert, brief, rules))


def _whole(advert: Advert, rules: Rules) -> Iterator[Refusal]:
    if rules.languages is not None and advert.language not in rules.languages:
        yield Refusal(
            code="language", field="language", place=0, value=advert.language,
            reason=f"{rules.title} takes no ads in this language.",
            fix="Write this ad in English, and use Swahili on Meta and TikTok.", blanks={"platform": rules.title},
        )  # fmt: skip
    parts = urlsplit(advert.link) if _readable(advert.link) else urlsplit("")
    if parts.scheme != "https" or not parts.hostname:
        yield Refusal(
            code="link", field="link", place=0, value=advert.link[:80],
            reason="An ad leads to a web page, and its address begins with https://.",
            fix="Give the page's whole address, such as https://example.co.ke/offer.",
        )  # fmt: skip
    elif len(advert.link) > LINK:
        yield Refusal(
            code="link_too_long", field="link", place=0, value=advert.link[:80],
            reason=f"The address has {len(advert.link):,} characters; {LINK:,} are taken.",
            fix="Use a shorter address.", blanks={"count": f"{len(advert.link):,}", "limit": f"{LINK:,}"},
        )  # fmt: skip


def _counts(advert: Advert, rules: Rules) -> Iterator[Refusal]:
    for field in rules.fields:
        texts, name = field.of(advert), _NAMES[field.name]
        if len(texts) < field.least:
            yield Refusal(
                code="too_few", field=field.name, place=0, value=str(len(texts)),
                reason=f"{rules.title} wants at least {_number(field.least, name)}; there {_are(len(texts))}.",
                fix=f"Write {field.least - len(texts)} more, each of at most {field.longest} characters.",
                blanks={"platform": rules.title, "limit": str(field.least), "count": str(len(texts)),
                        "more": str(field.least - len(texts)), "longest": str(field.longest)},
            )  # fmt: skip
        if len(texts) > field.most:
            yield Refusal(
                code="too_many", field=field.name, place=0, value=str(len(texts)),
                reason=f"{rules.title} takes at most {_number(field.most, name)}; there {_are(len(texts))}.",
                fix=f"Leave {len(texts) - field.most} out.",
                blanks={"platform": rules.title, "limit": str(field.most), "count": str(len(texts)),
                        "more": str(len(texts) - field.most)},
            )  # fmt: skip
        seen: set[str] = set()
        for place, text in enumerate(texts, 1):
            if _plain(text) in seen:
                yield _of(
                    field, place, text, "twice", "The same text stands here twice.", "Write another, or leave it out."
                )
            seen.add(_plain(text))


def _words(advert: Advert, brief: Brief, rules: Rules) -> Iterator[Refusal]:
    for field in rules.fields:
        for place, text in enumerate(field.of(advert), 1):
            yield from _length(field, place, text, rules)
            yield from _characters(field, place, text, rules)
            if rules.plain_style:
                yield from _style(field, place, text, brief)
            yield from _claims(field, place, text, advert, brief)
            yield from _prices(field, place, text, brief)


def _length(field: Field, place: int, text: str, rules: Rules) -> Iterator[Refusal]:
    long = rules.count(text)
    if not text.strip():
        yield _of(field, place, text, "empty", "There is nothing in it.", "Write something, or leave it out.")
    elif long > field.longest:
        reason = f"It counts {long} characters the way {rules.title} counts; {field.longest} are taken."
        yield _of(
            field,
            place,
            text,
            "too_long",
            reason,
            f"Shorten it by {long - field.longest}.",
            count=long,
            limit=field.longest,
            platform=rules.title,
            more=long - field.longest,
        )
    elif field.shown and long > field.shown:
        reason = f"It counts {long} characters; after about {field.shown} {rules.title} hides the rest."
        yield _of(
            field,
            place,
            text,
            "cut",
            reason,
            "Put what matters first, or shorten it.",
            note=True,
            count=long,
            limit=field.shown,
            platform=rules.title,
        )


def _characters(field: Field, place: int, text: str, rules: Rules) -> Iterator[Refusal]:
    if not rules.emoji and (found := next((letter for letter in text if _emoji(letter)), "")):
        yield _of(
            field,
            place,
            text,
            "emoji",
            f"{rules.title} takes no emoji here ({found}).",
            "Leave it out.",
            platform=rules.title,
            word=found,
        )
    if found := next((mark for mark in rules.marks if mark in text), ""):
        yield _of(
            field,
            place,
            text,
            "character",
            f"{rules.title} takes no {found} here.",
            "Leave it out.",
            platform=rules.title,
            word=found,
        )
    if _HIDDEN.search(text) or any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in text):
        reason = "It has characters that nobody sees, which platforms take for an attempt to hide words."
        yield _of(field, place, text, "hidden", reason, "Type it anew in place of pasting it.")


def _style(field: Field, place: int, text: str, brief: Brief) -> Iterator[Refusal]:
    """Google's editorial rules."""
    if "!" in text and field.name == "headlines":
        yield _of(field, place, text, "exclamation", "Google takes no ! in a headline.", "End it without one.")
    if _REPEATED.search(text) or text.count("!") > 1:
        yield _of(field, place, text, "punctuation", "Google takes no repeated punctuation.", "Use one mark.")
    if _PHONE.search(_AMOUNT.sub(" ", text)):
        reason = "Google takes no telephone number in the text."
        yield _of(field, place, text, "phone", reason, "Leave it out: the link leads to WhatsApp.")
    own = {word.upper() for word in re.findall(r"[\w]+", f"{brief.business} {' '.join(brief.name.values())}")}
    loud = [word for word in re.findall(r"\b[A-Z]{4,}\b", text.replace("-", "")) if word not in own | _ABBREVIATIONS]
    if loud:
        yield _of(
            field,
            place,
            text,
            "shouting",
            f"Google takes no words in capitals ({loud[0]}).",
            "Write it small.",
            word=loud[0],
        )


def _claims(field: Field, place: int, text: str, advert: Advert, brief: Brief) -> Iterator[Refusal]:
    plain = f" {_plain(text)} "
    for claim in library.claims():
        if advert.platform not in claim.platforms or _holds(claim, brief) or claim.category in advert.categories:
            continue
        found = next((word for word in _listed(claim) if f" {word} " in plain), "")
        if found:
            reason = f'"{found}": {claim.reason}'
            yield _of(field, place, text, f"claim.{claim.category or claim.code}", reason, claim.fix, word=found)


def _prices(field: Field, place: int, text: str, brief: Brief) -> Iterator[Refusal]:
    """An amount in an ad is the offer's price or deposit, and nothing else."""
    known = {brief.price.amount} | ({brief.deposit.amount} if brief.deposit else set())
    for match in _AMOUNT.finditer(text):
        minor = amount(match.group(1) or match.group(2), brief.price.currency)
        if minor is not None and minor not in known:
            reason = f"{match.group().strip()} is neither the price nor the deposit of this offer."
            yield _of(
                field,
                place,
                text,
                "price",
                reason,
                "Say the offer's own price, or change the offer first.",
                word=match.group().strip(),
            )


def amounts(text: str, currency: str) -> tuple[int, ...]:
    """Every amount of money that a text names, in minor units of the offer's currency, in order."""
    found = (amount(match.group(1) or match.group(2), currency) for match in _AMOUNT.finditer(text))
    return tuple(each for each in found if each is not None)


def amount(written: str, currency: str) -> int | None:
    """ "3,500", "3.500", "3500.00" as minor units; None for what is no number."""
    plain = re.sub(r"[,.](?=\d{3}(?:\D|$))", "", written).replace(",", ".")
    try:
        return round(float(plain) * unit(currency))
    except ValueError:
        return None


def _holds(claim: Claim, brief: Brief) -> bool:
    facts = {
        "price_is_zero": brief.price.amount == 0,
        "ends": bool(brief.ends),
        "places_left": brief.places_left > 0,
        "rated": brief.reviews > 0 and brief.rating > 0,
    }
    return any(facts[name] for name in claim.unless)


@lru_cache(maxsize=256)
def _listed_words(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(_plain(word) for word in words)


def _listed(claim: Claim) -> Iterator[str]:
    for words in claim.words.values():
        yield from _listed_words(words)


def _plain(text: str) -> str:
    """The words alone: no case, no accents, no hidden characters, no punctuation that could stand between them."""
    open_ = unicodedata.normalize("NFKD", _HIDDEN.sub("", text))
    letters = "".join(letter for letter in open_ if not unicodedata.combining(letter)).casefold().replace("’", "'")
    return " ".join(re.sub(r"[^\w%#&/']+", " ", letters.replace("_", " ")).split())


def _emoji(letter: str) -> bool:
    symbol = unicodedata.category(letter) in ("So", "Sk") and letter not in "°©®™^`´¨"
    return symbol or "\U0001f1e6" <= letter <= "\U0001faff"


def _readable(link: str) -> bool:
    try:
        urlsplit(link)
    except ValueError:
        return False
    return link.isprintable() and " " not in link


def _of(
    field: Field, place: int, text: str, code: str, reason: str, fix: str, *, note: bool = False, **blanks: object
) -> Refusal:
    said = {name: str(value) for name, value in blanks.items()}
    return Refusal(
        code=code, field=field.name, place=place, value=text[:120], reason=reason, fix=fix, note=note, blanks=said
    )


def _number(count: int, name: str) -> str:
    return f"1 {name}" if count == 1 else f"{count} {name}s"


def _are(count: int) -> str:
    return "is 1" if count == 1 else f"are {count}" if count else "is none"
