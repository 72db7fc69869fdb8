"""Links, codes, QR codes and the widget."""

from __future__ import annotations

import shutil
import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm import capture, qr, tongue, widget


@given(st.text(max_size=80))
def test_whatever_the_greeting_the_code_comes_back(greeting: str) -> None:
    code = capture.new_code()
    try:
        link = capture.wa_link("254709000101", text=greeting, code=code)
    except UnicodeEncodeError:
        return
    (said,) = parse_qs(urlsplit(link).query)["text"]
    assert capture.code_in(said) in {code, capture.code_in(greeting)}


@pytest.mark.parametrize("text", ["", "ref", "ref 12", "my ref is here", "prefer K7M4Q2", "ref KKKKKKK"])
def test_ordinary_words_hold_no_code(text: str) -> None:
    assert capture.code_in(text) == ""
    assert capture.without_code(text) == text


def test_a_link_needs_a_number() -> None:
    with pytest.raises(ValueError, match="no phone number"):
        capture.wa_link("KE.123")


def test_qr_codes_are_an_svg_and_a_png() -> None:
    link = capture.wa_link("254709000101", code="K7M4Q2")
    assert qr.svg(link).startswith(b"<svg")
    assert qr.png(link).startswith(b"\x89PNG")


def test_the_widget_cannot_be_broken_out_of_and_is_valid_script() -> None:
    nasty = "</script><b>\u2028'\""
    script = widget.script(link="https://wa.me/254", capture="https://x/capture/clinic", label=nasty)
    assert "</script><b>" not in script
    assert "__CONFIG__" not in script
    assert len(script) < 3000
    node = shutil.which("node")
    if node:
        checked = subprocess.run([node, "--check", "-"], input=script.encode(), capture_output=True, check=False)
        assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Habari, nataka miadi kesho", "sw"), ("Hi, I would like to book", "en"), ("ok", ""), ("", ""),
        ("Naomba bei ya kusafisha meno", "sw"), ("how much is a room for 2 nights", "en"),
    ],
)  # fmt: skip
def test_a_language_is_guessed_from_words_that_only_it_has(text: str, language: str) -> None:
    assert tongue.guess(text) == language
