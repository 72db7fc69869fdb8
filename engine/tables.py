"""Decision tables: facts in, a Decision out that names the rows that hit, what they read, and why.

Hit policies as in DMN: first, unique, any, collect (list, sum, min, max, count).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from engine import types
from engine.checking import Checker
from engine.document import Document
from engine.errors import ExpressionFailed, FactsMissing, RowsDisagree, RowsOverlap
from engine.findings import Finding
from engine.functions import total
from engine.model import Decision, GuardTried
from engine.promises import Promise, table_promises
from engine.scope import Expression, Scope, constant
from engine.texts import Template, render
from engine.types import Shape, Types
from engine.values import canonical

PLAIN = "result"  # the one output of a table whose `then` is a bare value


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row, compiled. Without a guard it always holds."""

    id: str
    guard: Expression | None
    then: tuple[tuple[str, Expression], ...]
    because: Template | str


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled rules file. `outputs` are the shapes of what a row gives; `result` of what the table gives."""

    kind: str = "rules"
    name: str
    version: int
    title: str
    hash: str
    file: str
    source: str
    policy: str
    collect: str
    facts: dict[str, Shape]
    outputs: dict[str, Shape]
    result: Shape
    rows: tuple[Row, ...]
    otherwise: Row | None = None
    promised: tuple[Promise, ...] = ()


class _Facts:
    """What an expression of a table reads from: it stands where a run stands for a machine's expressions."""

    __slots__ = ("data",)

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data


def decide(table: Table, facts: Mapping[str, Any]) -> Decision:
    """Ask a table. Facts that it does not know are left aside; None is a fact that is not known yet.

    Raises FactsMissing, RowsOverlap, RowsDisagree, ExpressionFailed.
    """
    run = _Facts(_checked(table, facts))
    tried: list[GuardTried] = []
    hits: list[Row] = []
    for row in table.rows:
        if _holds(row, run, tried):
            hits.append(row)
            if table.policy == "first":
                break
    if not hits and table.otherwise is not None:
        hits.append(table.otherwise)
    results = [_then(row, run) for row in hits]
    return Decision(
        table=table.name,
        definition=table.hash,
        hit=tuple(row.id for row in hits),
        result=_result(table, hits, results),
        because=tuple(_because(row, run) for row in hits),
        facts=dict(run.data),
        tried=tuple(tried),
    )


