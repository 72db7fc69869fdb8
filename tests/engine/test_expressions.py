"""The guard language: what it allows, what it finds wrong, and what it writes down."""

from __future__ import annotations

import warnings
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Money, types
from engine.errors import ExpressionFailed
from engine.expressions import compile_expression
from engine.scope import ExpressionError, Scope
from engine.types import Types

KNOWN = Types(
    {
        "offer": {"name": "text", "deposit": "money", "start": "datetime"},
        "business": {"zone": "text", "currency": "text"},
    }
)
SCOPE = Scope(
    types=KNOWN,
    names={
        "n": types.NUMBER, "m": types.MONEY, "t": types.TEXT, "d": types.DATE, "w": types.DATETIME, "yes": types.YES_NO,
        "offer": KNOWN.shape("offer"), "all": KNOWN.shape("list of offer"), "x": types.ANY,
    },
    ambients={"business": KNOWN.shape("business")},
    states=frozenset(["paying"]),
    event={"amount": types.MONEY},
)  # fmt: skip
KES = "KES"


class Reader:
    """Stands where a run stands."""

    now = datetime.fromisoformat("2026-11-20T07:00:00+00:00")

    def __init__(self, **data: Any) -> None:
        self.data = data
        self.event_data = {"amount": Money(500, KES)}
        self.tries = {"paying": 2}

    def ambient(self, name: str) -> Any:
        return {"zone": "Africa/Nairobi", "currency": KES}


def value(source: str, **data: Any) -> Any:
    return compile_expression(source, SCOPE).read(Reader(**data))[0]


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("n + 2 * 3 - 1", 10),
        ("1 < n <= 5 and not yes", True),
        ("tries.paying < 3", True),
        ("event.amount == money(5)", True),
        ("m * 0.5", Money(50, KES)),
        ("m > 0", True),
        ("0 < m", True),
        ("m / money(2)", 0.5),
        ("offer.deposit >= money(500, 'KES')", True),
        ("t in ['a', 'hello']", True),
        ("'ell' in t and startswith(t, 'he')", True),
        ("count(all) == 1 and first(all).name == 'Braids'", True),
        ("weekday(now)", "friday"),
        ("time_of(now) == time('10:00')", True),
        ("date_of(now) + days(1) == date('2026-11-21')", True),
        ("w - now", timedelta(hours=2)),
        ("max(n, 9)", 9),
        ("round(money(10.4))", Money(1000, KES)),
        ("abs(-n)", 5),
        ("t if yes else 'no'", "no"),
        ("x.anything.at.all", None),
        ("lower('ABC')", "abc"),
        ("n % 2 == 1", True),
        ("offer.deposit.amount", 50000),
        ("n is not None", True),
    ],
)
def test_what_expressions_say(source: str, expected: Any):
    found = value(
        source, n=5, m=Money(100, KES), t="hello", d=date(2026, 11, 20), yes=False, x=None,
        w=datetime.fromisoformat("2026-11-20T09:00:00+00:00"),
        offer={"name": "Braids", "deposit": Money(50000, KES)}, all=[{"name": "Braids"}],
    )  # fmt: skip
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("source", ["n < 3", "n > 3", "offer.deposit > m", "len(t) > 1", "w < now", "n / 0 > 1"])
def test_what_is_not_known_is_never_more_or_less(source: str):
    assert value(source) is False


def test_computing_with_the_unknown_is_unknown():
    assert value("n + 1") is None
    assert value("offer.start + days(1)") is None
    assert value("known(n)") is False
    assert value("count(all)") == 0


@pytest.mark.parametrize(
    ("source", "code", "offset"),
    [
        ("m < d", "types-differ", 0),
        ("n and offer.deposit > w", "not-yes-no", 0),
        ("yes and offer.deposit > w", "types-differ", 8),
        ("offer.depost > m", "unknown-field", 6),
        ("nn > 1", "unknown-name", 0),
        ("n + t", "types-differ", 0),
        ("days(t) > w", "types-differ", 0),
        ("days()", "arguments", 0),
        ("tries.payin", "unknown-state", 6),
        ("event.amont", "unknown-field", 6),
        ("open('x')", "unknown-function", 0),
        ("n if t else 1", "not-yes-no", 5),
        ("t in n", "types-differ", 0),
        ("time('25:00')", "bad-literal", 5),
        ("n $ 1", "expression-syntax", 2),
        ("'é' == n", "types-differ", 0),
        ("'é' == t and n < t", "types-differ", 13),
        ("-t", "types-differ", 0),
    ],
)
def test_what_cannot_be_meant_is_found_with_its_place(source: str, code: str, offset: int):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, SCOPE)
    assert (caught.value.code, caught.value.offset) == (code, offset)


