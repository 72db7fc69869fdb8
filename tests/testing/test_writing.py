"""What is written into a test file is read from it again as it was."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from composition.definitions import registry
from engine.testing.generating.writing import Writer
from engine.testing.suite import Suite
from engine.testing.values import Values
from engine.types import Types
from engine.values import Money
from engine.yamltree import Node, Place, parse_tree

KNOWN = Types({name: record.fields for name, record in registry().records.items()})
WRITER = Writer(KNOWN, "Africa/Nairobi")
VALUES = Values(Suite("x", "flow", "x", Node(None, Place(1, 1, 1, 1)), ()), KNOWN, "Africa/Nairobi")

MOMENTS = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)).map(lambda m: m.replace(microsecond=0, tzinfo=UTC))
PLAIN: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=30).filter(lambda text: all(c.isprintable() for c in text)),
    "number": st.integers(-(10**12), 10**12) | st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    "yes_no": st.booleans(),
    "money": st.builds(Money, st.integers(-(10**10), 10**10), st.sampled_from(["KES", "UGX", "NGN"])),
    "date": st.dates(date(1990, 1, 1), date(2100, 1, 1)),
    "time": st.times().map(lambda t: time(t.hour, t.minute)),
    "datetime": MOMENTS,
    "duration": st.integers(0, 900_000).map(lambda s: timedelta(seconds=s)),
}  # fmt: skip
NAMES = st.from_regex("[a-z_]{2,8}", fullmatch=True)
ANY = st.recursive(
    st.one_of(*PLAIN.values(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
TAGS = ({"money"}, {"money", "currency"}, {"when"}, {"date"}, {"time"}, {"duration"})


def _read(text: str, wanted: str) -> Any:
    return VALUES.read(parse_tree(f"it: {text}\n", "x").value["it"], KNOWN.shape(wanted))


@settings(max_examples=60)
@given(st.sampled_from(sorted(PLAIN)).flatmap(lambda kind: st.tuples(st.just(kind), PLAIN[kind])))
def test_a_value_of_a_known_type(typed: tuple[str, Any]) -> None:
    kind, value = typed
    assert _read(WRITER.value(value, kind), kind) == value


@settings(max_examples=60)
@given(ANY.filter(lambda value: not _tagged(value)))
def test_a_value_of_any_type(value: Any) -> None:
    assert _read(WRITER.value(value), "any") == value


@settings(max_examples=60)
@given(st.fixed_dictionaries({"id": PLAIN["text"], "deposit": PLAIN["money"], "start": MOMENTS}))
def test_a_record(value: dict[str, Any]) -> None:
    assert _read(WRITER.value(value, "booking"), "booking") == value


def _tagged(value: Any) -> bool:
    """A record that looks like one of the dialect's own forms is that form."""
    if isinstance(value, dict):
        return set(value) in TAGS or any(map(_tagged, value.values()))
    return isinstance(value, list) and any(map(_tagged, value))
