"""What Meta tells about a business itself becomes a task, and no template that it stopped is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import whatsapp_payloads as p
from hypothesis import given
from hypothesis import strategies as st

from channels.news import News, note, template_key, unusable
from channels.outgoing import OutgoingMessage, Template
from channels.standins import stand_in
from channels.whatsapp.inbound import parse
from channels.whatsapp.notices import read_notice
from channels.whatsapp.types import Notice, Number
from storage.sqlite import open_sqlite
from storage.store import Insert, Update

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
REMINDER = {"message_template_name": "reminder_sw", "message_template_language": "sw"}
KEY = template_key("reminder_sw", "sw")


def news(field: str, **value: Any) -> News | None:
    (notice,) = parse(p.envelope(value, field=field)).others
    return read_notice(notice)


@pytest.mark.parametrize(
    ("field", "value", "good", "usable"),
    [
        ("message_template_status_update", {**REMINDER, "event": "PAUSED", "reason": "LOW_QUALITY"}, False, False),
        ("message_template_status_update", {**REMINDER, "event": "REJECTED", "reason": "NONE"}, False, False),
        ("message_template_status_update", {**REMINDER, "event": "FLAGGED"}, False, None),
        ("message_template_status_update", {**REMINDER, "event": "APPROVED", "reason": "NONE"}, True, True),
        ("message_template_quality_update", {**REMINDER, "new_quality_score": "RED"}, False, None),
        ("message_template_quality_update", {**REMINDER, "new_quality_score": "GREEN"}, True, None),
        (
            "template_category_update",
            {**REMINDER, "previous_category": "UTILITY", "new_category": "MARKETING"},
            False,
            None,
        ),
        (
            "account_update",
            {"event": "ACCOUNT_RESTRICTION", "restriction_info": [{"restriction_type": "RESTRICTED_X"}]},
            False,
            None,
        ),
        ("account_update", {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "REINSTATE"}}, True, None),
        ("account_alerts", {"alert_type": "OBA", "alert_severity": "CRITICAL", "alert_status": "ACTIVE"}, False, None),
        ("account_review_update", {"decision": "REJECTED"}, False, None),
        ("phone_number_quality_update", {"display_phone_number": "254700", "event": "FLAGGED"}, False, None),
        ("phone_number_quality_update", {"display_phone_number": "254700", "event": "UNFLAGGED"}, True, None),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_each_notice_is_good_or_bad_news(field: str, value: dict[str, Any], good: bool, usable: bool | None) -> None:
    found = news(field, **value)
    assert found is not None
    assert (found.good, found.usable) == (good, usable)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("message_template_status_update", {**REMINDER, "event": "PENDING"}),
        ("message_template_status_update", {"event": "PAUSED"}),
        ("account_update", {"event": "PARTNER_ADDED"}),
        ("account_alerts", {"alert_type": "X", "alert_severity": "INFORMATIONAL"}),
        ("business_capability_update", {"max_phone_numbers_per_waba": 2}),
    ],
)
def test_what_nobody_has_to_do_anything_about_is_no_news(field: str, value: dict[str, Any]) -> None:
    assert news(field, **value) is None


WORDS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    field=st.sampled_from(["message_template_status_update", "account_update", "account_alerts"]),
    value=WORDS | st.dictionaries(st.sampled_from(["event", "restriction_info", "alert_info", "ban_info"]), WORDS),
)
def test_no_notice_makes_the_reader_raise(field: str, value: Any) -> None:
    read_notice(Notice(field=field, account="1", number=Number(), known=True, value=value))


@pytest.fixture
async def salon(tmp_path: Path) -> AsyncIterator[Any]:
    store = await open_sqlite(tmp_path / "store.db")
    await store.org("salon").commit([Insert("orgs", {"_id": "salon"})])
    yield store.org("salon")
    await store.close()


def paused(usable: bool | None = False) -> News:
    return News(kind="template", subject=KEY, good=bool(usable), text="template reminder_sw", usable=usable)


async def test_a_worry_is_one_task_that_good_news_ends_and_a_new_worry_opens(salon: Any) -> None:
    async def states() -> list[str]:
        return [task["state"] for task in await salon.find("tasks", {})]

    await note(salon, paused(), "n1", NOW)
    await note(salon, paused(), "n1", NOW)
    assert await states() == ["open"]
    (task,) = await salon.find("tasks", {})
    await salon.commit([Update("tasks", task["_id"], {"set": {"state": "done"}})])
    await note(salon, paused(), "n1", NOW)
    assert await states() == ["done"], "the same notice delivered again is no news"
    await note(salon, paused(), "n2", NOW + timedelta(days=1))
    assert await states() == ["open"]
    await note(salon, paused(True), "n3", NOW + timedelta(days=2))
    assert await states() == ["done"]
    await note(salon, News(kind="number", subject="254700", good=True, text="fine"), "n4", NOW)
    assert len(await states()) == 1, "good news alone is no task"


async def test_a_template_that_was_stopped_is_passed_over_until_it_is_approved_again(salon: Any) -> None:
    templates = {
        "reminder": {"name": "reminder_sw", "language": "sw"},
        "default": {"name": "hello", "language": "sw"},
    }
    await salon.commit([Update("orgs", "salon", {"set": {"templates": templates}})])
    message = OutgoingMessage(text="Kesho", language="sw", flow="reminder")

    async def chosen(message: OutgoingMessage) -> str:
        template = stand_in(message, await salon.get("orgs", "salon"))
        return template.name if template else ""

    named = OutgoingMessage(template=Template(name="reminder_sw", language="sw"))
    assert (await chosen(message), await chosen(named)) == ("reminder_sw", "reminder_sw")
    await note(salon, paused(), "n1", NOW)
    assert unusable(await salon.get("orgs", "salon"), "reminder_sw", "sw")
    assert (await chosen(message), await chosen(named)) == ("hello", "")
    await note(salon, paused(True), "n2", NOW)
    assert await chosen(message) == "reminder_sw"
