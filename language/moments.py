"""Days and times out of one message, put together: what was said, and whether it is one moment."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import msgspec

from language import clock
from language.dates import Day, Span, day_of_month, days
from language.numbers import figure, word
from language.reading import Read, Reading, Setting, Unclear
from language.spelling import WEEKDAYS, respell
from language.text import WORDIEST, listed, plain, tokens
from language.words import HEDGE, NEGATION, POLITE, QUESTION, REQUEST

_FILLER = listed(
    """
    saa time day siku date tarehe hivi early mapema exactly kamili sharp around about by kama mida jamani available
    free nafasi slot slots appointment session then pia also just only tu inafaa inanifaa works work fine good great
    nzuri poa sawa ok okay yes ndio perfect better best iko sure hapo pale mahali here hapa one am pm inakuwa
    mwenyewe kwenye katika pa ku nitafika fika nifike arrive arriving kwako kwenu there place no problem hakuna
    shida jumaa oclock clock th st nd rd
    """
)
_PAST = listed(
    """
    came was were had nilikuja nilikuwa nililipa ilikuwa paid visited called nilipiga tulikuja
    """
)
_AFTER = frozenset({"after", "from", "since", "kuanzia", "baada", "past", "later"})
_BEFORE = frozenset({"before", "until", "till", "kabla", "hadi", "mpaka"})
_WITHIN = frozenset({"between", "kati", "anytime", "wowote", "yoyote", "any", "either", "kila", "every", "each"})
_UNREAD = (
    NEGATION | HEDGE | QUESTION | WEEKDAYS.keys() | listed("days day weeks week siku wiki months month miezi mwezi")
)
_LEFTOVER = 3
_LENGTHS = {"minutes": 1, "dakika": 1, "hours": 60, "masaa": 60, "lisaa": 60}


class Spoken(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says about a moment. Empty tuples: nothing said; several: several readings."""

    dates: tuple[date, ...] = ()
    times: tuple[time, ...] = ()
    part: str = ""
    spans: tuple[Span, ...] = ()
    bound: str = ""  # after, before, within: a limit, not a moment
    moment: datetime | None = None  # "in two hours"
    trouble: str = ""  # question, negated, no_such_day, two_dates, two_times, too_much
    bare: tuple[int, ...] = ()  # lone figures that were not needed for a day or an hour


def hear(text: str, setting: Setting) -> Spoken | None:
    """What was said about days and times, or None when nothing was."""
    raw = plain(text)
    words = respell(tokens(raw))
    if len(words) > WORDIEST:
        return None
    moment, words = _ahead(words, setting)
    mentioned, spans = days(words, setting.now.date())
    hits: list[Day | Span] = [*mentioned, *spans]
    used = {at for hit in hits for at in range(hit.start, hit.end)}
    rest = ["" if at in used else piece for at, piece in enumerate(words)]
    part, places = clock.part_of(rest if "tonight" not in words else words)
    faces = _faces(rest, bool(part), bool(mentioned), moment is not None)
    used |= places | {at for face in faces for at in range(face.start, face.end)}
    left = [piece for at, piece in enumerate(words) if at not in used and piece]
    if not (mentioned or spans or faces or part or moment):
        return None
    dates, trouble = _one_day(mentioned, spans)
    times = tuple(dict.fromkeys(clock.times(faces[0], part))) if faces else ()
    if len({clock.times(face, part) for face in faces}) > 1 or re.search(r"\d-\d+\s*(am|pm)?\b", " ".join(left)):
        trouble = trouble or "two_times"
    if len(places) > 1 and not part:
        trouble = trouble or "two_times"
    trouble = trouble or _trouble(left, words, raw)
    lone = tuple(int(piece) for piece in left if piece.isdigit() and len(piece) <= 2)
    return Spoken(dates=dates, times=times, part=part, spans=tuple(spans), bound=_bound(left), moment=moment,
                  trouble=trouble, bare=lone)  # fmt: skip


def _faces(rest: list[str], part: bool, day: bool, moment: bool) -> list[clock.Face]:
    """Clock readings; where there are none, a lone hour beside a day or a part of the day."""
    found = clock.faces(rest)
    if found or moment or not (part or day):
        return found
    lone = [face for at in range(len(rest)) if rest[at] and (face := clock.bare(rest, at)) and _alone(rest, at)]
    return lone if len(lone) == 1 else []


