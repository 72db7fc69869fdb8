"""Random decision tables in a neutral form: rendered as our YAML and as GoRules JDM, and decided by brute force.

A row's condition is a list of cells, one test of one fact each, all of which must hold. The oracle reads the cells
directly, in plain Python: it shares neither parser nor compiler with the engine. Free conditions (with `or`, `not`,
sums) are trees of tuples that the oracle walks in three-valued arithmetic.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from random import Random
from typing import Any

NUMBERS = ("age", "visits", "spent")
FLAGS = ("vip", "late")
WORDS = ("town",)
TOWNS = ("nairobi", "mombasa", "kisumu", "jinja")
FACTS = (*NUMBERS, *FLAGS, *WORDS)
Tree = tuple[Any, ...]


@dataclass(frozen=True)
class Row:
    id: str
    when: Tree | None  # ("and", test, test…) of cells, or any tree
    then: int


@dataclass(frozen=True)
class TableSpec:
    hit: str
    collect: str
    rows: tuple[Row, ...]
    otherwise: int | None = None

    def yaml(self) -> str:
        types = {**dict.fromkeys(NUMBERS, "number"), **dict.fromkeys(FLAGS, "yes_no"), **dict.fromkeys(WORDS, "text")}
        content: dict[str, Any] = {"rules": "drawn", "version": 1, "hit": self.hit, "facts": types}
        if self.collect:
            content["collect"] = self.collect
        content["rows"] = [
            {"id": row.id, **({"when": written(row.when)} if row.when else {}), "then": row.then} for row in self.rows
        ]
        if self.otherwise is not None:
            content["otherwise"] = {"then": self.otherwise}
        return json.dumps(content, indent=1)

    def jdm(self) -> str:
        """As a decision table of GoRules: one column a fact, one unary test a cell."""
        rules = [
            {
                "_id": row.id,
                "result": str(row.then),
                "row": f'"{row.id}"',
                **dict.fromkeys(FACTS, ""),
                **_cells(row),
            }
            for row in self.rows
        ]
        table = {
            "hitPolicy": self.hit,
            "inputs": [{"id": fact, "name": fact, "field": fact} for fact in FACTS],
            "outputs": [{"id": name, "name": name, "field": name} for name in ("result", "row")],
            "rules": rules,
        }
        nodes = [
            {"id": "in", "name": "in", "type": "inputNode"},
            {"id": "table", "name": "table", "type": "decisionTableNode", "content": table},
            {"id": "out", "name": "out", "type": "outputNode"},
        ]
        edges = [
            {"id": "1", "sourceId": "in", "targetId": "table"}, {"id": "2", "sourceId": "table", "targetId": "out"},
        ]  # fmt: skip
        return json.dumps({"nodes": nodes, "edges": edges})


def _cells(row: Row) -> dict[str, str]:
    return {test[1]: _cell(test) for test in (row.when or ("and",))[1:]}


def _cell(test: Tree) -> str:
    kind, _, value = test
    if kind in ("in", "not in"):
        return f"{kind} {json.dumps(list(value))}"
    if kind == "between":
        return f"[{value[0]}..{value[1]})"
    return f"$ {kind} {json.dumps(value)}" if kind in ("==", "!=") else f"{kind} {value}"


def written(tree: Tree) -> str:
    """A condition in our expression language."""
    kind = tree[0]
    if kind in ("and", "or"):
        return "(" + f" {kind} ".join(written(part) for part in tree[1:]) + ")"
    if kind == "not":
        return f"(not {written(tree[1])})"
    if kind == "known":
        return f"known({tree[1]})"
    if kind == "between":
        return f"({tree[2][0]} <= {tree[1]} < {tree[2][1]})"
    if kind in ("in", "not in"):
        return f"({tree[1]} {kind} {json.dumps(list(tree[2]))})"
    return f"({_term(tree[1])} {kind} {_term(tree[2])})"


def _term(term: Any) -> str:
    if isinstance(term, tuple):
        return f"({_term(term[1])} {term[0]} {_term(term[2])})"
    if term in FACTS:
        return str(term)
    return repr(term) if isinstance(term, bool) else json.dumps(term)


# the oracle


def holds(tree: Tree, facts: dict[str, Any]) -> bool:
    """What the documentation says: comparing with what is not known is false, computing with it is not known.

    `!=` and `not in` are what `==` and `in` are not, so that they hold of a fact that is not known.
    """
    kind = tree[0]
    if kind == "and":
        return all(holds(part, facts) for part in tree[1:])
    if kind == "or":
        return any(holds(part, facts) for part in tree[1:])
    if kind == "not":
        return not holds(tree[1], facts)
    if kind == "known":
        return facts[tree[1]] is not None
    left = _worth(tree[1], facts)
    if kind == "between":
        return left is not None and tree[2][0] <= left and left < tree[2][1]
    if kind == "in":
        return any(left == item for item in tree[2])
    if kind == "not in":
        return all(left != item for item in tree[2])
    right = _worth(tree[2], facts)
    if kind == "==":
        return bool(left == right)
    if kind == "!=":
        return bool(left != right)
    if left is None or right is None:
        return False
    order = (left > right) - (left < right)
    return order in {"<": (-1,), "<=": (-1, 0), ">": (1,), ">=": (0, 1)}[kind]


def _worth(term: Any, facts: dict[str, Any]) -> Any:
    if isinstance(term, tuple):
        left, right = _worth(term[1], facts), _worth(term[2], facts)
        if left is None or right is None:
            return None
        return left + right if term[0] == "+" else left - right if term[0] == "-" else left * right
    return facts[term] if isinstance(term, str) and term in facts else term


@dataclass(frozen=True)
class Answer:
    """`error` is the name of the refusal, for tables that contradict themselves."""

    rows: tuple[str, ...] = ()
    result: Any = None
    error: str = ""


def expected(table: TableSpec, facts: dict[str, Any]) -> Answer:
    """DMN's hit policies, in so many words."""
    hits = [(row.id, row.then) for row in table.rows if row.when is None or holds(row.when, facts)]
    if table.hit == "first":
        hits = hits[:1]
    if not hits and table.otherwise is not None:
        hits = [("otherwise", table.otherwise)]
    rows, values = tuple(id for id, _ in hits), [value for _, value in hits]
    if table.hit == "collect":
        return Answer(rows, _collected(table.collect, values))
    if table.hit == "unique" and len(hits) > 1:
        return Answer(error="RowsOverlap")
    if table.hit == "any" and len(set(values)) > 1:
        return Answer(error="RowsDisagree")
    return Answer(rows, values[0] if values else None)


