"""Texts: what the filters print in both languages, and what cannot be written."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from engine import Money
from engine.errors import TextTooLong
from engine.scope import ExpressionError
from engine.texts import compile_template, render

WHEN = datetime(2026, 11, 27, 7, 30, tzinfo=UTC)


def printed(source: str, language: str = "en", **values: Any) -> str:
    context = {"__language": language, "__zone": "Africa/Nairobi", "__now": datetime(2026, 11, 20, tzinfo=UTC)}
    return render(compile_template(source), {**context, **values}, "key")


@pytest.mark.parametrize(
    ("source", "language", "expected"),
    [
        ("{{ m | money }}", "en", "KSh\u00a01,500"),
        ("{{ m }}", "sw", "KSh\u00a01,500"),
        ("{{ cents | money }}", "en", "KSh\u00a00.05"),
        ("{{ w | when }}", "en", "Friday 27 November, 10:30"),
        ("{{ w | when }}", "sw", "Ijumaa 27 Novemba, 10:30"),
        ("{{ w }}", "en", "Friday 27 November, 10:30"),
        ("{{ w | time }}", "sw", "10:30"),
        ("{{ d | day }}", "en", "Saturday 2 January 2027"),
        ("{{ p | phone }}", "en", "0712 345678"),
        ("{{ n | first }}", "en", "Achieng"),
        ("{{ h }}", "en", "1 h 30 min"),
        ("[{{ nothing }}{{ nothing.at.all }}{{ nothing | money }}]", "en", "[]"),
        ("{% if m and not nothing %}yes{% else %}no{% endif %}", "en", "yes"),
        ("{% for x in xs %}{{ x.name }};{% endfor %}", "en", "a;b;"),
        ("{{ yes }}", "sw", "ndiyo"),
    ],
)
def test_how_values_print(source: str, language: str, expected: str):
    found = printed(
        source, language, m=Money(150000, "KES"), cents=Money(5, "KES"), w=WHEN, d=date(2027, 1, 2), p="+254712345678",
        n="Achieng Otieno", h=timedelta(minutes=90), nothing=None, xs=[{"name": "a"}, {"name": "b"}], yes=True,
    )  # fmt: skip
    assert found == expected


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__ }}", "{{ x() }}", "{{ x[0] }}", "{{ 'a' * 999999 }}", "{% set x = 1 %}", "{% include 'x' %}",
        "{% macro a() %}{% endmacro %}", "{{ range(9) }}", "{{ x | attr('y') }}", "{{ 9 ** 9 }}", "{{",
        "{% import 'x' as y %}", "{{ x | map('y') }}", "a" * 5000,
    ],
)  # fmt: skip
def test_what_a_sentence_does_not_need_is_refused(source: str):
    with pytest.raises(ExpressionError):
        compile_template(source)


def test_a_text_that_comes_out_too_long_is_refused():
    with pytest.raises(TextTooLong, match="5000 characters"):
        printed("{{ x }}", x="a" * 5000)


def test_a_record_field_named_like_a_method_is_the_field():
    assert printed("{{ x.items }} {{ x.keys }}", x={"items": "a"}) == "a"