def _alone(rest: list[str], at: int) -> bool:
    """A figure with a thing after it counts that thing: "people", "days", "bob"."""
    after = rest[at + 1] if at + 1 < len(rest) else ""
    before = rest[at - 1] if at else ""
    beside = before in POLITE | REQUEST | _FILLER or before in clock.PARTS or not before
    return beside and before not in ("watu", "siku", "number", "namba", "option", "ksh", "na") and after not in (
        "people", "watu", "days", "th", "bob", "kids", "adults", "persons", "pax", "k", "of", "hours",
    )  # fmt: skip


def _ahead(words: list[str], setting: Setting) -> tuple[datetime | None, list[str]]:
    """ "in 2 hours", "baada ya dakika 30", "now": a moment counted from now, and the words without it."""
    text = " ".join(words)
    if re.search(r"\b(right now|sasa hivi|saa hii|saa hizi|now now|sai|saivi)\b", text) or words == ["now"]:
        cleaned = re.sub(r"\b(right now|sasa hivi|saa hii|saa hizi|now now|now|sai|saivi)\b", "", text)
        return setting.now.replace(second=0, microsecond=0), cleaned.split()
    for at, piece in enumerate(words):
        lead = piece == "in" or (piece == "baada" and words[at + 1 : at + 2] == ["ya"])
        start = at + (2 if piece == "baada" else 1) if lead else at
        pair = words[start : start + 2]
        if len(pair) < 2 or not ({*pair} & _LENGTHS.keys()):
            continue
        unit, number = (pair[0], pair[1]) if pair[0] in _LENGTHS else (pair[1], pair[0])
        value = figure(number) or word(number) or (1 if number in ("an", "a") else None)
        tail = words[start + 2 : start + 4]
        ahead = lead or tail == ["from", "now"] or tail[:1] in (["zijazo"], ["yajayo"])
        if value is None or not ahead or value > 1000:
            continue
        end = start + 2 + (0 if lead else 2 if tail[0] == "from" else 1)
        moved = setting.now + timedelta(minutes=float(value) * _LENGTHS[unit])
        return moved.replace(second=0, microsecond=0), words[:at] + words[end:]
    return None, words


def _one_day(mentioned: list[Day], spans: list[Span]) -> tuple[tuple[date, ...], str]:
    """The days on which all mentions agree: "ijumaa tarehe 27", "wiki ijayo jumatano"."""
    if not mentioned:
        return (), ""
    if any(not day.options for day in mentioned):
        return (), "no_such_day"
    weekdays = {day.weekday for day in mentioned if day.weekday is not None}
    firm = [day for day in mentioned if day.weekday is None]
    if spans and len(mentioned) == 1 and not firm:
        options = tuple(
            span.first + timedelta(days=ahead) for span in spans for ahead in range((span.last - span.first).days + 1)
            if (span.first + timedelta(days=ahead)).weekday() in weekdays
        )  # fmt: skip
        return options, ""
    agreed = set((firm or mentioned)[0].options)
    for day in firm or mentioned:
        agreed &= set(day.options)
    if weekdays and firm:
        agreed = {option for option in agreed if weekdays == {option.weekday()}}
    if agreed:
        return tuple(sorted(agreed)), ""
    return tuple(sorted({option for day in mentioned for option in day.options})), "two_dates"


def _bound(words: list[str]) -> str:
    said = set(words)
    if said & _WITHIN:
        return "within"
    if said & _AFTER:
        return "after"
    return "before" if said & _BEFORE else ""


def _trouble(left: list[str], words: list[str], raw: str) -> str:
    greeting = {"vipi", "je"} if words[:1] in (["vipi"], ["je"]) else set()
    asked = {piece for piece in left if piece in QUESTION} - greeting
    if asked:
        return "question"
    if any(piece in NEGATION for piece in left) or any(piece in HEDGE for piece in left):
        return "negated"
    if any(piece in _PAST for piece in left):
        return "past"
    content = [piece for piece in left if piece not in POLITE and piece not in REQUEST and piece not in _FILLER]
    content = [piece for piece in content if piece not in QUESTION and piece not in _AFTER | _BEFORE | _WITHIN]
    return "too_much" if len(content) > _LEFTOVER else ""


def _iso(values: tuple[date | time, ...] | tuple[datetime, ...]) -> tuple[str, ...]:
    return tuple(value.isoformat(timespec="minutes") if isinstance(value, time | datetime) else value.isoformat()
                 for value in values)  # fmt: skip


