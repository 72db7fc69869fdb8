"""What was only given another name: pairs of what is gone and what has come that are alike in content.

Alike is judged by features: what a thing holds, leaf by leaf, and where it is used. Names that are themselves in
question count as one, so that two things renamed at once still know each other.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from typing import Any

from rapidfuzz import fuzz

Features = Counter[str]
_COMMON = 40  # a feature that so many have tells nothing
_ANY = "∗"


def features(content: Any, masked: Collection[str] = (), path: str = "") -> Features:
    """A leaf each: "ask.text=which_day". Masked names read as one sign."""
    found: Features = Counter()
    if isinstance(content, Mapping):
        for key, item in content.items():
            found += features(item, masked, f"{path}.{_ANY if key in masked else key}")
    elif isinstance(content, (list, tuple)):
        for item in content:
            found += features(item, masked, path)
    elif content is not None:
        found[f"{path}={_ANY if content in masked else content}"] += 1
    return found


def pairs(old: Mapping[str, Features], new: Mapping[str, Features], least: float = 0.5) -> dict[str, str]:
    """Old name -> new name, the likest first, each at most once. `least` is the share that two must have in common."""
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for name, features in new.items():
        for feature in features:
            holders[feature].append(name)
    scored: list[tuple[float, str, str]] = []
    for name, features in old.items():
        candidates = {other for f in features if len(holders[f]) <= _COMMON for other in holders[f]}
        if not features and len(old) == len(new) == 1:
            candidates = set(new)
        for other in candidates:
            score = _likeness(features, new[other])
            if score >= least:
                scored.append((score + fuzz.ratio(name, other) / 1000, name, other))
    found: dict[str, str] = {}
    taken: set[str] = set()
    for _, name, other in sorted(scored, key=lambda item: (-item[0], item[1], item[2])):
        if name not in found and other not in taken:
            found[name] = other
            taken.add(other)
    return found


def _likeness(one: Features, two: Features) -> float:
    either = (one | two).total()
    return (one & two).total() / either if either else 1.0


def in_order(sequence: list[int]) -> set[int]:
    """The places of a longest rising run: what need not be moved to bring the sequence into order."""
    best: list[tuple[int, int]] = []  # (length, place before), per place
    for place, item in enumerate(sequence):
        length, before = 1, -1
        for earlier in range(place):
            if sequence[earlier] < item and best[earlier][0] + 1 > length:
                length, before = best[earlier][0] + 1, earlier
        best.append((length, before))
    kept: set[int] = set()
    place = max(range(len(best)), key=lambda at: best[at][0], default=-1)
    while place >= 0:
        kept.add(place)
        place = best[place][1]
    return kept
