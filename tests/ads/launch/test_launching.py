"""The guided launch asks who it talks with, believes nothing that was said before, and spends nothing by itself."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image

from ads.assets.blobs import Folder
from ads.assets.library import Library
from ads.launching.briefs import tagged
from ads.launching.vocabulary import VOCABULARY
from ads.launching.words import sentences
from engine.values import Money
from storage.store import Update, Upsert
from tests.ads.assets.conftest import movie
from tests.ads.launch.conftest import CUSTOMER, OWNER, Clinic


def kes(minor: int) -> Money:
    return Money(minor, "KES")


@pytest.mark.parametrize("verb", [each.name for each in VOCABULARY.verbs])
async def test_a_customer_gets_nowhere(clinic: Clinic, verb: str) -> None:
    args = {"cost": kes(1), "campaign": "c1", "daily_cap": kes(1), "monthly_cap": kes(1), "approval_pct": 10}
    assert await clinic.ask(verb, who=CUSTOMER, **args) == ("launch.not_allowed", {})
    assert clinic.done.ops == ()


async def test_somebody_of_the_console_may_what_their_role_may(clinic: Clinic) -> None:
    for role, name in (
        ("marketer", "launch.not_reckoned"),
        ("viewer", "launch.not_allowed"),
        (None, "launch.not_allowed"),
    ):
        number = f"+25471200010{len(clinic.people)}"
        await clinic.meet(number, member=f"u_{role}")
        if role:
            await clinic.org.commit(
                [Upsert("members", f"clinic/u_{role}", {"set": {"user": f"u_{role}", "role": role}})]
            )
        told, _ = await clinic.ask("launch.reckon", who=number, cost=Money(1, "USD"))
        assert told == name
        if role == "marketer":
            await clinic.ready()
            _, data = await clinic.submit()
            await clinic.org.commit([Update("campaigns", data["campaign"], {"set": {"state": "waiting_for_approval"}})])
            assert (await clinic.ask("launch.approve", who=number, **data))[0] == "launch.waits"


async def test_what_a_booking_may_cost_is_reckoned_and_the_cost_kept_with_the_offer(clinic: Clinic) -> None:
    name, data = await clinic.ask("launch.reckon", cost=kes(130_000))
    assert (name, data["pays"]) == ("launch.reckoned", True)
    assert (data["margin"], data["max_cpa"]) == (kes(220_000), kes(176_000))
    offer = await clinic.org.get("offers", "clinic.cleaning") or {}
    assert offer["costs"] == {"cost": 130_000}
    assert (await clinic.ask("launch.reckon", cost=kes(400_000)))[1]["pays"] is False


async def test_a_cost_in_another_currency_is_explained(clinic: Clinic) -> None:
    name, data = await clinic.ask("launch.reckon", cost=Money(100, "USD"))
    assert name == "launch.not_reckoned"
    assert "It is in USD, the price in KES." in data["reason"]


@pytest.mark.parametrize(
    ("platform", "ready", "said"),
    [("meta", True, "✓ Meta is connected (KES)."),
     ("google", False, "✗ The Google account is in USD, your prices in KES."),
     ("tiktok", False, "✗ No TikTok account is connected. Connect one with *aais ads connect*.")],
)  # fmt: skip
async def test_what_would_not_be_measured_is_said(clinic: Clinic, platform: str, ready: bool, said: str) -> None:
    _, data = await clinic.ask("launch.inspect", platform=platform)
    assert (data["ready"], data["text"].splitlines()[0]) == (ready, said)
    assert "! No visit of a page was counted this week" in data["text"]


async def test_the_page_is_really_fetched_and_what_was_found_is_kept(clinic: Clinic) -> None:
    name, data = await clinic.ask("launch.check_page")
    assert (name, data["ready"]) == ("launch.page_checked", False)
    assert "✗ It has no https" in data["text"]
    assert "pixel" not in data["text"]
    kept = await clinic.org.get("ad_pages", "clinic/clinic.cleaning/meta") or {}
    assert (kept["ready"], kept["page"]) == (False, f"{clinic.site}/c")
    _, other = await clinic.ask("launch.check_page", page="10.0.0.1/x", language="sw")
    assert other["text"].startswith("✗ Hatukuufungua: si anwani ya umma.")
    assert other["page"] == "https://10.0.0.1/x"


async def test_the_three_ads_are_shown_in_the_owners_language_or_in_one_that_the_platform_takes(clinic: Clinic) -> None:
    page = "https://clinic.example/c"
    _, data = await clinic.ask("launch.draft", page=page, language="sw")
    assert [line for line in data["text"].splitlines() if line.startswith("*")] == [
        "*A. Wanachopata*", "*B. Kwa nini waamini*", "*C. Bei yake*",
    ]  # fmt: skip
    assert "Kilimani" in data["text"]
    _, google = await clinic.ask("launch.draft", page=page, platform="google", language="sw")
    assert google["text"].startswith("(Kwa Kiingereza, kwa kuwa Google haichukui")
    name, refused = await clinic.ask("launch.draft", page="http://clinic.example/c")
    assert (name, refused["reason"][:3]) == ("launch.not_drafted", "A: ")


async def test_at_tiktok_the_ads_need_a_film_and_say_where_to_put_it(clinic: Clinic, tmp_path: Path) -> None:
    page = "https://clinic.example/c"
    await clinic.ready()
    name, said = await clinic.ask("launch.draft", page=page, platform="tiktok", language="sw")
    assert name == "launch.not_drafted"
    assert "sekunde 5 hadi 60" in said["reason"]
    assert "TikTok shows films, not pictures" in (await clinic.submit(platform="tiktok"))[1]["reason"]
    library = Library(clinic.org, Folder(tmp_path / "assets"))
    (tmp_path / "film.mp4").write_bytes(movie())
    film = await library.add(tmp_path / "film.mp4", "chair.mp4", clinic.now)
    await library.put_to(film.id, "clinic.cleaning", "A")
    assert (await clinic.ask("launch.draft", page=page, platform="tiktok"))[0] == "launch.not_drafted"  # B, C have none
    await library.put_to(film.id, "clinic.cleaning", "")
    name, drafted = await clinic.ask("launch.draft", page=page, platform="tiktok")
    assert (name, drafted["text"].count("(Film: chair.mp4)")) == ("launch.drafted", 3)
    name, data = await clinic.submit(platform="tiktok")
    assert name == "launch.submitted"
    for each in await clinic.org.find("variations", {"campaign": data["campaign"]}):
        assert each["creative"]["assets"] == [film.id]


async def test_at_meta_an_ad_shows_the_newest_picture_or_film_and_says_which(clinic: Clinic, tmp_path: Path) -> None:
    await clinic.ready()
    library = Library(clinic.org, Folder(tmp_path / "assets"))
    shown = []
    for n, angle in enumerate(("", "B")):
        path = tmp_path / "film.mp4"
        path.write_bytes(movie(seconds=9.0 + n))
        shown.append(await library.add(path, f"chair{n}.mp4", clinic.now + timedelta(minutes=n)))
        await library.put_to(shown[n].id, "clinic.cleaning", angle)
    Image.new("RGB", (1080, 1080)).save(tmp_path / "chair.png")
    shown.append(await library.add(tmp_path / "chair.png", "chair.png", clinic.now + timedelta(hours=1)))
    await library.put_to(shown[2].id, "clinic.cleaning", "C")
    for language, film, picture in (("en", "Film", "Picture"), ("sw", "Video", "Picha")):
        _, drafted = await clinic.ask("launch.draft", page="https://clinic.example/c", language=language)
        lines = [line for line in drafted["text"].splitlines() if "chair" in line]
        assert lines == [f"({film}: chair0.mp4)", f"({film}: chair1.mp4)", f"({picture}: chair.png)"]
    _, data = await clinic.submit()
    found = await clinic.org.find("variations", {"campaign": data["campaign"]}, sort=[("angle", 1)])
    assert [each["creative"]["assets"] for each in found] == [[each.id] for each in shown]


async def test_a_campaign_is_handed_in_with_caps_three_budgets_and_links_that_name_their_variation(
    clinic: Clinic,
) -> None:
    await clinic.ready()
    name, data = await clinic.submit()
    assert name == "launch.submitted"
    campaign = await clinic.org.get("campaigns", data["campaign"]) or {}
    assert (campaign["daily_cap"], campaign["monthly_cap"], campaign["approval_pct"]) == (300_000, 4_500_000, 20.0)
    assert (campaign["state"], campaign["offer"], campaign["platform"]) == ("draft", "clinic.cleaning", "meta")
    variations = await clinic.org.find("variations", {"campaign": data["campaign"]}, sort=[("angle", 1)])
    assert [(each["angle"], each["budget"]) for each in variations] == [("A", 100_000), ("B", 100_000), ("C", 100_000)]
    for each in variations:
        assert each["creative"]["link"].endswith(f"utm_campaign={data['campaign']}&utm_content={each['_id']}")
    (start,), (post,) = clinic.done.starts, clinic.done.posts
    assert (start.machine, post.machine, post.event.name) == (
        f"campaign:{data['campaign']}", f"campaign:{data['campaign']}", "ads.submitted",
    )  # fmt: skip


async def test_handing_in_the_same_again_makes_no_second_campaign(clinic: Clinic) -> None:
    await clinic.ready()
    first = await clinic.submit()
    assert await clinic.submit() == first
    assert await clinic.org.count("campaigns", {}) == 1
    assert await clinic.submit(daily_cap=kes(600_000)) != first


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"page": "https://clinic.example/other"}, "the page was not found fit"),
        ({"daily_cap": Money(300_000, "USD")}, "the caps have to be in KES"),
        ({"daily_cap": kes(200)}, "three ads need at least KSh\u00a03 a day"),
        ({"offer": {"id": "clinic.gone"}}, "the offer is not there any more"),
    ],
    ids=["another page", "another currency", "too little", "no offer"],
)  # fmt: skip
async def test_what_cannot_be_handed_in_says_why_and_writes_nothing(clinic: Clinic, wrong: dict, reason: str) -> None:  # type: ignore[type-arg]
    await clinic.ready()
    name, data = await clinic.submit(**wrong)
    assert name == "launch.refused"
    assert reason in data["reason"]
    assert await clinic.org.count("campaigns", {}) == 0


async def test_what_was_found_yesterday_is_looked_at_again(clinic: Clinic) -> None:
    await clinic.ready()
    clinic.now += timedelta(hours=25)
    assert "the page was not found fit" in (await clinic.submit())[1]["reason"]


async def test_a_page_that_was_never_looked_at_or_found_unfit_is_not_launched_with(clinic: Clinic) -> None:
    await clinic.ask("launch.reckon", cost=kes(130_000))
    assert "the page was not found fit" in (await clinic.submit())[1]["reason"]
    await clinic.ready()
    await clinic.org.commit([Update("ad_pages", "clinic/clinic.cleaning/meta", {"set": {"ready": False}})])
    assert "the page was not found fit" in (await clinic.submit())[1]["reason"]


async def test_without_known_costs_nothing_is_handed_in(clinic: Clinic) -> None:
    await clinic.ready()
    await clinic.ask("launch.reckon", cost=kes(900_000))
    assert "what a booking may cost is not known" in (await clinic.submit())[1]["reason"]


async def test_only_a_campaign_that_was_found_launchable_is_approved(clinic: Clinic) -> None:
    await clinic.ready()
    _, data = await clinic.submit()
    id = data["campaign"]
    assert await clinic.ask("launch.approve", campaign=id) == ("launch.pending", {})
    await clinic.org.commit([Update("campaigns", id, {"set": {"reason": "no meta account is connected"}})])
    assert await clinic.ask("launch.approve", campaign=id) == (
        "launch.refused", {"reason": "no meta account is connected"},
    )  # fmt: skip
    await clinic.org.commit([Update("campaigns", id, {"set": {"state": "waiting_for_approval"}})])
    assert (await clinic.ask("launch.approve", campaign=id))[0] == "launch.approved"
    (post,) = clinic.done.posts
    assert (post.event.name, post.event.data) == ("ads.approved", {"by": f"contact:{clinic.people[OWNER]}"})
    await clinic.org.commit([Update("campaigns", id, {"set": {"state": "active"}})])
    assert (await clinic.ask("launch.approve", campaign=id))[0] == "launch.approved"
    assert clinic.done.posts == ()
    assert (await clinic.ask("launch.approve", campaign="c0"))[0] == "launch.refused"


async def test_the_overview_names_each_campaign_and_where_it_stands(clinic: Clinic) -> None:
    assert (await clinic.ask("launch.survey"))[1] == {
        "campaigns": 0,
        "running": 0,
        "text": "Nothing runs at the moment.",
    }
    await clinic.ready()
    await clinic.submit()
    _, data = await clinic.ask("launch.survey", language="sw")
    assert data["campaigns"] == 1
    assert data["text"].replace("\u00a0", " ").endswith("• Cleaning, 23 Nov: rasimu, isizidi KSh 3,000 kwa siku")


async def test_the_report_and_the_checklist_are_told_from_the_first_day_on(clinic: Clinic) -> None:
    assert (await clinic.ask("launch.report"))[1]["text"].endswith("No ad ran, and nothing was spent.")
    assert (await clinic.ask("launch.scale_checklist"))[1]["ready"] is False
    await clinic.ready()
    _, data = await clinic.submit()
    (first, *_) = await clinic.org.find("variations", {"campaign": data["campaign"]}, sort=[("angle", 1)])
    await clinic.org.commit([
        Update("variations", first["_id"], {"set": {"status": "active"}}),
        Update("campaigns", data["campaign"], {"set": {"state": "active"}}),
    ])  # fmt: skip
    assert "Cleaning, 23 Nov, A (Meta)" in (await clinic.ask("launch.report"))[1]["text"]
    _, listed = await clinic.ask("launch.scale_checklist")
    assert listed["ready"] is False
    for point in (
        "✗ No ad pays for itself",
        "✓ Your costs are known",
        "? How many you can serve",
        "✓ Nobody waits",
        "✓ The caps",
    ):
        assert point in listed["text"]


async def test_approving_in_the_console_wants_a_second_factor_of_who_may(clinic: Clinic) -> None:
    await clinic.ready()
    _, data = await clinic.submit()
    await clinic.org.commit([Update("campaigns", data["campaign"], {"set": {"state": "waiting_for_approval"}})])
    soon, ago = clinic.now + timedelta(minutes=5), clinic.now - timedelta(minutes=5)
    cases = (
        ("owner", soon, "approved"),
        ("owner", ago, "waits"),
        ("owner", None, "waits"),
        ("marketer", soon, "waits"),
    )
    for place, (role, until, told) in enumerate(cases):
        number, user = f"+25471200020{place}", f"u_{place}"
        await clinic.meet(number, member=user, member_strong_until=until)
        await clinic.org.commit([Upsert("members", f"clinic/{user}", {"set": {"user": user, "role": role}})])
        assert (await clinic.ask("launch.approve", who=number, **data))[0] == f"launch.{told}"
        await clinic.org.commit([Update("campaigns", data["campaign"], {"set": {"state": "waiting_for_approval"}})])


def test_a_pages_own_query_and_fragment_stay() -> None:
    assert tagged("https://x.example/a?b=1#top", "meta", "c1", "v1") == (
        "https://x.example/a?b=1&utm_source=meta&utm_medium=paid&utm_campaign=c1&utm_content=v1#top"
    )


def test_every_sentence_has_the_same_blanks_in_both_languages() -> None:
    for key, said in sentences().items():
        assert set(re.findall(r"{\w+}", said.en)) == set(re.findall(r"{\w+}", said.sw)), key
