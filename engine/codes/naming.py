"""Names that nobody has declared: states, events, texts, data, verbs and what they take."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.form import FLOW, TABLE
from engine.codes.reading import RING

CLOSED = "# file: handoff.yaml\nflow: handoff\nversion: 1\nstart: closed\nstates:\n  closed: {final: true}\n"
CALLING = (
    "flow: help\nversion: 1\nstart: calling\nstates:\n  calling:\n    call: {flow: handoff}\n"
    "    on: {handoff.closed: done}\n  done: {final: true}\n"
)
DECIDING = (
    "lifecycle: sizing\nversion: 1\ndata: {visits: {type: count, default: 0}, size: {type: number}}\nstart: a\n"
    "states:\n  a: {decide: {table: sizes, save: size}, next: [{when: size > 1, to: b}, {to: c}]}\n"
    "  b: {final: true}\n  c: {final: true}\n"
    "# file: sizes.yaml\n" + TABLE
)

CODES = (
    Code(
        code="unknown-state",
        severity="error",
        title="A state that does not exist",
        why="The machine would have nowhere to go.",
        wrong=RING.replace("{1d: b}", "{1d: «bb»}"),
        right=RING,
    ),
    Code(
        code="unknown-final-state",
        severity="error",
        title="An end that the called flow does not have",
        why="A called flow is heard by its name and the final state in which it ended.",
        wrong=CALLING.replace("handoff.closed", "«handoff.done»") + CLOSED,
        right=CALLING + CLOSED,
        also=("end-unheard",),
    ),
    Code(
        code="unknown-event",
        severity="error",
        title="An event that nobody declares",
        why="Nothing sends it: the rule would wait for ever. docs/verbs.md lists what there is.",
        wrong=RING.replace("a: {after: {1d: b}}", "a: {on: {«booking.atended»: b}, after: {1d: b}}"),
        mend=(("booking.atended", "booking.attended"),),
    ),
    Code(
        code="unknown-endpoint",
        severity="error",
        title="An endpoint that the business does not have",
        why="`hooks.send` names a receiver from the business's settings; to one that is not there nothing is sent. "
        "It is looked up where the business is known: in its workshop, when it publishes, and with `--endpoints`.",
        untold="It depends on the business's settings, not on what is written alone.",
    ),
    Code(
        code="unknown-flow",
        severity="error",
        title="A flow that does not exist",
        why="It is called or started here, and is not among the files that are checked.",
        wrong=CALLING.replace("flow: handoff", "flow: «handof»") + CLOSED,
        right=CALLING + CLOSED,
    ),
    Code(
        code="unknown-table",
        severity="error",
        title="Rules that do not exist",
        why="`decide` names a decision table by what stands under its `rules:`.",
        wrong=DECIDING.replace("table: sizes", "table: «size»"),
        right=DECIDING,
    ),
    Code(
        code="unknown-fact",
        severity="error",
        title="A fact that the rules do not ask about",
        why="It would be given and never looked at; most likely another was meant.",
        wrong=DECIDING.replace("table: sizes", "table: sizes, facts: {«visit»: visits}"),
        right=DECIDING,
    ),
    Code(
        code="missing-fact",
        severity="error",
        title="The rules need a fact that is not given",
        why="A fact is given under `facts`, or stands under `data` by the same name.",
        wrong=DECIDING.replace("visits: {type: count, default: 0}, ", "").replace("a: {decide", "a: {«decide»"),
        right=DECIDING,
    ),
    Code(
        code="unknown-data",
        severity="error",
        title="Data that is not declared",
        why="What a machine remembers stands under `data` with its type, so that guards and texts can be checked.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: how, save: «mood»}"),
        right=FLOW,
    ),
    Code(
        code="unknown-verb",
        severity="error",
        title="A verb that no room offers",
        why="docs/verbs.md lists what YAML may ask for.",
        wrong=RING.replace("a: {after", "a: {do: {«leads.skore»: {score: 5}}, after"),
        mend=(("leads.skore", "leads.score"),),
    ),
    Code(
        code="unknown-role",
        severity="error",
        title="A role that no machine has",
        why="`tell` names another machine by what it is to this one: `owner`, or a role of docs/verbs.md.",
        wrong=RING.replace(
            "a: {after", "a: {tell: {to: «ownr», event: handoff.closed}, on: {handoff.closed: b}, after"
        ),
        mend=(("ownr", "owner"),),
    ),
    Code(
        code="unknown-argument",
        severity="error",
        title="An argument that is not taken",
        why="The verb or flow would ignore it; most likely another was meant.",
        wrong=RING.replace("a: {after", "a: {do: {leads.score: {score: 5, «stag»: hot}}, after"),
        mend=(("stag:", "stage:"),),
    ),
    Code(
        code="missing-argument",
        severity="error",
        title="An argument is missing",
        why="The verb cannot be carried out, or the flow not be started, without it. What stands under `data` by the "
        "same name need not be given.",
        wrong=RING.replace("a: {after", "a: {do: {«leads.score»: {stage: hot}}, after"),
        mend=(("{stage: hot}", "{score: 5, stage: hot}"),),
    ),
    Code(
        code="unknown-text",
        severity="error",
        title="A text that is not written",
        why="`say`, `ask` and choices name texts by their key under `texts`.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: «haw»}"),
        right=FLOW,
        also=("unused-text",),
    ),
    Code(
        code="unknown-field",
        severity="error",
        title="A field that does not exist",
        why="Records and events have the fields that docs/verbs.md lists, and no others.",
        wrong=FLOW.replace("How are you?", "How are you, {{ «contact.frst_name» }}?"),
        mend=(("frst_name", "first_name"),),
    ),
    Code(
        code="unknown-name",
        severity="error",
        title="A name that is not known here",
        why="Expressions and texts may read what stands under `data` and `takes`, `contact`, `business`, `now`, "
        "`tries` "
        "and, in the rule that takes it, `event`.",
        wrong=FLOW.replace("on: {answer: done}", "on: {answer: [{when: «contct».visits > 2, to: done}, {to: asking}]}"),
        mend=(("contct", "contact"),),
    ),
    Code(
        code="unknown-function",
        severity="error",
        title="A function that does not exist",
        why="Expressions may call a closed list of functions; docs/yaml.md has it.",
        wrong=TABLE.replace(
            "{id: all, then: 1}", "{id: all, when: '«mx»(visits, 2) > 2', then: 1}\notherwise: {then: 0}"
        ),
        mend=(("mx(", "max("),),
    ),
    Code(
        code="unknown-filter",
        severity="error",
        title="A filter that does not exist",
        why="Texts may use the filters that docs/yaml.md lists: `money`, `when`, `first` and a few more.",
        wrong=FLOW.replace('"How are you?"', '«"How are you, {{ contact.name | frist }}?"»'),
        mend=(("frist", "first"),),
    ),
    Code(
        code="unknown-type",
        severity="error",
        title="A type that does not exist",
        why="Types are those of docs/yaml.md, and the records of docs/verbs.md.",
        wrong=TABLE.replace("count", "«cout»"),
        right=TABLE,
    ),
    Code(
        code="unknown-language",
        severity="error",
        title="A language that the flow does not speak",
        why="`languages` lists what is spoken; nobody would ever read this.",
        wrong=FLOW.replace('{en: "How are you?"}', '{en: "How are you?", «sw»: "Habari yako?"}'),
        mend=(("languages: [en]", "languages: [en, sw]"),),
    ),
    Code(
        code="unknown-question",
        severity="error",
        title="Choices from a question or list that does not exist",
        why="`choices: {from: …}` names a question of docs/verbs.md, or data that is a list.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: how, choices: {from: «oddments»}, none: done}"),
        mend=(("oddments", "offers.active"),),
    ),
    Code(
        code="unknown-output",
        severity="error",
        title="An output that the table does not declare",
        why="Where `outputs` stands, rows give these and no others.",
        wrong=TABLE.replace("rows:\n", "outputs: {size: number}\nrows:\n").replace("then: 1", "then: {«siz»: 1}"),
        mend=(("siz:", "size:"),),
    ),
    Code(
        code="question-done",
        severity="error",
        title="A question under `do`",
        why="A question is answered inside the step and changes nothing: it gives choices, it is not carried out.",
        wrong=RING.replace("a: {after", "a: {do: «offers.active», after"),
        right=RING,
    ),
    Code(
        code="not-a-question",
        severity="error",
        title="Choices from a verb that is no question",
        why="Only a question gives a list. A change or an action belongs under `do`.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: how, choices: {from: «contacts.opt_in»}, none: done}"),
        mend=(("contacts.opt_in", "offers.active"),),
    ),
    Code(
        code="recursion",
        severity="error",
        title="Flows that call each other in a circle",
        why="Each call waits for the called flow to end, so none of them ever would.",
        wrong="# file: one.yaml\nflow: one\nversion: 1\nstart: a\nstates:\n  a: {call: {flow: two}, on: {two.b: b}}\n"
        "  b: {final: true}\n# file: two.yaml\nflow: two\nversion: 1\nstart: a\nstates:\n"
        "  a: {call: {flow: «one»}, on: {one.b: b}}\n  b: {final: true}\n",
        right="# file: one.yaml\nflow: one\nversion: 1\nstart: a\nstates:\n  a: {call: {flow: two}, on: {two.b: b}}\n"
        "  b: {final: true}\n# file: two.yaml\nflow: two\nversion: 1\nstart: b\nstates:\n  b: {final: true}\n",
    ),
    Code(
        code="end-unheard",
        severity="error",
        title="An end of the called flow that is not handled",
        why="When the called flow ends so, the caller would stand still.",
        wrong=CALLING.replace("    call:", "    «call»:")
        + CLOSED.replace(
            "  closed: {final: true}\n",
            "  closed: {next: [{when: contact.visits > 1, to: left}, {to: ok}]}\n"
            "  left: {final: true}\n  ok: {final: true}\n",
        ).replace("start: closed", "start: closed"),
        right=CALLING + CLOSED,
    ),
    Code(
        code="answer-unheard",
        severity="error",
        title="A question whose answer leads nowhere",
        why="The person answers, and nothing happens.",
        wrong=FLOW.replace("    on: {answer: done}\n", "").replace("ask:", "«ask»:"),
        right=FLOW,
    ),
)
