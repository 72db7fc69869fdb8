"""Yes and no, in three languages and in emoji. A maybe, a condition or a question back is neither."""

from __future__ import annotations

import re

from language.reading import Read, Reading, Unclear
from language.text import emoji, has, listed, plain, tokens
from language.words import HEDGE, NEGATION, POLITE, QUESTION, REQUEST

YES = listed(
    """
    yes yeah yea yep yup yap yah ya yess yees yesss y ye aye ok okay okey okey oky okei k kk sure surely correct
    right exactly absolutely definitely alright cool fine great perfect agreed confirm confirmed deal proceed indeed
    affirmative ndio ndiyo ndo ndioo ndiyoo ndivyo naam eeh ee eee ehe ehee eeeh sawa sawia poa fiti safi freshi
    fresh kabisa sahihi kweli barabara haswa hakika nakubali nimekubali kubali endelea twende tuendelee bingwa
    sawasawa yebo inafaa
    """
)
NO = listed(
    """
    no nope nop nah naah noo n nay never hapana apana hapna apan hapanaa zii zi sitaki sihitaji sidhani siwezi la si
    sio siyo hakuna hamna staki kataa nimekataa
    """
)
_NO_PHRASES = re.compile(
    r"\b(no thanks?( you)?|not at all|not really|i don't think so|i dont think so|"
    r"don't want( it| to)?|dont want( it| to)?|"
    r"no way|of course not|not interested|ata kidogo|hata kidogo|i don't|i dont|please don't|please dont|sitaki hiyo)\b"
)
_YES_PHRASES = re.compile(
    r"\b(of course|bila shaka|go ahead|why not go|book it|let's go|lets go|let's do it|lets do it|do it|sounds good|"
    r"fanya hivyo|iko sawa|ni sawa|that's right|thats right|that is correct|works for me|looks good|"
    r"hiyo iko poa|very well|"
    r"for sure|i do|i am|i agree|please do|iko poa|ni kweli)\b"
)
_UNSURE = re.compile(
    r"\b(no (problem|worries|idea|rush|hurry)|hakuna (shida|matata|noma|neno)|"
    r"right now|not sure|not yet|why not|sina (shida|uhakika)|"
    r"yes and no|yes or no|ndio au hapana|i'm (good|fine)|im (good|fine)|"
    r"niko (sawa|poa|fiti)|ok bye|bado)\b"
)
# Putting off is a no to what is offered now, if the message is nothing else: "naweza lipa baadaye?" asks something.
_PUT_OFF = re.compile(
    r"((no|nope|nah|hapana|apana|sawa|ok|okay) )?((maybe|perhaps|labda|pengine|let's do it|tutaongea|tuongee) )?"
    r"(not (right now|now|today|this time|for now|at the moment)|later( on)?|next time|"
    r"(some other|another|some) (time|day)|(sio|si|siyo) (sasa|sahii|sahizi|saa hii|saa hizi|sasa hivi|kwa sasa|leo)|"
    r"(baadaye|baadae|badaye)( kidogo)?|wakati mwingine|siku (nyingine|ingine))"
)
_FRAME = POLITE - {"sasa"}  # what may stand around it
_YES_MARKS = frozenset("👍👌✅✔💯🆗☑🙆")
_NO_MARKS = frozenset("👎❌🚫🙅✖❎🙈")
_TURNS = listed("stop acha wacha cancel ghairi badala")  # a yes or no with one of these says something else
_LONGEST = 12
_LEFTOVER = 3


def read_yes_no(text: str) -> Reading:
    """True or False; a leading yes or no may be followed by a few words that don't turn it round."""
    raw = plain(text)
    marks = {mark in _YES_MARKS for mark in emoji(raw) if mark in _YES_MARKS or mark in _NO_MARKS}
    words = tokens(raw)
    if not words:
        return Read(marks.pop(), "emoji") if len(marks) == 1 else Unclear("not_yes_or_no")
    if not marks and "?" not in raw and _PUT_OFF.fullmatch(_framed(words)):
        return Read(False, "typed")
    if len(words) > _LONGEST or _UNSURE.search(raw):
        return Unclear("not_yes_or_no")
    answer = _meaning(raw, words)
    if answer is None or (marks and marks != {answer}):
        return Unclear("not_yes_or_no")
    return Read(answer, "typed")


def _framed(words: list[str]) -> str:
    """The message without politeness before and behind it."""
    said = [at for at, word in enumerate(words) if word not in _FRAME]
    return " ".join(words[said[0] : said[-1] + 1]) if said else ""


def _meaning(raw: str, words: list[str]) -> bool | None:
    """What the words mean together, None when they disagree or something else is said."""
    kept = _NO_PHRASES.sub(" no ", raw)
    refused = kept != raw
    kept = _YES_PHRASES.sub(" yes ", kept)
    words = tokens(kept)
    question = "?" in raw and words[0] in ("is", "are", "do", "does", "can", "could", "will", "je", "iko", "mko", "ni")
    if question or any(word in HEDGE or word in QUESTION for word in words):
        return None
    if any(word in _TURNS for word in words):
        return None
    sides = {has(word, YES) for word in words if has(word, YES) or has(word, NO)}
    if "la" in words and len([word for word in words if word not in POLITE]) > 1:
        return None  # "la" is "no" alone and "of" inside a sentence
    if len(sides) != 1:
        return None
    answer = sides.pop()
    left = [word for word in words if not has(word, YES) and not has(word, NO)]
    if answer and any(word in NEGATION for word in left):
        return None
    left = [word for word in left if word not in POLITE and word not in REQUEST and word not in NEGATION]
    first = next((word for word in words if word not in POLITE), "")
    leads = has(first, YES) or has(first, NO)
    allowed = _LEFTOVER if leads or refused else 0
    return answer if len(left) <= allowed else None
