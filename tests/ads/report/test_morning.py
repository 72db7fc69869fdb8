"""When the daily report is due, to whom it goes, and that a link opens one report only."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ads.report.links import HOLDS, ReportLinks
from ads.report.morning import Morning, next_due
from channels.policy import Situation, forbidden
from engine.model import Snapshot
from runtime.verbs import Changed, Context
from storage.store import Insert, Op
from tests.ads.report.conftest import Market

FRIDAY = datetime(2026, 11, 20, 4, 30, tzinfo=UTC)  # half past seven in Nairobi


@pytest.mark.parametrize(
    ("settings", "now", "due"),
    [
        ({}, FRIDAY, datetime(2026, 11, 20, 5, 0, tzinfo=UTC)),
        ({}, FRIDAY + timedelta(minutes=30), datetime(2026, 11, 21, 5, 0, tzinfo=UTC)),
        ({"report_hour": 6}, FRIDAY, datetime(2026, 11, 21, 3, 0, tzinfo=UTC)),
        ({"report_days": 7}, FRIDAY, datetime(2026, 11, 23, 5, 0, tzinfo=UTC)),
        ({"report_days": 0}, FRIDAY, None),
    ],
    ids=["this morning", "tomorrow", "at six", "on Monday", "never"],
)
def test_it_is_due_at_the_hour_that_the_business_chose(
    settings: dict[str, int], now: datetime, due: datetime | None
) -> None:
    assert next_due({"zone": "Africa/Nairobi", "settings": {"ads": settings}}, now) == due


def test_it_stays_at_the_same_hour_where_clocks_change() -> None:
    london = {"zone": "Europe/London"}
    before = next_due(london, datetime(2026, 10, 24, 12, 0, tzinfo=UTC))
    assert before == datetime(2026, 10, 25, 8, 0, tzinfo=UTC)  # the clocks went back that night
    assert next_due(london, datetime(2026, 10, 23, 12, 0, tzinfo=UTC)) == datetime(2026, 10, 24, 7, 0, tzinfo=UTC)


async def sent(market: Market, now: datetime) -> Changed:
    async def owners(_ctx: Context) -> tuple[Sequence[Op], Sequence[str]]:
        return (), ("c1", "c2")

    snapshot = Snapshot(machine="ad_report:clinic", definition="h", name="ad_report", state="sending", about={})
    vault: Any = None
    ctx = Context(store=market.org, vault=vault, now=now, machine=snapshot, key="k")
    return await Morning(owners).send(ctx, {})


async def test_each_of_the_owners_numbers_is_told_once_a_day(market: Market) -> None:
    assert (await sent(market, FRIDAY)).starts == ()  # no ad ran
    yesterday = FRIDAY - timedelta(days=1)
    await market.org.commit([Insert("ad_hours", {"_id": "h1", "variation": "v1", "hour": yesterday, "spend": 1})])
    first, again = await sent(market, FRIDAY), await sent(market, FRIDAY + timedelta(hours=2))
    assert [start.contact for start in first.starts] == ["c1", "c2"]
    assert [start.machine for start in again.starts] == [start.machine for start in first.starts]  # begun twice is once
    assert (await sent(market, FRIDAY + timedelta(days=2))).starts == ()  # nothing ran on Saturday


def test_who_wants_no_messages_gets_none() -> None:
    """The flow's category is utility: what the business begins is withheld from who opted out."""
    from zoneinfo import ZoneInfo

    situation = Situation(
        now=FRIDAY, zone=ZoneInfo("Africa/Nairobi"), category="utility", replying=False, window_open=True,
        opted_out=True,
    )  # fmt: skip
    verdict = forbidden(situation)
    assert verdict is not None
    assert (verdict.action, verdict.reason) == ("withhold", "opted_out")


def test_a_link_opens_its_own_report_until_its_time_is_over() -> None:
    links = ReportLinks(b"secret", "https://x.example/")
    url = links.url("clinic", date(2026, 11, 19), "sw", FRIDAY)
    token = url.removeprefix("https://x.example/ads/report/").removesuffix(".pdf")
    opened = links.read(token, FRIDAY)
    assert opened is not None
    assert (opened.org, opened.day, opened.language) == ("clinic", date(2026, 11, 19), "sw")
    assert links.read(token, FRIDAY + HOLDS) is None
    assert ReportLinks(b"another", "https://x.example").read(token, FRIDAY) is None
    for place in range(0, len(token), 7):
        other = "A" if token[place] != "A" else "B"
        assert links.read(token[:place] + other + token[place + 1 :], FRIDAY) is None
