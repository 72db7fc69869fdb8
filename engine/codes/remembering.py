"""What can be wrong with data, with what people see, and with exceptions that were allowed."""

from __future__ import annotations

from engine.codes.code import Code
from engine.codes.form import FLOW
from engine.codes.reading import RING

NAMED = (
    'flow: hello\nversion: 1\nlanguages: [en]\ndata: {name: {type: name}}\ntexts:\n  who: {en: "Who are you?"}\n'
    '  hello: {en: "Hello, {{ name }}!"}\nstart: asking\nstates:\n  asking:\n    ask: {text: who, type: name, '
    "save: name}\n"
    "    on: {answer: done}\n    unclear: {tries: 2, then: left}\n    after: {24h: left}\n"
    "  done: {say: hello, final: true}\n  left: {final: true}\n"
)
PICK = (
    FLOW.replace('  how: {en: "How are you?"}\n', '  how: {en: "How are you?"}\n  good: {en: Good}\n  bad: {en: Bad}\n')
    .replace("ask: {text: how}", "ask: {text: how, choices: [{id: good, text: good}, {id: bad, text: bad}]}")
)  # fmt: skip
_ELEVEN = ", ".join(f"{{id: n{n}, text: t{n}}}" for n in range(1, 12))
_TEXTS = "".join(f'  t{n}: {{en: "Number {n}"}}\n' for n in range(1, 12))

CODES = (
    Code(
        code="read-before-written",
        severity="warning",
        title="Data that may not be known yet",
        why="There is a way to this place on which nothing has written it. A text would print nothing there, a "
        "verb get "
        "nothing. Comparing with the unknown is false, so guards may.",
        wrong=NAMED.replace("{24h: left}", "{24h: done}")
        .replace("say: hello", "say: «hello»")
        .replace("then: left", "then: done")
        .replace("  left: {final: true}\n", ""),
        mend=(('"Hello, {{ name }}!"', '"Hello{% if name %}, {{ name }}{% endif %}!"'),),
    ),
    Code(
        code="never-written",
        severity="warning",
        title="Data that is read, but that nothing writes",
        why="It is unknown for ever: guards that read it are always false, texts print nothing.",
        wrong=NAMED.replace(", save: name", "").replace("{name:", "{«name»:"),
        right=NAMED,
    ),
    Code(
        code="never-read",
        severity="warning",
        title="Data that is written, but that nothing reads",
        why="Either something was forgotten, or personal data is kept without need.",
        wrong=NAMED.replace(", {{ name }}", "").replace("{name:", "{«name»:"),
        right=NAMED,
    ),
    Code(
        code="unused-data",
        severity="warning",
        title="Data that is neither written nor read",
        why="It can go, or its use was forgotten.",
        wrong=NAMED.replace("{name: {type: name}}", "{name: {type: name}, «age»: {type: number}}"),
        right=NAMED,
    ),
    Code(
        code="unused-text",
        severity="warning",
        title="A text that is never said",
        why="It is translated and reviewed for nothing, or the place that should say it was forgotten.",
        wrong=FLOW.replace("texts:\n", 'texts:\n  «bye»: {en: "Bye!"}\n'),
        right=FLOW,
    ),
    Code(
        code="placeholders-differ",
        severity="warning",
        title="Languages that do not say the same",
        why="One form of a text shows something that another leaves out: an amount, a time, a name.",
        wrong=FLOW.replace("[en]", "[en, sw]").replace(
            '{en: "How are you?"}', '{en: "How are you, {{ contact.first_name }}?", «sw»: "Habari yako?"}'
        ),
        mend=(('"Habari yako?"', '"Habari yako, {{ contact.first_name }}?"'),),
    ),
    Code(
        code="languages-exchanged",
        severity="warning",
        title="Two languages of a text are exchanged",
        why="Each form has the other language's words in it: people would be answered in the wrong one.",
        wrong=FLOW.replace("[en]", "[en, sw]").replace(
            '  how: {en: "How are you?"}', '  «how»: {en: "Habari yako?", sw: "How are you?"}'
        ),
        mend=(('{en: "Habari yako?", sw: "How are you?"}', '{en: "How are you?", sw: "Habari yako?"}'),),
    ),
    Code(
        code="text-over-limit",
        severity="warning",
        title="A text that may come out too long",
        why="With the longest ordinary value in each place it is longer than one message may be: it would be "
        "cut in two, "
        "or stop the step.",
        wrong=FLOW.replace(
            "How are you?", "How are you{% for line in contact.email %}" + "Dear, " * 70 + "{% endfor %}?"
        ).replace("{en:", "{«en»:"),
        right=FLOW,
    ),
    Code(
        code="too-many-choices",
        severity="warning",
        title="More choices than a list shows at once",
        why="What does not fit stands on further pages, behind a row of its own: few people leaf through them.",
        wrong=FLOW.replace("texts:\n", "texts:\n" + _TEXTS).replace(
            "{text: how}", f"{{text: how, «choices»: [{_ELEVEN}]}}"
        ),
        right=FLOW.replace("texts:\n", "texts:\n" + _TEXTS.rsplit("  t11", 1)[0]).replace(
            "{text: how}", f"{{text: how, choices: [{_ELEVEN.rsplit(', {', 1)[0]}]}}"
        ),
    ),
    Code(
        code="label-too-long",
        severity="warning",
        title="A label that is longer than its button or row",
        why="Two or three choices are buttons as long as every label fits; a longer one turns them into a list, "
        "and on a "
        "list's row it is cut off.",
        wrong=PICK.replace("{en: Good}", '{en: "I am very well indeed"}').replace("text: good}", "text: «good»}"),
        mend=(("I am very well indeed", "I am very well"),),
    ),
    Code(
        code="labels-alike",
        severity="warning",
        title="Two choices that look alike",
        why="People cannot tell which is which, and what they type fits both.",
        wrong=PICK.replace("{en: Bad}", "{en: Good}").replace("text: bad}", "text: «bad»}"),
        right=PICK,
    ),
    Code(
        code="question-too-long",
        severity="warning",
        title="A question that is too long for its buttons or list",
        why="The text above buttons is shorter than a message. What is longer is sent as a list, or in two messages.",
        wrong=PICK.replace("How are you?", "How are you?" + " Tell us." * 120).replace("{text: how,", "{text: «how»,"),
        right=PICK,
    ),
    Code(
        code="unused-allowance",
        severity="warning",
        title="An exception that nothing needs",
        why="What it allowed is no longer there. Left standing, it would hide the next mistake on that line.",
        wrong=RING.replace("start: a\n", "start: a  «# check: allow stuck because it was so»\n"),
        right=RING,
    ),
    Code(
        code="allowance-without-reason",
        severity="warning",
        title="An exception that does not say why",
        why="Who reads it next year must know whether it still holds.",
        wrong=RING + "  c: {final: true}  «# check: allow unreachable-state»\n",
        mend=(("unreachable-state\n", "unreachable-state because operators move machines there\n"),),
    ),
    Code(
        code="unknown-code",
        severity="warning",
        title="An exception for a code that does not exist",
        why="It allows nothing. docs/codes lists what there is.",
        wrong=RING + "  c: {final: true}  «# check: allow unreachable-stat because operators move machines there»\n",
        mend=(("unreachable-stat ", "unreachable-state "),),
        also=("unreachable-state",),
    ),
)
