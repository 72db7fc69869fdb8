"""Two flows or lifecycles, beside each other: what they remember, say, promise, and their states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.comparing import deeds
from engine.comparing.blocks import SAME, Block, Names, rule
from engine.comparing.difference import Weight
from engine.comparing.ledger import Ledger, gravest
from engine.comparing.promises import compare_promises
from engine.comparing.rulelists import RuleLists
from engine.comparing.states import StatePair
from engine.comparing.texts import compare_texts
from engine.comparing.words import listed, pretty, value

Content = Mapping[str, Any]
_HEAD: tuple[tuple[str, str, Weight, Any], ...] = (
    ("version", "version {new} instead of {old}", "none", None),
    ("title", "titled “{new}” instead of “{old}”", "none", ""),
    ("category", "its messages count as {new} instead of {old}", "messages", "utility"),
    ("on_publish", "running machines {new} instead of {old} when it is published", "behaviour", "finish"),
)
_TOLD = {  # keys that have words of their own
    *("flow", "lifecycle", "rules", "version", "title", "category", "on_publish", "languages", "takes", "data"),
    *("texts", "start", "states", "anywhere", "promises", "facts", "outputs", "rows", "otherwise", "hit", "collect"),
}
_PUBLISH = {"finish": "finish on the old version", "migrate": "migrate", "drain": "drain"}


def compare_machines(ledger: Ledger, old: Content, new: Content, names: Names) -> None:
    compare_head(ledger, old, new)
    _languages(ledger, old, new)
    start = names.states.get(old["start"], old["start"])
    if start != new["start"]:
        weight = gravest("behaviour", ledger.weigh.state(start, new["start"]))
        words = f"begins in {new['start']} instead of {start}"
        ledger.add("start-changed", "", words, weight, **ledger.written(["start"], ["start"]))
    _data(ledger, old, new, names)
    compare_texts(ledger, old, new, names)
    _states(ledger, old, new, names)
    _anywhere(ledger, old, new, names)
    compare_promises(ledger, old, new, names)


def compare_head(ledger: Ledger, old: Content, new: Content) -> None:
    for key, words, weight, default in _HEAD:
        before, after = old.get(key, default), new.get(key, default)
        if before != after:
            if key == "on_publish":
                before, after = _PUBLISH[str(before)], _PUBLISH[str(after)]
            said = words.format(old=value(before), new=value(after))
            ledger.add(f"{key.replace('_', '-')}-changed", "", said, weight, **_where(ledger, old, new, key))
    for key in sorted({*old, *new} - _TOLD):
        if old.get(key) != new.get(key):
            words = f"{key} is {value(new.get(key))} instead of {value(old.get(key))}"
            ledger.add("key-changed", "", words, "behaviour", **_where(ledger, old, new, key))


def _where(ledger: Ledger, old: Content, new: Content, key: str) -> dict[str, Any]:
    return ledger.written([key] if key in old else None, [key] if key in new else None)


def _languages(ledger: Ledger, old: Content, new: Content) -> None:
    before, after = old.get("languages") or ["en"], new.get("languages") or ["en"]
    if before == after:
        return
    come = [language for language in after if language not in before]
    gone = [language for language in before if language not in after]
    words = (
        "; ".join([f"now speaks {listed(come)}"] * bool(come) + [f"no longer speaks {listed(gone)}"] * bool(gone))
        or f"speaks {after[0]} first instead of {before[0]}"
    )
    ledger.add("languages-changed", "", words, "messages", **_where(ledger, old, new, "languages"))


def _data(ledger: Ledger, old: Content, new: Content, names: Names) -> None:
    for part in ("takes", "data"):
        before, after = old.get(part) or {}, new.get(part) or {}
        back = {names.data.get(name, name): name for name in before}
        for name, was in back.items():
            if name not in after:
                words = "is no longer taken" if part == "takes" else "is no longer remembered"
                ledger.add("data-removed", name, words, "none", **ledger.written([part, was], None), key=True)
                continue
            where = ledger.written([part, was], [part, name])
            if was != name:
                ledger.add("data-renamed", name, f"was called {was}", "none", **where, key=True)
            _datum(ledger, name, _declared(before[was]), _declared(after[name]), where)
        for name in after:
            if name not in back:
                word = "taken" if part == "takes" else "remembered"
                words = f"is {word} now ({_declared(after[name]).get('type', 'any')})"
                ledger.add("data-added", name, words, "none", **ledger.written(None, [part, name]), key=True)


def _declared(written: Any) -> dict[str, Any]:
    return {"type": written} if isinstance(written, str) else dict(written)


def _datum(ledger: Ledger, name: str, old: Mapping[str, Any], new: Mapping[str, Any], where: dict[str, Any]) -> None:
    if old.get("type") != new.get("type"):
        words = f"is {new.get('type', 'any')} instead of {old.get('type', 'any')}"
        weight: Weight = "money" if "money" in (old.get("type"), new.get("type")) else "behaviour"
        ledger.add("data-changed", name, words, weight, **where)
    if old.get("default") != new.get("default"):
        words = f"begins as {pretty(value(new.get('default')))} instead of {pretty(value(old.get('default')))}"
        weight = "money" if new.get("type") == "money" else "behaviour"
        ledger.add("data-changed", name, words, weight, **where)
    if bool(old.get("personal")) != bool(new.get("personal")):
        words = "is personal now: encrypted and masked" if new.get("personal") else "is no longer encrypted and masked"
        ledger.add("data-changed", name, words, "behaviour", **where)
    if bool(old.get("optional")) != bool(new.get("optional")):
        words = "may be left out now" if new.get("optional") else "may no longer be left out"
        ledger.add("data-changed", name, words, "behaviour", **where)
    if old.get("title") != new.get("title"):
        ledger.add("title-changed", name, f"is titled “{new.get('title', '')}”", "none", **where)


def _states(ledger: Ledger, old: Content, new: Content, names: Names) -> None:
    before, after = old["states"], new["states"]
    back = {names.states.get(name, name): name for name in before}
    for name, was in back.items():
        if name not in after:
            weight = gravest("behaviour", ledger.weigh.state(was))
            where = ledger.written(["states", was], None)
            ledger.add("state-removed", was, "the state is gone", weight, **where, key=True)
            continue
        if was != name:
            where = ledger.written(["states", was], ["states", name])
            ledger.add("state-renamed", name, f"was called {was}", "none", **where, key=True)
        StatePair(ledger, names, was, name, before[was], after[name]).compare()
    for name, written in after.items():
        if name not in back:
            weight = gravest("behaviour", ledger.weigh.state(name))
            where = ledger.written(None, ["states", name])
            ledger.add("state-added", name, f"a new state: {_state_said(written or {})}", weight, **where, key=True)


def _state_said(state: Mapping[str, Any]) -> str:
    block = rule({key: state[key] for key in ("set", "decide", "do", "tell", "say") if key in state}, SAME, ())
    parts = [deeds.said(deed) for deed in block.deeds]
    parts += [f"asks {state['ask']['text']}"] if "ask" in state else []
    parts += [f"calls {state['call']['flow']}"] if "call" in state else []
    parts += ["an end"] if state.get("final") else []
    return ", ".join(parts) or "it waits"


def _anywhere(ledger: Ledger, old: Content, new: Content, names: Names) -> None:
    """Interrupts are known by what they hear, most of it in common; or by their event."""
    before = [rule(item, names, ["anywhere", i]) for i, item in enumerate(old.get("anywhere") or [])]
    after = [rule(item, SAME, ["anywhere", i]) for i, item in enumerate(new.get("anywhere") or [])]
    left = list(after)
    lists = RuleLists(ledger, "anywhere")
    for block in before:
        twin = max(left, key=lambda other: _alike(block, other), default=None)
        if twin is None or _alike(block, twin) == 0:
            _interrupt(
                ledger, "interrupt-removed", f"no longer hears {_heard(block)} ({deeds.block_said(block)})", block
            )
            continue
        left.remove(twin)
        _phrases(ledger, block, twin)
        lists.compare([block], [twin], _heard(twin))
    for block in left:
        _interrupt(ledger, "interrupt-added", f"now hears {_heard(block)} ({deeds.block_said(block)})", None, block)
    events = [[block.key for block in side if block.on] for side in (before, after)]
    if sorted(map(str, events[0])) == sorted(map(str, events[1])) and events[0] != events[1]:
        ledger.add("rule-moved", "anywhere", "events are heard in another order", "behaviour",
                   **_where(ledger, old, new, "anywhere"))  # fmt: skip


def _interrupt(ledger: Ledger, kind: str, words: str, old: Block | None, new: Block | None = None) -> None:
    weight = gravest("behaviour", *(ledger.weigh.block(block) for block in (old, new) if block is not None))
    where = ledger.written(old.at if old else None, new.at if new else None)
    ledger.add(kind, "anywhere", words, weight, **where)


def _alike(one: Block, two: Block) -> int:
    if one.on or two.on:
        return int(one.on == two.on) + int(one.on == two.on and one.key == two.key)
    return 2 * len(set(one.hear) & set(two.hear)) + int(one.key == two.key and bool(one.to or one.deeds))


def _heard(block: Block) -> str:
    return block.on or "“" + "”, “".join(block.hear[:3]) + "”" + (" …" if len(block.hear) > 3 else "")


def _phrases(ledger: Ledger, old: Block, new: Block) -> None:
    come = [phrase for phrase in new.hear if phrase not in old.hear]
    gone = [phrase for phrase in old.hear if phrase not in new.hear]
    for word, phrases in (("also hears", come), ("no longer hears", gone)):
        if phrases:
            leads = f" ({deeds.block_said(new)})"
            _interrupt(ledger, "phrases-changed", f"{word} “{'”, “'.join(phrases)}”{leads}", old, new)
