"""What can be wrong with the ways through a flow or lifecycle: states, rules, waits, events."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.form import FLOW
from engine.codes.reading import RING

PUSH = (
    "lifecycle: paying\nversion: 1\ntakes: {payment: {type: text}}\nstart: asking\nstates:\n  asking:\n"
    "    do: {mpesa.push: {payment: payment}}\n    on: {mpesa.accepted: done, mpesa.refused: done, "
    "mpesa.unknown: done}\n"
    "    after: {3m: done}\n  done: {final: true}\n"
)
HOLD = (
    "lifecycle: holding\nversion: 1\ntakes: {offer: {type: offer}, slot: {type: slot}}\nstart: asking\nstates:\n"
    "  asking:\n    do: {bookings.hold: {offer: offer, slot: slot}}\n"
    "    on: {bookings.held: done, bookings.taken: done}\n    after: {5m: done}\n  done: {final: true}\n"
)
LISTEN = (
    "# file: ear.yaml\nlifecycle: ear\nversion: 1\nstart: a\nstates:\n"
    "  a: {on: {%s: b}, after: {1d: b}}\n  b: {final: true}\n"
)
STARTING = (
    "lifecycle: ring\nversion: 1\ntakes: {booking: {type: booking}}\nstart: a\nstates:\n"
    "  a: {do: {flows.start: {flow: ask, booking: booking}}, after: {1d: b}}\n  b: {final: true}\n"
    "# file: ask.yaml\nflow: ask\nversion: 1\ntakes: {booking: {type: booking}}\nstart: a\nstates:\n"
    "  a: {do: {bookings.release: {booking: booking}}, after: {1d: b}}\n  b: {final: true}\n"
)

CODES = (
    Code(
        code="unreachable-state",
        severity="warning",
        title="A state that nothing leads to",
        why="It is never entered: a transition to it has been lost or renamed, or it can go.",
        wrong=RING + "  «c»: {final: true}\n",
        right=RING,
    ),
    Code(
        code="stuck",
        severity="warning",
        title="A state that cannot be left",
        why="The machine would stand there for ever, and its conversation with it.",
        wrong=RING.replace("b: {final: true}", "«b»: {}"),
        right=RING,
    ),
    Code(
        code="no-way-out",
        severity="warning",
        title="A state from which no way leads to an end",
        why="What gets there goes round for ever: it never ends, and is never counted as finished.",
        wrong=RING.replace("{1d: b}", "{2h: {when: tries.a > 1, to: c}, 1d: b}").replace(
            "  b:", "  «c»: {after: {1d: d}}\n  d: {after: {1d: c}}\n  b:"
        ),
        right=RING,
    ),
    Code(
        code="no-end",
        severity="warning",
        title="A flow without a final state",
        why="The conversation would hold the person for ever, and no other flow could call this one.",
        wrong=FLOW.replace("states:", "«states»:").replace("done: {final: true}", "done: {after: {1d: asking}}"),
        right=FLOW,
    ),
    Code(
        code="endless-circle",
        severity="error",
        title="States that follow on one another for ever",
        why="They go round by `next` without waiting for an answer, an event or a timer, and nothing on the way "
        "changes "
        "what the rules look at. The step is stopped after 64 transitions and the machine is parked.",
        wrong=RING.replace("{after: {1d: b}}", "{next: [«{when: contact.visits > 2, to: c}», {to: b}]}").replace(
            "  b:", "  c: {next: [{to: a}]}\n  b:"
        ),
        mend=(("c: {next: [{to: a}]}", "c: {after: {1d: a}}"),),
    ),
    Code(
        code="shadowed-rule",
        severity="warning",
        title="A rule that never gets its turn",
        why="Of a list of rules the first that holds is taken. One without a guard always holds, so what comes "
        "after it "
        "is never reached; rules of `anywhere` come before a state's own.",
        wrong=RING.replace(
            "{after: {1d: b}}", "{on: {booking.moved: [{to: b}, «{when: contact.visits > 2, to: c}»]}, after: {1d: c}}"
        ).replace("  b:", "  c: {final: true}\n  b:"),
        mend=(("[{to: b}, {when: contact.visits > 2, to: c}]", "[{when: contact.visits > 2, to: c}, {to: b}]"),),
    ),
    Code(
        code="heard-twice",
        severity="warning",
        title="Words that are heard by two rules",
        why="Only the first of them fires.",
        wrong=FLOW + "anywhere:\n  - {hear: [stop, enough], to: done}\n  - {hear: [«Stop»], to: asking}\n",
        mend=(("hear: [Stop]", "hear: [again]"),),
    ),
    Code(
        code="no-timeout",
        severity="warning",
        title="A state that may wait for ever",
        why="People fall silent and providers forget to call back. Without a timer that leads on, the machine stays "
        "there, and whatever it holds with it.",
        wrong=FLOW.replace("  asking:\n", "  «asking»:\n").replace("    after: {24h: done}\n", ""),
        right=FLOW,
    ),
    Code(
        code="no-unclear",
        severity="warning",
        title="A question without help for who is not understood",
        why="Without `unclear` and a way out of it, the question is put again for as long as the person tries.",
        wrong=FLOW.replace("ask: {text", "«ask»: {text").replace("    unclear: {tries: 2, then: done}\n", ""),
        right=FLOW,
    ),
    Code(
        code="timer-never",
        severity="warning",
        title="A timer that never comes",
        why="A shorter one has left the state by then, and a timer ends with the state that set it.",
        wrong=FLOW.replace("{24h: done}", "{24h: done, «48h»: asking}"),
        right=FLOW.replace("{24h: done}", "{24h: {do: contacts.opt_in}, 48h: done}"),
    ),
    Code(
        code="timer-too-short",
        severity="warning",
        title="A state that is left before its answer can come",
        why="Each verb says how long the world may take to answer. Who leaves earlier misses the answer: money arrives "
        "where nobody expects it any more.",
        wrong=PUSH.replace("{3m: done}", "{«30s»: done}"),
        right=PUSH,
    ),
    Code(
        code="unsent-event",
        severity="warning",
        title="An event that nothing here asks for",
        why="It is the answer of a verb, and answers go to whoever asked. Nothing here, in its callers or in what it "
        "calls asks for that verb.",
        wrong=RING.replace("{after: {1d: b}}", "{on: {«mpesa.accepted»: b}, after: {1d: b}}"),
        right=RING,
    ),
    Code(
        code="unheard-tell",
        severity="warning",
        title="A tell that nobody hears",
        why="No flow or lifecycle listens for this event: it would be journaled as ignored, every time.",
        wrong=RING.replace("{after: {1d: b}}", "{tell: {to: owner, event: «ring.rang»}, after: {1d: b}}"),
        right=RING.replace("{after: {1d: b}}", "{tell: {to: owner, event: ring.rang}, after: {1d: b}}")
        + LISTEN % "ring.rang",
    ),
    Code(
        code="answer-missing",
        severity="warning",
        title="An answer of a verb that is not handled",
        why="The state waits for some of what the verb may answer, and would stand still at the rest.",
        wrong=HOLD.replace("    on: {bookings.held: done, bookings.taken: done}", "    «on»: {bookings.held: done}"),
        right=HOLD,
    ),
    Code(
        code="money-unwatched",
        severity="error",
        title="Money moves, and nobody waits for what becomes of it",
        why="A request can fail, be refused or stay unanswered. The state in which the machine comes to rest "
        "must listen "
        "for at least one answer of the verb.",
        wrong=PUSH.replace("do: {mpesa.push", "do: {«mpesa.push»").replace(
            "    on: {mpesa.accepted: done, mpesa.refused: done, mpesa.unknown: done}\n", ""
        ),
        right=PUSH,
    ),
    Code(
        code="start-lacks",
        severity="error",
        title="A flow is started without what it takes",
        why="It would be refused when the moment comes, and the customer hear nothing.",
        wrong=STARTING.replace(
            "{flows.start: {flow: ask, booking: booking}}",
            "[{«flows.start»: {flow: ask}}, {bookings.release: {booking: booking}}]",
        ),
        right=STARTING,
    ),
    Code(
        code="start-untaken",
        severity="error",
        title="A flow is started with something that it does not take",
        why="It would be refused when the moment comes, and the customer hear nothing.",
        wrong=STARTING.replace("{flow: ask, booking: booking}", "{flow: ask, booking: booking, «note»: \"'late'\"}"),
        right=STARTING,
    ),
    Code(
        code="tell-lacks",
        severity="warning",
        title="A tell that leaves out what the event has",
        why="Whoever hears the event reads its fields; what is not given is unknown there.",
        wrong="lifecycle: ring\nversion: 1\ntakes: {booking: {type: booking}}\nstart: a\nstates:\n"
        "  a: {«tell»: {to: owner, event: bookings.expired}, do: {bookings.release: {booking: booking}}, after: "
        "{1d: b}}\n"
        "  b: {final: true}\n" + LISTEN % "bookings.expired",
        mend=(("event: bookings.expired}", "event: bookings.expired, with: {booking: booking}}"),),
    ),
    Code(
        code="nothing-given",
        severity="warning",
        title="An argument that is given nothing",
        why="`null` is not a value. A verb that needs the argument fails on it when the moment comes.",
        wrong=PUSH.replace("{payment: payment}", "{«payment»: null}").replace("takes: {payment: {type: text}}\n", ""),
        right=PUSH,
    ),
    Code(
        code="none-unhandled",
        severity="warning",
        title="A list that may be empty",
        why="When there is nothing to choose from, the question is put without choices and cannot be answered.",
        wrong=FLOW.replace("ask: {text: how}", "ask: {text: how, «choices»: {from: offers.active}}"),
        mend=(("{from: offers.active}}", "{from: offers.active}, none: done}"),),
    ),
    Code(
        code="unknown-choice",
        severity="warning",
        title="An answer is compared with what cannot be picked",
        why="The question lists its choices, and this is none of them: the rule never holds.",
        wrong=FLOW.replace(
            '  how: {en: "How are you?"}\n', '  how: {en: "How are you?"}\n  good: {en: Good}\n  bad: {en: Bad}\n'
        )
        .replace("ask: {text: how}", "ask: {text: how, choices: [{id: good, text: good}, {id: bad, text: bad}]}")
        .replace("on: {answer: done}", 'on: {answer: [{when: event.value == «"god"», to: done}, {to: left}]}')
        .replace("  done:", "  left: {final: true}\n  done:"),
        mend=(('"god"', '"good"'),),
    ),
)
