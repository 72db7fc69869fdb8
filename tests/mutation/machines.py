"""The operators for flows and lifecycles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.mutation import expressions as inner
from tests.mutation.defects import (
    Change,
    Path,
    blocks,
    drop,
    expressions,
    operator,
    put,
    rename,
    rules,
    states,
    swap,
    walk,
)

Found = Iterator[tuple[Path, str, Change]]
_PLACEHOLDER = re.compile(r"{{ ?([a-z_]+(?:\.[a-z_]+)*)([^}]*)}}")
_PRINT_SO = ("money", "when")
_OTHERWISE = {"when": "day", "day": "time", "time": "day", "first": "upper"}
_LONGER = {"s": "m", "m": "h", "h": "d", "d": "w"}


def _others(content: Any, state: Any) -> list[str]:
    """Two other states, spread over the file rather than the first ones always."""
    names = [name for name in states(content) if name != state]
    start = len(str(state)) % max(1, len(names))
    return [*names[start:], *names[:start]][:2]


def _machine(content: Any) -> bool:
    return "states" in content


@operator
def rule_dropped(content: Any) -> Found:
    for path, _ in rules(content):
        yield path, "rule dropped", drop(path)


@operator
def rule_retargeted(content: Any) -> Found:
    for path, rule in rules(content):
        to = rule.get("to") if isinstance(rule, dict) else rule
        for other in _others(content, to) if to else ():
            where = (*path, "to") if isinstance(rule, dict) else path
            yield path, f"goes to {other} instead of {to}", put(where, other)


@operator
def rule_stays(content: Any) -> Found:
    for path, rule in rules(content):
        if isinstance(rule, dict) and "to" in rule and set(rule) & {"say", "do", "set", "tell", "decide"}:
            yield path, f"stays instead of going to {rule['to']}", drop((*path, "to"))


@operator
def rules_exchanged(content: Any) -> Found:
    paths = [path for path, _ in rules(content) if isinstance(path[-1], int)]
    for one, other in pairwise(paths):
        if one[:-1] == other[:-1] and one[0] == "states" and "at" not in one:
            yield one, "exchanged with the rule after it", swap(one[:-1], one[-1], other[-1])


@operator
def guard_dropped(content: Any) -> Found:
    for path, rule in rules(content):
        if isinstance(rule, dict) and "when" in rule:
            yield path, f"guard dropped: {rule['when']}", drop((*path, "when"))


@operator
def expression_wrong(content: Any) -> Found:
    for path, source in expressions(content):
        for _, now, words in inner.wrong(source):
            yield path, words, put(path, now)


@operator
def set_dropped(content: Any) -> Found:
    for path, block in blocks(content):
        for name in block.get("set") or {}:
            yield (*path, "set", name), "not remembered", drop((*path, "set", name))


@operator
def set_to_nothing(content: Any) -> Found:
    for path, block in blocks(content):
        for name, value in (block.get("set") or {}).items():
            if value is not None:
                yield (*path, "set", name), "remembered as nothing", put((*path, "set", name), None)


@operator
def done_not(content: Any) -> Found:
    for path, block in blocks(content):
        if "do" in block:
            yield (*path, "do"), "not done", drop((*path, "do"))


@operator
def argument_nothing(content: Any) -> Found:
    for path, block in blocks(content):
        done = block.get("do")
        for verb, given in done.items() if isinstance(done, dict) else ():
            for name in given or {}:
                yield (*path, "do", verb, name), "argument is nothing", put((*path, "do", verb, name), None)


@operator
def argument_dropped(content: Any) -> Found:
    for path, block in blocks(content):
        done = block.get("do")
        for verb, given in done.items() if isinstance(done, dict) else ():
            for name in given or {}:
                yield (*path, "do", verb, name), "argument left out", drop((*path, "do", verb, name))


@operator
def decision_dropped(content: Any) -> Found:
    for path, block in blocks(content):
        if "decide" in block:
            yield (*path, "decide"), "nothing decided", drop((*path, "decide"))


@operator
def told_not(content: Any) -> Found:
    for path, block in blocks(content):
        if "tell" in block:
            yield (*path, "tell"), "not told", drop((*path, "tell"))


@operator
def told_less(content: Any) -> Found:
    for path, _ in walk(content):
        if len(path) > 2 and path[-2] == "with" and "tell" in path:
            yield path, "left out of what is told", drop(path)


@operator
def said_not(content: Any) -> Found:
    for path, block in blocks(content):
        if "say" in block:
            yield (*path, "say"), "not said", drop((*path, "say"))


@operator
def said_otherwise(content: Any) -> Found:
    keys = list(content.get("texts") or {})
    for path, value in walk(content):
        if (
            path
            and path[-1] in ("say", "text", "between", "ask")
            and isinstance(value, str)
            and value in keys
            and len(keys) > 1
        ):
            other = keys[(keys.index(value) + 1) % len(keys)]
            yield path, f"says {other} instead of {value}", put(path, other)


@operator
def languages_exchanged(content: Any) -> Found:
    for key, forms in (content.get("texts") or {}).items():
        if len(set(forms.values())) > 1:
            one, other = list(forms)[:2]
            yield ("texts", key), f"{one} and {other} exchanged", swap(("texts", key), one, other)


@operator
def placeholder_left_out(content: Any) -> Found:
    for key, forms in (content.get("texts") or {}).items():
        for language, text in forms.items():
            for match in _PLACEHOLDER.finditer(text):
                now = text[: match.start()] + text[match.end() :]
                yield ("texts", key, language), f"{match[0]} left out", put(("texts", key, language), now)


@operator
def placeholder_misspelt(content: Any) -> Found:
    for key, forms in (content.get("texts") or {}).items():
        for language, text in forms.items():
            for match in _PLACEHOLDER.finditer(text):
                now = f"{text[: match.end(1)]}s{text[match.end(1) :]}"
                yield ("texts", key, language), f"{match[1]} misspelt", put(("texts", key, language), now)


@operator
def filter_left_out(content: Any) -> Found:
    """But for money and moments, which print alike without."""
    for path, text, match in _filtered(content):
        if match[2].strip(" |") not in _PRINT_SO:
            now = f"{text[: match.end(1)]} }}}}{text[match.end() :]}"
            yield path, f"{match[2].strip()} left out", put(path, now)


@operator
def filter_exchanged(content: Any) -> Found:
    for path, text, match in _filtered(content):
        other = _OTHERWISE.get(match[2].strip(" |"))
        if other is not None:
            now = f"{text[: match.end(1)]} | {other} }}}}{text[match.end() :]}"
            yield path, f"{other} instead of {match[2].strip(' |')}", put(path, now)


def _filtered(content: Any) -> Iterator[tuple[Path, str, re.Match[str]]]:
    """Every placeholder with a filter, in its text."""
    for key, forms in (content.get("texts") or {}).items():
        for language, text in forms.items():
            for match in _PLACEHOLDER.finditer(text):
                if match[2].strip():
                    yield ("texts", key, language), text, match


@operator
def unclear_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        if "unclear" in state:
            yield ("states", name, "unclear"), "nothing for what is unclear", drop(("states", name, "unclear"))


@operator
def unclear_tries(content: Any) -> Found:
    for name, state in states(content).items():
        tries = (state.get("unclear") or {}).get("tries")
        if tries is not None:
            path = ("states", name, "unclear", "tries")
            yield path, f"{tries + 1} tries instead of {tries}", put(path, tries + 1)


@operator
def timers_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        for key in ("after", "at"):
            if key in state:
                yield ("states", name, key), "no timers", drop(("states", name, key))


@operator
def timer_longer(content: Any) -> Found:
    for name, state in states(content).items():
        for delay in state.get("after") or {}:
            path = ("states", name, "after", delay)
            if delay[-1] in _LONGER and f"{delay[:-1]}{_LONGER[delay[-1]]}" not in state["after"]:
                now = f"{delay[:-1]}{_LONGER[delay[-1]]}"
                yield path, f"{now} instead of {delay}", rename(path, now)


@operator
def timer_shorter(content: Any) -> Found:
    for name, state in states(content).items():
        for delay in state.get("after") or {}:
            count = int(delay[:-1]) // 2
            now = f"{count}{delay[-1]}"
            if count and now not in state["after"]:
                path = ("states", name, "after", delay)
                yield path, f"{now} instead of {delay}", rename(path, now)


@operator
def past_run_or_skipped(content: Any) -> Found:
    for name, state in states(content).items():
        for index, timer in enumerate(state.get("at") or []):
            path: Path = ("states", name, "at", index, "past")
            now = "skip" if timer.get("past") == "run" else "run"
            yield path, f"what is past is {now}", put(path, now)


@operator
def interrupt_word_dropped(content: Any) -> Found:
    """But for a phrase that holds a shorter one, which is heard in it."""
    for index, rule in enumerate(content.get("anywhere") or []):
        phrases = rule.get("hear") or []
        for number, phrase in enumerate(phrases):
            if not any(other != phrase and other in phrase.split() for other in phrases):
                path: Path = ("anywhere", index, "hear", number)
                yield path, f"{phrase} is not heard", drop(path)


@operator
def event_renamed(content: Any) -> Found:
    for name, state in states(content).items():
        events = list(state.get("on") or {})
        for event in events:
            room, _, word = event.rpartition(".")
            if room:
                yield (
                    ("states", name, "on", event),
                    "event misspelt",
                    rename(("states", name, "on", event), f"{room}.{word}s"),
                )


@operator
def final_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        if state.get("final"):
            yield ("states", name, "final"), "not final", drop(("states", name, "final"))


@operator
def start_elsewhere(content: Any) -> Found:
    for other in _others(content, content["start"]) if _machine(content) else ():
        yield ("start",), f"starts in {other}", put(("start",), other)


@operator
def answer_not_saved(content: Any) -> Found:
    for name, state in states(content).items():
        for key in ("ask", "call"):
            if "save" in (state.get(key) or {}):
                yield ("states", name, key, "save"), "not saved", drop(("states", name, key, "save"))


@operator
def nothing_to_choose_unhandled(content: Any) -> Found:
    for name, state in states(content).items():
        if "none" in (state.get("ask") or {}):
            yield ("states", name, "ask", "none"), "nothing for an empty list", drop(("states", name, "ask", "none"))


@operator
def choices_exchanged(content: Any) -> Found:
    for name, state in states(content).items():
        choices = (state.get("ask") or {}).get("choices")
        for index in range(len(choices) - 1 if isinstance(choices, list) else 0):
            one, other = choices[index], choices[index + 1]
            path = ("states", name, "ask", "choices")

            def change(wrong: Any, path: Path = path, index: int = index) -> None:
                listed = wrong["states"][path[1]]["ask"]["choices"]
                here, there = listed[index], listed[index + 1]
                here["text"], there["text"] = there["text"], here["text"]

            if "text" in one and "text" in other:
                yield (*path, index), "its label and the next one's exchanged", change


@operator
def choice_dropped(content: Any) -> Found:
    for name, state in states(content).items():
        choices = (state.get("ask") or {}).get("choices")
        for index in range(len(choices) if isinstance(choices, list) and len(choices) > 1 else 0):
            path: Path = ("states", name, "ask", "choices", index)
            yield path, "choice dropped", drop(path)


@operator
def called_with_nothing(content: Any) -> Found:
    for name, state in states(content).items():
        for arg in (state.get("call") or {}).get("with") or {}:
            path: Path = ("states", name, "call", "with", arg)
            yield path, "handed over as nothing", put(path, None)


@operator
def default_changed(content: Any) -> Found:
    for name, written in (content.get("data") or {}).items() if _machine(content) else ():
        if isinstance(written, dict) and isinstance(written.get("default"), bool):
            path: Path = ("data", name, "default")
            yield path, f"begins as {not written['default']}", put(path, not written["default"])
        elif isinstance(written, dict) and "default" in written:
            yield ("data", name, "default"), "no default", drop(("data", name, "default"))
