"""Offers and hours as owners write them, and what is said when they cannot be."""

from __future__ import annotations

from typing import Any

import pytest

from bookings import offers, refs, resources
from bookings.errors import BadSetting

OFFER = {"_id": "o", "name": "O", "price": 1000, "deposit": 500, "resources": ["r"]}
RESOURCE = {"_id": "r", "name": "R", "hours": {"mon": [["08:00", "24:00"]]}, "closed": ["2026-12-25"]}


def test_what_is_stored_reads_back_the_same() -> None:
    offer, resource = offers.read(OFFER), resources.read(RESOURCE)
    assert offers.read(offers.document(offer)) == offer
    assert resources.read(resources.document(resource)) == resource


@pytest.mark.parametrize(
    "wrong",
    [
        {"hours": {"monday": [["08:00", "17:00"]]}},
        {"hours": {"mon": [["17:00", "08:00"]]}},
        {"hours": {"mon": [["08:00", "12:00"], ["11:00", "17:00"]]}},
        {"hours": {"mon": [["08:03", "17:00"]]}},
        {"hours": {"mon": "08:00-17:00"}},
        {"hours": {"mon": [["8", "x"]]}},
        {"capacity": 0},
        {"closed": ["Christmas"]},
        {"check_in": "10:00", "check_out": "14:00"},
    ],
)
def test_hours_that_make_no_sense_are_refused_with_their_place(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSetting, match="resource r"):
        resources.read({**RESOURCE, **wrong})


@pytest.mark.parametrize(
    "wrong", [{"deposit": 2000}, {"duration_minutes": 7}, {"duration_minutes": 0}, {"nights": 0}, {"horizon_days": 0}]
)
def test_an_offer_that_nobody_could_book_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(BadSetting, match="offer o"):
        offers.read({**OFFER, **wrong})


def test_references_are_short_and_clear_and_differ() -> None:
    found = list(refs.candidates("clinic", "m/1/0"))
    assert len(set(found)) == len(found)
    assert all(len(ref) == 5 and not set(ref) & set("0O1ILU") for ref in found)
    assert found == list(refs.candidates("clinic", "m/1/0"))
