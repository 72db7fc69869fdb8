"""One of the choices on offer: by its number, its place, its name, a piece or a slip of it, or an emoji.

A choice is taken only when no other one fits nearly as well; otherwise the ones that fit come back.
"""

from __future__ import annotations

import re

from rapidfuzz import fuzz

from engine.model import Choice
from language.numbers import spot
from language.reading import Read, Reading, Unclear
from language.text import emoji, listed, plain, tokens
from language.words import EITHER, HEDGE, NEGATION, POLITE, QUESTION, REQUEST
from language.yes_no import read_yes_no

_LEAD = listed(
    """
    option number no namba nambari numba chaguo choice num nr one ones item slot the hiyo ile ya la wa cha za st nd
    rd th nafasi
    """
)
_ORDINALS = {
    "first": 1, "1st": 1, "kwanza": 1, "second": 2, "pili": 2, "third": 3, "tatu": 3, "fourth": 4, "nne": 4, "fifth": 5,
    "tano": 5, "sixth": 6, "sita": 6, "seventh": 7, "saba": 7, "eighth": 8, "nane": 8, "ninth": 9, "tisa": 9,
    "tenth": 10,    "kumi": 10, "last": -1, "mwisho": -1, "bottom": -1, "top": 1, "ishia": -1,
}  # fmt: skip
_CLOSE = 82  # of 100: below it a slip is a guess
_MARGIN = 9
_WORDIEST = 14


def taken(choice: Choice, how: str) -> Read:
    return Read(choice.value if choice.value is not None else choice.id, how, choice.id)


def _several(reason: str, choices: list[Choice]) -> Unclear:
    return Unclear(reason, candidates=tuple(dict.fromkeys(choice.id for choice in choices)))


def exact(choices: tuple[Choice, ...], text: str) -> Choice | None:
    """The one choice whose label or id the message is, word for word."""
    words = tokens(plain(text))
    if not words:
        return None
    same = [
        c
        for c in choices
        if tokens(plain(c.label)) == words or (plain(c.id) == plain(text).strip() and not c.id.isdigit())
    ]
    return same[0] if len(same) == 1 else None


def read_choice(choices: tuple[Choice, ...], text: str) -> Reading:
    """The choice that is meant. Numbers are places in the list as it was sent, from one."""
    named = exact(choices, text)
    if named:
        return taken(named, "name")
    raw = plain(text)
    words = tokens(raw)
    if not words:
        return _by_emoji(choices, raw)
    if len(words) > _WORDIEST:
        return Unclear("too_much")
    return _by_place(choices, words) or _by_meaning(choices, text) or _by_name(choices, words, raw)


def _by_emoji(choices: tuple[Choice, ...], raw: str) -> Reading:
    marks = emoji(raw)
    same = [choice for choice in choices if set(marks) & set(emoji(plain(choice.label)))]
    if len(same) == 1:
        return taken(same[0], "emoji")
    meant = _by_meaning(choices, raw)
    if isinstance(meant, Read):
        return Read(meant.value, "emoji", meant.choice)
    return meant or _several("no_such_choice", same)


def _by_place(choices: tuple[Choice, ...], words: list[str]) -> Reading | None:
    """ "2", "namba mbili", "ya pili", "the last one", "2 or 3"."""
    kept = [word for word in words if word not in POLITE and word not in REQUEST - {"a"} and word not in _LEAD]
    kept = [word for word in kept if word not in EITHER]
    places: list[int] = []
    if kept and all(word in _ORDINALS for word in kept) and not all(spot([word]) for word in kept):
        places = [_ORDINALS[word] for word in kept]
    elif kept and all(re.fullmatch(r"\d{1,2}(?:[.,\-/]\d{1,2})?", word) or spot([word]) for word in kept):
        places = [int(figure) for word in kept if word[0].isdigit() for figure in re.findall(r"\d+", word)]
        worded = [word for word in kept if not word[0].isdigit()]
        places += [int(number.value) for number in spot(worded)]
    elif not kept and len(choices) >= 1 and {"one", "moja"} & set(words) and set(words) <= POLITE | _LEAD | {"moja"}:
        if {"the", "hiyo", "ile", "ones"} & set(words):
            return None
        places = [1]
    if not places:
        return None
    return _at_places(choices, list(dict.fromkeys(places)), kept)


def _at_places(choices: tuple[Choice, ...], places: list[int], kept: list[str]) -> Reading:
    count = len(choices)
    standing = [choices[place if place < 0 else place - 1] for place in places if place == -1 or 1 <= place <= count]
    labelled = [choice for choice in choices if kept and all(word in tokens(plain(choice.label)) for word in kept)]
    if len(places) > 1 and not (len(labelled) == 1 and not standing):
        return _several("ambiguous_choice" if len(standing) > 1 else "no_such_choice", standing)
    fitting = list({choice.id: choice for choice in standing + labelled}.values())
    if len(fitting) == 1:
        return taken(fitting[0], "number" if standing else "name")
    return _several("ambiguous_choice" if fitting else "no_such_choice", fitting)


