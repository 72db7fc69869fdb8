"""What holds for any text at all: no exception, the same answer twice, a bounded time."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.model import Asked, Choice, Expectation
from language import detect, understand
from tests.language.test_table import HEARS, NOW, SALON, SLOTS

TYPES = (
    "choice",
    "yes_no",
    "text",
    "name",
    "number",
    "money",
    "date",
    "time",
    "when",
    "phone",
    "email",
    "location",
    "any",
)
PIECES = st.sampled_from(
    [
        "kesho",
        "saa",
        "nne",
        "na",
        "nusu",
        "elfu",
        "mia",
        "tano",
        "ya",
        "pili",
        "tarehe",
        "15",
        "15/2",
        "31/12/0000",
        "0712345678",
        "@",
        "+",
        "-",
        ".",
        ":",
        "ksh",
        "au",
        "not",
        "stop",
        "mtu",
        "in",
        "3",
        "days",
        "next",
        "monday",
        "99999999999999",
        "2️⃣",
        "👍",
        "tomorrow",
        "at",
        "4pm",
        "24:60",
        "baada",
        "ya",
        "siku",
        "wiki",
        "ijayo",
        "mwezi",
        "wa",
        "february",
        "29",
        "9999-99-99",
    ]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(PIECES, max_size=12).map(" ".join))


def read(asked: str, text: str, choices: tuple[Choice, ...] = (), /, **message: Any) -> Any:
    expectation = Expectation(asked=Asked(text="q", type=asked, choices=choices), hears=HEARS)
    return understand(expectation, {"kind": "text", "text": text, **message}, now=NOW, zone="Africa/Nairobi")


@settings(max_examples=250, deadline=None)
@given(kind=st.sampled_from(TYPES), text=TEXTS, choices=st.sampled_from([(), SALON, SLOTS]))
def test_any_text_gets_one_of_three_events_and_the_same_one_twice(
    kind: str, text: str, choices: tuple[Choice, ...]
) -> None:
    event = read(kind, text, choices)
    assert event.name in ("answer", "heard", "unclear")
    assert event == read(kind, text, choices)
    assert detect(text) in ("en", "sw", "")


@settings(max_examples=100, deadline=None)
@given(
    message=st.dictionaries(
        st.sampled_from(["kind", "text", "choice_id", "location", "contacts", "emoji", "latitude", "longitude"]),
        st.one_of(st.text(max_size=8), st.none(), st.integers(),
                  st.sampled_from(["location", "contacts", "reaction", "choice", "image"]),
                  st.lists(st.dictionaries(st.just("phones"), st.none() | st.lists(st.none() | st.text())))),
    ),
    kind=st.sampled_from(TYPES),
)  # fmt: skip
def test_a_malformed_message_is_answered_too(message: dict[str, Any], kind: str) -> None:
    expectation = Expectation(asked=Asked(text="q", type=kind), hears=HEARS)
    assert understand(expectation, message, now=NOW, zone="Africa/Nairobi").name in ("answer", "heard", "unclear")


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize(
    "piece", ["a", "1 ", "0712 345 678 ", "kesho ", "a.a@", "jina langu ni ", "👍", "'", "1-", "mia "]
)
def test_the_longest_message_is_read_in_bounded_time(kind: str, piece: str) -> None:
    text = (piece * 4096)[:4096]
    began = time.process_time()
    read(kind, text, SLOTS if kind == "when" else ())
    assert time.process_time() - began < 0.5


def test_a_name_that_was_read_is_read_the_same_again() -> None:
    name = read("name", "hi, naitwa wanjiku wa kamau").data["value"]
    assert name == "Wanjiku wa Kamau"
    assert read("name", name).data["value"] == name


def test_a_tap_is_its_choice_and_one_from_an_old_question_is_not_taken() -> None:
    assert read("choice", "", SALON, kind="choice", choice_id="c").data["choice"] == "c"
    assert read("choice", "Haircut", SALON, kind="choice", choice_id="gone").data["reason"] == "old_choice"


def test_a_pin_a_contact_card_and_a_reaction_answer_their_questions() -> None:
    pin = read("location", "", kind="location", location={"latitude": -1.28, "longitude": 36.8})
    assert pin.data["value"] == {"latitude": -1.28, "longitude": 36.8}
    card = read("phone", "", kind="contacts", contacts=[{"phones": [{"phone": "+254 712 345678"}]}])
    assert card.data["value"] == "+254712345678"
    assert read("yes_no", "", kind="reaction", emoji="👍🏾").data["value"] is True
    assert read("text", "", kind="image").data["reason"] == "no_text"


def test_a_yes_to_an_old_question_is_nothing_when_nothing_is_asked() -> None:
    event = understand(
        Expectation(asked=None), {"kind": "text", "text": "yes"}, now=datetime.now(UTC), zone="Africa/Nairobi"
    )
    assert (event.name, event.data["reason"]) == ("unclear", "nothing_asked")


def test_an_ambiguous_time_comes_with_its_readings() -> None:
    event = read("time", "saa 10")
    assert event.data["reason"] == "ambiguous_time"
    assert event.data["options"][:2] == ["16:00", "10:00"]


def test_the_language_of_a_line_is_heard_from_its_small_words() -> None:
    assert detect("naomba miadi ya kesho asubuhi") == "sw"
    assert detect("can i book for tomorrow please") == "en"
    assert detect("ok") == detect("Wanjiku 0712") == ""
