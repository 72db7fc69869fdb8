"""A chart shows the machine that runs: its states, its rules in the order of trying, and what each does."""

from __future__ import annotations

import pytest

from engine.chart import Chart, chart
from engine.definition import START, Definition
from tests.yaml.shipped import release


def _charts() -> dict[str, Chart]:
    machines = {key: item for key, item in release().definitions.items() if ":" in key and isinstance(item, Definition)}
    return {key: chart(item) for key, item in machines.items()}


def test_every_rule_of_the_machine_is_an_edge_and_nothing_else_is() -> None:
    for key, drawn in _charts().items():
        for event in drawn.definition.machine.events.values():
            for source, transitions in event.transitions.items():
                if source == START:
                    assert [transition.dest for transition in transitions] == [drawn.start]
                    continue
                edges = drawn.nodes[source].on(event.name)
                assert [edge.target for edge in edges] == [transition.dest for transition in transitions], key
                assert [edge.rule.fire for edge in edges] == [transition.before[0] for transition in transitions]
        assert len(drawn.edges) + 1 == len(drawn.definition.rules)


def test_a_rule_says_where_it_stands_and_what_it_does() -> None:
    booking = _charts()["flow:booking"]
    edge = booking.nodes["asking_name"].on("answer")[0]
    assert (edge.kind, edge.target, edge.at) == ("answer", "holding", ("states", "asking_name", "on", "answer"))
    (act,) = edge.acts
    assert (act.kind, act.name, [name for name, _ in act.args]) == ("do", "contacts.update", ["name"])
    assert act.at == ("states", "asking_name", "on", "answer", "do", "contacts.update")


def test_an_interrupt_stands_at_every_state_that_is_not_final() -> None:
    booking = _charts()["flow:booking"]
    for name, node in booking.nodes.items():
        assert any(edge.kind == "heard" for edge in node.edges) is not node.state.final, name


def test_the_end_of_a_called_flow_is_a_return() -> None:
    booking = _charts()["flow:booking"]
    kinds = {edge.trigger: edge.kind for edge in booking.nodes["paying"].edges}
    assert kinds["deposit.paid"] == "return"
    assert kinds["bookings.expired"] == "event"


@pytest.mark.parametrize(("state", "rests", "passes"), [
    ("choosing_offer", True, True),  # no offers: it goes on by itself
    ("naming", False, True), ("holding", True, False), ("paying", False, True), ("booked", False, False),
])  # fmt: skip
def test_where_a_machine_may_wait_and_where_it_goes_on_by_itself(state: str, rests: bool, passes: bool) -> None:
    node = _charts()["flow:booking"].nodes[state]
    assert (node.rests, node.passes) == (rests, passes)


def test_all_that_ships_is_reached_from_its_start() -> None:
    for key, drawn in _charts().items():
        assert drawn.reached() == set(drawn.nodes), key
