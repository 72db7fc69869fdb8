"""The room's verbs, bound to what carries them out."""

from __future__ import annotations

from bookings.changes import Changes
from bookings.questions import Questions
from runtime.verbs import Bound
from storage.store import Store


def bound(store: Store) -> list[Bound]:
    """Every verb of `bookings.vocabulary`."""
    questions, changes = Questions(store), Changes(store)
    return [
        Bound("offers.active", questions.offers),
        Bound("bookings.days", questions.days),
        Bound("bookings.free_slots", questions.free_slots),
        Bound("bookings.upcoming", questions.upcoming),
        Bound("bookings.hold", changes.hold),
        Bound("bookings.confirm", changes.confirm),
        Bound("bookings.release", changes.release),
        Bound("bookings.cancel", changes.cancel),
        Bound("bookings.move", changes.move),
        Bound("bookings.mark", changes.mark),
    ]
