"""A person's name, without what stands around it: "naitwa wanjiku kamau" gives "Wanjiku Kamau"."""

from __future__ import annotations

import re
import unicodedata

from language.reading import Read, Reading, Unclear
from language.text import LONGEST, emoji, listed, plain
from language.words import HEDGE, NEGATION, QUESTION
from language.yes_no import NO, YES

_INTRO = re.compile(
    r"^(my (full )?names? (is|are)|(the )?name'?s?( is)?|i am called|i am|i'm|im|it is|it's|its|"
    r"this is|call me|you can call me|"
    r"naitwa|ninaitwa|mimi naitwa|(my )?jina( langu| yangu)?( kamili)?( ni)?|majina( yangu)?( ni)?|mimi( ni)?|"
    r"ni|niite|unaweza niita|kwa jina( la)?|for|booking for)\s*[:\-]?\s+",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"^(hi|hello|hey|helo|habari( yako)?|hujambo|mambo|niaje|sasa|good (morning|afternoon|evening)|ok(ay)?|"
    r"sawa|yes|ndio|sure|"
    r"oh|thanks|asante|please|tafadhali|samahani|sorry)\b(?!')[\s,.!:\-]*",
    re.IGNORECASE,
)
_FAREWELL = re.compile(
    r"[\s,.!]*\b(please|pls|plz|tafadhali|asante( sana)?|thanks|thank you|"
    r"here|hapa|sir|madam)[\s.!]*$",
    re.IGNORECASE,
)
_CUT = re.compile(
    r"\s*(?:[,;\n]|(?<=\w{4})\.\s|"
    r"\s(?:and i|and my|nataka|na nataka|from|kutoka|i want|i need|i would|i'd|namba yangu|na namba)\b).*$",
    re.IGNORECASE | re.DOTALL,
)
_NUMBER = re.compile(r"\+?\d[\d\s\-]{6,}\d")
_PARTICLES = listed(
    """
    wa and na ole arap bin binti ibn von van de ya
    """
)
_WORD = re.compile(r"[^\W\d_]+(?:['.\-][^\W\d_]+)*['.]?")
_NOT_NAMES = listed(
    """
    hi hello hey habari niaje mambo sasa ok okay sawa thanks thank asante please tafadhali pls want nataka need
    nahitaji book booking appointment me you yes no name jina your the is are do does can could would price bei
    help msaada nothing none test anonymous kesho tomorrow today leo guess secret already same private prefer rather
    say good morning afternoon evening nimekuambia told skip next cancel stop number later send receipt paid money
    pesa
    """
)
_LONGEST = 60
_WORDIEST = 5


def _cased(word: str, first: bool) -> str:
    """Mixed case is the person's own; all lower or all upper is brought to title case."""
    if not (word.islower() or word.isupper() or word[1:].islower()):
        return word
    lower = word.lower()
    if lower in _PARTICLES and not first:
        return lower
    pieces = [piece[:1].upper() + piece[1:] for piece in lower.split("-")]
    joined = "-".join(pieces)
    return joined[:2] + joined[2:3].upper() + joined[3:] if joined[:2] in ("O'", "D'") else joined


def tidied(text: str) -> str:
    """The name itself: introductions, greetings, thanks, numbers and what follows a comma removed."""
    text = (
        unicodedata.normalize("NFKC", text[:LONGEST])
        .replace("\u2019", "'")
        .replace("\u2018", "'")
        .strip()[: 4 * _LONGEST]
    )
    for mark in emoji(text):
        text = text.replace(mark, " ")
    text = _NUMBER.sub(" , ", text).strip(' ,;:"*_')
    for _ in range(3):
        text = _GREETING.sub("", text, count=1).strip()
        shorter = _INTRO.sub("", text, count=1).strip()
        if shorter == text:
            break
        text = shorter
    text = _CUT.sub("", text)
    text = _FAREWELL.sub("", text).strip(' .,!;:"*_-')
    return " ".join(text.split())


def read_name(text: str) -> Reading:
    """A name of one to five words; an answer, a question, figures or a sentence is not one."""
    if "?" in text or "@" in text or "http" in text:
        return Unclear("not_a_name")
    name = tidied(text)
    words = name.split()
    if not words or len(words) > _WORDIEST or len(name) > _LONGEST or not all(_WORD.fullmatch(word) for word in words):
        return Unclear("not_a_name")
    if sum(len(word.strip(".'")) for word in words) < 2:
        return Unclear("not_a_name")
    lower = [plain(word) for word in words]
    refused = _NOT_NAMES | (NEGATION | HEDGE | QUESTION) - _PARTICLES
    if any(word in refused for word in lower) or all(word in YES or word in NO for word in lower):
        return Unclear("not_a_name")
    return Read(" ".join(_cased(word, at == 0) for at, word in enumerate(words)), "typed")