def _by_meaning(choices: tuple[Choice, ...], text: str) -> Reading | None:
    """Choices that mean yes and no, answered with any yes or no; a lone choice, with any yes."""
    answer = read_yes_no(text)
    if not isinstance(answer, Read):
        return None
    sides = [(choice, _side(choice)) for choice in choices]
    same = [choice for choice, side in sides if side is answer.value]
    if len(same) == 1:
        return taken(same[0], "yes_no")
    if len(same) > 1:
        return _several("ambiguous_choice", same)
    return taken(choices[0], "yes_no") if answer.value and len(choices) == 1 else None


def _side(choice: Choice) -> bool | None:
    if isinstance(choice.value, bool):
        return choice.value
    for text in (choice.id, choice.label, re.split(r"[,.!\u2013-]", choice.label)[0]):
        answer = read_yes_no(text.replace("_", " "))
        if isinstance(answer, Read):
            return bool(answer.value)
    return None


def _by_name(choices: tuple[Choice, ...], words: list[str], raw: str) -> Reading:
    labels = {
        choice.id: [word for word in tokens(plain(choice.label)) if word not in ("and", "na", "the", "ya")]
        for choice in choices
    }
    every = {word for label in labels.values() for word in label}
    if any(word in NEGATION - every for word in words):
        return Unclear("negated")
    if any(word in HEDGE - every for word in words):
        return Unclear("unsure")
    kept = [
        word for word in words if word in every or (word not in POLITE and word not in REQUEST and word not in _LEAD)
    ]
    kept = [word for word in kept if word in every or word not in EITHER]
    if any(word in QUESTION - every for word in kept):
        return Unclear("question")
    if not kept:
        return Unclear("no_such_choice")
    whole = [choice for choice in choices if labels[choice.id] and set(labels[choice.id]) <= set(kept)]
    if whole:
        longest = max(len(set(labels[choice.id])) for choice in whole)
        wider = [choice for choice in whole if len(set(labels[choice.id])) == longest]
        covered = set().union(*(labels[choice.id] for choice in wider[:1]))
        others = [c for c in whole if c not in wider and not set(labels[c.id]) <= covered]
        fitting = wider + others
        strays = [word for word in set(kept) - covered if any(word in labels[choice.id] for choice in choices)]
        if strays:
            fitting += [c for c in choices if c not in fitting and any(word in labels[c.id] for word in strays)]
        if len(fitting) == 1 and len(set(kept) - covered) <= 3:
            return taken(fitting[0], "name")
        return _several("ambiguous_choice", fitting)
    return _by_piece(choices, labels, kept)


def _by_piece(choices: tuple[Choice, ...], labels: dict[str, list[str]], kept: list[str]) -> Reading:
    """Some words of a label, the beginnings of some, or a slip."""
    fitting = [choice for choice in choices if all(word in labels[choice.id] for word in kept)]
    how = "name"
    if not fitting:
        how = "prefix"
        fitting = [c for c in choices if all(any(_begins(part, word) for part in labels[c.id]) for word in kept)]
    if len(fitting) == 1:
        return taken(fitting[0], how)
    if fitting:
        return _several("ambiguous_choice", fitting)
    return _by_slip(choices, labels, kept)


def _begins(part: str, word: str) -> bool:
    return len(word) >= 3 and part.startswith(word)


def _by_slip(choices: tuple[Choice, ...], labels: dict[str, list[str]], kept: list[str]) -> Reading:
    said = " ".join(kept)
    if len(said) < 4 or len(kept) > 5:
        return Unclear("no_such_choice")
    scored = sorted(((_likeness(said, kept, labels[choice.id]), at) for at, choice in enumerate(choices)), reverse=True)
    best = scored[0][0]
    if best < _CLOSE:
        return Unclear("no_such_choice")
    near = [choices[at] for score, at in scored if score > best - _MARGIN]
    return taken(near[0], "typo") if len(near) == 1 else _several("ambiguous_choice", near)


def _likeness(said: str, kept: list[str], label: list[str]) -> float:
    """How alike, 0-100: the whole label, or every word kept against its best word of the label."""
    whole = fuzz.ratio(said, " ".join(label))
    joined = fuzz.ratio(said.replace(" ", ""), "".join(label))
    each = [max((fuzz.ratio(word, part) for part in label), default=0.0) for word in kept if len(word) >= 4]
    return max(whole, joined, min(each) if each and len(each) == len(kept) else 0.0)
