"""Tells languages apart by their commonest words: enough to see that two forms of a text were exchanged."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_PUT_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}")


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


COMMON = {
    "en": _set(
        "a about again all an and any are as at be been but by can could did do for from get had has have hello",
        "help here him how i if in is it its just let me more my need no not now of on one or our out please",
        "really see shall she so some soon sorry sure thank thanks that the their them then there these they this",
        "time to us was we welcome were what when where which who will with would yes you your",
    ),
    "sw": _set(
        "ahsante ama andika asante baada bado basi chagua chini gani habari hakuna hapa hapana hii hilo hivyo",
        "hiyo huduma ili ipi ja je jina juu kabla kama karibu kati katika kesho kila kisha kitu kuhusu kutoka kwa",
        "kwako kwamba lakini leo lini mahali moja mtu na namba nani ndio ndiyo ngapi ni nini orodha pesa pia pole",
        "saa samahani sana sasa sawa sijaelewa siku simu sio tafadhali tayari tu tuma tuna una ungependa wako",
        "wangu wapi wewe ya yako yangu za zako",
    ),
}


def exchanged(forms: dict[str, str]) -> tuple[str, str] | None:
    """Two languages of which each form reads like the other's."""
    known = [language for language in forms if language in COMMON]
    words = {language: _words(forms[language]) for language in known}
    for place, one in enumerate(known):
        for other in known[:place]:
            if _like(words[one], other, one) and _like(words[other], one, other):
                return other, one
    return None


def _words(text: str) -> frozenset[str]:
    return frozenset(word.casefold() for word in _WORD.findall(_PUT_IN.sub(" ", text)))


def _like(words: frozenset[str], language: str, rather_than: str) -> bool:
    return len(words & COMMON[language]) > len(words & COMMON[rather_than])
