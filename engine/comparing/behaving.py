"""Whether each definition does as before: tables by their decisions, flows and lifecycles by their paths.

What a definition calls and asks is part of what it does. A definition that is the same itself and uses something
that is not is told apart ("through").
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from engine.comparing.blocks import Names, alike
from engine.comparing.difference import Behaviour, Difference, Differences
from engine.comparing.flips import Decisions
from engine.comparing.paths import Paths
from engine.comparing.rows import TableNames
from engine.comparing.sides import Version
from engine.definition import Definition
from engine.registry import Registry
from engine.release import Compiled
from engine.tables import Table
from engine.types import Types

Release = Mapping[str, Compiled]


class Matched(msgspec.Struct, frozen=True, kw_only=True):
    """Which old definition is which new one ("flow:deposit"), and what each calls otherwise now."""

    pairs: Mapping[str, str]
    names: Mapping[str, Names | TableNames]


def behaving(differences: Differences, old: Version, new: Version, matched: Matched, registry: Registry) -> Differences:
    """The differences, completed by what is known of the behaviour of all that stands on both sides."""
    unlike = {was: now for was, now in matched.pairs.items() if not _as_written(old, new, matched, was)}
    if not unlike and old.around == new.around:
        same = [Behaviour(definition=now, answer="same") for now in matched.pairs.values()]
        return msgspec.structs.replace(differences, behaviour=tuple(same))
    one, old_findings = old.compiled(registry)
    two, new_findings = new.compiled(registry)
    answers = {now: _answered(was, now, unlike, matched, (one, two), registry) for was, now in matched.pairs.items()}
    _through(answers, one, two, matched.pairs)
    return msgspec.structs.replace(
        differences,
        changes=tuple(_settled(change, answers) for change in differences.changes),
        behaviour=tuple(answers.values()),
        old_findings=differences.old_findings + old_findings,
        new_findings=differences.new_findings + new_findings,
    )


def _as_written(old: Version, new: Version, matched: Matched, was: str) -> bool:
    names = matched.names[was]
    across = isinstance(names, Names) and names.any
    return not across and alike(old.documents[was].content, new.documents[matched.pairs[was]].content)


def _answered(
    was: str, now: str, unlike: Mapping[str, str], matched: Matched, sides: tuple[Release, Release], registry: Registry
) -> Behaviour:
    if was not in unlike:
        return Behaviour(definition=now, answer="same")
    one, two = sides[0].get(was), sides[1].get(now)
    if one is None or two is None:
        which = "before" if one is None else "now"
        return Behaviour(definition=now, answer="undecided", undecided=(f"it does not compile as it is {which}",))
    names = matched.names[was]
    if isinstance(one, Table) and isinstance(two, Table) and isinstance(names, TableNames):
        return Decisions(now, one, two, names, _types(sides[1], registry)).behaviour()
    assert isinstance(one, Definition)
    assert isinstance(two, Definition)
    assert isinstance(names, Names)
    return Paths(now, one, two, names, registry, _types(sides[1], registry)).behaviour()


def _types(release: Release, registry: Registry) -> Types:
    tables = {item.name: item.outputs for item in release.values() if isinstance(item, Table)}
    return Types({**tables, **{name: record.fields for name, record in registry.records.items()}})


def _through(answers: dict[str, Behaviour], old: Release, new: Release, pairs: Mapping[str, str]) -> None:
    """Passes what is not as before on to those that use it, until nothing more changes."""
    back = {now: was for was, now in pairs.items()}
    changed = True
    while changed:
        changed = False
        for name, answer in list(answers.items()):
            if answer.answer != "same":
                continue
            moved = [used for used in _uses(new.get(name)) if not _kept(used, answers, old, new, back)]
            if moved:
                answers[name] = msgspec.structs.replace(answer, answer="through", through=tuple(sorted(moved)))
                changed = True


def _uses(item: Compiled | None) -> list[str]:
    if not isinstance(item, Definition):
        return []
    return [*(f"flow:{name}" for name in item.callees), *(f"rules:{name}" for name in item.tables)]


def _kept(used: str, answers: Mapping[str, Behaviour], old: Release, new: Release, back: Mapping[str, str]) -> bool:
    """Whether what is used does as before; what was not compared is, if its hash is the same on both sides."""
    answer = answers.get(used)
    if answer is not None:
        return answer.answer == "same"
    before, after = old.get(back.get(used, used)), new.get(used)
    if before is None or after is None or before.hash != after.hash:
        return False
    if isinstance(before, Definition) and isinstance(after, Definition):
        return alike(before.content, after.content)  # the hash leaves the order of what is set aside
    return True


def _settled(change: Difference, answers: Mapping[str, Behaviour]) -> Difference:
    """A guard that is written otherwise in a definition that behaves as before weighs nothing."""
    answer = answers.get(change.definition)
    if answer is None or answer.answer not in ("same", "through"):
        return change
    if change.kind not in _FORMS or change.weight == "none":
        return change
    words = f"{change.words} (no change in behaviour)"
    return msgspec.structs.replace(change, weight="none", words=words)


# What can be written in another way and mean the same.
_FORMS = frozenset(
    f"{what}-changed" for what in ("guard", "set", "do", "tell", "decide", "order", "timer", "result", "target")
) | frozenset(f"{what}-{how}" for what in ("rule", "row", "state") for how in ("added", "removed", "moved"))