def _checked(table: Table, facts: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for name, shape in table.facts.items():
        if name not in facts:
            raise FactsMissing(f"{table.name} needs the fact {name!r}")
        if not types.is_a(facts[name], shape):
            raise FactsMissing(f"{table.name}: the fact {name!r} should be {shape.name}, not {facts[name]!r}")
        kept[name] = facts[name]
    return kept


def _holds(row: Row, run: _Facts, tried: list[GuardTried]) -> bool:
    if row.guard is None:
        return True
    value, values = _read(row.guard, run)
    tried.append(GuardTried(source=row.guard.source, values=values, result=bool(value)))
    return bool(value)


def _read(expression: Expression, run: Any) -> tuple[Any, dict[str, Any]]:
    try:
        return expression.read(run)
    except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
        raise ExpressionFailed(expression.source, str(error)) from error


def _then(row: Row, run: _Facts) -> dict[str, Any]:
    return {name: _read(expression, run)[0] for name, expression in row.then}


def _because(row: Row, run: _Facts) -> str:
    if isinstance(row.because, str):
        return row.because
    return render(row.because, {**run.data, "__language": "en", "__zone": "UTC", "__now": None}, row.id)


def _result(table: Table, hits: list[Row], results: list[dict[str, Any]]) -> Any:
    if table.policy == "collect":
        return _collected(table, results)
    if not results:
        return None
    if table.policy == "unique" and len(hits) > 1:
        raise RowsOverlap(f"{table.name}: rows {', '.join(row.id for row in hits)} hold at once")
    if table.policy == "any" and any(result != results[0] for result in results):
        raise RowsDisagree(f"{table.name}: rows {', '.join(row.id for row in hits)} hold with different results")
    return _bare(results[0])


def _bare(result: dict[str, Any]) -> Any:
    return result[PLAIN] if len(result) == 1 and PLAIN in result else result


_COLLECT: dict[str, Callable[[list[Any]], Any]] = {
    "sum": total,
    "min": lambda items: min(items, default=None),
    "max": lambda items: max(items, default=None),
}


def _collected(table: Table, results: list[dict[str, Any]]) -> Any:
    if table.collect == "count":
        return len(results)
    if table.collect == "list":
        return [_bare(result) for result in results]
    values = [value for result in results for value in result.values() if value is not None]
    return _COLLECT[table.collect](values)


def compile_table(document: Document, known: Types, found: list[Finding]) -> Table:
    """What is wrong goes into `found`; the table is of use only if nothing did."""
    check = Checker(document, known, found)
    content = document.content
    facts = {name: check.declared(written, ["facts", name]) for name, written in content["facts"].items()}
    scope = Scope(types=known, names=facts, clock=False)
    declared = {name: check.declared(w, ["outputs", name]) for name, w in (content.get("outputs") or {}).items()}
    seen: set[str] = set()
    rows: list[Row] = []
    for index, written in enumerate(content["rows"]):
        if written["id"] in seen:
            check.report("duplicate-row", ["rows", index, "id"], f'There are two rows "{written["id"]}".')
        seen.add(written["id"])
        rows.append(_row(check, written, scope, declared, ["rows", index]))
        last = index == len(content["rows"]) - 1
        if content["hit"] == "first" and rows[-1].guard is None and not last:
            reason = f'Rows after "{written["id"]}" are never reached: it holds always.'
            check.report("unreachable-row", ["rows", index + 1], reason)
    other = content.get("otherwise")
    otherwise = _row(check, {"id": "otherwise", **other}, scope, declared, ["otherwise"]) if other else None
    outputs = declared or _inferred([*rows, *([otherwise] if otherwise else [])])
    return Table(
        name=document.name,
        version=document.version,
        title=str(content.get("title", "")),
        hash=hashlib.sha256(canonical({"kind": "rules", "content": content})).hexdigest(),
        file=document.file,
        source=document.text,
        policy=content["hit"],
        collect=_collect(check, content, outputs),
        facts=facts,
        outputs=outputs,
        result=_shape_of_result(content, outputs),
        rows=tuple(rows),
        otherwise=otherwise,
        promised=table_promises(check, content.get("promises"), scope, outputs),
    )


def _row(
    check: Checker, written: dict[str, Any], scope: Scope, outputs: dict[str, Shape], path: list[str | int]
) -> Row:
    guard = check.guard(written["when"], scope, [*path, "when"]) if "when" in written else None
    then = written["then"]
    parts: list[tuple[str, Expression]] = []
    for name, value in (then if isinstance(then, dict) else {PLAIN: then}).items():
        at = [*path, "then", name] if isinstance(then, dict) else [*path, "then"]
        if outputs and not check.reference("output", name, outputs, at, key=True):
            continue
        expression = _output(check, value, outputs.get(name), scope, at)
        if expression is not None:
            parts.append((name, expression))
    because: Template | str = f"{written['id']}: {written.get('when', 'always')}"
    if "because" in written:
        template = check.template(written["because"], [*path, "because"])
        if template is not None:
            check.text(template, scope, [*path, "because"])
            because = template.source if template.constant else template
    return Row(id=written["id"], guard=guard, then=tuple(parts), because=because)


def _output(check: Checker, value: Any, wanted: Shape | None, scope: Scope, path: list[str | int]) -> Expression | None:
    if isinstance(value, dict):
        expression = check.expression(value["expr"], scope, [*path, "expr"])
    elif isinstance(value, str) and (wanted is None or wanted.base in ("text", "any")):
        return constant(value, types.TEXT)
    else:
        expression = check.expression(value, scope, path)
    if expression is not None and wanted is not None and not types.fits(expression.shape, wanted):
        check.report("types-differ", path, f"This should be {wanted.name}, but it is {expression.shape.name}.")
        return None
    return expression


def _inferred(rows: list[Row]) -> dict[str, Shape]:
    """What rows give where the file does not say it: the shape they agree on, else any."""
    outputs: dict[str, Shape] = {}
    for row in rows:
        for name, expression in row.then:
            before = outputs.get(name)
            if before is None or before.base == "none":
                outputs[name] = expression.shape
            elif before.base != expression.shape.base and expression.shape.base != "none":
                outputs[name] = types.ANY
    return outputs


def _collect(check: Checker, content: dict[str, Any], outputs: dict[str, Shape]) -> str:
    if content["hit"] != "collect":
        if "collect" in content:
            check.report("collect-without", ["collect"], "`collect` goes with `hit: collect` only.", key=True)
        return ""
    way = str(content.get("collect", "list"))
    if way in ("sum", "min", "max"):
        if len(outputs) != 1:
            check.report("one-output", ["collect"], f"`collect: {way}` needs rows with exactly one output.")
        elif next(iter(outputs.values())).base not in ("number", "money", "duration", "any"):
            check.report("not-a-number", ["collect"], f"`collect: {way}` needs numbers, money or durations.")
    return way


def _shape_of_result(content: dict[str, Any], outputs: dict[str, Shape]) -> Shape:
    one = outputs[PLAIN] if list(outputs) == [PLAIN] else Shape("record", str(content["rules"]), fields=dict(outputs))
    if content["hit"] != "collect":
        return one
    way = content.get("collect", "list")
    if way == "count":
        return types.NUMBER
    return types.list_of(one) if way == "list" else next(iter(outputs.values()), types.NUMBER)
