"""What a definition holds and now calls otherwise: its states, texts and data."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from engine.comparing.blocks import Names
from engine.comparing.matching import Features, features, pairs

_SPARE = "∗"
_BRACES = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)


def machine_names(old: Mapping[str, Any], new: Mapping[str, Any]) -> Names:
    """For two flows or lifecycles. Empty where every name stayed."""
    gone_states, come_states = _apart(old, new, "states")
    gone_texts, come_texts = _apart(old, new, "texts")
    gone_data, come_data = _apart(_data(old), _data(new))
    mapped = new.get("migrate") or {}  # the file says itself what was renamed
    said_states, said_data = (
        _said(mapped, "states", gone_states, come_states),
        _said(mapped, "data", gone_data, come_data),
    )
    masked = gone_states | come_states | gone_texts | come_texts | gone_data | come_data
    return Names(
        states=said_states | _pairs(gone_states, come_states, lambda side, name: _state(side, name, masked), old, new),
        texts=_pairs(gone_texts, come_texts, lambda side, name: _text(side, name, masked), old, new),
        data=said_data | _pairs(gone_data, come_data, lambda side, name: _datum(side, name, masked), old, new),
    )


def _said(migrate: Mapping[str, Any], part: str, gone: set[str], come: set[str]) -> dict[str, str]:
    """Renames that the new version declares; taken from what is still to be matched."""
    found = {old: new for old, new in (migrate.get(part) or {}).items() if old in gone and new in come}
    found = {old: new for old, new in found.items() if list(found.values()).count(new) == 1}
    gone -= set(found)
    come -= set(found.values())
    return found


def _pairs(gone: set[str], come: set[str], of: Any, old: Any, new: Any) -> dict[str, str]:
    if not gone or not come:
        return {}
    return pairs({name: of(old, name) for name in gone}, {name: of(new, name) for name in come})


def _apart(old: Mapping[str, Any], new: Mapping[str, Any], part: str = "") -> tuple[set[str], set[str]]:
    """Names on one side only."""
    before, after = (old.get(part) or {}, new.get(part) or {}) if part else (old, new)
    return set(before) - set(after), set(after) - set(before)


def _data(content: Mapping[str, Any]) -> dict[str, Any]:
    return {**(content.get("takes") or {}), **(content.get("data") or {})}


def _state(content: Mapping[str, Any], name: str, masked: set[str]) -> Features:
    found = features(content["states"][name] or {}, masked)
    for source, trigger, block in arrows(content):
        if block.get("to") == name:
            found[f"in:{_SPARE if source in masked else source}:{trigger}:{block.get('when')}"] += 1
    return found


def arrows(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Every rule that leads somewhere: its state, its trigger, itself."""
    for source, written in (content.get("states") or {}).items():
        state = written or {}
        for part in ("on", "after"):
            for trigger, rules in (state.get(part) or {}).items():
                yield from ((source, trigger, block) for block in _blocks(rules))
        yield from ((source, "next", block) for block in _blocks(state.get("next")))
        yield from ((source, "at", block) for block in _blocks(state.get("at")))
        yield source, "unclear", {"to": (state.get("unclear") or {}).get("then")}
        yield source, "none", {"to": (state.get("ask") or {}).get("none")}
    yield from (("", "anywhere", block) for block in _blocks(content.get("anywhere")))
    yield "", "start", {"to": content.get("start")}


def _blocks(written: Any) -> Iterator[Mapping[str, Any]]:
    for item in written if isinstance(written, list) else [] if written is None else [written]:
        yield {"to": item} if isinstance(item, str) else item


def _text(content: Mapping[str, Any], name: str, masked: set[str]) -> Features:
    found: Features = Counter()
    for language, text in content["texts"][name].items():
        found.update(f"{language}:{word}" for word in str(text).split())
    return found + _uses(content, name, masked)


def _datum(content: Mapping[str, Any], name: str, masked: set[str]) -> Features:
    written = _data(content)[name]
    return features({"type": written} if isinstance(written, str) else written) + _uses(content, name, masked)


def _uses(content: Mapping[str, Any], name: str, masked: set[str]) -> Features:
    """Where a name stands, itself left out."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    others = re.compile(r"\b(?:" + "|".join(map(re.escape, masked)) + r")\b")
    found: Features = Counter()
    for part in ("states", "anywhere", "texts"):
        for leaf in features(content.get(part) or {}, (), part):
            if word.search(leaf) and not leaf.startswith(f"texts.{name}."):
                found[others.sub(_SPARE, leaf)] += 1
    return found


def retold(text: str, names: Names) -> str:
    """A text with the new names of the data that it reads."""
    if not names.data:
        return text
    word = re.compile(r"([|.]\s*)?\b(" + "|".join(map(re.escape, names.data)) + r")\b")

    def reads(found: re.Match[str]) -> str:  # after a bar stands a filter, after a dot a field
        return found[0] if found[1] else names.data[found[2]]

    return _BRACES.sub(lambda brace: word.sub(reads, brace[0]), text)
