"""Two decision tables, beside each other: facts, rows, what they give and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from engine.comparing import guards
from engine.comparing.blocks import Names
from engine.comparing.difference import Weight
from engine.comparing.ledger import Ledger, gravest
from engine.comparing.machines import compare_head
from engine.comparing.matching import features, in_order, pairs
from engine.comparing.promises import compare_promises
from engine.comparing.words import clipped, pretty, value

Content = Mapping[str, Any]


class TableNames(msgspec.Struct, frozen=True, kw_only=True):
    """Rows and facts that are called otherwise now."""

    rows: Mapping[str, str] = {}
    facts: Mapping[str, str] = {}


def table_names(old: Content, new: Content) -> TableNames:
    before = {row["id"]: row for row in old["rows"]}
    after = {row["id"]: row for row in new["rows"]}
    gone_facts, come_facts = set(old["facts"]) - set(new["facts"]), set(new["facts"]) - set(old["facts"])
    masked = gone_facts | come_facts
    return TableNames(
        rows=pairs(
            {id: _row_features(row) for id, row in before.items() if id not in after},
            {id: _row_features(row) for id, row in after.items() if id not in before},
        ),
        facts=pairs(
            {name: _fact_features(old, name, masked) for name in gone_facts},
            {name: _fact_features(new, name, masked) for name in come_facts},
        ),
    )


def _row_features(row: Mapping[str, Any]) -> Any:
    found = features({key: item for key, item in row.items() if key not in ("id", "when")})
    tree = guards.parsed(str(row.get("when", "True")))
    terms = tree.values if tree is not None and hasattr(tree, "values") else [tree]
    return found + features({"when": [guards.shown(term) for term in terms if term is not None]})


def _fact_features(content: Content, name: str, masked: set[str]) -> Any:
    """Its type, and the rows that read it, with names that are in question left out."""
    blank = {name: "it", **{other: "other" for other in masked if other != name}}
    guarded = [
        guards.canonical(guards.renamed(str(row["when"]), blank, {}))
        for row in content["rows"]
        if "when" in row and name in guards.names(str(row["when"]))
    ]
    return features({"type": _type(content["facts"][name]), "when": guarded})


def _type(written: Any) -> str:
    if isinstance(written, str):
        return written
    return str(written.get("type") or value(written.get("fields") or "any"))


def compare_tables(ledger: Ledger, old: Content, new: Content, names: TableNames) -> None:
    compare_head(ledger, old, new)
    if old["hit"] != new["hit"] or old.get("collect", "list") != new.get("collect", "list"):
        words = f"{_policy(new)} instead of {_policy(old)}"
        ledger.add("policy-changed", "", words, _weight(ledger), **ledger.written(["hit"], ["hit"]))
    for part in ("facts", "outputs"):
        _declared(ledger, old, new, names, part)
    _rows(ledger, old, new, names)
    compare_promises(ledger, old, new, Names(data=names.facts))
    before, after = old.get("otherwise"), new.get("otherwise")
    if before is not None and after is not None:
        _row(ledger, names, "otherwise", before, after, (["otherwise"], ["otherwise"]), _titles(new))
    elif before != after:
        words = "no row for what is left over" if after is None else f"when no row holds: {value(after['then'])}"
        where = ledger.written(["otherwise"] if before else None, ["otherwise"] if after else None)
        ledger.add("row-removed" if after is None else "row-added", "otherwise", words, _weight(ledger), **where)


def _policy(content: Content) -> str:
    hit = content["hit"]
    return f"collects the {content.get('collect', 'list')} of the rows that hold" if hit == "collect" else {
        "first": "takes the first row that holds", "unique": "lets only one row hold",
        "any": "takes any row that holds",
    }[hit]  # fmt: skip


def _weight(ledger: Ledger) -> Weight:
    """A table that knows of money decides about money."""
    return "money" if ledger.weigh.monied else "behaviour"


def _titles(content: Content) -> dict[str, str]:
    """Facts by the name that people gave them, where it is short enough to stand in a guard's place."""
    titles = {name: str(fact.get("title", "")) for name, fact in content["facts"].items() if isinstance(fact, dict)}
    return {name: title.lower() for name, title in titles.items() if 0 < len(title) <= 24}


def _declared(ledger: Ledger, old: Content, new: Content, names: TableNames, part: str) -> None:
    word = "fact" if part == "facts" else "output"
    renames = names.facts if part == "facts" else {}
    before, after = old.get(part) or {}, new.get(part) or {}
    back = {renames.get(name, name): name for name in before}
    for name, was in back.items():
        if name not in after:
            words = f"the {word} is gone"
            ledger.add(f"{word}-removed", name, words, "behaviour", **ledger.written([part, was], None), key=True)
            continue
        where = ledger.written([part, was], [part, name])
        if was != name:
            ledger.add(f"{word}-renamed", name, f"was called {was}", "behaviour", **where, key=True)
        one, two = _type(before[was]), _type(after[name])
        if one != two:
            ledger.add(f"{word}-changed", name, f"is {two} instead of {one}", _weight(ledger), **where)
    for name in after:
        if name not in back:
            words = f"a new {word} ({_type(after[name])})"
            ledger.add(f"{word}-added", name, words, "behaviour", **ledger.written(None, [part, name]), key=True)