def _collected(way: str, values: list[int]) -> Any:
    if way == "count":
        return len(values)
    if way == "sum":
        total = 0
        for value in values:
            total += value
        return total
    if way in ("min", "max"):
        ordered = sorted(values)
        return (ordered[0] if way == "min" else ordered[-1]) if ordered else None
    return values


# drawing


def random_table(random: Random, *, free: bool) -> TableSpec:
    """`free` conditions go beyond what a cell can say; without them only zen-engine's two policies are drawn."""
    hit = random.choice(("first", "unique", "any", "collect") if free else ("first", "collect"))
    collect = random.choice(("list", "sum", "min", "max", "count")) if hit == "collect" and free else ""
    count = random.randint(1, 4 if hit == "unique" else 7)
    rows = []
    for index in range(count):
        when = random_tree(random) if free and random.random() < 0.6 else random_cells(random, few=hit != "unique")
        if random.random() < 0.05:
            when = None
        rows.append(Row(f"r{index}", when, random.randint(-3, 3) if hit != "any" else random.choice((1, 1, 2))))
    otherwise = random.randint(-3, 3) if free and random.random() < 0.5 else None
    return TableSpec(hit, collect, tuple(rows), otherwise)


def random_facts(random: Random) -> dict[str, Any]:
    facts: dict[str, Any] = {
        name: random.choice((random.randint(-3, 12), random.randint(-6, 24) / 2)) for name in NUMBERS
    }
    facts |= {name: random.random() < 0.5 for name in FLAGS}
    facts |= {name: random.choice(TOWNS) for name in WORDS}
    return {name: None if random.random() < 0.15 else value for name, value in facts.items()}


def random_cells(random: Random, *, few: bool) -> Tree:
    facts = random.sample(FACTS, random.randint(1, 2 if few else 4))
    return ("and", *(random_test(random, fact) for fact in facts))


def random_test(random: Random, fact: str) -> Tree:
    if fact in FLAGS:
        return (random.choice(("==", "!=")), fact, random.random() < 0.5)
    if fact in WORDS:
        kind = random.choice(("==", "!=", "in", "not in"))
        return (kind, fact, tuple(random.sample(TOWNS, 2)) if "in" in kind else random.choice(TOWNS))
    kind = random.choice(("<", "<=", ">", ">=", "==", "!=", "in", "not in", "between"))
    if kind == "between":
        low = random.randint(-3, 9)
        return (kind, fact, (low, low + random.randint(1, 6)))
    if "in" in kind:
        return (kind, fact, tuple(random.randint(-3, 12) for _ in range(3)))
    return (kind, fact, random.randint(-3, 12))


def random_tree(random: Random, depth: int = 3) -> Tree:
    form = random.randrange(6) if depth else 0
    if form < 2:
        return random_test(random, random.choice(FACTS))
    if form == 2:
        return ("not", random_tree(random, depth - 1))
    if form == 3:
        kind = random.choice(("<", "<=", ">", ">=", "==", "!="))
        return (kind, _random_term(random), _random_term(random))
    if form == 4 and random.random() < 0.3:
        return ("known", random.choice(FACTS))
    return (random.choice(("and", "or")), *(random_tree(random, depth - 1) for _ in range(random.randint(2, 3))))


def _random_term(random: Random, depth: int = 1) -> Any:
    if depth and random.random() < 0.5:
        return (random.choice("+-*"), _random_term(random, depth - 1), _random_term(random, depth - 1))
    return random.choice((*NUMBERS, random.randint(-3, 12)))
