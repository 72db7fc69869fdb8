"""What can be wrong with the form of a definition: its keys, and what stands under them."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.reading import RING

TABLE = "rules: sizes\nversion: 1\nhit: first\nfacts: {visits: count}\nrows:\n  - {id: all, then: 1}\n"
FLOW = (
    'flow: hello\nversion: 1\nlanguages: [en]\ntexts:\n  how: {en: "How are you?"}\nstart: asking\nstates:\n'
    "  asking:\n    ask: {text: how}\n    on: {answer: done}\n    unclear: {tries: 2, then: done}\n"
    "    after: {24h: done}\n  done: {final: true}\n"
)

CODES = (
    Code(
        code="not-a-definition",
        severity="error",
        title="The file is not a mapping",
        why="A definition is keys with values: `flow: booking`, `version: 1`, and so on.",
        wrong="«just some words»\n",
        right=RING,
    ),
    Code(
        code="no-kind",
        severity="error",
        title="The file does not say what it is",
        why="Without `flow:`, `lifecycle:` or `rules:` nobody knows how to read the rest.",
        wrong=RING.replace("lifecycle", "«lifecicle»"),
        right=RING,
    ),
    Code(
        code="many-kinds",
        severity="error",
        title="The file says that it is two things",
        why="A file is one flow, one lifecycle or one decision table.",
        wrong=RING.replace("version", "«rules»: sizes\nversion"),
        right=RING,
    ),
    Code(
        code="unknown-key",
        severity="error",
        title="A key that is not known here",
        why="What stands under it would be ignored in silence: a timer that never comes, a guard that never counts.",
        wrong=RING.replace("after", "«aftr»"),
        right=RING,
    ),
    Code(
        code="missing-key",
        severity="error",
        title="A key is missing",
        why="The definition cannot run without it.",
        wrong=RING.replace("start: a\n", "").replace("lifecycle", "«lifecycle»"),
        right=RING,
    ),
    Code(
        code="wrong-type",
        severity="error",
        title="A value of the wrong sort",
        why="Text stands where a number belongs, or one value where a list does.",
        wrong=RING.replace("version: 1", "version: «one»"),
        right=RING,
    ),
    Code(
        code="not-allowed",
        severity="error",
        title="Not one of what is allowed here",
        why="Only a few words can stand here; expressions and texts know only a part of Python and of Jinja.",
        wrong=TABLE.replace("first", "«frist»"),
        right=TABLE,
    ),
    Code(
        code="bad-name",
        severity="error",
        title="A name that is not written as names are",
        why="Names are small letters, digits and `_`, so that they read alike in guards, in the journal and in "
        "addresses.",
        wrong=RING.replace("a: {after", "«A»: {after").replace("start: a", "start: A"),
        right=RING,
    ),
    Code(
        code="wrong-form",
        severity="error",
        title="An empty list, two verbs in one, a number out of range",
        why="The form says what can stand here, and this does not fit.",
        wrong=TABLE.replace("rows:\n  - {id: all, then: 1}", "rows: «[]»"),
        right=TABLE,
    ),
    Code(
        code="hear-or-on",
        severity="error",
        title="An interrupt without `hear` or `on`, or with both",
        why="A rule of `anywhere` fires on words that a person says (`hear`) or on an event (`on`).",
        wrong=FLOW + "anywhere:\n  - «{to: done}»\n",
        mend=(("{to: done}\n", "{hear: [stop], to: done}\n"),),
    ),
    Code(
        code="call-and",
        severity="error",
        title="A state that calls a flow and does something else with its turn",
        why="While the called flow runs, this state neither asks nor goes on.",
        wrong=FLOW.replace("languages: [en]", "languages: [en]").replace(
            "  done: {final: true}\n",
            "  person:\n    call: {flow: handoff}\n    «next»: [{to: done}]\n    on: {handoff.closed: done}\n"
            "  done: {final: true}\nanywhere:\n  - {hear: [agent], to: person}\n",
        )
        + "# file: handoff.yaml\nflow: handoff\nversion: 1\nstart: closed\nstates:\n  closed: {final: true}\n",
        mend=(("    next: [{to: done}]\n", ""),),
    ),
    Code(
        code="final-goes-on",
        severity="error",
        title="A final state that goes on",
        why="The machine has ended there: nothing is heard, asked or timed any more.",
        wrong=RING.replace("{final: true}", "{final: true, «after»: {1d: a}}"),
        right=RING,
    ),
    Code(
        code="own-event",
        severity="error",
        title="An event that has a key of its own",
        why="`unclear`, `after`, `heard` and `start` do not come as events: they have keys that say what they do.",
        wrong=FLOW.replace("on: {answer: done}", "on: {answer: done, «after»: done}"),
        right=FLOW,
    ),
    Code(
        code="nothing-asked",
        severity="error",
        title="Asking again where nothing was asked",
        why="`unclear: {ask: …}` puts the question of `ask` in other words. Without `ask` there is none.",
        wrong=FLOW.replace("    ask: {text: how}\n    on: {answer: done}\n", "    say: how\n").replace(
            "{tries: 2,", "{«ask»: how, tries: 2,"
        ),
        right=FLOW,
    ),
    Code(
        code="no-effect",
        severity="warning",
        title="A key that has no effect",
        why="`migrate` counts with `on_publish: migrate` only, `drain_within` with `on_publish: drain`.",
        wrong=RING.replace("start: a\n", "«migrate»: {states: {old: a}}\nstart: a\n"),
        mend=(("migrate:", "on_publish: migrate\nmigrate:"),),
    ),
    Code(
        code="mapped-twice",
        severity="error",
        title="Two old names become one",
        why="Of the data that machines hold when the version changes, one value would be lost.",
        wrong="lifecycle: ring\nversion: 2\non_publish: migrate\nmigrate: {data: {one: total, two: «total»}}\n"
        "data: {total: {type: number, default: 0}}\nstart: a\nstates:\n"
        "  a: {after: {1d: {do: {leads.score: {score: total}}, set: {total: total + 1}, to: b}}}\n  b: {final: true}\n",
        mend=((", two: total", ", two: null"),),
    ),
    Code(
        code="duplicate-name",
        severity="error",
        title="A name that is both taken and remembered",
        why="`takes` and `data` share their names: one would hide the other.",
        wrong="lifecycle: ring\nversion: 1\ntakes: {booking: {type: booking}}\ndata: {«booking»: {type: booking}}\n"
        "start: a\nstates:\n  a: {after: {1d: {do: {bookings.release: {booking: booking}}, to: b}}}\n  b: "
        "{final: true}\n",
        mend=(("data: {booking: {type: booking}}\n", ""),),
    ),
    Code(
        code="duplicate-definition",
        severity="error",
        title="Two definitions of one kind and name",
        why="Whoever starts or asks for it could get either.",
        wrong="# file: one.yaml\n" + RING + "# file: two.yaml\n" + RING.replace("ring", "«ring»"),
        right="# file: one.yaml\n" + RING + "# file: two.yaml\n" + RING.replace("ring", "other"),
    ),
    Code(
        code="duplicate-row",
        severity="error",
        title="Two rows with one id",
        why="The journal names the row that hit; it must be one.",
        wrong=TABLE.replace("  - {id: all", "  - {id: all, when: visits > 3, then: 2}\n  - {id: «all»"),
        mend=(("{id: all, when", "{id: many, when"),),
    ),
    Code(
        code="duplicate-choice",
        severity="error",
        title="Two choices with one id",
        why="What a person taps comes back as the id: nobody could say which of the two it was.",
        wrong=FLOW.replace(
            '  how: {en: "How are you?"}\n', '  how: {en: "How are you?"}\n  good: {en: Good}\n  bad: {en: Bad}\n'
        ).replace("ask: {text: how}", "ask: {text: how, choices: [{id: x, text: good}, {id: «x», text: bad}]}"),
        mend=(("{id: x, text: bad}", "{id: y, text: bad}"),),
    ),
    Code(
        code="collect-without",
        severity="error",
        title="`collect` without `hit: collect`",
        why="Only a table that collects all rows that hold has something to sum or count.",
        wrong=TABLE.replace("hit: first\n", "hit: first\n«collect»: sum\n"),
        mend=(("hit: first", "hit: collect"),),
    ),
    Code(
        code="one-output",
        severity="error",
        title="Collecting more than one output",
        why="A sum, least or most is of one thing; these rows give several.",
        wrong=TABLE.replace("hit: first\n", "hit: collect\ncollect: «sum»\n").replace("then: 1", "then: {a: 1, b: 2}"),
        mend=(("{a: 1, b: 2}", "{a: 1}"),),
    ),
    Code(
        code="not-a-number",
        severity="error",
        title="Summing what is not a number",
        why="Only numbers, money and durations add up or can be compared for the least and most.",
        wrong=TABLE.replace("hit: first\n", "hit: collect\ncollect: «sum»\n").replace("then: 1", "then: one"),
        mend=(("then: one", "then: 1"),),
    ),
)
