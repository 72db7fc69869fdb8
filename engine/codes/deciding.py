"""What can be wrong with guards and the rows of decision tables, once each can be read."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.remembering import PICK

ASKED = PICK.replace(
    "on: {answer: done}", 'on: {answer: [{when: event.value == "good", to: done}, {to: left}]}'
).replace("  done:", "  left: {final: true}\n  done:")
SORTING = (
    "lifecycle: sorting\nversion: 1\ntakes: {visits: {type: count}}\nstart: a\nstates:\n"
    "  a: {next: [{when: visits > 2, to: b}, {to: c}]}\n  b: {final: true}\n  c: {final: true}\n"
)
ROWS = (
    "rules: sizes\nversion: 1\nhit: first\nfacts: {visits: count}\nrows:\n"
    "  - {id: many, when: visits >= 10, then: 2}\n  - {id: some, when: visits >= 3, then: 1}\notherwise: {then: 0}\n"
)

CODES = (
    Code(
        code="guard-never",
        severity="warning",
        title="A guard that never holds",
        why="Whatever the facts are, its rule or row is never taken: most likely a sign, a number or an `and` "
        "is wrong. "
        "What the rules above it leave over is counted in.",
        wrong=SORTING.replace("visits > 2,", "«visits > 2 and visits < 2»,"),
        right=SORTING,
    ),
    Code(
        code="guard-always",
        severity="warning",
        title="A guard that always holds",
        why="It decides nothing, and what comes after it is never reached. What is surely known by then is counted in.",
        wrong=SORTING.replace("visits > 2,", "«visits >= 0»,"),
        right=SORTING,
    ),
    Code(
        code="unknown-result",
        severity="warning",
        title="A result is compared with what no row gives",
        why="The data is written by a decision only, and none of the table's rows gives this: the guard never holds.",
        wrong="lifecycle: sizing\nversion: 1\ntakes: {visits: {type: count}}\ndata: {size: {type: text}}\nstart: a\n"
        'states:\n  a: {decide: {table: sizes, save: size}, next: [{when: size == «"larg"», to: b}, {to: c}]}\n'
        "  b: {final: true}\n  c: {final: true}\n# file: sizes.yaml\n"
        + ROWS.replace("then: 2", "then: large").replace("then: 1}", "then: small}").replace("then: 0", "then: none"),
        mend=(('"larg"', '"large"'),),
    ),
    Code(
        code="answer-untaken",
        severity="warning",
        title="An answer that no rule takes",
        why="The person picked or typed something that fits the question, and is told that it was not understood.",
        wrong=ASKED.replace(
            '{answer: [{when: event.value == "good", to: done}, {to: left}]}',
            '{«answer»: [{when: event.value == "good", to: done}]}',
        ).replace("tries: 2, then: done", "tries: 2, then: left"),
        right=ASKED,
    ),
    Code(
        code="next-untaken",
        severity="warning",
        title="Rules of `next` that may all fail",
        why="Nothing else leads out of the state: where none of them holds, the machine stands still.",
        wrong=SORTING.replace(
            "next: [{when: visits > 2, to: b}, {to: c}]",
            "«next»: [{when: visits > 2, to: b}, {when: visits < 2, to: c}]",
        ),
        right=SORTING,
    ),
    Code(
        code="unreachable-row",
        severity="warning",
        title="A row that is never reached",
        why="Under `hit: first` the first row that holds decides. Whatever the facts are, one above it holds too.",
        wrong=ROWS.replace("visits >= 10", "visits >= 1").replace("id: some", "id: «some»"),
        right=ROWS,
    ),
    Code(
        code="rows-overlap",
        severity="error",
        title="Two rows hold at once, where only one may",
        why="Under `hit: unique` that stops the decision, and whoever asked for it stands still.",
        wrong=ROWS.replace("first", "unique").replace("id: some", "id: «some»"),
        mend=(("visits >= 3,", "visits >= 3 and visits < 10,"),),
    ),
    Code(
        code="rows-disagree",
        severity="error",
        title="Two rows hold at once and give different results",
        why="Under `hit: any` that stops the decision, and whoever asked for it stands still.",
        wrong=ROWS.replace("first", "any").replace("id: some", "id: «some»"),
        mend=(("then: 1}", "then: 2}"),),
    ),
    Code(
        code="gap",
        severity="warning",
        title="Facts for which no row holds",
        why="The table gives nothing then, and whoever reads its result finds nothing there.",
        wrong=ROWS.replace("otherwise: {then: 0}\n", "").replace("rows:", "«rows»:"),
        right=ROWS,
    ),
    Code(
        code="gap-unknown",
        severity="note",
        title="No row holds while a fact is not known",
        why="Comparing with something unknown is false. If the fact can be missing, the table gives nothing then.",
        wrong=ROWS.replace("otherwise: {then: 0}\n", "  - {id: few, when: visits < 3, then: 0}\n").replace(
            "rows:", "«rows»:"
        ),
        right=ROWS,
    ),
)
