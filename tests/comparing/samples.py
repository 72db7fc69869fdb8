"""Small definitions to compare, and the YAML that ships, with one thing changed."""

from __future__ import annotations

from functools import cache

from composition.definitions import registry
from engine.comparing import Behaviour, Difference, Differences, compare
from engine.registry import Registry
from tests.yaml.shipped import DEFINITIONS

REGISTRY: Registry = registry()

KEEP_KILL_SCALE = """\
rules: keep_kill_scale
version: 3
title: What happens to an ad variation at each decision
hit: first
facts:
  spend: {type: money}
  conversions: {type: count}
  cpa: {type: money, title: Cost}
  max_cpa: {type: money}
  chance_to_win: {type: probability}
rows:
  - id: too_early
    when: conversions < 30 and spend < 2 * max_cpa
    then: {decision: keep}
    because: "Only {{ conversions }} conversions so far"
  - id: losing_money
    when: cpa > 1.3 * max_cpa and chance_to_win < 0.05
    then: {decision: kill}
  - id: winner
    when: chance_to_win > 0.95 and cpa < 0.8 * max_cpa
    then: {decision: scale, budget_change_pct: 20}
  - id: otherwise
    then: {decision: keep}
"""

CALLBACK = """\
flow: callback
version: 1
title: Ask when to call back
languages: [en, sw]

data:
  phone: {type: phone, personal: true}
  hour: {type: number}
  early: {type: yes_no, default: false}

texts:
  which_number: {en: "Which number shall we call?", sw: "Tukupigie namba gani?"}
  number_unclear: {en: "Please write it like 0712 345 678.", sw: "Iandike hivi: 0712 345 678."}
  which_hour: {en: "At what hour?", sw: "Saa ngapi?"}
  too_early: {en: "We open at eight.", sw: "Tunafungua saa mbili."}
  still_there: {en: "Still there?", sw: "Bado upo?"}
  noted: {en: "We will call you.", sw: "Tutakupigia."}

start: numbering

states:
  numbering:
    ask: {text: which_number, type: phone, save: phone}
    on: {answer: timing}
    unclear: {say: number_unclear, tries: 2, then: left}
    after:
      2h: {say: still_there}
      24h: left

  timing:
    ask: {text: which_hour, type: number, save: hour}
    on:
      answer:
        - {when: event.value < 8, say: too_early, set: {early: true}, to: timing}
        - {when: tries.timing >= 3, to: left}
        - {do: {contacts.update: {paying_phone: phone}}, to: done}
    after:
      24h: left

  done: {say: noted, final: true}
  left: {final: true}

anywhere:
  - {hear: [stop, acha], to: left}
"""


@cache
def shipped() -> dict[str, str]:
    return {name: path.read_text(encoding="utf-8") for name, path in DEFINITIONS.items()}


def edited(source: str, before: str, after: str) -> str:
    assert before in source, before
    return source.replace(before, after)


def between(before: str, after: str, source: str = CALLBACK, *, behaviour: bool = True) -> Differences:
    """The differences that one replacement makes in one definition."""
    return compare({"x.yaml": source}, {"x.yaml": edited(source, before, after)}, REGISTRY, behaviour=behaviour)


def shipped_with(file: str, before: str, after: str, *, behaviour: bool = False) -> Differences:
    """The differences that one replacement in the YAML that ships makes."""
    new = {**shipped(), file: edited(shipped()[file], before, after)}
    return compare(shipped(), new, REGISTRY, behaviour=behaviour)


def only(differences: Differences) -> Difference:
    assert [str(change) for change in differences.changes[1:]] == []
    return differences.changes[0]


def said(differences: Differences) -> list[str]:
    return [str(change) for change in differences.changes]


def answer(differences: Differences, definition: str = "") -> Behaviour:
    found = [each for each in differences.behaviour if definition in ("", each.definition)]
    assert len(found) == 1
    return found[0]
