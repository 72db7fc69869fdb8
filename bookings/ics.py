"""Calendar export, RFC 5545: one booking for the customer's phone, or all of them as a feed for the owner's.

Times are in UTC (section 3.3.5, form 2), so that no VTIMEZONE has to be carried along. Lines end in CRLF
and are folded at 75 octets without splitting a character (section 3.1).
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from bookings.hours import Interval
from bookings.stock import bookings_between
from bookings.wording import said
from storage.store import Document, OrgStore

_STATUS = {"held": "TENTATIVE", "cancelled": "CANCELLED", "released": "CANCELLED"}
_BEHIND, _AHEAD = timedelta(days=30), timedelta(days=400)


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a calendar. `sequence` grows with each change, so that a phone replaces the older one."""

    uid: str
    start: datetime
    end: datetime
    summary: str
    stamp: datetime
    description: str = ""
    location: str = ""
    status: str = "CONFIRMED"
    sequence: int = 0


def calendar(entries: Iterable[Entry], *, name: str, cancel: bool = False) -> bytes:
    """A whole calendar. `cancel` makes it one that takes its entries off again."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//AAIS//Bookings//EN",
        "CALSCALE:GREGORIAN",
        f"METHOD:{'CANCEL' if cancel else 'PUBLISH'}",
        f"X-WR-CALNAME:{escaped(name)}",
    ]
    for entry in entries:
        lines += _event(entry)
    lines.append("END:VCALENDAR")
    return b"".join(piece + b"\r\n" for line in lines for piece in folded(line))


def of_booking(booking: Document, org: Document, language: str = "en") -> bytes:
    """The file for the customer: one booking, named after the business that they go to."""
    offer = said(booking["offer_name"], language)
    summary = f"{offer} – {org.get('name', '')}"
    entry = _entry(booking, summary, str(org.get("address") or ""), f"Ref {booking['ref']}")
    return calendar([entry], name=str(org.get("name", "")), cancel=entry.status == "CANCELLED")


async def feed(store: OrgStore, org: Document, now: datetime, language: str = "en") -> bytes:
    """The owner's calendar: what is booked from a month ago to a year ahead. It names no customer."""
    found = await bookings_between(store, Interval(now - _BEHIND, now + _AHEAD))
    entries = [
        _entry(booking, said(booking["offer_name"], language), said(booking["resource_name"], language), booking["ref"])
        for booking in found
    ]
    return calendar(entries, name=str(org.get("name", "")))


def feed_token(vault: Any, org: Document) -> str:
    """The secret in the feed's address. Raising `settings.feed_number` makes a new one and ends the old."""
    number = (org.get("settings") or {}).get("feed_number", 0)
    return str(vault.lookup("calendar feed", f"{org['_id']}/{number}"))


def feed_allowed(vault: Any, org: Document, token: str) -> bool:
    return hmac.compare_digest(feed_token(vault, org).encode(), token.encode())


def escaped(text: str) -> str:
    """A TEXT value (section 3.3.11). Control characters are not allowed in one."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    plain = plain.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")
    return "".join(letter for letter in plain if letter >= " " and letter != "\x7f")


def folded(line: str) -> Iterator[bytes]:
    """A content line in pieces of at most 75 octets; each after the first begins with a space."""
    piece, room = b"", 75
    for letter in line:
        octets = letter.encode("utf-8", "replace")
        if len(piece) + len(octets) > room:
            yield piece
            piece, room = b" ", 75
        piece += octets
    yield piece


def _entry(booking: Document, summary: str, location: str, description: str) -> Entry:
    return Entry(
        uid=f"{booking['_id']}@aais",
        start=booking["start"],
        end=booking["end"],
        summary=summary,
        stamp=booking["created_at"],
        description=description,
        location=location,
        status=_STATUS.get(booking["state"], "CONFIRMED"),
        sequence=booking.get("sequence", 0),
    )


def _event(entry: Entry) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{escaped(entry.uid)}",
        f"DTSTAMP:{_utc(entry.stamp)}",
        f"DTSTART:{_utc(entry.start)}",
        f"DTEND:{_utc(entry.end)}",
        f"SEQUENCE:{entry.sequence}",
        f"STATUS:{entry.status}",
        f"SUMMARY:{escaped(entry.summary)}",
    ]
    if entry.location:
        lines.append(f"LOCATION:{escaped(entry.location)}")
    if entry.description:
        lines.append(f"DESCRIPTION:{escaped(entry.description)}")
    return [*lines, "END:VEVENT"]


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
