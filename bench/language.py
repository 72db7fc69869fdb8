"""How well and how fast typed answers are read: the labelled table, beside dateparser on its day lines."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

ROUNDS = 5


def _line(
    name: str, value: float, unit: str, target: float | None = None, peer: str = "", ratio: float | None = None
) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": unit, "target": target, "peer": peer, "ratio": ratio}


def _dateparser_alone(rows: list[dict[str, str]]) -> tuple[float, float, float]:
    """(right, wrong, microseconds a call) of dateparser with the same languages, order and clock."""
    import dateparser

    from tests.language.test_table import NAIROBI, NOW

    now = NOW.astimezone(NAIROBI).replace(tzinfo=None)
    options: Any = {"DATE_ORDER": "DMY", "PREFER_DATES_FROM": "future", "RELATIVE_BASE": now}
    dateparser.parse("leo", languages=["sw", "en"], settings=options)
    right = wrong = 0
    began = time.perf_counter()
    for row in rows:
        found = dateparser.parse(row["text"], languages=["sw", "en"], settings=options)
        form = "%Y-%m-%d %H:%M" if row["context"] == "when" else "%Y-%m-%d"
        got = found.strftime(form) if found else "?"
        right += got == row["expected"]
        wrong += got not in (row["expected"], "?")
    spent = time.perf_counter() - began
    return right / len(rows), wrong / len(rows), spent / len(rows) * 1e6


def run() -> list[dict[str, Any]]:
    """Accuracy and wrong answers by split, microseconds a call, and the peer on the day lines."""
    from tests.language.test_table import ROWS, answer, verdict

    lines: list[dict[str, Any]] = []
    for split, floor, most_wrong in (("tuned", 0.98, 0.005), ("held_out", 0.88, 0.02)):
        verdicts = [verdict(row) for row in ROWS if row["split"] == split]
        lines.append(_line(f"language.accuracy.{split}", verdicts.count("right") / len(verdicts), "share", floor))
        lines.append(_line(f"language.wrong.{split}", verdicts.count("wrong") / len(verdicts), "share", most_wrong))
    began = time.perf_counter()
    for _ in range(ROUNDS):
        for row in ROWS:
            answer(row)
    spent = (time.perf_counter() - began) / ROUNDS / len(ROWS) * 1e6
    lines.append(_line("language.call", spent, "us", 1000))

    days = [row for row in ROWS if row["context"] in ("date", "when")]
    ours = [verdict(row) for row in days]
    began = time.perf_counter()
    for row in days:
        answer(row)
    our_time = (time.perf_counter() - began) / len(days) * 1e6
    right, wrong, peer_time = _dateparser_alone(days)
    import dateparser

    peer = f"dateparser {dateparser.__version__}"
    share = ours.count("right") / len(ours)
    lines.append(
        _line("language.days.accuracy", share, "share", None, f"{peer}: {right:.3f}", share / right if right else None)
    )
    lines.append(_line("language.days.wrong", ours.count("wrong") / len(ours), "share", None, f"{peer}: {wrong:.3f}"))
    lines.append(_line("language.days.call", our_time, "us", None, f"{peer}: {peer_time:.0f}", our_time / peer_time))
    return lines


if __name__ == "__main__":
    for line in run():
        print(line)