@pytest.mark.parametrize(
    "source",
    [
        "().__class__", "t.__class__", "x.__class__", "x._hidden", "[i for i in all]", "lambda: 1", "f'{t}'", "t[0]",
        "(n := 5)", "n ** 9", "n << 2", "{1: 2}", "n if n", "__import__('os')", "x.y()", "all.append(1)", "b'x'", "1j",
        "max(n, default=1)", "*all", "n; n", "await x", "yield", "...", "n is n",
    ],
)  # fmt: skip
def test_nothing_else_of_python_gets_through(source: str):
    with pytest.raises(ExpressionError):
        compile_expression(source, SCOPE)


@pytest.mark.parametrize(
    "source", ["n" + " + 1" * 300, "+".join(["n"] * 150), "(" * 60 + "n" + ")" * 60 + " + ", "not " * 30 + "yes"]
)
def test_size_and_depth_are_limited(source: str):
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, SCOPE)
    assert caught.value.code in ("expression-too-large", "expression-syntax")


def test_what_was_read_is_written_down():
    expression = compile_expression("offer.deposit > m and tries.paying < n", SCOPE)
    assert expression.reads == ("offer.deposit", "m", "tries.paying", "n")
    result, values = expression.read(Reader(n=3, m=Money(1, KES), offer={"deposit": Money(2, KES)}))
    assert result is True
    assert values == {"offer.deposit": Money(2, KES), "m": Money(1, KES), "tries.paying": 2, "n": 3}


def test_only_the_ambients_that_are_read_are_asked_for():
    assert compile_expression("n > 1", SCOPE).ambients == frozenset()
    assert compile_expression("money(5) > m", SCOPE).ambients == {"business"}


def test_two_currencies_do_not_mix(world: Any):
    with pytest.raises(ValueError, match="UGX and KES"):
        value("m > event.amount", m=Money(1, "UGX"))
    table = world.table(
        "rules: r\nversion: 1\nhit: first\nfacts: {a: money, b: money}\nrows: [{id: x, when: a > b, then: {y: 1}}]"
    )
    from engine import decide

    with pytest.raises(ExpressionFailed, match="a > b"):
        decide(table, {"a": Money(1, "KES"), "b": Money(1, "UGX")})


@given(st.text(alphabet="ntmdwx. ()<>=+-*/'\"0123456789andornotinevoffer,[]_:", max_size=60))
def test_compiling_any_text_gives_an_expression_or_an_error(source: str):
    with suppress(ExpressionError):
        compile_expression(source, SCOPE)


def test_money_is_nothing_on_whichever_side_the_nought_stands() -> None:
    for zero, other in (("m == 0", "0 == m"), ("m != 0", "0 != m"), ("x == 0", "0 == x")):
        for amount in (0, 500):
            data = {"m": Money(amount, KES), "x": Money(amount, KES)}
            assert value(zero, **data) == value(other, **data) == ((amount == 0) == ("==" in zero))


@pytest.mark.parametrize("source", ["5 == m", "n == m", "m == 5", "m == n", "n < m"])
def test_money_is_not_compared_with_a_number(source: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(source, SCOPE)
    assert caught.value.code == "types-differ"


@pytest.mark.parametrize(
    "source", ["n > 2and yes", "n > 2or yes", "1if yes else 2", "n == 0x1for x in all", "n > 2_and"]
)
def test_a_number_does_not_run_into_a_word(source: str) -> None:
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        with pytest.raises(ExpressionError) as caught:
            compile_expression(source, SCOPE)
    assert said == []
    assert caught.value.code == "expression-syntax"


@pytest.mark.parametrize("source", ["n > 1e3 and yes", "t == '2and'", "n > 2 and yes", "t == 'a\\d'"])
def test_what_only_looks_like_it_is_left_alone_and_nothing_is_printed(source: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value(source, n=1, t="x", yes=True)
