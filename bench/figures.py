"""What a benchmark hands back, and how it is shown: a line a figure, met or missed, never asserted.

A figure is a dict of `FIELDS`. `target` is None for what is only watched. It is an upper bound for times, sizes and
what should not happen (see `at_most`), a lower bound for everything else, and it speaks of the ratio rather than of
the value in figures named "… against …".
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

Figure = dict[str, Any]

FIELDS = ("name", "value", "unit", "target", "peer", "ratio")
_LESS_IS_BETTER = frozenset({"s", "ms", "us", "ns", "MB", "KB", "B"})
_UNWANTED = frozenset({"wrong", "lost", "doubled", "refused", "shifted"})
_HEADS = ("figure", "value", "target", "", "peer", "ratio")


def figure(
    name: str, value: float, unit: str, target: float | None = None, peer: str = "", ratio: float | None = None
) -> Figure:
    """One line; `value` is rounded to what the unit can carry."""
    return {"name": name, "value": round(value, 3), "unit": unit, "target": target, "peer": peer, "ratio": ratio}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed; 0 when there are none."""
    if not values:
        return 0.0
    ranked = sorted(values)
    return ranked[max(0, min(len(ranked), -int(-share * len(ranked) // 1)) - 1)]


def at_most(figure: Figure) -> bool:
    """Whether the target is an upper bound."""
    return figure["unit"] in _LESS_IS_BETTER or not _UNWANTED.isdisjoint(figure["name"].replace(" ", ".").split("."))


def verdict(figure: Figure) -> str:
    """met, missed, or nothing where there is no target."""
    target = figure["target"]
    measured = figure["ratio"] if " against " in figure["name"] else figure["value"]
    if target is None or measured is None:
        return ""
    return "met" if (measured <= target if at_most(figure) else measured >= target) else "missed"


def table(figures: Iterable[Figure]) -> str:
    """For people, in aligned columns."""
    rows = [_HEADS, *(_row(figure) for figure in figures)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(_HEADS))]
    right = {1, 2, 5}
    lines = [
        "  ".join(cell.rjust(width) if place in right else cell.ljust(width) for place, (cell, width) in aligned)
        for aligned in (list(enumerate(zip(row, widths, strict=True))) for row in rows)
    ]
    return "\n".join(line.rstrip() for line in lines)


def _row(figure: Figure) -> tuple[str, ...]:
    target = figure["target"]
    bound = "" if target is None else f"{'≤' if at_most(figure) else '≥'} {_number(target)}"
    ratio = "" if figure["ratio"] is None else f"{figure['ratio']:.2f}x"
    value = f"{_number(figure['value'])} {figure['unit']}"
    return figure["name"], value, bound, verdict(figure), figure["peer"] or "", ratio


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or abs(value) >= 1000 else f"{value:,.3g}"


def write(path: Path, figures: Iterable[Figure]) -> None:
    """Newline JSON, a line a figure, over what was there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps({field: figure[field] for field in FIELDS}, ensure_ascii=False) for figure in figures)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def read(path: Path) -> list[Figure]:
    """What `write` wrote."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
