"""The operators for the rules of flows and lifecycles, and for what a rule does."""

from __future__ import annotations

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
    others,
    put,
    rules,
    swap,
    walk,
)

Found = Iterator[tuple[Path, str, Change]]


@operator
def rule_dropped(content: Any) -> Found:
    for path, _ in rules(content):
        yield path, "rule dropped", drop(path)


@operator
def rule_retargeted(content: Any) -> Found:
    for path, rule in rules(content):
        to = rule.get("to") if isinstance(rule, dict) else rule
        for other in others(content, to) if to else ():
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
