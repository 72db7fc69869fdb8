"""Values and what is stored of them: every value comes back as it went, and the bytes never vary."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine import Money, canonical, decode, encode
from engine.values import MixedMoney

PLAIN = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=20),
    st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(["KES", "UGX"])),
    st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)),
    st.dates(), st.times(),
    st.integers(-(10**9), 10**9).map(lambda s: timedelta(seconds=s)),
)  # fmt: skip
KEYS = st.one_of(st.text(max_size=6), st.sampled_from(["$money", "$map", "$when"]))
VALUES = st.recursive(
    PLAIN, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(VALUES)
def test_a_value_comes_back_as_it_went(value: Any):
    back = decode(json.loads(canonical(value)))
    assert back == value
    assert canonical(back) == canonical(value)


@given(st.dictionaries(st.text(max_size=5), PLAIN, max_size=5))
def test_the_order_of_keys_does_not_show(value: dict[str, Any]):
    assert canonical(value) == canonical(dict(reversed(value.items())))


def test_what_is_no_value_is_refused():
    with pytest.raises(TypeError, match="object is not a value"):
        encode(object())
    for broken in ({"$money": 5}, {"$when": 1}, {"$nothing": 1}, {"$date": "x"}):
        with pytest.raises(ValueError):
            decode(broken)


def test_money_adds_compares_and_rounds_like_a_till():
    assert Money(100, "KES") + Money(50, "KES") == Money(150, "KES")
    assert Money(101, "KES") * 0.5 == Money(51, "KES")
    assert Money(100, "KES") / 3 == Money(33, "KES")
    assert Money(0, "KES") + Money(5, "UGX") == Money(5, "UGX")
    assert Money(1, "KES") > 0
    with pytest.raises(MixedMoney):
        _ = Money(1, "KES") + Money(1, "UGX")
    with pytest.raises(TypeError):
        _ = Money(1, "KES") < 5


def test_moments_are_kept_in_utc():
    nairobi = datetime.fromisoformat("2026-11-20T10:00:00+03:00")
    assert encode(nairobi) == {"$when": "2026-11-20T07:00:00Z"}
    assert encode(date(2026, 1, 2)) == {"$date": "2026-01-02"}
    assert encode(time(8, 30)) == {"$time": "08:30:00"}
    assert encode(timedelta(minutes=2)) == {"$duration": 120.0}


def test_a_step_survives_storage_byte_for_byte(world: Any):
    talk = world.talk(
        "flow: f\nversion: 1\nstart: a\ndata: {offer: {type: offer}}\ntexts: {q: {en: 'Hi {{ contact.first_name }}'}}\n"
        "states:\n  a:\n    ask: {text: q, choices: {from: offers.active}, save: offer}\n    after: {2h: b}\n"
        "    on: {answer: {when: offer.deposit > money(1), to: b}}\n  b: {final: true}\n"
    )
    talk.hear("answer", value="o1")
    for step in talk.steps:
        stored = engine.dump_step(step)
        assert engine.load_step(stored) == step
        assert engine.dump_step(engine.load_step(stored)) == stored
        assert engine.load_snapshot(engine.dump_snapshot(step.snapshot)) == step.snapshot
