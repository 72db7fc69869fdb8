"""The offers of a business are offered where its rules compare with one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.offers import Offer
from workshop.own import offered

CLEANING = Offer(
    id="cleaning", name={"en": "Cleaning", "sw": "Kusafisha meno"}, price=350000, deposit=50000, resources=(),
    duration=timedelta(minutes=45),
)  # fmt: skip
OFFERS = [CLEANING, Offer(id="filling", name="Filling", price=800000, deposit=0, resources=(), active=False)]


@pytest.mark.parametrize(("written", "labels"), [
    ("when: offer.id == ", ["cleaning", "filling"]),
    ('when: offer.id == "cl', ["cleaning"]),
    ('when: booking.offer == "fil', ["filling"]),
    ('when: booking.offer_name != "kus', ["Kusafisha meno"]),
    ("when: offer.price == ", []),
    ("when: offer.id", []),
    ('when: offer.id == "cleaning" ', []),
])  # fmt: skip
def test_an_offer_may_be_written_by_its_id_or_its_name(written: str, labels: list[str]) -> None:
    items = offered(f"flow: x\n{written}", 2, len(written) + 1, OFFERS)
    assert [item.label for item in items] == labels


def test_an_offer_comes_with_its_quotes_and_what_it_is() -> None:
    first = offered("when: offer.id == ", 1, 19, OFFERS)[0]
    assert (first.insert, first.column) == ('"cleaning"', 19)
    assert first.doc == "Cleaning: KES 3,500, 45 minutes."
    assert offered('when: offer.id == "c', 1, 21, OFFERS)[0].insert == "cleaning"
    assert "not offered" in offered("when: offer.id == ", 1, 19, OFFERS)[1].doc
