"""Each refusal has words in both languages, filled in wherever a rule refuses."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ads.profit.offer import BadOffer, Costs, checked
from ads.variations import library, refused, review
from ads.variations.model import Advert, Brief
from ads.variations.review import refusals
from engine.values import Money

BRIEF = Brief(offer="o", name={"en": "Cleaning"}, business="Clinic", price=Money(350_000, "KES"))
BAD = (
    Advert(platform="google", language="sw", angle="A", link="http://x", headlines=("BEST!! 😀", "BEST!! 😀", ""),
           descriptions=("Guaranteed cure, call 0712345678, KSh 99 " + "x" * 100,)),
    Advert(platform="tiktok", language="en", angle="A", link="https://x.example/" + "x" * 3000,
           texts=("{name} loan\u200b", "betting", "before and after", "you suffer", "vote", "rent", "job"),
           display_name="x" * 60),
    Advert(platform="meta", language="en", angle="A", link="https://x.example/", texts=("free " * 300,)),
)  # fmt: skip


@pytest.mark.parametrize("advert", BAD, ids=[each.platform for each in BAD])
def test_every_refusal_is_said_in_swahili_with_its_blanks_filled(advert: Advert) -> None:
    found = refusals(advert, BRIEF)
    assert found
    for refusal in found:
        why, fix = refusal.said("sw")
        assert (why, fix) != (refusal.reason, refusal.fix), refusal.code
        assert why
        assert fix
        assert "{" not in why.replace(refusal.blanks.get("word", ""), "")
        assert refusal.said("en") == (refusal.reason, refusal.fix)


def test_every_claim_and_every_code_of_the_rules_has_words() -> None:
    claims = {f"claim.{claim.category or claim.code}" for claim in library.claims()}
    source = Path(review.__file__).read_text(encoding="utf-8")
    rules = set(re.findall(r'code="(\w+)"', source)) | set(re.findall(r'place,\s*text,\s*"(\w+)"', source))
    assert len(rules) >= 15
    assert claims | rules <= set(refused.words())


@pytest.mark.parametrize(
    ("costs", "said"),
    [
        (Costs(price=Money(100, "KES"), cost=Money(1, "USD")), "Ni kwa USD, bei ni kwa KES."),
        (Costs(price=Money(100, "KES"), cost=Money(-1, "KES")), "Kiasi hakiwezi kuwa chini ya sifuri."),
        (Costs(price=Money(100, "KES"), cost=Money(1, "KES"), refund_rate=3), "3 si sehemu."),
        (Costs(price=Money(0, "KES"), cost=Money(1, "KES")), "Kinachotolewa bure hakileti pesa ya matangazo."),
    ],
    ids=["currency", "negative", "share", "free"],
)
def test_what_an_owner_says_wrongly_of_an_offer_is_told_in_swahili(costs: Costs, said: str) -> None:
    with pytest.raises(BadOffer) as bad:
        checked(costs)
    found = refused.said(f"offer.{bad.value.code}", bad.value.blanks)
    assert found is not None
    assert found[0] == said
