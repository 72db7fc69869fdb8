"""What a state asks and whom it calls, old and new: the question, its choices, what is done when it stays unclear."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from engine.comparing.blocks import SAME, Names
from engine.comparing.difference import Weight
from engine.comparing.ledger import Ledger
from engine.comparing.words import listed, pretty, value
from engine.document import At

Part = tuple[Any, Any, list[str], list[str]]  # old and new as written, and where


class _Pair:
    """Two mappings beside each other; `field` writes down what one key says otherwise."""

    def __init__(self, ledger: Ledger, subject: str, part: Part) -> None:
        self.ledger = ledger
        self.subject = subject
        self.old, self.new, self.old_at, self.new_at = part

    def field(self, key: str, words: str, weight: Weight, kind: str, names: Mapping[str, str] | None = None) -> None:
        """`words` may name {old} and {new}."""
        before, after = self.old.get(key), self.new.get(key)
        if isinstance(before, str) and names:
            before = names.get(before, before)
        if before != after:
            said = words if before is not None else words.replace(" instead of {old}", " now")
            self.add(kind, said.format(old=value(before), new=value(after)), weight, key)

    def others(self, told: Collection[str], block: str) -> None:
        """What there are no words of its own for is shown as it is written."""
        for key in sorted({*self.old, *self.new} - set(told)):
            self.field(key, f"{key} is {{new}} instead of {{old}}", "behaviour", f"{block}-changed")

    def add(self, kind: str, words: str, weight: Weight, key: str = "") -> None:
        more = [key] if key else []
        old_at: At | None = [*self.old_at, *more] if self.old is not None and (not key or key in self.old) else None
        new_at: At | None = [*self.new_at, *more] if self.new is not None and (not key or key in self.new) else None
        where = self.ledger.written(old_at, new_at)
        if old_at is None and new_at is None:
            where |= {"old": self.old_at, "new": self.new_at}
        self.ledger.add(kind, self.subject, words, weight, **where)


def compare_ask(ledger: Ledger, names: Names, subject: str, part: Part) -> None:
    pair = _Pair(ledger, subject, part)
    old, new = pair.old, pair.new
    if old is None or new is None:
        if old is not new:
            words = f"now asks {new['text']}" if old is None else f"no longer asks {old['text']}"
            pair.add("ask-added" if old is None else "ask-removed", words, "messages")
        return
    pair.field("text", "asks {new} instead of {old}", "messages", "ask-changed", names.texts)
    if old.get("type") != new.get("type"):
        words = f"expects {_type(new)} instead of {_type(old)} as an answer"
        pair.add("ask-changed", words, "behaviour", "type")
    pair.field("save", "keeps the answer in {new} instead of {old}", "behaviour", "ask-changed", names.data)
    none = "goes to {new} instead of {old} when there is nothing to choose from"
    pair.field("none", none, "behaviour", "ask-changed", names.states)
    pair.others({"text", "type", "choices", "save", "none"}, "ask")
    _choices(pair, names)


def _type(ask: Mapping[str, Any]) -> str:
    return str(ask.get("type") or ("choice" if "choices" in ask else "text"))


def _choices(pair: _Pair, names: Names) -> None:
    old, new = pair.old.get("choices"), pair.new.get("choices")
    if isinstance(old, list) and isinstance(new, list):
        _listed_choices(pair, names, old, new)
        return
    before, after = _source(old, names), _source(new, SAME)
    if before != after:
        pair.add("choices-changed", f"offers {after} instead of {before}", "messages", "choices")


def _source(choices: Any, names: Names) -> str:
    if choices is None:
        return "no choices"
    if isinstance(choices, list):
        return listed([str(choice["id"]) for choice in choices])
    given = ", ".join(
        f"{key} {pretty(names.expression(item))}" for key, item in sorted((choices.get("with") or {}).items())
    )
    source = names.data.get(choices["from"], choices["from"])
    return f"{source} ({given})" if given else str(source)


def _listed_choices(pair: _Pair, names: Names, old: list[Any], new: list[Any]) -> None:
    before = {
        choice["id"]: {**choice, "text": names.texts.get(choice.get("text"), choice.get("text"))} for choice in old
    }
    after = {choice["id"]: {**choice, "text": choice.get("text")} for choice in new}
    for id in before:
        if id not in after:
            pair.add("choices-changed", f"no longer offers the choice {id}", "messages", "choices")
    for id, choice in after.items():
        if id not in before:
            pair.add("choices-changed", f"also offers the choice {id}", "messages", "choices")
            continue
        for key, word in (("text", "is labelled"), ("value", "means")):
            if before[id].get(key) != choice.get(key):
                words = f"the choice {id} {word} {value(choice.get(key))} instead of {value(before[id].get(key))}"
                pair.add("choices-changed", words, "messages" if key == "text" else "behaviour", "choices")
    kept = [id for id in before if id in after]
    order = [id for id in after if id in before]
    if kept != order:
        pair.add(
            "choices-changed", f"offers the choices in another order: {listed(list(after))}", "messages", "choices"
        )


def compare_unclear(ledger: Ledger, names: Names, subject: str, part: Part) -> None:
    pair = _Pair(ledger, subject, part)
    old, new = pair.old, pair.new
    if old is None or new is None:
        if old is not new:
            words = "no longer says what to do when an answer is unclear"
            if old is None:
                words = f"now says what to do when an answer is unclear: {_unclear(new)}"
            pair.add("unclear-changed", words, "behaviour")
        return
    said, now = _say(old.get("say"), names), _say(new.get("say"), SAME)
    if said != now:
        words = f"says {now or 'nothing'} instead of {said or 'nothing'} when an answer is unclear"
        pair.add("unclear-changed", words, "messages", "say")
    pair.field("tries", "bears {new} unclear answers instead of {old}", "behaviour", "unclear-changed")
    then = "goes to {new} instead of {old} when it stays unclear"
    pair.field("then", then, "behaviour", "unclear-changed", names.states)
    between = "asks {new} instead of {old} when an answer may mean several choices"
    pair.field("between", between, "messages", "unclear-changed", names.texts)
    again = "asks again with {new} instead of {old}"
    pair.field("ask", again, "messages", "unclear-changed", names.texts)
    pair.others({"say", "tries", "then", "between", "ask"}, "unclear")


def _unclear(block: Mapping[str, Any]) -> str:
    parts = [f"says {_say(block.get('say'), SAME)}"] if "say" in block else []
    if "then" in block:
        parts.append(f"goes to {block['then']}" + (f" after {block['tries']} tries" if "tries" in block else ""))
    return ", ".join(parts)


def _say(written: Any, names: Names) -> str:
    keys = written if isinstance(written, list) else [written] if written is not None else []
    return listed([names.texts.get(key, key) for key in keys])


def compare_call(ledger: Ledger, names: Names, subject: str, part: Part) -> None:
    pair = _Pair(ledger, subject, part)
    old, new = pair.old, pair.new
    if old is None or new is None:
        if old is not new:
            words = f"now calls {new['flow']}" if old is None else f"no longer calls {old['flow']}"
            pair.add("call-added" if old is None else "call-removed", words, "behaviour")
        return
    pair.field("flow", "calls {new} instead of {old}", "behaviour", "call-changed", names.flows)
    pair.field("save", "keeps what was called in {new} instead of {old}", "behaviour", "call-changed", names.data)
    pair.others({"flow", "with", "save"}, "call")
    before = {name: names.expression(item) for name, item in (old.get("with") or {}).items()}
    after = {name: SAME.expression(item) for name, item in (new.get("with") or {}).items()}
    for name in [*before, *(name for name in after if name not in before)]:
        if before.get(name) != after.get(name):
            was, now = (pretty(side[name]) if name in side else "nothing" for side in (before, after))
            weight = ledger.weigh.expression(f"[{before.get(name, 'None')}, {after.get(name, 'None')}]")
            pair.add("call-changed", f"hands {new['flow']} {now} as {name} instead of {was}", weight, "with")
