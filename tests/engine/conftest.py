"""A small world for the engine's tests: a vocabulary, a clock that stands, and machines that are easy to talk to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import engine
from engine import Definition, Finding, Findings, Money, Table
from engine.model import Event, Snapshot, Step
from engine.registry import Ambient, Arg, EventKind, Record, Registry, Verb, Vocabulary

NOW = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)  # a Friday, 10:00 in Nairobi
BUSINESS = {"name": "Salon Zuri", "zone": "Africa/Nairobi", "currency": "KES"}
CONTACT = {"first_name": "Achieng", "phone": "+254712345678", "visits": 2}
BRAIDS = {"id": "o1", "name": "Braids", "price": Money(300000, "KES"), "deposit": Money(50000, "KES")}
NAILS = {"id": "o2", "name": "Nails", "price": Money(80000, "KES"), "deposit": Money(0, "KES")}
ANSWERS: dict[str, Any] = {"business": BUSINESS, "contact": CONTACT, "offers.active{}": [BRAIDS, NAILS]}

VOCABULARY = Vocabulary(
    records=(
        Record(name="business", fields={"name": "text", "zone": "text", "currency": "text"}),
        Record(name="contact", fields={"first_name": "text", "phone": "phone", "visits": "number"}),
        Record(
            name="offer",
            fields={"id": "text", "name": "text", "price": "money", "deposit": "money"},
            describe="price",
        ),
    ),
    ambients=(Ambient(name="business", type="business"), Ambient(name="contact", type="contact")),
    verbs=(
        Verb(name="offers.active", sort="question", returns="list of offer", doc=""),
        Verb(name="offers.near", sort="question", returns="list of offer", doc="", args={"limit": Arg(type="money")}),
        Verb(
            name="payments.request",
            sort="action",
            doc="",
            args={"amount": Arg(type="money"), "purpose": Arg(type="text"), "note": Arg(type="text", required=False)},
            answers={"payment.confirmed": {"receipt": "text", "amount": "money"}, "payment.failed": {"reason": "text"}},
        ),
        Verb(name="bookings.mark", sort="change", doc="", args={"as": Arg(type="text", one_of=("came", "missed"))}),
    ),
    events=(EventKind(name="tick"), EventKind(name="paid", fields={"amount": "money", "at": "datetime"})),
)
REGISTRY = Registry([VOCABULARY])


class Talk:
    """A machine, and what was last said to it."""

    def __init__(self, definition: Definition, data: dict[str, Any], about: dict[str, Any]) -> None:
        self.definition = definition
        self.now = NOW
        self.last = engine.begin(definition, "m1", data, about, self.now, ANSWERS)
        self.steps = [self.last]

    @property
    def snapshot(self) -> Snapshot:
        return self.last.snapshot

    @property
    def state(self) -> str:
        return self.snapshot.state

    @property
    def said(self) -> list[str]:
        return [say.text for say in self.last.says]

    def hear(self, name: str, /, **data: Any) -> Step:
        before = self.snapshot
        self.last = engine.step(self.definition, before, Event(name=name, data=data), self.now, ANSWERS)
        assert self.last.snapshot.seq == before.seq + 1
        self.steps.append(self.last)
        return self.last

    def wait(self, name: str, visit: int | None = None, **passed: float) -> Step:
        self.now += timedelta(**passed)
        return self.hear("after", timer=name, visit=self.snapshot.visit if visit is None else visit)


class World:
    """Loads and compiles YAML against the tests' vocabulary."""

    now = NOW
    registry = REGISTRY
    answers: Mapping[str, Any] = ANSWERS

    def release(self, *texts: str) -> engine.Release:
        return engine.compile_release([engine.load(text, f"{i}.yaml") for i, text in enumerate(texts)], REGISTRY)

    def machine(self, *texts: str) -> Definition:
        """The definition of the first text."""
        first = next(iter(self.release(*texts).definitions.values()))
        assert isinstance(first, Definition)
        return first

    def table(self, text: str) -> Table:
        first = next(iter(self.release(text).definitions.values()))
        assert isinstance(first, Table)
        return first

    def talk(self, *texts: str, language: str = "en", **data: Any) -> Talk:
        return Talk(self.machine(*texts), data, {"org": "o1", "contact": "c1", "language": language})

    def wrong(self, *texts: str) -> list[Finding]:
        """What is found wrong with these texts."""
        with pytest.raises(Findings) as caught:
            self.release(*texts)
        return list(caught.value.findings)

    def codes(self, *texts: str) -> list[str]:
        return [finding.code for finding in self.wrong(*texts)]


@pytest.fixture(scope="session")
def world() -> World:
    return World()