def _rows(ledger: Ledger, old: Content, new: Content, names: TableNames) -> None:
    before = {names.rows.get(row["id"], row["id"]): (i, row) for i, row in enumerate(old["rows"])}
    after = {row["id"]: (i, row) for i, row in enumerate(new["rows"])}
    titles = _titles(new)
    for id, (index, row) in before.items():
        if id not in after:
            words = f"the row is gone: {_said(row)}"
            where = ledger.written(["rows", index], None)
            ledger.add("row-removed", row["id"], words, _row_weight(ledger, row), **where)
            continue
        place, other = after[id]
        if row["id"] != id:
            where = ledger.written(["rows", index], ["rows", place])
            ledger.add("row-renamed", id, f"was called {row['id']}", "none", **where)
        _row(ledger, names, id, row, other, (["rows", index], ["rows", place]), titles)
    for id, (place, row) in after.items():
        if id not in before:
            words = f"a new row: {_said(row)}"
            ledger.add("row-added", id, words, _row_weight(ledger, row), **ledger.written(None, ["rows", place]))
    _order(ledger, before, after, str(new["hit"]))


def _said(row: Mapping[str, Any]) -> str:
    guard = f"if {pretty(str(row['when']))}" if "when" in row else "always"
    return f"{guard}: {value(row['then'])}"


def _row_weight(ledger: Ledger, *rows: Mapping[str, Any]) -> Weight:
    return gravest("behaviour", *(ledger.weigh.expression(str(row["when"])) for row in rows if "when" in row))


def _row(
    ledger: Ledger, names: TableNames, id: str, old: Mapping[str, Any], new: Mapping[str, Any],
    at: tuple[list[Any], list[Any]], titles: Mapping[str, str],
) -> None:  # fmt: skip
    old_at, new_at = at
    weight = _row_weight(ledger, old, new)
    before = guards.renamed(str(old["when"]), names.facts, {}) if "when" in old else None
    after = str(new["when"]) if "when" in new else None
    for phrase in guards.differing(before, after, titles):
        where = ledger.written([*old_at, "when"] if before else None, [*new_at, "when"] if after else None)
        ledger.add("guard-changed", id, phrase, weight, **where)
    _outcome(ledger, id, old["then"], new["then"], (old_at, new_at), weight)
    if old.get("because") != new.get("because"):
        first, second = clipped(str(old.get("because", "")), str(new.get("because", "")))
        where = ledger.written([*old_at, "because"] if "because" in old else None, [*new_at, "because"])
        if "because" not in new:
            where |= {"new": None}
        ledger.add("because-changed", id, f"the reason reads “{second}” instead of “{first}”", "wording", **where)


def _outcome(ledger: Ledger, id: str, old: Any, new: Any, at: tuple[list[Any], list[Any]], weight: Weight) -> None:
    before, after = (side if isinstance(side, dict) and "expr" not in side else {"": side} for side in (old, new))
    for name in [*before, *(name for name in after if name not in before)]:
        if name in before and name in after and _equal(before[name], after[name]):
            continue
        paths = [
            [*path, "then", *([name] if name else [])] if name in side else None
            for path, side in zip(at, (before, after), strict=True)
        ]
        label = f"{name} " if name else ""
        if name not in after:
            words = f"no longer gives {name}"
        elif name not in before:
            words = f"also gives {label}{value(after[name])}"
        else:
            words = f"gives {label}{value(after[name])} instead of {value(before[name])}"
        ledger.add("result-changed", id, words, weight, **ledger.written(*paths))


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, dict) and isinstance(new, dict) and "expr" in old and "expr" in new:
        return guards.canonical(str(old["expr"])) == guards.canonical(str(new["expr"]))
    return bool(old == new) and isinstance(old, bool) == isinstance(new, bool)


def _order(ledger: Ledger, before: Mapping[str, Any], after: Mapping[str, Any], hit: str) -> None:
    """Rows of a `first` table are asked in their order. In others it is the order of a list at most."""
    kept = [id for id in before if id in after]
    stayed = in_order([after[id][0] for id in kept])
    ids = list(after)
    for index, id in enumerate(kept):
        if index in stayed:
            continue
        place = after[id][0]
        beside = f"before {ids[place + 1]}" if place + 1 < len(ids) else "last"
        weight = _row_weight(ledger, after[id][1]) if hit == "first" else "none"
        where = ledger.written(["rows", before[id][0]], ["rows", place])
        ledger.add("row-moved", id, f"is asked {beside} now", weight, **where)
