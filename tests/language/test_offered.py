"""Times on offer: a time without a day is meant for the day that everything offered is on, if there is one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import language
from engine.model import Asked, Choice, Event, Expectation

NAIROBI = ZoneInfo("Africa/Nairobi")
NOW = datetime(2026, 11, 18, 6, tzinfo=UTC)


def slot(day: int, hour: int) -> Choice:
    start = datetime(2026, 11, day, hour, tzinfo=NAIROBI)
    return Choice(id=f"{day}-{hour}", label=f"{start:%a %d %b, %H:%M}", value={"start": start.astimezone(UTC)})


def said(text: str, *slots: Choice) -> Event:
    expectation = Expectation(asked=Asked(text="which_time", type="when", choices=slots))
    message: dict[str, Any] = {"kind": "text", "text": text}
    return language.understand(expectation, message, now=NOW, zone="Africa/Nairobi")


def test_a_time_that_is_not_offered_is_meant_for_the_day_that_is() -> None:
    event = said("3 am", slot(20, 9), slot(20, 10))
    assert event.name == "answer"
    assert event.data["value"] == datetime(2026, 11, 20, 3, tzinfo=NAIROBI)
    assert event.data["how"] == "typed"


def test_an_offered_time_is_picked() -> None:
    assert said("10:00", slot(20, 9), slot(20, 10)).data["choice"] == "20-10"


def test_with_two_days_on_offer_the_day_is_asked_for() -> None:
    event = said("3 am", slot(20, 9), slot(21, 10))
    assert (event.name, event.data["reason"]) == ("unclear", "needs_day")


def test_a_time_with_two_readings_is_not_guessed() -> None:
    assert said("saa tisa", slot(20, 9), slot(20, 10)).name == "unclear"
