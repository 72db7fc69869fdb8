"""Calendar files, read back by a reader that follows RFC 5545 and not our writer."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bookings import ics

START = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def read(data: bytes) -> list[tuple[str, str]]:
    """Unfold (3.1), split name from value, unescape TEXT (3.3.11)."""
    assert data.endswith(b"\r\n")
    text = data.decode()
    assert "\n" not in text.replace("\r\n", "")
    lines = re.sub(r"\r\n[ \t]", "", text).split("\r\n")[:-1]
    pairs = [line.split(":", 1) for line in lines]
    return [(name, re.sub(r"\\(.)", lambda m: "\n" if m[1] in "nN" else m[1], value)) for name, value in pairs]


def _entry(**changes: Any) -> ics.Entry:
    given = {"uid": "b1@aais", "start": START, "end": START + timedelta(hours=1), "summary": "Cleaning", "stamp": START}
    return ics.Entry(**{**given, **changes})


def test_one_event_reads_back_as_it_was_written() -> None:
    lines = dict(read(ics.calendar([_entry(location="Kilimani; 2nd floor, left", sequence=3)], name="Tabasamu")))
    assert (lines["DTSTART"], lines["DTEND"]) == ("20261201T090000Z", "20261201T100000Z")
    assert (lines["LOCATION"], lines["SEQUENCE"], lines["STATUS"]) == ("Kilimani; 2nd floor, left", "3", "CONFIRMED")


@given(st.text(st.characters(exclude_categories=("Cc", "Cs")), max_size=300))
def test_any_text_survives_folding_and_escaping_and_no_line_is_too_long(text: str) -> None:
    data = ics.calendar([_entry(summary=text)], name="x")
    assert dict(read(data))["SUMMARY"] == text
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_a_name_cannot_smuggle_lines_into_the_calendar() -> None:
    data = ics.calendar([_entry(summary="Hi\r\nEND:VEVENT\r\nATTACH:http://x")], name="x")
    assert [name for name, _ in read(data)].count("END") == 2
    assert b"\nATTACH" not in data


async def test_the_feed_shows_what_is_booked_and_takes_cancelled_ones_off(room: Any) -> None:
    booking = await room.booked()
    org = await room.store.get("orgs", "clinic")
    view = room.store.org("clinic")
    assert dict(read(await ics.feed(view, org, room.now)))["UID"] == f"{booking['id']}@aais"
    await room.do("bookings.cancel", booking=booking)
    assert "UID" not in dict(read(await ics.feed(view, org, room.now)))
    stored = await view.get("bookings", booking["id"])
    lines = dict(read(ics.of_booking(stored, org)))
    assert (lines["METHOD"], lines["STATUS"], lines["SEQUENCE"]) == ("CANCEL", "CANCELLED", "1")
    assert await ics.feed(room.store.org("other"), org, room.now) == ics.calendar([], name="Clinic")


class _Vault:
    def lookup(self, kind: str, value: str) -> str:
        return f"{kind}/{value}"


def test_a_feed_opens_with_its_own_token_only_until_that_is_renewed() -> None:
    org: dict[str, Any] = {"_id": "clinic"}
    token = ics.feed_token(_Vault(), org)
    assert ics.feed_allowed(_Vault(), org, token)
    assert not ics.feed_allowed(_Vault(), {"_id": "other"}, token)
    assert not ics.feed_allowed(_Vault(), {**org, "settings": {"feed_number": 1}}, token)
