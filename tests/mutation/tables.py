"""The operators for decision tables. Guards are mutated with those of all expressions, in `machines`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.mutation.defects import Change, Path, drop, operator, put, swap

Found = Iterator[tuple[Path, str, Change]]


def _rows(content: Any) -> list[Any]:
    return content["rows"] if "rules" in content else []


@operator
def row_dropped(content: Any) -> Found:
    for index, row in enumerate(_rows(content)):
        yield ("rows", index), f"{row['id']} dropped", drop(("rows", index))


@operator
def rows_exchanged(content: Any) -> Found:
    rows = _rows(content)
    for index in range(len(rows) - 1):
        yield (
            ("rows", index),
            f"{rows[index]['id']} exchanged with {rows[index + 1]['id']}",
            swap(("rows",), index, index + 1),
        )


@operator
def results_exchanged(content: Any) -> Found:
    rows = _rows(content)
    for index in range(len(rows) - 1):
        if rows[index]["then"] != rows[index + 1]["then"]:

            def change(wrong: Any, index: int = index) -> None:
                one, other = wrong["rows"][index], wrong["rows"][index + 1]
                one["then"], other["then"] = other["then"], one["then"]

            yield ("rows", index, "then"), f"{rows[index]['id']} gives what {rows[index + 1]['id']} should", change


@operator
def row_always(content: Any) -> Found:
    for index, row in enumerate(_rows(content)):
        if "when" in row:
            yield ("rows", index, "when"), f"{row['id']} holds always", drop(("rows", index, "when"))


@operator
def result_changed(content: Any) -> Found:
    for index, row in enumerate(_rows(content)):
        then = row["then"]
        outputs = {(name,): value for name, value in then.items()} if isinstance(then, dict) else {(): then}
        for name, value in outputs.items():
            path: Path = ("rows", index, "then", *name)
            if isinstance(value, bool):
                yield path, f"{row['id']} gives {not value}", put(path, not value)
            elif isinstance(value, int | float):
                yield path, f"{row['id']} gives {value + 1} instead of {value}", put(path, value + 1)
            elif isinstance(value, str):
                yield path, f"{row['id']} gives {value[:-1]!r} instead of {value!r}", put(path, value[:-1] or "x")


@operator
def hit_changed(content: Any) -> Found:
    if "rules" in content:
        other = {"first": "any", "unique": "first", "any": "first", "collect": "first"}[content["hit"]]
        yield ("hit",), f"{other} instead of {content['hit']}", put(("hit",), other)
