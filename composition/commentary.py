"""What is said while the demo's fortnight passes, in both languages: who reads along may speak either."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ads import reasons
from ads.wording import Said
from engine.currency import unit
from engine.values import Money
from storage.store import Document
from web.console.frame import Words, money

CURRENCY = "KES"


def both(say: Callable[[Words, str], str]) -> Said:
    """`say` is given the words of a language, and the language."""
    return Said(en=say(Words("en"), "en"), sw=say(Words("sw"), "sw"))


def drafted(each: int, cap: int) -> Said:
    """Shillings a day."""
    shown = {"each": money(kes(each)), "cap": money(kes(cap))}
    return both(lambda words, _: words("ads.fortnight.drafted", **shown))


def approved() -> Said:
    return both(lambda words, _: words("ads.fortnight.approved"))


def approves(intent: Document) -> Said:
    return both(lambda words, language: words("ads.fortnight.approves", change=_change(intent, words, language)))


def came_of(intent: Document) -> Said:
    """A change with its reason, and what became of it."""

    def say(words: Words, language: str) -> str:
        outcome = f": {reasons.said(intent['outcome'], language)}" if intent.get("outcome") else ""
        state = words.or_raw(f"ads.change.{intent['state']}", intent["state"])
        return f"{_change(intent, words, language)} [{state}{outcome}]"

    return both(say)


def stands(variations: Sequence[Document]) -> Said:
    return both(lambda words, _: "\n".join(_ad(each, words) for each in variations))


def refused(why: str) -> Said:
    return both(lambda _, language: reasons.said(why, language))


def kes(shillings: int) -> Money:
    return Money(shillings * unit(CURRENCY), CURRENCY)


def _change(intent: Document, words: Words, language: str) -> str:
    kind, step = intent["kind"], ""
    if kind in ("budget", "bid") and intent["wanted"].get(kind) is not None:
        step = f" {_shown(intent.get(f'{kind}_before'))} → {_shown(intent['wanted'][kind])}"
    reason = reasons.said(intent["reason"], language) if intent["reason"] else words("ads.fortnight.wanted")
    named = words.or_raw(f"ads.kind.{kind}", kind)
    return words("ads.fortnight.change", angle=intent["angle"], kind=named, step=step, reason=reason)


def _ad(variation: Document, words: Words) -> str:
    facts, stage = variation.get("facts") or {}, variation["stage"]
    return words(
        "ads.fortnight.ad", angle=variation["angle"], stage=words.or_raw(f"ads.stage.{stage}", stage),
        spend=_shown(facts.get("spend")), orders=facts.get("conversions") or 0, profit=_shown(facts.get("profit")),
    )  # fmt: skip


def _shown(cents: int | None) -> str:
    return money(Money(cents or 0, CURRENCY))
