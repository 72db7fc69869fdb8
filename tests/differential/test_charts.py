"""Random flat charts and streams of events reach the same states with the same data in four engines.

Ours, `transitions`, sismic and python-statemachine are compared after each event: where the machine stands, what it
remembers, and how often each state was entered, so that staying and entering anew are told apart. A seed makes the run:
`DIFFERENTIAL_SEED=7 pytest tests/differential` looks at others, and a failure names its own.

Where we differ on purpose:

- `next` is tried when a state is entered, and only then. SCXML tries eventless transitions after every microstep, so
  that a rule without `to` that changes data may release one. Ours reads top to bottom: what follows from an answer
  stands under that answer. The last test shows the difference.
- Rules under `anywhere` are tried before a state's own. As transitions of an enclosing state SCXML would try them
  after: there the inner state wins. Ours are interrupts ("stop" is heard whatever was asked), and stand first in the
  peers' charts.
- One event may set off 64 transitions; the peers would go round for ever. There the comparison ends, after checking
  that they do go beyond 64. A number beyond 63 bits is refused, so none grows that far here.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from random import Random

import pytest

from tests.differential.charts import Chart, Rule, State, Stream, random_chart, random_stream
from tests.differential.peers import PEERS, by_transitions, ours

SEED = int(os.environ.get("DIFFERENTIAL_SEED", "2026"))
BATCH = 25
SAMPLE = 150
SOAK = 10_000


def drawn(seed: int, count: int) -> Iterator[tuple[str, Chart, Stream]]:
    for number in range(count):
        name = f"{seed}/{number}"
        random = Random(name)
        yield name, random_chart(random), random_stream(random)


def agrees(name: str, chart: Chart, stream: Stream) -> int:
    """Raises AssertionError with the chart, the stream and both traces. The number of events that were compared."""
    mine = ours(chart, stream)
    for peer, play in PEERS.items():
        theirs = play(chart, stream)
        if mine == theirs:
            continue
        place = next((i for i, (a, b) in enumerate(zip(mine.stands, theirs.stands, strict=False)) if a != b), -1)
        where = stream[: place + 1] if place >= 0 else "the length"
        pytest.fail(
            f"chart {name}: {peer} differs after {where}\nours:   {mine.stands[place]} endless={mine.endless}\n"
            f"theirs: {theirs.stands[place]} endless={theirs.endless}\n{chart.yaml()}"
        )
    return len(mine.stands)


@pytest.mark.parametrize("batch", range(SAMPLE // BATCH))
def test_four_engines_reach_the_same_states_on_random_charts(batch: int) -> None:
    compared = sum(agrees(*case) for case in drawn(SEED + batch, BATCH))
    assert compared > BATCH * 6, "most streams should run to their end"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("batch", range(10))
def test_ten_thousand_charts_agree(batch: int) -> None:
    for case in drawn(SEED + 1000 + batch, SOAK // 10):
        agrees(*case)


def test_the_charts_are_worth_comparing() -> None:
    """Most charts move, some data change, some end, some loop beyond the limit: else agreement would mean little."""
    traces = [ours(chart, stream) for _, chart, stream in drawn(SEED, 100)]
    moved = sum(len({state for state, _, _ in trace.stands}) > 1 for trace in traces)
    changed = sum(trace.stands[:1] != [] and trace.stands[0][1] != trace.stands[-1][1] for trace in traces)
    assert moved > 50
    assert changed > 50
    assert any(trace.endless for trace in traces)
    assert any(max(stand[2].values()) > 5 for trace in traces for stand in trace.stands[-1:])


def test_a_changed_guard_is_noticed() -> None:
    """The comparison can fail: one guard turned round in the peer's chart, and the traces part."""
    waits = State("s0", on=(("e0", (Rule(when="a > 3", to="s1"),)),))
    turned = State("s0", on=(("e0", (Rule(when="a < 3", to="s1"),)),))
    data, end, stream = (("a", 5), ("b", 0), ("p", True), ("q", False)), State("s1"), (("e0", 0),)
    assert ours(Chart(data, (waits, end)), stream) == by_transitions(Chart(data, (waits, end)), stream)
    assert ours(Chart(data, (waits, end)), stream) != by_transitions(Chart(data, (turned, end)), stream)


def test_next_is_tried_on_entry_only_where_scxml_tries_it_after_every_change() -> None:
    waits = State(
        "s0", on=(("e0", (Rule(set=(("a", "a + 1"),)),)),), next=(Rule(when="a > 5", to="s1"),)
    )  # fmt: skip
    chart = Chart((("a", 5), ("b", 0), ("p", True), ("q", False)), (waits, State("s1", final=True)))
    stream = (("e0", 0),)
    assert ours(chart, stream).stands[-1][0] == "s0"
    assert {peer: PEERS[peer](chart, stream).stands[-1][0] for peer in ("sismic", "python-statemachine")} == {
        "sismic": "s1",
        "python-statemachine": "s1",
    }
