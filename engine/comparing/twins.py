"""States that are called differently and do the same: what splitting a state in two, or making one of two, leaves.

Judged by what is written, without the prover: alike in every word but the names of states. What is not alike in
that sense is told as another way, which it is.
"""

from __future__ import annotations

from engine.comparing import guards
from engine.comparing.nodes import Nodes


class Twins:
    """`same` answers for a pair of an old and a new state; what was found once is kept."""

    def __init__(self, old: Nodes, new: Nodes) -> None:
        self.old = old
        self.new = new
        self._known: dict[tuple[str, str], bool] = {}
        self._counted = _counted(old) | _counted(new)

    def same(self, old: str, new: str) -> bool:
        found = self._known.get((old, new))
        if found is None:
            found = self._known[(old, new)] = self._walk(old, new)
        return found

    def _walk(self, old: str, new: str) -> bool:
        """Together until a difference shows. A pair that is named alike is looked at by whoever asks, in its turn."""
        seen = {(old, new)}
        waiting = [(old, new)]
        while waiting:
            pair = waiting.pop()
            leads = self._pair(*pair)
            if leads is None:
                return False
            for lead in leads:
                if lead not in seen and self.old.state(lead[0]) != lead[1]:
                    seen.add(lead)
                    waiting.append(lead)
        return True

    def _pair(self, old: str, new: str) -> list[tuple[str, str]] | None:
        """Where two states that do the same lead; None if they do not."""
        if old in self._counted or new in self._counted or self.old.entry(old).key != self.new.entry(new).key:
            return None
        before, after = self.old.triggers(old), self.new.triggers(new)
        if before.keys() != after.keys():
            return None
        leads: list[tuple[str, str]] = []
        for trigger, cases in before.items():
            others = after[trigger]
            if len(cases) != len(others):
                return None
            for one, two in zip(cases, others, strict=True):
                ends = one.item.target, two.item.target
                if one.key != two.key or one.item.key != two.item.key or (ends[0] is None) != (ends[1] is None):
                    return None
                if ends[0] is not None and ends[1] is not None:
                    leads.append((ends[0], ends[1]))
        return leads


def _counted(nodes: Nodes) -> set[str]:
    """States whose visits some guard or value counts: they cannot stand for one another."""
    found: set[str] = set()
    for edge in nodes.chart.edges:
        guard = [edge.guard.source] if edge.guard is not None else []
        for source in [*guard, *(value.source for act in edge.acts for _, value in act.args)]:
            found |= guards.counted(source)
    return found
