"""What is promised, old and new. A promise is known by what it is about: never this, always that, this reachable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.comparing import guards
from engine.comparing.blocks import SAME, Names
from engine.comparing.difference import Weight
from engine.comparing.ledger import Ledger
from engine.comparing.words import duration, pretty, seconds, value

_ORDER = (
    "after", "never", "always", "reachable", "at_most", "of", "within", "leaves_within", "leaves_by", "when", "unless",
    "except",
)  # fmt: skip
_SAID = {
    "at_most": "at most", "leaves_within": "leaves within", "leaves_by": "leaves by", "reachable": "reachable:",
    "when": "if",
}  # fmt: skip
_ABOUT = ("never", "always", "reachable", "of")


def compare_promises(ledger: Ledger, old: Mapping[str, Any], new: Mapping[str, Any], names: Names) -> None:
    before = {_said(promise, names): (i, promise) for i, promise in enumerate(old.get("promises") or [])}
    after = {_said(promise, SAME): (i, promise) for i, promise in enumerate(new.get("promises") or [])}
    come = [words for words in after if words not in before]
    weight: Weight = "money" if ledger.weigh.tills or ledger.weigh.monied else "behaviour"
    for words, (index, promise) in before.items():
        if words in after:
            _titled(ledger, promise, after[words][1], (index, after[words][0]))
            continue
        twin = next((other for other in come if _about(after[other][1], SAME) == _about(promise, names)), None)
        where = ledger.written(["promises", index], ["promises", after[twin][0]] if twin is not None else None)
        if twin is None:
            ledger.add("promise-removed", "promises", f"no longer promised: {words}", weight, **where)
        else:
            come.remove(twin)
            ledger.add("promise-changed", "promises", f"promised: {twin}; before: {words}", weight, **where)
    for words in come:
        where = ledger.written(None, ["promises", after[words][0]])
        ledger.add("promise-added", "promises", f"now promised: {words}", weight, **where)


def _titled(ledger: Ledger, old: Mapping[str, Any], new: Mapping[str, Any], at: tuple[int, int]) -> None:
    if old.get("title") != new.get("title"):
        where = ledger.written(["promises", at[0]], ["promises", at[1]])
        ledger.add("title-changed", "promises", f"is titled “{new.get('title', '')}”", "none", **where)


def _about(promise: Mapping[str, Any], names: Names) -> Any:
    return [(key, _part(key, promise[key], names)) for key in _ABOUT if key in promise]


def _said(promise: Mapping[str, Any], names: Names) -> str:
    """ "never paid, unless payment.confirmed"."""
    keys = [key for key in _ORDER if key in promise]
    keys += sorted(key for key in promise if key not in _ORDER and key != "title")
    parts = [f"{_SAID.get(key, key)} {_part(key, promise[key], names)}" for key in keys]
    text = ", ".join(parts)
    return text.replace(", of ", " of ") if "at_most" in promise else text


def _part(key: str, written: Any, names: Names) -> str:
    if isinstance(written, str) and key in ("within", "leaves_within"):
        return duration(seconds(written))
    return value(_renamed(written, names))


def _renamed(written: Any, names: Names) -> Any:
    """States, data and ends of flows by their new names; expressions in one form."""
    if isinstance(written, Mapping):
        return {key: _renamed(written[key], names) for key in sorted(written)}
    if isinstance(written, list):
        return [_renamed(item, names) for item in written]
    if not isinstance(written, str):
        return written
    named = names.texts.get(written, names.event(written))
    return pretty(guards.canonical(guards.renamed(named, {**names.data, **names.states}, names.states)))
