"""Page, PDF and message tell the same, in both languages, whatever names hold."""

from __future__ import annotations

import re
import subprocess
import sys
import zlib

import msgspec
import pytest

from ads.report.message import LONGEST, message
from ads.report.model import Deed, Figures, Report
from ads.report.pdf import pdf
from ads.report.words import Telling, sentences
from engine.values import Money
from tests.ads.report.conftest import DAY, NOW, Market


def text_of(content: bytes) -> str:
    """What the pages' drawing operators write, in order."""
    said = []
    for stream in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", content, re.DOTALL):
        try:
            drawn = zlib.decompress(stream).decode("latin-1")
        except zlib.error:
            continue
        said += [re.sub(r"\\([()\\])", r"\1", text) for text in re.findall(r"\(((?:[^()\\]|\\.)*)\) Tj", drawn)]
    return " ".join(" ".join(said).split())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["*Your ads on Friday 20 November*", "Spent KSh 1,440, verified money in KSh 24,000",
                "before your own costs (which we do not know): KSh 22,560", "*What worked*", "Cleaning, A (Meta)",
                "A booking cost KSh 168.", "Such a week may as well bring 13 to 29.", "*What did not*",
                "*Too early to say*", "budget from KSh 500 to KSh 600 a day. Reason: profit is certain enough",
                "*What is proposed: it waits for you*", "Pause Cleaning, B. Reason: nothing came of 3,360"]),
        ("sw", ["*Matangazo yako Ijumaa 20 Novemba*", "Zimetumika KSh 1,440", "*Kilichofanya kazi*",
                "*Kisichofanya kazi*", "*Ni mapema kusema*", "Simamisha Cleaning, B. Sababu:"]),
    ],
)  # fmt: skip
async def test_the_message_says_the_day_in_order_of_what_matters(busy: Market, language: str, words: list[str]) -> None:
    said = message(await busy.read(most={"o1": 60_000}), language).replace("\u00a0", " ")
    places = [said.find(word) for word in words]
    assert -1 not in places, said
    assert places == sorted(places)


async def test_an_uncertain_report_says_so(busy: Market) -> None:
    await busy.variation("v9", "D")
    said = message(await busy.read(), "en")
    assert "*Cannot be said*" in said
    assert "Meta has reported nothing of the day. That is not the same as nothing spent." in said
    assert "The platforms claim 6 conversions" not in said, "fewer than we saw"


async def test_what_the_platform_claims_stands_beside_what_we_saw(busy: Market) -> None:
    await busy.hours("v1", 2_000, claimed=3.0)
    said = message(await busy.read(), "en")
    assert "The platforms claim 72 conversions; we saw 22 bookings. We decide by ours." in said


async def test_a_day_without_ads_is_two_lines(market: Market) -> None:
    assert message(await market.read(), "sw").splitlines() == [
        "*Matangazo yako Ijumaa 20 Novemba*", "", "Hakuna tangazo lililoonyeshwa, na hakuna kilichotumika.",
    ]  # fmt: skip


async def test_a_rules_reason_is_told_in_the_language_of_the_message(market: Market) -> None:
    await market.intent("i1", "pause", "asking", reason="The chance that it can earn money is below 2 %")
    assert "Sababu: Uwezekano wa kuleta faida ni chini ya 2 %" in message(await market.read(), "sw")
    assert "Reason: The chance that it can earn money is below 2 %" in message(await market.read(), "en")


async def test_a_message_is_never_longer_than_one_may_be(busy: Market) -> None:
    found = await busy.read()
    long = tuple(msgspec.structs.replace(line, campaign_name="x" * 390) for line in found.lines * 30)
    deeds = tuple(msgspec.structs.replace(found.done[0], reason="y" * 500) for _ in range(50))
    said = message(msgspec.structs.replace(found, lines=long, done=deeds, proposed=deeds), "en")
    assert len(said) <= LONGEST


@pytest.mark.parametrize("language", ["en", "sw"])
async def test_the_pdf_says_what_the_message_says_and_is_the_same_each_time(busy: Market, language: str) -> None:
    found = await busy.read()
    made = pdf(found, language)
    assert made.startswith(b"%PDF-")
    assert pdf(found, language) == made
    read = text_of(made)
    told = Telling(found, language)
    for sentence in (told.title, told.say("worked"), told.say("proposed"), *told.head()):
        assert " ".join(sentence.split()) in read, sentence


async def test_a_pdf_of_names_in_any_letters_is_made(busy: Market) -> None:
    found = msgspec.structs.replace(await busy.read(), business="Café ₦ 🦷 “Ọjà” 漢字 → end")
    assert pdf(found, "en").startswith(b"%PDF-")


@pytest.mark.parametrize("kind", ["launch", "budget", "bid", "pause", "resume", "end", "rollback"])
@pytest.mark.parametrize("state", ["done", "held_back", "failed", "declined", "expired", "asking"])
def test_every_change_can_be_told_whatever_became_of_it(kind: str, state: str) -> None:
    deed = Deed(id="i", campaign_name="Cleaning", angle="A", kind=kind, state=state, by_person=True, at=NOW, reason="",
                before=Money(1, "KES"))  # fmt: skip
    zero = Money(0, "KES")
    report = Report(
        org="o", business="b", day=DAY, zone="Africa/Nairobi", made=NOW, lines=(), done=(), proposed=(),
        total=Figures(spend=zero, revenue=zero, earned=zero), costs_known=False, unattributed=zero,
    )  # fmt: skip
    for language in ("en", "sw"):
        said = Telling(report, language).deed(deed)
        assert said.endswith(".")
        assert "{" not in said
        done = Telling(report, language).deed(msgspec.structs.replace(deed, state="done"))
        assert (said == done) == (state == "done")


def test_a_bid_that_is_taken_away_is_told_as_any_cost() -> None:
    zero = Money(0, "KES")
    report = Report(
        org="o", business="b", day=DAY, zone="Africa/Nairobi", made=NOW, lines=(), done=(), proposed=(),
        total=Figures(spend=zero, revenue=zero, earned=zero), costs_known=False, unattributed=zero,
    )  # fmt: skip
    deed = Deed(id="i", campaign_name="Cleaning", angle="A", kind="bid", state="done", by_person=False, at=NOW,
                reason="", before=Money(30_000, "KES"), after=zero)  # fmt: skip
    back = msgspec.structs.replace(deed, before=zero, after=Money(30_000, "KES"), state="held_back")
    assert [Telling(report, "en").deed(each).replace("\N{NO-BREAK SPACE}", " ") for each in (deed, back)] == [
        "Cleaning, A: bid from KSh 300 to any cost a result.",
        "Change the bid of Cleaning, A from any cost to KSh 300 a result (held back).",
    ]


def test_every_sentence_has_the_same_blanks_in_both_languages() -> None:
    for key, said in sentences().items():
        assert set(re.findall(r"{\w+}", said.en)) == set(re.findall(r"{\w+}", said.sw)), key


def test_the_pdf_library_is_loaded_by_who_makes_one_and_nobody_else() -> None:
    code = (
        "import sys, ads.report.pdf, ads.report.reading;"
        "print([each for each in ('fpdf', 'numpy', 'scipy') if each in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
