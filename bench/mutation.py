"""How many of 200 defects, seeded into the YAML that ships, are caught by `check`, `test` and `prove`, and by which.

The defects are picked by a fixed seed, every operator of the catalogue (tests/mutation) in turn. What behaves and
speaks as before is no defect and is not counted; what no gate catches is listed.
"""

from __future__ import annotations

import sys

from bench.figures import Figure, figure
from tests.mutation import Caught, caught, sample

COUNT = 200
PROVED = 50  # of them with every gate, caught already or not: what proving alone would find
GATES = ("check", "test", "prove")


def run() -> list[Figure]:
    found: list[Caught] = []
    for number, defect in enumerate(sample(COUNT), start=1):
        found.append(caught(defect, every_gate=number <= PROVED))
        if number % 20 == 0:
            print(f"  {number} of {COUNT} defects", file=sys.stderr, flush=True)
    real = [each for each in found if not each.equivalent]
    for each in real:
        if each.survived:
            print(f"  survived: {each.defect}", file=sys.stderr)
    alone = {gate: sum(each.by == (gate,) for each in real) for gate in GATES}
    lines = [figure("mutation.caught", _percent(sum(bool(each.by) for each in real), real), "%", 95)]
    for gate in GATES:
        asked = real if gate != "prove" else [each for each in found[:PROVED] if not each.equivalent]
        lines.append(figure(f"mutation.{gate}", _percent(sum(gate in each.by for each in asked), asked), "%"))
        lines.append(figure(f"mutation.{gate}.alone", alone[gate], "defects"))
    lines.append(figure("mutation.equivalent", len(found) - len(real), "defects"))
    return lines


def _percent(count: int, of: list[Caught]) -> float:
    return 100 * count / len(of) if of else 0.0


if __name__ == "__main__":
    for each in run():
        print(each)
