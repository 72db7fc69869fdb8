"""The pure rules: statuses, windows, pace, costs, and what may be sent when."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import permutations
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from channels import window
from channels.cost import Line, Rates, bill, country_of, load_rates
from channels.delivery import advance
from channels.outgoing import OutgoingMessage
from channels.pace import Pace
from channels.policy import Situation, forbidden, judge
from channels.standins import stand_in
from channels.vocabulary import VOCABULARY
from engine.registry import Registry

NOW = datetime(2026, 11, 21, 20, 30, tzinfo=UTC)  # half past eleven at night in Nairobi


class Ruling(msgspec.Struct):
    result: Any
    because: tuple[str, ...] = ()


def situation(**more: Any) -> Situation:
    given = {"category": "utility", "replying": False, "window_open": True, **more}
    return Situation(now=NOW, zone=ZoneInfo("Africa/Nairobi"), **given)


def test_statuses_end_the_same_in_every_order() -> None:
    for arrivals in permutations(["accepted", "sent", "delivered", "read", "played"]):
        status = "sending"
        for arrival in arrivals:
            status = advance(status, arrival)
        assert status == "played"
    assert advance("failed", "sent") == "failed"
    assert advance("sent", "failed") == "failed"
    assert advance("delivered", "hologram") == "delivered"


def test_the_window_closes_a_moment_early() -> None:
    closes = NOW + timedelta(hours=24)
    assert window.is_open(closes, NOW + timedelta(hours=23))
    assert not window.is_open(closes, NOW + timedelta(hours=24))
    assert not window.is_open(closes, closes - timedelta(seconds=10))
    assert not window.is_open(None, NOW)


def test_quiet_hours_end_in_the_business_s_own_morning() -> None:
    verdict = judge(situation(), Ruling({"decision": "wait", "until": time(7, 30)}))
    assert verdict.until == datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
    verdict = judge(situation(), Ruling({"decision": "wait"}))
    assert verdict.until == datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
    assert judge(situation(replying=True), Ruling({"decision": "wait"})).action == "send"


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"agent_answers": True}, "agent_answers"),
        ({"agent_answers": True, "by_agent": True}, None),
        ({"opted_out": True}, "opted_out"),
        ({"opted_out": True, "replying": True}, "opted_out"),  # talking is not asking
        ({"opted_out": True, "category": "service"}, None),
        ({"marketing_stopped": True, "category": "marketing"}, "marketing_stopped"),
        ({"marketing_stopped": True}, None),
    ],
)
def test_what_no_table_can_lift(given: dict[str, Any], reason: str | None) -> None:
    verdict = forbidden(situation(**given))
    assert (verdict.reason if verdict else None) == reason


def test_a_closed_window_leaves_the_template_only() -> None:
    assert judge(situation(window_open=False), None).action == "template"
    assert judge(situation(window_open=False), Ruling({"decision": "refuse"})).action == "withhold"
    assert judge(situation(), None).action == "send"


def test_who_waits_has_a_turn_and_waits_once() -> None:
    pace = Pace()
    for number in range(80):
        assert not pace.take("n", f"person {number}", 80, f"t{number}", NOW)
    waits = [pace.take("n", f"person {number}", 80, f"w{number}", NOW) for number in range(160)]
    assert waits == sorted(waits)
    assert waits[-1] == timedelta(seconds=2)
    later = NOW + timedelta(seconds=2)
    assert not any(pace.take("n", f"person {number}", 80, f"w{number}", later) for number in range(160))


def test_a_number_at_another_business_has_its_own_pace() -> None:
    pace = Pace(pair_burst=1)
    assert not pace.take("n", "p", 80, "a", NOW)
    assert pace.take("n", "p", 80, "b", NOW)
    assert not pace.take("other", "p", 80, "c", NOW)


def test_the_first_thousand_service_messages_of_a_number_are_free() -> None:
    rates = Rates(
        as_of="2026-11-21",
        currency="USD",
        free_service_messages_a_month=1000,
        countries={"KE": {"service": 4000, "utility": 4000, "marketing": None}},
    )
    lines = [
        Line(number="1", category="service", country="KE", count=900),
        Line(number="1", category="service", country="UG", count=200),
        Line(number="2", category="service", country="KE", count=1001),
        Line(number="1", category="utility", country="KE", count=10),
        Line(number="1", category="marketing", country="KE", count=1),
    ]
    assert [(c.free, c.micros) for c in bill(lines, rates)] == [
        (900, 0),
        (100, None),
        (1000, 4000),
        (0, 40000),
        (0, None),
    ]


def test_shipped_rates_say_their_date_and_invent_no_price() -> None:
    rates = load_rates()
    assert rates.as_of
    assert rates.free_service_messages_a_month == 1000
    assert rates.rate("KE", "service") is None
    assert rates.rate("XX", "service") is None


def test_the_country_comes_from_the_phone_or_the_user_id() -> None:
    assert country_of("+254712345678") == "KE"
    assert country_of("", "NG.134912") == "NG"
    assert country_of("", "nonsense") == ""


def test_the_most_exact_template_stands_in() -> None:
    templates = {
        "default": {"name": "d"},
        "reminder": {"name": "r"},
        "reminder.tomorrow": {"name": "rt", "language": "sw"},
    }
    message = OutgoingMessage(text="Kesho", language="sw", flow="reminder", keys=("greeting", "tomorrow"))
    org = {"templates": templates}
    chosen = stand_in(message, org)
    assert chosen is not None
    assert (chosen.name, chosen.language, chosen.parameters, chosen.category) == ("rt", "sw", ("Kesho",), "utility")
    other = stand_in(msgspec.structs.replace(message, flow="x"), org)
    assert other is not None
    assert other.name == "d"
    assert stand_in(message, {}) is None


def test_the_vocabulary_is_consistent() -> None:
    registry = Registry([VOCABULARY])
    assert all(verb.messages_person for verb in registry.verbs.values())
