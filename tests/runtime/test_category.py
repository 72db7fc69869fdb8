"""What a flow begins counts as the flow says: a win-back is marketing, a reminder is not."""

from __future__ import annotations

from datetime import UTC, datetime

import engine
from engine.registry import Registry
from runtime.message import compose

FLOW = """
flow: invitation
version: 1
category: marketing
languages: [en]
texts: {come: {en: "Come back!"}}
start: inviting
states: {inviting: {say: come, final: true}}
"""


def test_the_category_of_a_flow_is_that_of_what_it_begins_and_not_of_its_replies() -> None:
    definition = engine.compile_release([engine.load(FLOW)], Registry([])).definitions["invitation"]
    step = engine.begin(definition, "m", {}, {"language": "en"}, datetime(2026, 11, 21, tzinfo=UTC))
    began, reply = compose(step, reply=False, began=definition.category), compose(step, reply=True)
    assert began is not None
    assert reply is not None
    assert (began["category"], reply["category"]) == ("marketing", "service")