def read_date(text: str, setting: Setting) -> Reading:
    """One day; a stretch of days, two days or a negation are asked back."""
    spoken = hear(text, setting)
    if spoken is None:
        return _lone_day(text, setting) or _last_resort(text, setting) or Unclear("not_a_date")
    if spoken.trouble and spoken.trouble != "two_times":
        return Unclear(
            "ambiguous_date" if spoken.trouble == "two_dates" else spoken.trouble, options=_iso(spoken.dates)
        )
    if spoken.moment and not spoken.dates:
        return Read(spoken.moment.date(), "typed")
    if len(spoken.dates) == 1 and not (spoken.bound and not spoken.times):
        return Read(spoken.dates[0], "typed")
    if spoken.dates:
        return Unclear("ambiguous_date" if len(spoken.dates) > 1 else "range", options=_iso(spoken.dates))
    if spoken.spans:
        return Unclear("needs_day")
    return _lone_day(text, setting) or Unclear("not_a_date")


def read_time(text: str, setting: Setting) -> Reading:
    """One time of the day."""
    spoken = hear(text, setting)
    if spoken is None or not (spoken.times or spoken.moment or spoken.part):
        words = respell(tokens(plain(text)))
        kept = [word for word in words if word not in POLITE and word not in REQUEST and word not in _FILLER]
        face = clock.bare(kept, 0) if kept else None
        if face is None or face.end != len(kept):
            return Unclear("not_a_time")
        spoken = Spoken(times=clock.times(face, ""))
    if spoken.trouble and spoken.trouble != "two_dates":
        return Unclear(
            "ambiguous_time" if spoken.trouble == "two_times" else spoken.trouble, options=_iso(spoken.times)
        )
    if spoken.moment:
        return Read(spoken.moment.time(), "typed")
    if spoken.bound:
        return Unclear("range", options=_iso(spoken.times))
    if len(spoken.times) == 1:
        return Read(spoken.times[0], "typed")
    return Unclear("ambiguous_time", options=_iso(spoken.times)) if spoken.times else Unclear("needs_time")


def read_when(text: str, setting: Setting) -> Reading:
    """One moment, in UTC: a day and a time that are both clear."""
    spoken = hear(text, setting)
    if spoken is None:
        return Unclear("not_a_moment")
    if spoken.trouble:
        return Unclear(
            {"two_dates": "ambiguous_date", "two_times": "ambiguous_time"}.get(spoken.trouble, spoken.trouble)
        )
    if spoken.moment:
        return Read(spoken.moment.astimezone(UTC), "typed")
    if spoken.bound:
        return Unclear("range")
    if not spoken.dates:
        return Unclear("needs_day" if spoken.times or spoken.spans else "not_a_moment")
    if not spoken.times:
        return Unclear("needs_time", options=_iso(spoken.dates))
    moments = tuple(joined(day, moment, setting) for day in spoken.dates for moment in spoken.times)
    if len(moments) == 1 and spoken.times[0].hour < 5 and spoken.part in ("usiku", "night", "tonight"):
        moments += (moments[0] + timedelta(days=1),)  # the small hours belong to the night before, for many
    if len(moments) == 1 and not (spoken.times[0] == time(0) and "midnight" in plain(text)):
        return Read(moments[0], "typed")
    reason = "ambiguous_date" if len(spoken.times) == 1 and len(spoken.dates) > 1 else "ambiguous_time"
    return Unclear(reason, options=_iso(moments))


def joined(day: date, moment: time, setting: Setting) -> datetime:
    """A local day and time as a moment in UTC."""
    return datetime.combine(day, moment, setting.zone).astimezone(UTC)


def _lone_day(text: str, setting: Setting) -> Read | None:
    """ "15" or "the 15", when a day was asked for."""
    words = [piece for piece in respell(tokens(plain(text))) if piece not in POLITE and piece not in REQUEST]
    if len(words) == 1 and words[0].isdigit() and len(words[0]) <= 2 and 1 <= int(words[0]) <= 31:
        found = day_of_month(int(words[0]), setting.now.date())
        return Read(found[0], "typed") if found else None
    return None


def _last_resort(text: str, setting: Setting) -> Read | None:
    """dateparser, for a short line with a figure in it; it must find both day and month. About 1 ms."""
    words = tokens(plain(text))
    if not 2 <= len(words) <= 6 or not any(piece[0].isdigit() for piece in words) or len(text) > 40:
        return None
    if any(piece in _UNREAD for piece in words):
        return None
    import dateparser  # half a second to import, and seldom needed

    found = dateparser.parse(
        text,
        languages=["sw", "en"],
        settings={"DATE_ORDER": "DMY", "REQUIRE_PARTS": ["day", "month"], "STRICT_PARSING": False,
                  "PREFER_DATES_FROM": "future", "RELATIVE_BASE": setting.now.replace(tzinfo=None)},
    )  # fmt: skip
    return Read(found.date(), "dateparser") if found else None
