"""Which language somebody writes: English or Swahili, from words that only one of them has. Pure.

Sheng mixes both; a draw says nothing, and the language stays what it was.
"""

from __future__ import annotations

import re


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_SWAHILI = _set(
    """habari mambo niaje sasa hujambo jambo shikamoo salama salamu nataka ningependa naomba naweza nahitaji nipatie
    miadi kesho leo keshokutwa asubuhi mchana jioni usiku ndio ndiyo hapana sawa asante ahsante tafadhali bei gani ngapi
    lini wapi nani nini vipi je kwa ya wa na ni za la mtu daktari meno jino nyumba chumba kupanga kuweka kulipa malipo
    pesa saa siku wiki jumatatu jumanne jumatano alhamisi ijumaa jumamosi jumapili mko mnafungua mnafunga iko kuna
    karibu samahani kiswahili acha mimi wewe yangu yako bado tayari haraka pole poa fiti uko"""
)
_ENGLISH = _set(
    """hello good morning afternoon evening want would like need can could please book booking appointment the a an is
    are do you your my i'd i'm i what when where how much price cost open close today tomorrow yes thanks thank for
    with have available room night nights clean cleaning tooth teeth dentist doctor check english and of to at on
    in this that"""
)


def guess(text: str) -> str:
    """ "en", "sw", or "" when the words do not say."""
    words = re.findall(r"[a-z']+", text.lower())
    swahili = sum(word in _SWAHILI for word in words)
    english = sum(word in _ENGLISH for word in words)
    if swahili == english:
        return ""
    return "sw" if swahili > english else "en"
