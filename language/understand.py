"""The one door of this room: a person's message and what the machine waits for, to an event for it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.model import Asked, Event, Expectation
from language.choices import exact, read_choice, taken
from language.emails import read_email
from language.interrupts import heard
from language.moments import read_date, read_time, read_when
from language.money import read_money
from language.names import read_name
from language.numbers import read_number
from language.offered import moment_of, on_offered_day, read_offered
from language.phones import numbers_in, read_phone
from language.reading import Read, Reading, Setting, Unclear
from language.text import plain
from language.yes_no import read_yes_no

_READERS: dict[str, Callable[[str, Setting], Reading]] = {
    "yes_no": lambda text, setting: read_yes_no(text),
    "number": lambda text, setting: read_number(plain(text), setting),
    "count": lambda text, setting: read_number(plain(text), setting),
    "money": read_money,
    "date": read_date,
    "time": read_time,
    "when": read_when,
    "datetime": read_when,
    "phone": read_phone,
    "email": lambda text, setting: read_email(text),
    "name": lambda text, setting: read_name(text),
    "location": lambda text, setting: Unclear("not_a_location"),
    "choice": lambda text, setting: Unclear("no_such_choice"),
}

_CLOCKED = re.compile(r"\bat \d|\bsaa\b|\d ?[ap]m\b|o'?clock|\d:\d")  # a figure that can only be an hour


def understand(
    expectation: Expectation,
    message: Mapping[str, Any],
    *,
    now: datetime,
    zone: str,
    region: str = "KE",
    currency: str = "KES",
) -> Event:
    """Event("answer" | "heard" | "unclear") for one message.

    answer: data value (of the asked type), text, how, and choice (id) when one was picked.
    heard: data key, text. unclear: data text, reason, candidates (choice ids), options (ISO values).
    """
    where = ZoneInfo(zone)
    setting = Setting(now=now.astimezone(where), zone=where, region=region, currency=currency)
    text = str(message.get("text") or "").strip()
    asked = expectation.asked
    kind = str(message.get("kind") or "text")
    if kind == "choice" or message.get("choice_id"):
        return _event(_tapped(asked, message), text)
    named = exact(asked.choices, text) if asked and text else None
    key = heard(expectation.hears, text) if text and named is None and kind != "reaction" else None
    if key is not None:
        return Event(name="heard", data={"key": key, "text": text})
    if asked is None:
        return _event(Unclear("nothing_asked"), text)
    return _event(_other(asked, message, kind, setting) or _typed(asked, text, setting), text)


def _event(reading: Reading, text: str) -> Event:
    if isinstance(reading, Read):
        data = {"value": reading.value, "text": text, "how": reading.how}
        return Event(name="answer", data=data | ({"choice": reading.choice} if reading.choice else {}))
    unclear: dict[str, Any] = {"text": text, "reason": reading.reason, "candidates": list(reading.candidates)}
    return Event(name="unclear", data=unclear | ({"options": list(reading.options)} if reading.options else {}))


def _tapped(asked: Asked | None, message: Mapping[str, Any]) -> Reading:
    """A button or list row. One of an earlier question is not an answer to this one, whatever it says."""
    tapped = str(message.get("choice_id") or "")
    if asked is None:
        return Unclear("nothing_asked")
    for choice in asked.choices:
        if choice.id == tapped:
            return taken(choice, "tap")
    if asked.type == "yes_no" and not asked.choices and tapped in ("yes", "no"):
        return Read(tapped == "yes", "tap")
    return Unclear("old_choice")


def _other(asked: Asked, message: Mapping[str, Any], kind: str, setting: Setting) -> Reading | None:
    """What is not text: a pin, a shared contact, a reaction, a picture. None leaves it to the text."""
    place = message.get("location") if isinstance(message.get("location"), Mapping) else message
    if kind == "location" and isinstance(place, Mapping):
        return _location(asked, place)
    if kind == "contacts":
        return _contact(asked, message.get("contacts"), setting)
    if kind == "reaction":
        mark = str(message.get("emoji") or message.get("text") or "")
        return read_yes_no(mark) if asked.type == "yes_no" else Unclear("reaction")
    if asked.type == "any" and not message.get("text"):
        return Read({str(key): value for key, value in message.items() if isinstance(value, str | int | float)}, kind)
    return None if message.get("text") else Unclear("no_text")


def _location(asked: Asked, place: Mapping[str, Any]) -> Reading:
    try:
        value = {"latitude": float(place["latitude"]), "longitude": float(place["longitude"])}
    except (KeyError, TypeError, ValueError):
        return Unclear("not_a_location")
    inside = abs(value["latitude"]) <= 90 and abs(value["longitude"]) <= 180
    return Read(value, "pin") if inside and asked.type in ("location", "any") else Unclear("not_asked_for")


def _contact(asked: Asked, cards: Any, setting: Setting) -> Reading:
    if asked.type != "phone" or not isinstance(cards, list):
        return Unclear("not_asked_for")
    phones = [entry.get("phone") or "" for card in cards if isinstance(card, Mapping)
              for entry in card.get("phones") or [] if isinstance(entry, Mapping)]  # fmt: skip
    found = list(dict.fromkeys(number for phone in phones for number in numbers_in(str(phone), setting.region)))
    if len(found) == 1:
        return Read(found[0], "contact")
    return Unclear("ambiguous_phone" if found else "not_a_phone", options=tuple(found))


def _typed(asked: Asked, text: str, setting: Setting) -> Reading:
    if not text:
        return Unclear("no_text")
    if asked.type in ("text", "any") and not asked.choices:
        return Read(text, "typed")
    reading = _among(asked, text, setting) if asked.choices else None
    if isinstance(reading, Read) or (reading and reading.candidates) or asked.type == "choice":
        return reading or Unclear("no_such_choice")
    if asked.type in ("text", "any"):
        return Read(text, "typed")
    reader = _READERS.get(asked.type)
    typed = reader(text, setting) if reader else Unclear("cannot_be_typed")
    if asked.type == "when" and isinstance(typed, Unclear) and typed.reason == "needs_day":
        return on_offered_day(asked.choices, text, setting) or typed
    return typed


def _among(asked: Asked, text: str, setting: Setting) -> Reading:
    """Which choice was meant. With times on offer a lone figure is a place or an hour: both are weighed."""
    offered = read_offered(asked.choices, text, setting)
    if isinstance(offered, Unclear) and not offered.candidates and exact(asked.choices, text) is None:
        return offered
    picked = read_choice(asked.choices, text)
    if isinstance(offered, Read) and isinstance(picked, Read) and offered.choice != picked.choice:
        if picked.how == "number" and _CLOCKED.search(plain(text)):
            return offered
        return Unclear("ambiguous_choice", candidates=(offered.choice, picked.choice))
    if isinstance(picked, Read) and picked.how == "number" and offered is None:
        return _hour_or_place(asked, text, picked, setting)
    if offered is None and not isinstance(picked, Read) and text.strip(" .").isdigit():
        return read_offered(asked.choices, f"at {text}", setting) or picked
    if offered is not None and not (isinstance(picked, Read) and picked.how in ("name", "number", "tap")):
        return offered
    return picked


def _hour_or_place(asked: Asked, text: str, picked: Read, setting: Setting) -> Reading:
    """ "2" is the second slot, unless another slot is at two."""
    if not any(moment_of(choice.value, setting) for choice in asked.choices) or not text.strip(" .").isdigit():
        return picked
    as_hour = read_offered(asked.choices, f"at {text}", setting)
    ids = {as_hour.choice} if isinstance(as_hour, Read) else set(as_hour.candidates) if as_hour else set()
    if ids <= {picked.choice}:
        return picked
    return Unclear("ambiguous_choice", candidates=(picked.choice, *sorted(ids - {picked.choice})))
