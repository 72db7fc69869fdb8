"""What we send stays within WhatsApp's limits, in as few messages as they allow, and loses nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.outgoing import Link, OutgoingMessage, Template, Unsendable, read_outgoing
from channels.text import length, split, truncate
from channels.whatsapp.outbound import as_text, parts, read_body


def message(text: str = "Which one?", labels: tuple[str, ...] = (), **more: Any) -> OutgoingMessage:
    choices = [{"id": f"0123456789.3.{place}", "label": label} for place, label in enumerate(labels)]
    return read_outgoing({"text": text, "choices": choices, **more})


def interactive(part: Any) -> dict[str, Any]:
    inner: dict[str, Any] = part.body["interactive"]
    return inner


def test_up_to_three_short_choices_are_buttons() -> None:
    (part,) = parts(message(labels=("Yes", "No", "Later")))
    buttons = interactive(part)["action"]["buttons"]
    assert [button["reply"]["title"] for button in buttons] == ["Yes", "No", "Later"]


@pytest.mark.parametrize(
    "labels",
    [
        ("One", "Two", "Three", "Four"),
        ("A title that is longer than twenty", "Short"),
        ("Same", "same"),
    ],
)
def test_what_does_not_fit_buttons_becomes_a_list(labels: tuple[str, ...]) -> None:
    (part,) = parts(message(labels=labels))
    rows = interactive(part)["action"]["sections"][0]["rows"]
    assert interactive(part)["type"] == "list"
    assert len(rows) == len(labels)


def test_a_long_label_stands_whole_under_its_title() -> None:
    label = "Knotless braids, waist length"
    (part,) = parts(message(labels=(label, "Other")))
    row = interactive(part)["action"]["sections"][0]["rows"][0]
    assert row == {"id": "0123456789.3.0", "title": "Knotless braids, waist…", "description": label}


def test_more_than_ten_choices_are_numbered_in_one_message() -> None:
    (part,) = parts(message(labels=tuple(f"Choice {n}" for n in range(12))))
    assert part.body["text"]["body"].endswith("11. Choice 10\n12. Choice 11")


def test_pages_show_every_choice_once_and_lead_on() -> None:
    labels = tuple(f"Choice {n}" for n in range(25))
    seen: list[str] = []
    for page in range(3):
        (part,) = parts(message(labels=labels, more="0123456789.3.more:", page=page, language="sw"))
        rows = interactive(part)["action"]["sections"][0]["rows"]
        assert len(rows) <= 10
        seen.extend(row["id"] for row in rows if "more:" not in row["id"])
        if page < 2:
            assert rows[-1] == {"id": f"0123456789.3.more:{page + 1}", "title": "Zaidi…"}
    assert seen == [f"0123456789.3.{n}" for n in range(25)]


def test_a_long_question_with_few_choices_is_still_one_message() -> None:
    (part,) = parts(message(text="word " * 400, labels=("Yes", "No")))
    assert interactive(part)["type"] == "list"


def test_a_text_that_is_too_long_is_broken_at_a_paragraph_and_the_choices_go_last() -> None:
    paragraphs = ["a" * 3000, "b" * 3000, "Which one?"]
    first, last = parts(message(text="\n\n".join(paragraphs), labels=("Yes", "No")))
    assert first.body["text"]["body"] == paragraphs[0]
    assert interactive(last)["body"]["text"] == f"{paragraphs[1]}\n\nWhich one?"


def test_a_link_is_a_button_or_part_of_a_long_text() -> None:
    link = Link(url="https://example.com/map", label="Open the map of our place")
    (part,) = parts(OutgoingMessage(text="Here we are", link=link))
    assert interactive(part)["action"]["parameters"] == {"display_text": "Open the map of our…", "url": link.url}
    (part,) = parts(OutgoingMessage(text="x" * 2000, link=link))
    assert part.body["text"]["body"].endswith(link.url)


def test_asking_for_a_place_is_a_location_request() -> None:
    (part,) = parts(message(expects="location"))
    assert interactive(part)["action"] == {"name": "send_location"}


def test_template_parameters_are_made_acceptable() -> None:
    template = Template(name="t", language="sw", parameters=("", "two\nlines\t  and  gaps"))
    (part,) = parts(OutgoingMessage(template=template))
    texts = [parameter["text"] for parameter in part.body["template"]["components"][0]["parameters"]]
    assert texts == ["–", "two lines and gaps"]


def test_files_go_by_kind_and_long_captions_before_them() -> None:
    args = {"filename": "visit.ics", "mime_type": "text/calendar", "content": "BEGIN:VCALENDAR", "text": "Your visit"}
    (part,) = parts(read_outgoing(args))
    assert part.body == {"type": "document", "document": {"filename": "visit.ics", "caption": "Your visit"}}
    assert part.upload.content == b"BEGIN:VCALENDAR"
    args = {"filename": "a.jpg", "mime_type": "image/jpeg", "url": "https://x.example/a.jpg", "text": "y" * 1500}
    first, second = parts(read_outgoing(args))
    assert first.body["type"] == "text"
    assert second.body == {"type": "image", "image": {"link": "https://x.example/a.jpg"}}


def test_reading_and_typing_are_one_request() -> None:
    assert read_body("wamid.1", typing=True)["typing_indicator"] == {"type": "text"}
    assert "typing_indicator" not in read_body("wamid.1")


@pytest.mark.parametrize(
    "args",
    [
        {"text": ""},
        {"text": 5},
        {"text": "x", "choices": [{"id": "", "label": "y"}]},
        {"text": "x", "category": "spam"},
        {"text": "x", "url": "javascript:alert(1)"},
        {"text": "x", "filename": "a.pdf"},
    ],
)
def test_what_is_no_message_is_refused(args: dict[str, Any]) -> None:
    with pytest.raises(Unsendable):
        read_outgoing(args)


def test_truncation_keeps_what_a_reader_sees_as_one_character_whole() -> None:
    family = "👩🏿‍👩🏿‍👧🏿‍👦🏿"
    assert truncate("Familia " + family, 12) == "Familia…"
    assert truncate("ሰላም ለሁላችሁ", 6) == "ሰላም ለ…"
    assert truncate("short", 5) == "short"


@settings(max_examples=150, deadline=None)
@given(st.text(min_size=1, max_size=400), st.integers(20, 90))
def test_splitting_loses_no_word_and_keeps_the_limit(text: str, limit: int) -> None:
    pieces = split(text, limit)
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(length(piece) <= limit for piece in pieces)


_words = st.text(alphabet=st.sampled_from("ab é😀👩🏿\n."), min_size=1, max_size=90).filter(str.strip)


@settings(max_examples=150, deadline=None)
@given(_words, st.integers(1, 120), st.lists(_words, max_size=14), st.booleans())
def test_no_message_breaks_a_limit(words: str, times: int, labels: list[str], pages: bool) -> None:
    text = (words + " ") * times
    sent = message(text=text, labels=tuple(labels), more="0123456789.3.more:" if pages else "")
    for part in (*parts(sent), *as_text(sent)):
        if part.body["type"] == "text":
            assert 0 < length(part.body["text"]["body"]) <= 4096
            continue
        inner = interactive(part)
        assert 0 < length(inner["body"]["text"]) <= (4096 if inner["type"] == "list" else 1024)
        buttons = [button["reply"] for button in inner["action"].get("buttons", [])]
        assert len(buttons) <= 3
        assert all(0 < length(button["title"]) <= 20 for button in buttons)
        assert len({button["title"] for button in buttons}) == len(buttons)
        rows = [row for section in inner["action"].get("sections", []) for row in section["rows"]]
        assert len(rows) <= 10
        assert all(0 < length(row["title"]) <= 24 and length(row.get("description", "")) <= 72 for row in rows)
        assert len({row["id"] for row in rows}) == len(rows)
