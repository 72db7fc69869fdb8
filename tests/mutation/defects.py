"""A catalogue of defects: what an author may get wrong in a file that still looks right.

Each operator is a generator over a definition's content; each thing that it yields is one defect, with how to put it
in. `Defect.seeded` is the content with the defect; the original is left alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import msgspec

Path = tuple[str | int, ...]
Change = Callable[[Any], None]  # puts the defect into a copy of the content
Operator = Callable[[Any], Iterator[tuple[Path, str, Change]]]

OPERATORS: dict[str, Operator] = {}


class Defect(msgspec.Struct, frozen=True, kw_only=True):
    """One defect in one file. `what` says it in words: "paying.on.payment.failed[3]: guard dropped"."""

    file: str
    operator: str
    path: Path
    what: str
    change: Change

    def seeded(self, content: Any) -> Any:
        wrong = deepcopy(content)
        self.change(wrong)
        return wrong

    def __str__(self) -> str:
        return f"{self.file}: {'.'.join(map(str, self.path))}: {self.what}"


def operator(function: Operator) -> Operator:
    OPERATORS[function.__name__] = function
    return function


def defects(file: str, content: Any) -> Iterator[Defect]:
    """Every defect that the catalogue has for a file."""
    for name, function in OPERATORS.items():
        for path, what, change in function(content):
            yield Defect(file=file, operator=name, path=path, what=what, change=change)


def at(content: Any, path: Path) -> Any:
    for part in path:
        content = content[part]
    return content


def put(path: Path, value: Any) -> Change:
    """Writes another value there."""

    def change(content: Any) -> None:
        at(content, path[:-1])[path[-1]] = deepcopy(value)

    return change


def drop(path: Path) -> Change:
    """Removes it; a mapping or list that is empty then goes as well."""

    def change(content: Any) -> None:
        here = path
        while here:
            around = at(content, here[:-1])
            del around[here[-1]]
            if around or len(here) <= 3:
                return
            here = here[:-1]

    return change


def swap(path: Path, one: str | int, other: str | int) -> Change:
    """Exchanges the values of two keys of one mapping, or two items of one list."""

    def change(content: Any) -> None:
        around = at(content, path)
        around[one], around[other] = around[other], around[one]

    return change


def rename(path: Path, name: str) -> Change:
    """Gives a key another name, in its place."""

    def change(content: Any) -> None:
        around = at(content, path[:-1])
        items = [(name if key == path[-1] else key, value) for key, value in around.items()]
        around.clear()
        around.update(items)

    return change


def walk(content: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value with its path, from the outside in."""
    yield path, content
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, inner in items:
        yield from walk(inner, (*path, key))


def states(content: Any) -> dict[str, Any]:
    return {name: state or {} for name, state in (content.get("states") or {}).items()}


def rules(content: Any) -> Iterator[tuple[Path, Any]]:
    """Every rule of a flow or lifecycle: the name of a state, or a mapping."""
    for name, state in states(content).items():
        for key in ("on", "after"):
            for trigger, written in (state.get(key) or {}).items():
                yield from _listed(("states", name, key, trigger), written)
        yield from _listed(("states", name, "next"), state.get("next"))
        yield from _listed(("states", name, "at"), state.get("at"))
    yield from _listed(("anywhere",), content.get("anywhere"))


def blocks(content: Any) -> Iterator[tuple[Path, Any]]:
    """Every mapping that may set, decide, do, tell and say: states and rules."""
    for name, state in states(content).items():
        yield ("states", name), state
    for path, rule in rules(content):
        if isinstance(rule, dict):
            yield path, rule


def expressions(content: Any) -> Iterator[tuple[Path, str]]:
    """Every expression of a file, with its path."""
    for path, value in walk(content):
        if not isinstance(value, str) or not path or path[0] in ("texts", "promises", "languages", "title"):
            continue
        key, around = path[-1], path[-2] if len(path) > 2 else ""
        if key in ("when", "time", "expr") or around in ("set", "facts", "with") or _is_argument(path):
            yield path, value


def _is_argument(path: Path) -> bool:
    """Whether this is the argument of a verb: do: {verb: {argument: expression}}."""
    rest = path[path.index("do") + 1 :] if "do" in path else ()
    return len([part for part in rest if isinstance(part, str)]) == 2


def _listed(path: Path, written: Any) -> Iterator[tuple[Path, Any]]:
    if isinstance(written, list):
        yield from (((*path, index), item) for index, item in enumerate(written))
    elif written is not None:
        yield path, written


def others(content: Any, state: Any) -> list[str]:
    """Two other states, spread over the file rather than the first ones always."""
    names = [name for name in states(content) if name != state]
    start = len(str(state)) % max(1, len(names))
    return [*names[start:], *names[:start]][:2]
