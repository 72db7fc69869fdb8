"""Calendar and clock words as people spell them, brought to one spelling before anything reads them.

Fuzzy correction is kept to long words of one lexicon: "mchana" may lose a letter, "might" must not
become "night".
"""

from __future__ import annotations

from functools import lru_cache

from rapidfuzz.distance import DamerauLevenshtein

from language.text import single
from language.words import HEDGE, NEGATION, POLITE, QUESTION, REQUEST

WEEKDAYS = {
    "jumatatu": 0, "monday": 0, "jumanne": 1, "tuesday": 1, "jumatano": 2, "wednesday": 2, "alhamisi": 3,
    "thursday": 3, "ijumaa": 4, "friday": 4, "jumamosi": 5, "saturday": 5, "jumapili": 6, "sunday": 6,
}  # fmt: skip
MONTHS = {
    "january": 1, "januari": 1, "february": 2, "februari": 2, "march": 3, "machi": 3, "april": 4, "aprili": 4,
    "may": 5, "mei": 5, "june": 6, "juni": 6, "july": 7, "julai": 7, "august": 8, "agosti": 8, "september": 9,
    "septemba": 9, "october": 10, "oktoba": 10, "november": 11, "novemba": 11, "december": 12, "desemba": 12,
}  # fmt: skip
_VARIANTS = {
    "jumatatu": "jtatu jumataatu jumatau", "jumanne": "jnne jumane", "jumatano": "jtano",
    "ijumaa": "ijumaah ijuma jumaa",
    "alhamisi": "alhamis alhamsi alh alkhamisi", "jumamosi": "jmosi jumamos", "jumapili": "jpili jumapil",
    "monday": "mon mondy mondays", "tuesday": "tue tues tuesdy", "wednesday": "wed weds wensday wednsday wenesday",
    "thursday": "thu thur thurs thursdy thusday", "friday": "fri fridy furahiday furaiday fryday",
    "saturday": "sat satur satarday sato", "sunday": "sun sundy sunda",
    "january": "jan", "february": "feb febuary febr", "march": "mar", "april": "apr", "june": "jun", "july": "jul",
    "august": "aug ogasti", "september": "sep sept", "october": "oct okt", "november": "nov", "december": "dec des",
    "tomorrow": "tmrw tmr tmoro tomoro tomorow tommorow tommorrow tomorro tmw tom 2moro tmro tumoro tomorrows 2mrw",
    "today": "tdy tday todae 2day", "kesho": "keso keshoo kexho kecho", "keshokutwa": "keshokutua",
    "leo": "leoo", "tonight": "tonite tonyt tnyt", "morning": "mornin morn mrng", "evening": "eve evng evenin",
    "afternoon": "afternun aftanoon arvo", "night": "nyt nite", "asubuhi": "asubui asbh asubhi asuh asb aubuhi",
    "jioni": "jion", "mchana": "mchna", "usiku": "usik uciku", "saa": "saaa sa", "oclock": "o'clock clock",
    "tarehe": "tar trh tarehee tareh", "next": "nxt nex", "week": "wk", "weeks": "wks", "minutes": "min mins minute",
    "hours": "hr hrs hour", "kasorobo": "kasrobo kasorob kasorubo", "nusu": "unusu nuso", "noon": "midday adhuhuri",
    "weekend": "wikendi wikend wkend weekendi wkd", "pm": "p.m", "am": "a.m", "ijayo": "ijao ijayoo inayokuja",
}  # fmt: skip
_SPELLED = {variant: word for word, variants in _VARIANTS.items() for variant in variants.split()}
_FUZZY = tuple(
    word
    for word in [
        *WEEKDAYS,
        *MONTHS,
        "tomorrow",
        "kesho",
        "asubuhi",
        "jioni",
        "mchana",
        "afternoon",
        "evening",
        "keshokutwa",
    ]
    if len(word) >= 5 and word not in ("march", "april", "machi", "julai", "mchana", "jioni")
)
_JUMA = {"tatu": "jumatatu", "nne": "jumanne", "tano": "jumatano", "mosi": "jumamosi", "pili": "jumapili"}
_PAIRS = {
    ("kesho", "kutwa"): "keshokutwa", ("al", "hamisi"): "alhamisi", ("i", "jumaa"): "ijumaa", ("o", "clock"): "oclock",
    ("kasoro", "robo"): "kasorobo", ("kaso", "robo"): "kasorobo", ("u", "nusu"): "nusu", ("week", "end"): "weekend",
    ("mid", "night"): "midnight", ("a", "m"): "am", ("p", "m"): "pm", ("after", "noon"): "afternoon",
}  # fmt: skip
_KEEP = POLITE | REQUEST | NEGATION | HEDGE | QUESTION | set(_VARIANTS) | set(WEEKDAYS) | set(MONTHS)


@lru_cache(maxsize=4096)
def spelled(word: str) -> str:
    """One word in its usual spelling, or unchanged."""
    if word in _KEEP:
        return word
    if word in _SPELLED:
        return _SPELLED[word]
    short = single(word)
    for known in (_SPELLED.get(short), short if short in WEEKDAYS or short in _VARIANTS else None):
        if known:
            return known
    if len(word) < 5 or not word.isalpha():
        return word
    near = [known for known in _FUZZY if abs(len(known) - len(word)) <= 2 and _close(word, known)]
    return near[0] if len({WEEKDAYS.get(known, known) for known in near}) == 1 else word


def _close(word: str, known: str) -> bool:
    allowed = 2 if len(known) >= 8 else 1
    return word[0] == known[0] and DamerauLevenshtein.distance(word, known, score_cutoff=allowed) <= allowed


def respell(words: list[str]) -> list[str]:
    """All words respelled, with split words joined: "juma tatu", "kesho kutwa"."""
    result: list[str] = []
    for raw in words:
        word = spelled(raw)
        before = result[-1] if result else ""
        if before == "juma" and word in _JUMA:
            result[-1] = _JUMA[word]
        elif (before, word) in _PAIRS:
            result[-1] = _PAIRS[before, word]
        else:
            result.append(word)
    return result
