"""How long a text can come out: its words, and the longest ordinary value in each place."""

from __future__ import annotations

import pytest

from engine import types
from engine.checks.lengths import FILTERED, ITEMS, LONGEST, length
from engine.scope import Scope
from engine.texts import FILTERS, compile_template
from engine.types import BASES, Types

KNOWN = Types({"offer": {"name": "text", "price": "money"}})
NAMES = {
    "who": KNOWN.shape("name"), "price": types.MONEY, "offer": KNOWN.shape("offer"),
    "offers": KNOWN.shape("list of offer"), "told": types.YES_NO,
}  # fmt: skip
SCOPE = Scope(types=KNOWN, names=NAMES)


@pytest.mark.parametrize(
    ("text", "longest"),
    [
        ("Hello!", 6),
        ("😍 Loved it", 11),
        ("Hello, {{ who }}!", 8 + LONGEST["name"]),
        ("Hello, {{ who | first }}!", 8 + FILTERED["first"]),
        ("{{ price | money }}", FILTERED["money"]),
        ("{{ offer.price }}{{ offer.name }}", LONGEST["money"] + LONGEST["text"]),
        ("{% if told %}Yes, indeed{% else %}No{% endif %}.", 12),
        ("{% for each in offers %}- {% endfor %}", 2 * ITEMS),
        ("{{ 'abc' if told else 'de' }}", 3),
        ("{{ who | upper }}", LONGEST["name"]),
        ("{{ who ~ '!' }}", LONGEST["name"] + 1),
    ],
)
def test_the_longest_form_counts(text: str, longest: int) -> None:
    assert length(compile_template(text), SCOPE) == longest


def test_every_type_and_every_filter_that_writes_has_a_length() -> None:
    assert set(BASES) - {"any", "record"} <= set(LONGEST)
    assert set(FILTERS) - {"lower", "upper", "join", "default"} <= set(FILTERED)
